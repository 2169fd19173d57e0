/// Nash averaging, its clones, and the layers of a spinning top.
module Alignment.Tests.NashAveragingTests

open System
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private names n = [ for i in 1..n -> $"s{i}" ]
let private game (payoffs: float[,]) = SymmetricGame.Of(names (payoffs.GetLength 0), payoffs)
let private gameOf (payoffs: float list list) = game (array2D payoffs)
let private average (payoffs: float[,]) = NashAveraging().Average(game payoffs)
let private merged (payoffs: float[,]) = NashAveraging(Clones = CloneRule.Merge).Average(game payoffs)

let private nearAll tolerance expected (actual: float seq) what =
    Seq.iter2 (fun e a -> near tolerance e a what) expected actual

/// The counterexample: a and b tie, and beat c by 1 and by 3.
let private counterexample = array2D [ [ 0.0; 0.0; 1.0 ]; [ 0.0; 0.0; 3.0 ]; [ -1.0; -3.0; 0.0 ] ]

/// The game with a copy of a strategy at its end.
let private copied strategy (payoffs: float[,]) =
    let n = payoffs.GetLength 0
    let origin k = if k = n then strategy else k
    Array2D.init (n + 1) (n + 1) (fun i j -> payoffs[origin i, origin j])

/// Small games of whole payoffs from -2 to 2: equilibria are often many.
let private smallGames = gen {
    let! n = Gen.choose (1, 5)
    let! numbers = Gen.listOfLength (n * n) (Gen.frequency [ 2, Gen.constant 0; 3, Gen.choose (-2, 2) ])

    return
        Array2D.init n n (fun i j ->
            if i < j then float numbers[i * n + j]
            elif i > j then -(float numbers[j * n + i])
            else 0.0)
}

/// The corners of the set of equilibrium strategies: supports and best responses are enumerated, no linear program is solved.
let private corners (payoffs: float[,]) =
    let found = SupportEnumeration().FindAll(game payoffs)

    [ for e in found.Equilibria -> List.ofSeq e.First ]
    |> List.distinctBy (List.map (fun p -> Math.Round(p, 7)))

let private rank (rows: float list list) =
    let table: float[][] = rows |> List.map Array.ofList |> Array.ofList
    let width = table[0].Length
    let mutable rank = 0

    for column in 0 .. width - 1 do
        match [ rank .. table.Length - 1 ] |> List.filter (fun r -> abs (table[r][column]) > 1e-9) |> List.tryHead with
        | None -> ()
        | Some pivot ->
            let row = table[pivot]
            table[pivot] <- table[rank]
            table[rank] <- row

            for other in rank + 1 .. table.Length - 1 do
                let factor = table[other][column] / row[column]
                table[other] <- Array.map2 (fun a b -> a - factor * b) table[other] row

            rank <- rank + 1

    rank

let private payoffAgainst (payoffs: float[,]) strategy mixture =
    mixture |> List.mapi (fun j p -> p * payoffs[strategy, j]) |> List.sum

// ---- The solver ----------------------------------------------------------------------------------------------------

let private solver =
    testList "solver" [
        test "rock, paper, scissors with weights" {
            // Wins of 3, 5 and 2: against (5, 2, 3)/10 rock gets -3 * 0.2 + 2 * 0.3 = 0, paper 3 * 0.5 - 5 * 0.3 = 0, scissors -2 * 0.5 + 5 * 0.2 = 0.
            let found = average (array2D [ [ 0; -3; 2 ]; [ 3; 0; -5 ]; [ -2; 5; 0 ] ])
            nearAll 1e-14 [ 0.5; 0.2; 0.3 ] found.Weights "weights"
            nearAll 1e-14 [ 0.0; 0.0; 0.0 ] found.Ratings "ratings"
            Expect.isTrue found.IsUnique "unique"
            Expect.equal found.Note "The only equilibrium, by rank and by linear programs." "note"
            nearAll 1e-14 [ 0.5; 0.2; 0.3 ] (found.WeightReach |> Seq.map _.Low) "reach"
        }

        test "the counterexample: ratings depend on a copy where the equilibrium is not the only one" {
            // Equilibria are (p, 1 - p, 0), against which c gets -p - 3 (1 - p): -3 to -1. Largest entropy at p = 1/2: -2.
            let found = average counterexample
            nearAll 1e-12 [ 0.5; 0.5; 0.0 ] found.Weights "weights"
            nearAll 1e-12 [ 0.0; 0.0; -2.0 ] found.Ratings "ratings"
            Expect.equal found.Dimension 1 "dimension"
            Expect.isFalse found.RatingsAreUnique "ratings"
            nearAll 1e-9 [ -3.0; -1.0 ] [ found.RatingReach[2].Low; found.RatingReach[2].High ] "reach"

            Expect.equal
                found.Note
                "Not the only equilibrium: equilibria have 1 dimension, and in them the weight of 's1' goes from 0 to 1; this is the one of largest entropy. Ratings depend on the choice, that of 's3' goes from -3 to -1, and a copy of a strategy may change them; clones=merge lets copies share a weight."
                "the warning"

            Expect.isFalse
                (average (Array2D.map (fun x -> 1e-8 * x) counterexample)).RatingsAreUnique
                "in whatever unit payoffs are"

            // With a second a, a third on each: -1/3 - 1/3 - 3/3 = -5/3. Merged, -2 again, and the copies have a quarter each.
            let twice = average (copied 0 counterexample)
            nearAll 1e-12 [ 1.0 / 3.0; 1.0 / 3.0; 0.0; 1.0 / 3.0 ] twice.Weights "weights with a copy"
            nearAll 1e-12 [ 0.0; 0.0; -5.0 / 3.0; 0.0 ] twice.Ratings "ratings with a copy"
            let shared = merged (copied 0 counterexample)
            nearAll 1e-12 [ 0.25; 0.5; 0.0; 0.25 ] shared.Weights "weights merged"
            nearAll 1e-12 [ 0.0; 0.0; -2.0; 0.0 ] shared.Ratings "ratings merged"
            Expect.equal [ for g in shared.Clones -> List.ofSeq g ] [ [ "s1"; "s4" ] ] "who was merged"
            Expect.stringStarts shared.Note "'s1', 's4' are copies and share a weight. Not the only" "note"
        }

        test "a beaten strategy can hold the entropy down" {
            // a and b tie; c gets 2 from a and loses 1 to b. Equilibria (p, 1 - p, 0) with 2 p - (1 - p) <= 0: p <= 1/3, so not 1/2 but 1/3.
            let found = average (array2D [ [ 0; 0; -2 ]; [ 0; 0; 1 ]; [ 2; -1; 0 ] ])
            nearAll 1e-9 [ 1.0 / 3.0; 2.0 / 3.0; 0.0 ] found.Weights "weights"
            Expect.isLessThan found.EntropyGap 1e-9 "certificate"
            nearAll 1e-9 [ -1.0; 0.0 ] [ found.RatingReach[2].Low; found.RatingReach[2].High ] "reach"
        }

        test "all ties: everybody plays" {
            for n in [ 1; 2; 7 ] do
                let found = average (Array2D.zeroCreate n n)
                nearAll 1e-12 (List.replicate n (1.0 / float n)) found.Weights "uniform"
                Expect.equal found.Dimension (n - 1) "dimension"
        }

        propertyOver 300 "dimension, reach and largest entropy against all corners"
        <| Prop.forAll (Arb.fromGen smallGames) (fun payoffs ->
            let found = average payoffs
            let all = corners payoffs
            let n = payoffs.GetLength 0
            Expect.equal found.Dimension (rank (all |> List.map (List.map2 (fun a b -> b - a) all.Head))) "dimension"
            Expect.equal found.IsUnique (all.Length = 1) "unique"

            for k in 0 .. n - 1 do
                let weights = all |> List.map (List.item k)
                near 1e-8 (List.min weights) found.WeightReach[k].Low "least weight"
                near 1e-8 (List.max weights) found.WeightReach[k].High "largest weight"
                let ratings = all |> List.map (payoffAgainst payoffs k)
                near 1e-8 (List.min ratings) found.RatingReach[k].Low "least rating"
                near 1e-8 (List.max ratings) found.RatingReach[k].High "largest rating"

            // An equilibrium, and entropy falls towards every corner: the derivative is -sum (v - p) log p.
            Expect.isLessThan (Seq.max found.Ratings) 1e-9 "nobody gains"
            near 1e-12 1.0 (Seq.sum found.Weights) "a distribution"

            for corner in all do
                let slope =
                    Seq.map2
                        (fun v p ->
                            if p > 0.0 then
                                -(v - p) * log p
                            else
                                // whatever some equilibrium plays, this one plays
                                near 1e-9 0.0 v "support"
                                0.0)
                        corner
                        found.Weights
                    |> Seq.sum

                Expect.isLessThan slope 1e-7 "no equilibrium has more entropy"

            Expect.isLessThan found.Residual 1e-9 "residual"
            Expect.isLessThan found.EntropyGap 1e-9 "gap")

        propertyOver 100 "copies change nothing where ratings are unique, or when merged"
        <| Prop.forAll (Arb.fromGen (Gen.zip smallGames (Gen.choose (0, 4)))) (fun (payoffs, copy) ->
            let n = payoffs.GetLength 0
            let more = copied (copy % n) payoffs
            let plain = average payoffs

            if plain.RatingsAreUnique then
                nearAll 1e-8 plain.Ratings (Seq.take n (average more).Ratings) "ratings"

            let one, two = merged payoffs, merged more
            nearAll 1e-8 one.Ratings (Seq.take n two.Ratings) "ratings, merged"

            let group (found: NashAverage) k =
                let own = [
                    for j in 0 .. n - 1 do
                        if [ 0 .. n - 1 ] |> List.forall (fun i -> payoffs[j, i] = payoffs[k, i]) then
                            j
                ]

                let extra =
                    if found.Weights.Count > n && List.contains (copy % n) own then
                        found.Weights[n]
                    else
                        0.0

                extra + List.sumBy (fun j -> found.Weights[j]) own

            for k in 0 .. n - 1 do
                near 1e-7 (group one k) (group two k) "weight of all copies together")

        propertyOver 50 "order, scale and a constant do not matter"
        <| Prop.forAll (Arb.fromGen smallGames) (fun payoffs ->
            let n = payoffs.GetLength 0
            let found = average payoffs
            let turned = average (Array2D.init n n (fun i j -> payoffs[n - 1 - i, n - 1 - j]))
            nearAll 1e-8 (Seq.rev found.Weights) turned.Weights "order"
            let scaled = average (Array2D.map (fun x -> 1e6 * x) payoffs)
            nearAll 1e-8 found.Weights scaled.Weights "scale"

            if n > 1 then
                let row, column = Player.sized "row" n, Player.sized "column" n
                let table shift sign = Array2D.map (fun x -> sign * x + shift) payoffs

                let spec =
                    Game
                        .Named("shifted")
                        .Player(row)
                        .Player(column)
                        .Payoff(row, Expr.Matrix(row.Actions, column.Actions, table 3.0 1.0))
                        .Payoff(column, Expr.Matrix(row.Actions, column.Actions, table 3.0 -1.0))

                nearAll 1e-8 found.Weights (NashAveraging().Average((BoundGame.Bind spec).Data 0)).Weights "a constant")

        test "a largest entropy on a constraint that costs nothing" {
            // equilibria play 1, 4 and 5 with p1 <= p4, against 2, and 2 (p1 + p4) <= p5, against 3: entropy wants both equal, and of the first
            // it would want that unasked
            let payoffs =
                array2D [
                    [ 0.0; -2.0; -2.0; 0.0; 0.0 ]
                    [ 2.0; 0.0; -1.0; -2.0; 0.0 ]
                    [ 2.0; 1.0; 0.0; 2.0; -1.0 ]
                    [ 0.0; 2.0; -2.0; 0.0; 0.0 ]
                    [ 0.0; 0.0; 1.0; 0.0; 0.0 ]
                ]

            let found = average payoffs
            nearAll 1e-14 [ 1.0 / 6.0; 0.0; 0.0; 1.0 / 6.0; 2.0 / 3.0 ] found.Weights "weights"
            Expect.isLessThan found.EntropyGap 1e-14 "gap"
        }

        test "a game of sixty strategies" {
            let draws = RandomStream(1UL, "sixty")

            let half =
                Array2D.init 60 60 (fun i j -> if i < j then 2.0 * draws.Uniform(int64 i, int64 j) - 1.0 else 0.0)

            let found = average (Array2D.init 60 60 (fun i j -> half[i, j] - half[j, i]))
            Expect.isTrue found.IsUnique "unique"

            Expect.equal
                (found.Weights |> Seq.filter (fun w -> w > 0.0) |> Seq.length |> fun n -> n % 2)
                1
                "an odd support"

            Expect.isLessThan (Seq.max found.Ratings) 1e-14 "nobody gains"
        }
    ]

// ---- As one solver of many -----------------------------------------------------------------------------------------

let private surface =
    testList "as a solver" [
        test "of a specification" {
            let solution = Games.RockPaperScissors(2, 3, 5).Solve(NashAveraging())
            Expect.isLessThan solution.Certificate.NashConv 1e-12 "certificate"
            Expect.contains solution.Notes "The only equilibrium, by rank and by linear programs." "note"
            let spec = (game counterexample).ToSpec "counterexample"
            let notes = spec.Solve(NashAveraging()).Notes
            Expect.exists notes (fun note -> note.StartsWith "Not the only equilibrium") "the warning is printed"
        }

        test "on the command line" {
            let out = printed [ "solve"; "rock_paper_scissors(scissors=2)"; "--solver"; "nash_averaging" ]
            Expect.stringContains out "rock 0.5000, paper 0.2500, scissors 0.2500" "strategies"

            let out =
                printed [
                    "solve"
                    "rock_paper_scissors"
                    "--solver"
                    "nash_averaging"
                    "--set"
                    "clones=merge"
                    "--set"
                    "cloneTolerance=0.01"
                ]

            Expect.stringContains out "The only equilibrium" "with settings"
        }

        test "refuses what is not symmetric" {
            for words, message in
                [
                    [ "matching_pennies"; "--solver"; "nash_averaging" ],
                    "solver 'nash_averaging': takes symmetric games only, and 'row' gets 1 at cell row=heads, column=heads, 'column' gets -1 at cell row=heads, column=heads; use lp"
                    [ "random_zero_sum(rows=2,columns=3)"; "--solver"; "nash_averaging" ],
                    "solver 'nash_averaging': takes symmetric games only, and 'row' has 2 actions, 'column' has 3; use lp"
                    [ "rock_paper_scissors"; "--solver"; "double_oracle(inner=nash_averaging)" ],
                    "inner solver 'nash_averaging' of 'double_oracle': takes symmetric games only, and those between two populations are not; use lp or prm+"
                ] do
                refused ("solve" :: words) message

            Expect.equal
                (argumentFault (fun () -> NashAveraging().Average((BoundGame.Bind(Games.MatchingPennies())).Data 0)))
                "Solver 'nash_averaging': expected a symmetric game of constant sum, in which players who change places change payoffs, got 1 and -1 at row=heads, column=heads, 1 and -1 at row=heads, column=heads; use 'lp' for other zero-sum games."
                "payoffs"

            Expect.equal
                (argumentFault (fun () -> NashAveraging().Average(game (Array2D.zeroCreate 301 301))))
                "Solver 'nash_averaging': expected at most 300 strategies, got 301; use 'prm+', which finds some equilibrium."
                "size"

            // s1 beats s2 by a hair: too little to tell whether one of them is played or both
            let hair = array2D [ [ 0.0; 1e-10; 1.0 ]; [ -1e-10; 0.0; 1.0 ]; [ -1.0; -1.0; 0.0 ] ]

            Expect.equal
                (argumentFault (fun () -> average hair))
                "Solver 'nash_averaging': expected a game that rounding does not turn into one with other equilibria, but whether equilibria play 's2' or beat it is a matter of rounding; round its payoffs, or merge clones with a larger cloneTolerance."
                "close to a tie"

            nearAll 1e-12 [ 0.5; 0.5; 0.0 ] (merged hair).Weights "as copies"

            Expect.equal
                (argumentFault (fun () -> NashAveraging(CloneTolerance = -1.0).Average(gameOf [ [ 0 ] ])))
                "Solver 'nash_averaging': expected a cloneTolerance from 0 to 1, got -1."
                "tolerance"
        }
    ]

// ---- Spinning tops -------------------------------------------------------------------------------------------------

/// Circles of the given odd sizes, each of which beats all below; within a circle everyone beats the half that comes next.
let private top (sizes: int list) =
    let level =
        sizes
        |> List.mapi (fun l size -> [ for k in 0 .. size - 1 -> l, k, size ])
        |> List.concat
        |> Array.ofList

    Array2D.init level.Length level.Length (fun i j ->
        let (a, k, size), (b, m, _) = level[i], level[j]

        if a <> b then (if a < b then 1.0 else -1.0)
        elif k = m then 0.0
        elif (m - k + size) % size <= size / 2 then 1.0
        else -1.0)

let private spinningTop =
    testList "spinning top" [
        test "a top that was built layer by layer" {
            let sizes = [ 1; 3; 5; 3; 1 ]
            let found = SpinningTop.Of(game (top sizes), NashAveraging())
            Expect.equal [ for layer in found.Layers -> layer.Members.Count ] sizes "sizes"
            Expect.equal (List.ofSeq found.Layers[1].Members) [ "s2"; "s3"; "s4" ] "members"
            // of 13: the circles beat those below and lose to those above: 12 - 0, 9 - 1, 4 - 4, ... of 12
            nearAll
                1e-12
                [ 12.0; 8.0; 0.0; -8.0; -12.0 ]
                (found.Layers |> Seq.map (fun layer -> 12.0 * layer.Strength))
                "strength"

            Expect.equal (found.LayerOf "s7") 3 "layer"

            for layer in found.Layers do
                nearAll 1e-9 (List.replicate layer.Members.Count (1.0 / float layer.Members.Count)) layer.Weights "even"

            Expect.stringContains (string found) "\n    2     3    0.6667  s2, s3, s4\n" "text"
        }

        test "a ladder has a layer a step, a circle one layer" {
            let ladder = SpinningTop.Of(game (Array2D.init 6 6 (fun i j -> float (j - i))), NashAveraging())

            Expect.equal
                [ for layer in ladder.Layers -> List.ofSeq layer.Members ]
                [ for n in names 6 -> [ n ] ]
                "ladder"

            Expect.equal (SpinningTop.Of(game (top [ 7 ]), NashAveraging()).Layers.Count) 1 "circle"
        }

        test "refusals" {
            // the first beats the three others, and meets itself with a quarter
            Expect.equal
                (argumentFault (fun () -> SpinningTop.Of(game (top [ 1; 3 ]), UniformWeights())))
                "Spinning top: expected an equilibrium of solver 'uniform', but 's1' gains 0.75 against its answer; use nash_averaging, or lp."
                "no equilibrium"

            Expect.equal
                (argumentFault (fun () -> SpinningTop.Of(game (top [ 3 ]), NashAveraging(), 0.5)))
                "Spinning top: expected a threshold from 0 to below 1/3, so that no support is empty, got 0.5."
                "threshold"
        }
    ]

[<Tests>]
let tests = testList "nash averaging" [ solver; surface; spinningTop ]
