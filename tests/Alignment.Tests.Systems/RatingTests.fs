/// Ratings of comparisons: Bradley-Terry, Hodge, multidimensional Elo, and the report of all.
module Alignment.Tests.RatingTests

open System
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private comparisons names (wins: float list list) = Comparisons.Of((names: string list), array2D wins)

let private names n = [ for i in 1..n -> $"m{i}" ]
let private sigmoid x = 1.0 / (1.0 + exp -x)

/// Wins of a tournament in which true ratings are given and every pair plays some games, drawn from a seed.
let private tournament seed games (ratings: float list) =
    let draws = RandomStream(seed, "tournament")
    let n = ratings.Length
    let wins = Array2D.zeroCreate n n

    for i in 0 .. n - 1 do
        for j in i + 1 .. n - 1 do
            for game in 0 .. games - 1 do
                if draws.Uniform(int64 (i * n + j), int64 game) < sigmoid (ratings[i] - ratings[j]) then
                    wins[i, j] <- wins[i, j] + 1.0
                else
                    wins[j, i] <- wins[j, i] + 1.0

    Comparisons.Of(names n, wins)

// ---- Comparisons ---------------------------------------------------------------------------------------------------

let private values =
    testList "comparisons" [
        test "rows about one pair are added up, ties are halves" {
            // a against b: 3 + 1 wins, 1 + 2 losses, 2 ties: 4 + 1 and 3 + 1
            let rows = [ PairCounts("a", "b", 3, 1, 2); PairCounts("b", "a", 2, 1); PairCounts("c", "a", 1, 0) ]
            let found = Comparisons.Of rows
            Expect.equal (List.ofSeq found.Labels) [ "a"; "b"; "c" ] "in order of appearance"
            Expect.equal (List.ofSeq found.Wins) [ 0; 5; 0; 4; 0; 0; 1; 0; 0 ] "wins"
            Expect.equal found.TotalGames 10.0 "games"
            Expect.equal (found.WinRate(0, 1)) (Nullable(5.0 / 9.0)) "rate"
            Expect.isFalse (found.WinRate(1, 2).HasValue) "never met"
            Expect.equal found (comparisons [ "a"; "b"; "c" ] [ [ 0; 5; 0 ]; [ 4; 0; 0 ]; [ 1; 0; 0 ] ]) "a value"

            Expect.equal
                (string found)
                "wins against  a  b  c\n------------  -  -  -\na                5  0\nb             4     0\nc             1  0\n"
                "text"
        }

        test "rates" {
            let found = Comparisons.OfRates([ "a"; "b" ], array2D [ [ 0.5; 0.75 ]; [ 0.25; 0.5 ] ], 8)
            Expect.equal (List.ofSeq found.Wins) [ 0; 6; 2; 0 ] "wins"
        }

        test "files" {
            let read (text: string) = withFile "games.csv" text (fun path -> ComparisonsCsv.Read path)
            let expected = comparisons [ "a"; "b" ] [ [ 0; 3.5 ]; [ 1.5; 0 ] ]
            Expect.equal (read "first,second,wins,losses,ties\na,b,2,1,1\nb,a,0,1,0\n") expected "with ties"

            withFile "log.csv" "x,y,won,lost\na,b,1,0\n" (fun path ->
                Expect.equal
                    (ComparisonsCsv.Read(path, "x", "y", "won", "lost"))
                    (comparisons [ "a"; "b" ] [ [ 0; 1 ]; [ 0; 0 ] ])
                    "columns of other names")

            for text, message in
                [
                    "first,second,wins,losses\na,b,-1,2\n", "(2,5): expected a number of games of at least 0, got -1"
                    "first,second,wins,losses\na,a,1,2\n", "(2,3): expected another competitor than 'a', got the same"
                    "first,second,wins,losses\na,,1,2\n", "(2,3): expected the name of a competitor, got none"
                ] do
                try
                    read text |> ignore
                    failtest "taken"
                with :? Alignment.Formats.InputFormatException as e ->
                    Expect.stringContains e.Message message "message"
        }

        for name, action, message in
            [
                "one competitor",
                (fun () -> comparisons [ "a" ] [ [ 0 ] ]),
                "Comparisons: expected at least 2 names, got 1."
                "a name twice",
                (fun () -> comparisons [ "a"; "a" ] [ [ 0; 1 ]; [ 1; 0 ] ]),
                "Comparisons: expected different names, got 'a' twice."
                "another shape",
                (fun () -> comparisons [ "a"; "b" ] [ [ 0; 1; 2 ]; [ 1; 0; 2 ] ]),
                "Comparisons: expected 2 x 2 numbers, one row and one column for each name, got 2 x 3."
                "not finite",
                (fun () -> comparisons [ "a"; "b" ] [ [ 0; nan ]; [ 1; 0 ] ]),
                "Comparisons: expected finite numbers, got NaN for 'a' against 'b'."
                "below 0",
                (fun () -> comparisons [ "a"; "b" ] [ [ 0; 1 ]; [ -2; 0 ] ]),
                "Comparisons: expected wins of at least 0, got -2 of 'b' against 'a'."
                "against itself",
                (fun () -> comparisons [ "a"; "b" ] [ [ 3; 1 ]; [ 2; 0 ] ]),
                "Comparisons: expected 0 on the diagonal, got 3 wins of 'a' against itself."
                "rates that do not fit",
                (fun () -> Comparisons.OfRates([ "a"; "b" ], array2D [ [ 0; 0.7 ]; [ 0.4; 0 ] ], 1)),
                "Comparisons: expected win rates from 0 to 1 that sum to 1 for each pair, got 0.7 of 'a' against 'b' and 0.4 the other way round."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")

        test "a name that is not there" {
            let found = comparisons [ "gpt"; "llama" ] [ [ 0; 1 ]; [ 1; 0 ] ]

            Expect.equal
                (argumentFault (fun () -> found.IndexOf "lama"))
                "Comparisons: there is no 'lama'. Did you mean 'llama'?"
                "message"
        }
    ]

// ---- Bradley-Terry -------------------------------------------------------------------------------------------------

/// Zermelo's iteration: strength_i = wins_i / sum_j n_ij / (strength_i + strength_j). Slow, and nothing like Newton.
let private zermelo (games: Comparisons) steps =
    let n = games.Count
    let mutable strengths = Array.create n 1.0

    for _ in 1..steps do
        let next = [|
            for i in 0 .. n - 1 ->
                let won = Seq.sum (seq { for j in 0 .. n - 1 -> games.WinsOf(i, j) })

                let met =
                    Seq.sum (
                        seq {
                            for j in 0 .. n - 1 do
                                if j <> i then
                                    games.Games(i, j) / (strengths[i] + strengths[j])
                        }
                    )

                won / met
        |]

        let scale = Array.averageBy log next |> exp
        strengths <- next |> Array.map (fun s -> s / scale)

    strengths |> Array.map log |> List.ofArray

/// Whether some split of the competitors leaves one side without a win over the other: every split is tried.
let private isSplit (games: Comparisons) =
    let n = games.Count

    Seq.exists
        (fun set ->
            let isIn k = (set >>> k) &&& 1 = 1

            Seq.forall
                (fun (i, j) -> not (isIn i && not (isIn j)) || games.WinsOf(i, j) = 0.0)
                (Seq.allPairs [ 0 .. n - 1 ] [ 0 .. n - 1 ]))
        [ 1 .. (1 <<< n) - 2 ]

/// Small tournaments with 0 to 2 wins of each against each.
let private smallTournaments = gen {
    let! n = Gen.choose (2, 5)
    let! wins = Gen.listOfLength (n * n) (Gen.frequency [ 2, Gen.constant 0; 1, Gen.choose (1, 2) ])

    let table = Array2D.init n n (fun i j -> if i = j then 0.0 else float wins[i * n + j])

    return Comparisons.Of(names n, table)
}

let private bradleyTerry =
    testList "Bradley-Terry" [
        test "two who met: log odds, and the variance of log odds" {
            // 3 : 1, so r_a - r_b = log 3 = 1.0986, 190.85 Elo points, and mean 0 gives half to each; its variance is 1/3 + 1/1 = 4/3,
            // that of each rating a quarter of it
            let fit = BradleyTerry.Fit(comparisons [ "a"; "b" ] [ [ 0; 3 ]; [ 1; 0 ] ])
            near 1e-12 (log 3.0 / 2.0) fit.Ratings[0] "rating"
            near 1e-12 (-log 3.0 / 2.0) fit.Ratings[1] "rating"
            near 1e-9 190.848501887865 (fit.EloPoints[0] - fit.EloPoints[1]) "400 log10 3"
            near 1e-12 0.75 (fit.WinProbability(0, 1)) "probability"
            near 1e-12 (sqrt (1.0 / 3.0)) (fit.StandardError 0) "standard error"
            let difference = fit.Difference(0, 1)
            near 1e-9 (log 3.0 - 1.959963984540054 * sqrt (4.0 / 3.0)) difference.Low "low"
            near 1e-9 (log 3.0 + 1.959963984540054 * sqrt (4.0 / 3.0)) difference.High "high"
            let chance = fit.WinProbabilityInterval(0, 1)
            near 1e-9 (sigmoid difference.Low) chance.Low "low probability"
            near 1e-12 (3.0 * log 0.75 + log 0.25) fit.LogLikelihood "likelihood"
        }

        test "agrees with Zermelo's iteration, on complete and incomplete graphs" {
            for seed in 1UL .. 5UL do
                let games = tournament seed 20 [ 0.9; 0.3; 0.0; -0.4; -0.8; 0.1 ]
                let fit = BradleyTerry.Fit games
                List.iter2 (fun e a -> near 1e-9 e a "rating") (zermelo games 4000) (List.ofSeq fit.Ratings)

            // a ring: each has met two
            let ring =
                comparisons [ "a"; "b"; "c"; "d" ] [ [ 0; 3; 0; 2 ]; [ 1; 0; 4; 0 ]; [ 0; 2; 0; 5 ]; [ 1; 0; 3; 0 ] ]

            List.iter2
                (fun e a -> near 1e-9 e a "rating")
                (zermelo ring 20_000)
                (List.ofSeq (BradleyTerry.Fit ring).Ratings)
        }

        test "the covariance is the inverse of the information with one rating held" {
            // Another parametrization: r_last = 0. Then the information is that of the other ratings, an ordinary invertible table, and its inverse
            // holds the covariances of r_i - r_last.
            let games = tournament 3UL 15 [ 0.5; 0.0; -0.2; -0.6 ]
            let fit = BradleyTerry.Fit games
            let n = games.Count

            let information =
                Array2D.init (n - 1) (n - 1) (fun i j ->
                    let weight a b = games.Games(a, b) * fit.WinProbability(a, b) * fit.WinProbability(b, a)

                    if i = j then
                        Seq.sum (seq { for k in 0 .. n - 1 -> if k = i then 0.0 else weight i k })
                    else
                        -(weight i j))

            for i in 0 .. n - 2 do
                for j in 0 .. n - 2 do
                    let c a b = fit.Covariance[a * n + b]
                    let last = n - 1

                    // information * covariance of differences = identity
                    let product =
                        Seq.sum (
                            seq {
                                for k in 0 .. n - 2 -> information[i, k] * (c k j - c k last - c last j + c last last)
                            }
                        )

                    near 1e-9 (if i = j then 1.0 else 0.0) product $"{i}, {j}"
        }

        test "twice the games: the same ratings, half the covariance" {
            let games = tournament 4UL 10 [ 0.4; 0.0; -0.4 ]
            let twice = Comparisons.Of(games.Labels, Array2D.init 3 3 (fun i j -> 2.0 * games.WinsOf(i, j)))
            let one, two = BradleyTerry.Fit games, BradleyTerry.Fit twice

            for k in 0..2 do
                near 1e-10 one.Ratings[k] two.Ratings[k] "rating"

            for k in 0..8 do
                near 1e-10 (one.Covariance[k] / 2.0) two.Covariance[k] "covariance"
        }

        test "all but one-sided games: still log odds" {
            let fit = BradleyTerry.Fit(comparisons [ "a"; "b" ] [ [ 0; 1e6 ]; [ 1e-6; 0 ] ])
            near 1e-9 (log 1e12) (fit.Ratings[0] - fit.Ratings[1]) "difference"
        }

        test "95 % intervals of differences hold the truth about as often" {
            let truth = [ 0.6; 0.1; -0.2; -0.5 ]

            let held = [
                for seed in 1UL .. 500UL do
                    let fit = BradleyTerry.Fit(tournament seed 40 truth)

                    for i in 0..3 do
                        for j in i + 1 .. 3 do
                            let interval = fit.Difference(i, j)
                            let difference = truth[i] - truth[j]
                            if interval.Low <= difference && difference <= interval.High then 1.0 else 0.0
            ]

            // 3,000 intervals of 500 tournaments
            near 0.02 0.95 (List.average held) "coverage"
        }

        propertyOver 200 "takes exactly what Ford's condition says"
        <| Prop.forAll (Arb.fromGen smallTournaments) (fun games ->
            let taken =
                try
                    let fit = BradleyTerry.Fit games
                    // what it is: every competitor's expected wins are its wins
                    for i in 0 .. games.Count - 1 do
                        let expected =
                            Seq.sum (
                                seq { for j in 0 .. games.Count - 1 -> games.Games(i, j) * fit.WinProbability(i, j) }
                            )

                        let won = Seq.sum (seq { for j in 0 .. games.Count - 1 -> games.WinsOf(i, j) })
                        near 1e-8 won expected "expected wins"

                    true
                with :? ArgumentException ->
                    false

            taken <> isSplit games)

        test "says who makes the likelihood grow without end" {
            let games =
                comparisons [ "a"; "b"; "c"; "d" ] [ [ 0; 1; 2; 0 ]; [ 1; 0; 3; 1 ]; [ 0; 0; 0; 1 ]; [ 0; 0; 1; 0 ] ]

            Expect.equal
                (argumentFault (fun () -> BradleyTerry.Fit games))
                "Bradley-Terry: expected games with a finite maximum of the likelihood, but 'a', 'b' never lost a game to 'c', 'd', so the likelihood grows without end as they move apart. Give a prior, such as RatingPrior.Gaussian(1), or rate them apart."
                "one-sided"

            let apart =
                comparisons [ "a"; "b"; "c"; "d" ] [ [ 0; 1; 0; 0 ]; [ 1; 0; 0; 0 ]; [ 0; 0; 0; 1 ]; [ 0; 0; 1; 0 ] ]

            Expect.equal
                (argumentFault (fun () -> BradleyTerry.Fit apart))
                "Bradley-Terry: expected games with a finite maximum of the likelihood, but 'a', 'b' never met 'c', 'd', not even through others, so nothing ties their ratings together. Give a prior, such as RatingPrior.Gaussian(1), or rate them apart."
                "apart"
        }

        test "priors make one-sided games finite" {
            let won = comparisons [ "a"; "b" ] [ [ 0; 1 ]; [ 0; 0 ] ]
            // 1 : 0 and half a win more each: log (1.5 / 0.5) = log 3
            let counts = BradleyTerry.Fit(won, RatingPrior.PseudoCounts 0.5)
            near 1e-12 (log 3.0) (counts.Ratings[0] - counts.Ratings[1]) "pseudo-counts"
            // Gaussian of deviation s: r and -r with 1 - sigmoid(2 r) = r / s^2
            let s = 2.0
            let gaussian = BradleyTerry.Fit(won, RatingPrior.Gaussian s)
            let r = gaussian.Ratings[0]
            near 1e-12 (r / (s * s)) (1.0 - sigmoid (2.0 * r)) "the derivative is 0"
            // information on (1, -1)/sqrt 2 is 2 p (1 - p) + 1/s^2, and a rating's variance half of its inverse
            let p = sigmoid (2.0 * r)
            near 1e-12 (0.5 / (2.0 * p * (1.0 - p) + 1.0 / (s * s))) gaussian.Covariance[0] "variance"

            let apart =
                BradleyTerry.Fit(
                    comparisons [ "a"; "b"; "c" ] [ [ 0; 1; 0 ]; [ 1; 0; 0 ]; [ 0; 0; 0 ] ],
                    RatingPrior.Gaussian 1.0
                )

            for rating in apart.Ratings do
                near 1e-12 0.0 rating "nothing but the prior"
        }

        test "wrong numbers" {
            Expect.equal
                (argumentFault (fun () -> RatingPrior.Gaussian 0.0))
                "Rating prior: expected a standard deviation from 1e-6 to 1e6, got 0."
                "deviation"

            Expect.equal
                (argumentFault (fun () -> BradleyTerry.Fit(tournament 1UL 5 [ 0; 0 ]).Interval(0, 95.0)))
                "Rating interval: expected a confidence between 0 and 1, such as 0.95, got 95."
                "confidence"
        }
    ]

// ---- Hodge ---------------------------------------------------------------------------------------------------------

/// What is played of a round robin: each of three plays each, and the flow a to b, b to c, a to c.
let private triangle ab bc ac =
    HodgeDecomposition.OfFlow([ "a"; "b"; "c" ], array2D [ [ 0.0; ab; ac ]; [ -ab; 0.0; bc ]; [ -ac; -bc; 0.0 ] ])

let private hodge =
    testList "Hodge decomposition" [
        test "a triangle" {
            // 1, 1 and 0: the circle a > b > c > a has 1 + 1 - 0 = 2, a third of it on each edge; ratings are row means (1/3, 0, -1/3).
            // Energies: 1 + 1 + 0 = 2; transitive 1/9 + 1/9 + 4/9 = 2/3; cyclic 3 * 4/9 = 4/3.
            let split = triangle 1.0 1.0 0.0

            Expect.sequenceEqual
                (split.Ratings |> Seq.map (fun r -> Math.Round(3.0 * r, 12)))
                [ 1.0; 0.0; -1.0 ]
                "ratings"

            near 1e-12 2.0 split.Energy "energy"
            near 1e-12 (2.0 / 3.0) split.TransitiveEnergy "transitive"
            near 1e-12 (4.0 / 3.0) split.CyclicEnergy "cyclic"
            near 1e-12 (2.0 / 3.0) split.CyclicShare "share"
            near 1e-12 (2.0 / 3.0) split.Cyclic[1] "on a to b"
            near 1e-12 (-2.0 / 3.0) split.Cyclic[2] "on a to c"
        }

        test "only transitive, only cyclic, and nothing" {
            near 1e-15 0.0 (triangle 1.0 1.0 2.0).CyclicShare "a ladder"
            near 1e-15 1.0 (triangle 1.0 1.0 -1.0).CyclicShare "rock, paper, scissors"
            Expect.equal (triangle 0.0 0.0 0.0).CyclicShare 0.0 "all even"
        }

        test "a ring of four has one cycle, a path none" {
            let met pairs =
                Comparisons.Of [ for first, second, wins, losses in pairs -> PairCounts(first, second, wins, losses) ]

            // everyone beats the next 7.5 : 2.5, with half a win more each 8 : 3
            let ring =
                HodgeDecomposition.Of(
                    met [ "a", "b", 7.5, 2.5; "b", "c", 7.5, 2.5; "c", "d", 7.5, 2.5; "d", "a", 7.5, 2.5 ]
                )

            Expect.equal ring.Cycles 1 "cycles"
            near 1e-12 1.0 ring.CyclicShare "all of it"
            near 1e-12 (log (8.0 / 3.0)) ring.Cyclic[1] "on a to b"
            let path = HodgeDecomposition.Of(met [ "a", "b", 7, 3; "b", "c", 2, 8; "c", "d", 5, 5 ])
            Expect.equal path.Cycles 0 "cycles"
            near 1e-12 0.0 path.CyclicShare "ratings say all"
            near 1e-12 (log (7.5 / 3.5)) (path.Ratings[0] - path.Ratings[1]) "the log-odds themselves"
        }

        propertyOver 100 "orthogonal and without divergence"
        <| Prop.forAll (Arb.fromGen smallTournaments) (fun games ->
            for weights in Enum.GetValues<PairWeights>() do
                try
                    let split = HodgeDecomposition.Of(games, 0.5, weights)
                    let n = games.Count
                    let at (values: ValueList<float>) i j = values[i * n + j]
                    let size = max 1.0 split.Energy
                    near (1e-12 * size) split.Energy (split.TransitiveEnergy + split.CyclicEnergy) "energies add up"

                    let inner =
                        Seq.sum (
                            seq {
                                for i, j in Seq.allPairs [ 0 .. n - 1 ] [ 0 .. n - 1 ] ->
                                    at split.Weights i j * at split.Cyclic i j * (split.Ratings[i] - split.Ratings[j])
                            }
                        )

                    near (1e-12 * size) 0.0 inner "orthogonal"

                    for i in 0 .. n - 1 do
                        let divergence =
                            Seq.sum (seq { for j in 0 .. n - 1 -> at split.Weights i j * at split.Cyclic i j })

                        near (1e-12 * size) 0.0 divergence "no divergence"
                with :? ArgumentException as e ->
                    Expect.stringContains e.Message "never met" "refused for one reason only")

        test "sampling alone is told from cycles" {
            let p = [
                for seed in 1UL .. 300UL ->
                    HodgeDecomposition
                        .Of(tournament seed 60 [ 0.5; 0.2; 0.0; -0.3; -0.4 ], weights = PairWeights.Precision)
                        .PValue.Value
            ]

            // uniform where strength is transitive: 5 % below 0.05 and half below 0.5
            near 0.035 0.05 (p |> List.averageBy (fun x -> if x < 0.05 then 1.0 else 0.0)) "below 0.05"
            near 0.08 0.5 (p |> List.averageBy (fun x -> if x < 0.5 then 1.0 else 0.0)) "below 0.5"

            let cyclic = comparisons [ "rock"; "paper"; "scissors" ] [ [ 0; 10; 50 ]; [ 50; 0; 10 ]; [ 10; 50; 0 ] ]

            Expect.isLessThan
                (HodgeDecomposition.Of(cyclic, weights = PairWeights.Precision).PValue.Value)
                1e-12
                "a true cycle"
        }

        test "refusals" {
            let apart = comparisons [ "a"; "b"; "c" ] [ [ 0; 1; 0 ]; [ 1; 0; 0 ]; [ 0; 0; 0 ] ]

            Expect.equal
                (argumentFault (fun () -> HodgeDecomposition.Of apart))
                "Hodge decomposition: expected a connected graph of games, but 'a', 'b' never met 'c', not even through others, so nothing ties their ratings together. Split them apart."
                "apart"

            Expect.equal
                (argumentFault (fun () -> HodgeDecomposition.Of(comparisons [ "a"; "b" ] [ [ 0; 2 ]; [ 0; 0 ] ], 0.0)))
                "Hodge decomposition: expected wins on both sides of every pair, but all games of 'a' against 'b' were won by one; ask for a smoothing above 0, such as 0.5."
                "smoothing"

            Expect.equal
                (argumentFault (fun () -> HodgeDecomposition.OfFlow([ "a"; "b" ], array2D [ [ 0; 1 ]; [ 1; 0 ] ])))
                "Hodge decomposition: expected an antisymmetric table, what the row gets being what the column loses, got 1 for 'a' against 'b' and 1 the other way round."
                "symmetric"
        }
    ]

// ---- Multidimensional Elo ------------------------------------------------------------------------------------------

let private rps =
    comparisons [ "rock"; "paper"; "scissors" ] [ [ 0; 10; 90 ]; [ 90; 0; 10 ]; [ 10; 90; 0 ] ]

let private randomFlow seed n =
    let draws = RandomStream(seed, "flow")

    let half = Array2D.init n n (fun i j -> if i < j then draws.Normal(int64 i, int64 j) else 0.0)

    HodgeDecomposition.OfFlow(names n, Array2D.init n n (fun i j -> half[i, j] - half[j, i]))

let private multidimensional =
    testList "multidimensional Elo" [
        test "rock, paper, scissors: Elo predicts nothing, one circle everything" {
            let elo = BradleyTerry.Fit rps
            let circle = MultidimensionalElo.Fit rps

            for winner, loser in [ 1, 0; 2, 1; 0, 2 ] do
                near 1e-12 0.5 (elo.WinProbability(winner, loser)) "Elo"
                // smoothed: 90.5 of 101
                near 1e-12 (90.5 / 101.0) (circle.WinProbability(winner, loser)) "one circle"

            // the antisymmetric table of l = log(90.5 / 10.5) around a triangle has singular values l sqrt 3 twice, and 0
            near 1e-12 (sqrt 3.0 * log (90.5 / 10.5)) circle.Circles[0].Strength "strength"
            near 1e-12 1.0 circle.CyclicEnergyHeld "held"

            for k in 0..2 do
                // a third of a turn apart, on a circle of radius sqrt(2/3)
                let x, y = circle.Circles[0].X[k], circle.Circles[0].Y[k]
                near 1e-12 (2.0 / 3.0) (x * x + y * y) "radius"
        }

        test "half as many circles as competitors meet every log-odds" {
            for n in [ 2; 3; 6; 7; 12 ] do
                for seed in 1UL .. 3UL do
                    let split = randomFlow seed n
                    let fit = MultidimensionalElo.Of(split, n / 2)

                    for i in 0 .. n - 1 do
                        for j in 0 .. n - 1 do
                            near 1e-10 split.Flow[i * n + j] (fit.LogOdds(i, j)) $"n = {n}"
        }

        test "circles of one strength are kept apart" {
            // two triangles that do not touch, of equal strength: a singular value of multiplicity four
            let flow = Array2D.zeroCreate 6 6

            for block in [ 0; 3 ] do
                for k in 0..2 do
                    flow[block + k, block + (k + 1) % 3] <- 1.0
                    flow[block + (k + 1) % 3, block + k] <- -1.0

            let fit = MultidimensionalElo.Of(HodgeDecomposition.OfFlow(names 6, flow), 2)

            for i in 0..5 do
                for j in 0..5 do
                    near 1e-12 flow[i, j] (fit.LogOdds(i, j)) "log-odds"

            let axes = [
                for c in fit.Circles do
                    List.ofSeq c.X
                    List.ofSeq c.Y
            ]

            for i, a in List.indexed axes do
                for j, b in List.indexed axes do
                    near 1e-12 (if i = j then 1.0 else 0.0) (List.sum (List.map2 (*) a b)) "orthonormal"
        }

        test "no other circle comes closer" {
            let n = 7
            let split = randomFlow 5UL n
            let cyclic i j = split.Cyclic[i * n + j]
            let best = MultidimensionalElo.Of(split, 1)

            let error (circle: EloCircle) =
                Seq.sum (
                    seq {
                        for i, j in Seq.allPairs [ 0 .. n - 1 ] [ 0 .. n - 1 ] ->
                            (cyclic i j - circle.Advantage(i, j)) ** 2.0
                    }
                )

            let own = error best.Circles[0]
            let all = Seq.sum (split.Cyclic |> Seq.map (fun c -> c * c))
            near 1e-10 (all * (1.0 - best.CyclicEnergyHeld)) own "what is not held"
            let draws = RandomStream(1UL, "circles")

            for k in 1L .. 2000L do
                // near the best and far from it
                let reach = if k % 2L = 0L then 0.05 else 1.0

                let moved (values: ValueList<float>) at =
                    values |> Seq.mapi (fun i v -> v + reach * draws.Normal(k, int64 (at + i))) |> ValueList.ToValueList

                let other = EloCircle(best.Circles[0].Strength, moved best.Circles[0].X 0, moved best.Circles[0].Y n)
                Expect.isGreaterThanOrEqual (error other) (own - 1e-9) "another"
        }

        test "refusals" {
            Expect.equal
                (argumentFault (fun () -> MultidimensionalElo.Fit(rps, 2)))
                "Multidimensional Elo: expected from 0 to 1 circles, half of the 3 competitors, got 2."
                "circles"

            Expect.equal
                (argumentFault (fun () ->
                    MultidimensionalElo.Fit(comparisons [ "a"; "b"; "c" ] [ [ 0; 1; 0 ]; [ 1; 0; 1 ]; [ 0; 1; 0 ] ])))
                "Multidimensional Elo: expected games of every pair, but 'a' never met 'c'; let them meet, or leave one of them out."
                "incomplete"
        }
    ]

// ---- Report --------------------------------------------------------------------------------------------------------

let private report =
    testList "report" [
        test "all ratings of rock, paper, scissors" {
            let report = RatingReport.Of(rps, NashAveraging(), AlphaRank())

            Expect.equal
                [ for c in report.Columns -> c.Name ]
                [ "Elo"; "+-"; "Hodge"; "x"; "y"; "nash_averaging"; "alpha_rank" ]
                "columns"

            for column in [ "Elo"; "Hodge" ] do
                for value in report.Column(column).Values do
                    near 1e-9 0.0 value column

            for column in [ "nash_averaging"; "alpha_rank" ] do
                for value in report.Column(column).Values do
                    near 1e-9 (1.0 / 3.0) value column

            let text = string report
            Expect.stringContains text "100.0 % of the log-odds' energy is cyclic" "share"
            Expect.stringContains text "The only equilibrium" "Nash"

            Expect.equal
                (argumentFault (fun () -> report.Column "nash_avering"))
                "Rating report: there is no 'nash_avering'. Did you mean 'nash_averaging'?"
                "name"
        }

        test "what never met has ratings, but no game" {
            let games = comparisons [ "a"; "b"; "c" ] [ [ 0; 6; 0 ]; [ 4; 0; 7 ]; [ 0; 3; 0 ] ]
            let report = RatingReport.Of(games, RatingPrior.Gaussian 2.0)
            Expect.equal [ for c in report.Columns -> c.Name ] [ "Elo"; "+-"; "Hodge" ] "columns"
            Expect.stringContains (string report) "there are no cycles of pairs that met" "note"

            Expect.equal
                (argumentFault (fun () -> RatingReport.Of(games, AlphaRank())))
                "Symmetric game: expected games of every pair, but 'a' never met 'c'; let them meet, or leave one of them out."
                "message"
        }
    ]

[<Tests>]
let tests = testList "ratings" [ values; bradleyTerry; hodge; multidimensional; report ]
