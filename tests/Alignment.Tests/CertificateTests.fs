/// Certificates, held against definitions that are written anew here.
module Alignment.Tests.CertificateTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.LoopFixtures

// ---- Certificates --------------------------------------------------------------------------------------------------

/// For each player, what each action is worth against the others' strategies: one loop over all cells.
let private actionValues (sizes: int list) (payoffs: float[] list) (strategies: float[] list) =
    let values = sizes |> List.map (fun n -> Array.zeroCreate<float> n)

    for cell in 0 .. List.reduce (*) sizes - 1 do
        let actions =
            List.foldBack (fun size (rest, found) -> rest / size, rest % size :: found) sizes (cell, []) |> snd

        for player in 0 .. sizes.Length - 1 do
            let mutable weight = payoffs[player][cell]

            for other in 0 .. sizes.Length - 1 do
                if other <> player then
                    weight <- weight * strategies[other][actions[other]]

            values[player][actions[player]] <- values[player][actions[player]] + weight

    values

let private dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0.0 a b

let private strategiesOf (game: GameSolution) = [ for strategy in game.Strategies -> Array.ofSeq strategy ]

let private nashConv sizes payoffs strategies =
    List.map2 (fun values own -> Array.max values - dot values own) (actionValues sizes payoffs strategies) strategies
    |> List.sum

/// The largest value of a concave function on [0, 1], by golden sections.
let private largest f =
    let ratio = (sqrt 5.0 - 1.0) / 2.0

    let rec narrow low high steps =
        let left, right = high - ratio * (high - low), low + ratio * (high - low)

        if steps = 0 then max (f left) (max (f 0.0) (f 1.0))
        elif f left < f right then narrow left high (steps - 1)
        else narrow low right (steps - 1)

    narrow 0.0 1.0 100

let private xlogx p = if p > 0.0 then p * log p else 0.0

/// Regularizers with their penalties, written out again.
let private regularizers = [
    "entropy", (fun _ -> Regularizer.Entropy 0.3), (fun (p: float[]) -> 0.3 * Array.sumBy xlogx p)
    "kl",
    (fun (actions: Axis) -> Regularizer.Kl(Expr.Vector(actions, 0.8, 0.2), 0.3)),
    (fun p -> 0.3 * Array.sum (Array.map2 (fun p r -> xlogx p - p * log r) p [| 0.8; 0.2 |]))
    "l2", (fun _ -> Regularizer.L2 0.7), (fun p -> 0.35 * Array.sumBy (fun p -> p * p) p)
    "tsallis 1.5",
    (fun _ -> Regularizer.Tsallis(1.5, 0.4)),
    (fun p -> 0.4 * (Array.sumBy (fun p -> p ** 1.5) p - 1.0) / 0.5)
    "tsallis 0.5", (fun _ -> Regularizer.Tsallis(0.5, 0.4)), (fun p -> 0.4 * (Array.sumBy sqrt p - 1.0) / -0.5)
    "tsallis 2", (fun _ -> Regularizer.Tsallis(2.0, 0.4)), (fun p -> 0.4 * (Array.sumBy (fun p -> p * p) p - 1.0))
]

let private certificates =
    testList "certificates" [
        for sizes in [ [ 4; 5 ]; [ 2; 3; 4 ]; [ 2; 2; 2; 3 ] ] do
            let cells = List.reduce (*) sizes

            for precision in [ Precision.Float32; Precision.Float64 ] do
                testCase $"NashConv of a %A{sizes} game, {precision}" (fun () ->
                    let payoffs = [ for player in 0 .. sizes.Length - 1 -> draws $"certificate {player}" 1 cells 1 ]

                    for solver, until in [ iterative "rm", 37L; iterative "fp", 20L; iterative "replicator", 50L ] do
                        let options = SolveOptions(Until = Stop.AfterSteps until, Threads = 1, Precision = precision)
                        let solution = GameSolver.Solve(normalForm sizes payoffs, solver, options)
                        let strategies = strategiesOf solution.Games[0]
                        let expected = nashConv sizes payoffs strategies
                        near 1e-12 expected solution.Certificate.NashConv "NashConv"
                        near 1e-12 (expected / float sizes.Length) solution.Certificate.Exploitability "exploitability"
                        Expect.equal solution.Certificate.Kind "exact" "kind"

                        for player in 0 .. sizes.Length - 1 do
                            let values = (actionValues sizes payoffs strategies)[player]

                            near
                                1e-12
                                (dot values strategies[player])
                                (solution.Value solution.Players[player])
                                "value"

                            let entropy = solution.Games[0].Metrics[$"game/entropy/p{player}"]
                            near 1e-12 (-(Array.sumBy xlogx strategies[player])) entropy "entropy"

                        for strategy in strategies do
                            near 1e-15 1.0 (Array.sum strategy) "what is certified is a distribution")

        testCase "chance is averaged out" (fun () ->
            let a, b, weather = row 2, column 2, Axis.Of("weather", "sun", "rain", "snow")
            let payoffs, chance = draws "nature" 3 2 2, [| 0.5; 0.3; 0.2 |]
            let payoff = Expr.Literal(NamedTensor.Of([ weather; a.Actions; b.Actions ], payoffs))
            let spec = Game.Named("weather").Nature(weather, Expr.Vector(weather, chance)).ZeroSum(a, b, payoff)
            let solution = solve spec (iterative "rm") (Stop.AfterSteps 10L)
            let mean = [| for cell in 0..3 -> Seq.sum [ for w in 0..2 -> chance[w] * payoffs[w * 4 + cell] ] |]
            let expected = nashConv [ 2; 2 ] [ mean; Array.map (~-) mean ] (strategiesOf solution.Games[0])
            near 1e-12 expected solution.Certificate.NashConv "NashConv")

        for name, regularizer, penalty in regularizers do
            testCase $"the regularized gap of {name}" (fun () ->
                let payoffs = [ draws "regularized" 1 2 2; draws "regularized, column" 1 2 2 ]
                let strategies = [ [| 0.3; 0.7 |]; [| 0.9; 0.1 |] ]
                let plain = normalForm [ 2; 2 ] payoffs
                let solver = { Strategies = List.map List.ofArray strategies }

                // both players regularized, then the first alone
                for spec, regularized in
                    [
                        plain.Players
                        |> Seq.fold (fun (spec: GameSpec) p -> spec.Regularize(p, regularizer p.Actions)) plain,
                        [ true; true ]
                        plain.Regularize(plain.Players[0], regularizer plain.Players[0].Actions), [ true; false ]
                    ] do
                    let gain (values: float[]) own applies =
                        let worth strategy = dot values strategy - (if applies then penalty strategy else 0.0)

                        largest (fun p -> worth [| p; 1.0 - p |]) - worth own

                    let expected =
                        List.map3 gain (actionValues [ 2; 2 ] payoffs strategies) strategies regularized |> List.sum

                    let certificate = (solve spec solver (Stop.AfterSteps 1L)).Certificate
                    near 1e-12 expected certificate.RegularizedGap.Value "regularized gap"
                    near 1e-12 (nashConv [ 2; 2 ] payoffs strategies) certificate.NashConv "of the unregularized game")

        testCase "the regularized gap of more actions: logsumexp" (fun () ->
            let payoffs = draws "regularized" 1 3 4
            let spec = zeroSumOf 3 4 payoffs
            let solution = solve spec (iterative "mmd") (Stop.AfterSteps 25L)
            let strategies = strategiesOf solution.Games[0]
            let tau = 0.1

            let gain (values: float[]) (own: float[]) =
                let top = Array.max values
                let best = top + tau * log (values |> Array.averageBy (fun v -> exp ((v - top) / tau)))
                best - (dot values own - tau * (Array.sumBy xlogx own + log (float own.Length)))

            let expected =
                List.map2 gain (actionValues [ 3; 4 ] [ payoffs; Array.map (~-) payoffs ] strategies) strategies
                |> List.sum

            near 1e-12 expected solution.Certificate.RegularizedGap.Value "regularized gap")

        testCase "a mixed strategy outside of a game's support is measured too" (fun () ->
            let spec = Game.Named("pure").ZeroSum(row3, column3, (weightedRps 2.0).Payoffs[0].Payoff)
            let regularized = spec.Regularize(row3, Regularizer.Entropy 1.0)

            let certificate =
                (solve regularized { Strategies = [ [ 1.0; 0.0; 0.0 ]; [ 0.0; 1.0; 0.0 ] ] } (Stop.AfterSteps 1L))
                    .Certificate
            // values of the row against paper: -1, 0, 2; log(1/e + 1 + e^2) - (-1) for the row; paper is best against rock
            near 1e-12 (log (exp -1.0 + 1.0 + exp 2.0) + 1.0) certificate.RegularizedGap.Value "row's regularized gain"
            near 1e-15 3.0 certificate.NashConv "row's gain")
    ]

let private sexes = normalForm [ 2; 2 ] [ [| 3.0; 0.0; 0.0; 2.0 |]; [| 2.0; 0.0; 0.0; 3.0 |] ]

let private correlated =
    testList "correlated gaps" [
        for name, spec, joint, coarse, full in
            [
                // told to yield: 6/3 + 2/3 against 7/3; told to dare: 7/3 against 6/3. Always one thing: 14/3 against 5.
                "chicken, a third each but the crash", chicken, [ 1.0 / 3.0; 1.0 / 3.0; 1.0 / 3.0; 0.0 ], 0.0, 0.0
                // told to yield: 6/2 + 2/4 = 7/2 and 7/2: indifferent. 21/4 each, the most that an equilibrium gives.
                "chicken, the most welfare", chicken, [ 0.5; 0.25; 0.25; 0.0 ], 0.0, 0.0
                // E = 15/4. Told to dare: 7/4 against 8/4. Always yield: 4.
                "chicken, uniform", chicken, [ 0.25; 0.25; 0.25; 0.25 ], 0.25, 0.25
                // both yield: daring gives 7 for 6
                "chicken, both yield", chicken, [ 1.0; 0.0; 0.0; 0.0 ], 1.0, 1.0
                // told either: obeying is an equilibrium
                "sexes, a fair coin", sexes, [ 0.5; 0.0; 0.0; 0.5 ], 0.0, 0.0
                // always apart, E = 0: the other action gives 2/2 or 3/2 (told each half of the time); always the better one 3/2
                "sexes, always apart", sexes, [ 0.0; 0.5; 0.5; 0.0 ], 1.5, 2.5
                // the second player, told its own favourite: 2/2 for 0; always the other's: 2 for 1
                "sexes, half together", sexes, [ 0.5; 0.5; 0.0; 0.0 ], 1.0, 1.0
            ] do
            testCase name (fun () ->
                let certificate = GameSolver.Solve(spec, { Joint = joint }, options endless).Certificate
                near 1e-15 coarse certificate.CoarseCorrelatedGap.Value "coarse"
                near 1e-15 full certificate.CorrelatedGap.Value "full")

        testCase "the joint play of a run is kept where the game is not constant-sum" (fun () ->
            let solution = solve chicken (iterative "rm") (Stop.AfterSteps 10L)
            near 1e-12 1.0 (List.sum (jointOf solution.Games[0])) "a distribution"
            let zeroSum = solve (weightedRps 1.0) (iterative "rm") (Stop.AfterSteps 10L)
            Expect.isEmpty (jointOf zeroSum.Games[0]) "no joint"
            Expect.isFalse zeroSum.Certificate.CoarseCorrelatedGap.HasValue "no gap")

        // A plain sum of 200,000 float32 terms is off by a part in 1,000, and gives a gap of its own.
        testCase "the joint average in float32 is that of float64 after 200,000 steps" (fun () ->
            let compare name (spec: GameSpec) (solver: ISolver) steps tolerance =
                let run precision =
                    let options = SolveOptions(Until = Stop.AfterSteps steps, Threads = 1, Precision = precision)
                    GameSolver.Solve(spec, solver, options)

                let single, double = run Precision.Float32, run Precision.Float64

                for a, b in List.zip (jointOf single.Games[0]) (jointOf double.Games[0]) do
                    near tolerance b a name

                single.Certificate.CoarseCorrelatedGap.Value, double.Certificate.CoarseCorrelatedGap.Value

            // always the same play, so that nothing but the sum can differ; no product is a float32
            let always = { Strategies = [ [ 0.9; 0.1 ]; [ 0.7; 0.3 ] ] }
            compare "the same play" chicken always 200_000L 1e-7 |> ignore

            // play that converges
            let single, double =
                compare
                    "omwu"
                    (GameLibrary.Create "random_general_sum(players=2,actions=3,seed=1)")
                    (iterative "omwu")
                    200_000L
                    1e-6

            near (double / 100.0) double single "coarse correlated gap")

        // chicken from uniform play: values (4, 3.5), regrets (1/4, -1/4): everybody yields from step 2 on; then values (6, 7), regret 1 a step
        testCase "the joint average of two steps by hand" (fun () ->
            let solution = solve chicken (iterative "rm") (Stop.AfterSteps 2L)
            // 1: 1/4 each; 2: (1, 0, 0, 0)
            Expect.equal (jointOf solution.Games[0]) [ 0.625; 0.125; 0.125; 0.125 ] "joint"
            // E = 3.75 + 0.25 + 0.875 = 4.875; always dare: 7 * 0.75 = 5.25; always yield: 6 * 0.75 + 2 * 0.25 = 5
            near 1e-15 0.375 solution.Certificate.CoarseCorrelatedGap.Value "coarse")
    ]

[<Tests>]
let tests = testList "loop" [ certificates; correlated ]
