/// What every solver must do on any game, and how fast.
module Alignment.Tests.SolverPropertyTests

open System
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- Properties ----------------------------------------------------------------------------------------------------

/// Games of two to four actions a player; payoffs over [-1, 1] of six digits, so that ties are out of the question.
let private smallGames =
    gen {
        let! rows = Gen.choose (2, 4)
        let! columns = Gen.choose (2, 4)
        let! payoffs = Gen.arrayOfLength (rows * columns) (Gen.choose (-1_000_000, 1_000_000))
        return payoffs |> Array.map (fun v -> float v / 1e6) |> matrix rows columns
    }
    |> Arb.fromGen

/// Strategies of the given sizes with every action above 0.
let private interior n = Gen.arrayOfLength n (Gen.choose (1, 1000)) |> Gen.map (Array.map float >> normalize)

/// A square zero-sum game with an interior equilibrium of value 0, and that equilibrium.
let private interiorGames =
    gen {
        let! n = Gen.choose (2, 4)
        let! payoffs = Gen.arrayOfLength (n * n) (Gen.choose (-1_000_000, 1_000_000))
        let! x = interior n
        let! y = interior n
        let raw = payoffs |> Array.map (fun v -> float v / 2e6) |> matrix n n
        let rows, columns = times raw y, times (Array.transpose raw) x
        let value = dot x rows
        // taking out row and column values makes every action as good as any other
        return raw |> Array.mapi (fun i r -> r |> Array.mapi (fun j v -> v - rows[i] - columns[j] + value)), x, y
    }
    |> Arb.fromGen

let private property name arbitrary (check: 'a -> unit) = propertyOver 25 name (Prop.forAll arbitrary check)

let private permuted (order: int[]) (values: 'a[]) = order |> Array.map (fun k -> values[k])

let private pairs (strategies: float[] list) message (other: float[] list) tolerance =
    for output, e, v in List.zip3 outputs strategies other do
        close tolerance e v $"{message}, {output}"

let private properties =
    testList "properties" [
        for name, solver in variants do
            property $"{name} stays on the simplex" smallGames (fun a ->
                use runner = runner (zeroSum a) solver

                for steps in [ 0; 1; 2; 47 ] do
                    runner.Run steps

                    for output in outputs do
                        let strategy = runner.Output output
                        Expect.all strategy (fun p -> p >= 0.0 && p <= 1.0 + 1e-12) $"{output} in [0, 1]"
                        Expect.isLessThan (abs (Array.sum strategy - 1.0)) 1e-12 $"{output} sums to 1")

            property $"{name}: permuted actions, permuted answer" smallGames (fun a ->
                let rows = RandomStream(1UL, "rows").Permutation(a.Length, 0L, 0L)
                let columns = RandomStream(1UL, "columns").Permutation(a[0].Length, 0L, 0L)
                let plain = after 30 (zeroSum a) solver
                let shuffled = after 30 (a |> permuted rows |> Array.map (permuted columns) |> zeroSum) solver
                let order = [ rows; columns; rows; columns ]
                pairs (List.map2 permuted order plain) "permuted" shuffled 1e-9)

            // over a thousand games, regret matching differs by 1e-7 in some: regrets that rounding is a large part of are divided by their sum
            property $"{name}: a constant added to all payoffs changes nothing" smallGames (fun a ->
                let plain = after 30 (zeroSum a) solver
                pairs plain "3 added" (after 30 (a |> Array.map (Array.map ((+) 3.0)) |> zeroSum) solver) 1e-9)

            // what is in units of payoff or of 1 / payoff must be scaled along
            property $"{name}: payoffs in another unit, the same answer" smallGames (fun a ->
                let scale = 8.0

                let rescaled key factor (s: IIterativeSolver) =
                    match s.Settings |> Seq.tryFind (fun setting -> setting.Name = key) with
                    | Some setting -> setting.With(number (factor * float setting.Value)) :?> IIterativeSolver
                    | None -> s

                let inUnit = solver |> rescaled "stepSize" (1.0 / scale) |> rescaled "temperature" scale
                let plain = after 30 (zeroSum a) solver
                pairs plain "scaled" (after 30 (a |> Array.map (Array.map ((*) scale)) |> zeroSum) inUnit) 1e-9)

            property $"{name}: same seed, same trace; no seed matters" smallGames (fun a ->
                let solve seed =
                    GameSolver.Solve(
                        zeroSum a,
                        solver,
                        SolveOptions(Until = Stop.AfterSteps 40L, Threads = 1, Seed = seed)
                    )

                let trace (solution: Solution) = [
                    for point in solution.Trace do
                        point.Step,
                        [ for metric in point.Metrics -> metric.Key, BitConverter.DoubleToInt64Bits metric.Value ]
                ]

                let first = solve 1UL
                // none of these solvers draws
                for again in [ solve 1UL; solve 2UL ] do
                    Expect.equal (trace again) (trace first) "trace"
                    Expect.equal again.Games[0].Strategies first.Games[0].Strategies "strategies")

            property $"{name}: players declared in the other order" smallGames (fun a ->
                let first, second = row a.Length, column a[0].Length
                let payoff = Expr.Matrix(first.Actions, second.Actions, array2D a)
                let swapped = Game.Named("swapped").ZeroSum(second, first, -payoff)
                let atOnce = simultaneous solver
                pairs (after 30 (zeroSum a) atOnce) "swapped" (after 30 swapped atOnce) 1e-9)

        testCase "in turns, who moves first matters" (fun () ->
            let a = matrix 3 3 (draws "turns" 1 3 3)
            let first, second = row 3, column 3
            let payoff = Expr.Matrix(first.Actions, second.Actions, array2D a)
            let swapped = Game.Named("swapped").ZeroSum(second, first, -payoff)

            for name in [ "prm+"; "rm+" ] do
                let averages spec = after 3 spec (iterative name) |> List.item 2
                let difference = Array.map2 (fun u v -> abs (u - v)) (averages (zeroSum a)) (averages swapped)
                Expect.isGreaterThan (Array.max difference) 1e-3 name)

        // in every unit, to the last bit, when the unit is a power of two: no regret is ever compared with anything but 0
        for name in [ "rm"; "rm+"; "prm+"; "fp" ] do
            property $"{name} needs no unit" smallGames (fun a ->
                let plain = after 100 (zeroSum a) (iterative name)

                for scale in [ 1024.0; 1.0 / 1024.0 ] do
                    let scaled = after 100 (a |> Array.map (Array.map ((*) scale)) |> zeroSum) (iterative name)
                    Expect.sequenceEqual (List.map bits scaled) (List.map bits plain) $"times {scale}")

        // An equilibrium, written into the state, stays there: all regrets are 0 and all values equal.
        let fixedPoint name solver (states: float[] * float[] -> (string * float[] * float[]) list) =
            property $"{name}: an interior equilibrium is a fixed point" interiorGames (fun (a, x, y) ->
                use runner = runner (zeroSum a) solver

                for state, ofRow, ofColumn in states (x, y) do
                    runner.SetState $"{state}/row" ofRow
                    runner.SetState $"{state}/column" ofColumn

                for _ in 1..10 do
                    runner.Run 1
                    close 1e-12 x (runner.Output "last/row") "row"
                    close 1e-12 y (runner.Output "last/column") "column")

        let logs = Array.map log
        let zeros = Array.map (fun _ -> 0.0)
        let proportional (x, y) = [ "regret", Array.map ((*) 3.0) x, Array.map ((*) 5.0) y ]
        fixedPoint "rm" (iterative "rm") proportional
        fixedPoint "rm+" (iterative "rm+") proportional
        fixedPoint "prm+" (iterative "prm+") (fun (x, y) -> ("predicted", zeros x, zeros y) :: proportional (x, y))
        fixedPoint "replicator" (iterative "replicator") (fun (x, y) -> [ "point", logs x, logs y ])
        fixedPoint "omwu" (iterative "omwu") (fun (x, y) -> [ "point", logs x, logs y; "seen", zeros x, zeros y ])
        fixedPoint "extragradient" (iterative "extragradient") (fun (x, y) -> [ "point", logs x, logs y ])

        fixedPoint "ogda" (iterative "ogda") (fun (x, y) -> [ "point", x, y; "seen", zeros x, zeros y ])

        fixedPoint "euclidean extragradient" (iterative "extragradient" |> set "geometry" "euclidean") (fun (x, y) -> [
            "point", x, y
        ])

        fixedPoint "mmd with its magnet there" (iterative "mmd" |> set "magnet" "moving") (fun (x, y) -> [
            "logit", logs x, logs y
            "magnet", logs x, logs y
        ])

        // hedge's falling step sizes pull every strategy but the uniform one towards it; fictitious play's last iterate is pure
        property "hedge: a uniform equilibrium is a fixed point" interiorGames (fun (a, _, _) ->
            let n = a.Length
            let centre = times a (uniform n)
            let level = a |> Array.mapi (fun i r -> r |> Array.map (fun v -> v - centre[i]))
            let columns = times (Array.transpose level) (uniform n)
            let flat = level |> Array.map (fun r -> Array.map2 (-) r columns)
            let strategies = after 20 (zeroSum flat) (iterative "hedge")

            for strategy in strategies do
                close 1e-12 (uniform n) strategy "strategy")

        // a pure and strict equilibrium attracts fictitious play for good
        testCase "fp: a strict pure equilibrium is a fixed point" (fun () ->
            let strategies = after 50 (zeroSum [| [| 0.0; 1.0 |]; [| -1.0; 2.0 |] |]) (iterative "fp")
            Expect.sequenceEqual strategies[0] [| 1.0; 0.0 |] "row"
            Expect.sequenceEqual strategies[1] [| 1.0; 0.0 |] "column")

        // the regularized equilibrium, found by iterating the logit responses with damping
        testCase "mmd: the regularized equilibrium is a fixed point" (fun () ->
            let a = matrix 3 4 (draws "logit" 1 3 4)
            let tau = 0.5
            let mutable x, y = uniform 3, uniform 4

            for _ in 1..5000 do
                let bestX = softmax (times a y |> Array.map (fun v -> v / tau))
                let bestY = softmax (times (Array.transpose a) x |> Array.map (fun v -> -v / tau))
                x <- Array.map2 (fun p b -> 0.9 * p + 0.1 * b) x bestX
                y <- Array.map2 (fun p b -> 0.9 * p + 0.1 * b) y bestY

            use runner = runner (zeroSum a) (iterative "mmd" |> set "temperature" (number tau))
            runner.SetState "logit/row" (logs x)
            runner.SetState "logit/column" (logs y)
            runner.Run 25
            close 1e-12 x (runner.Output "last/row") "row"
            close 1e-12 y (runner.Output "last/column") "column")
    ]

// ---- Rates ---------------------------------------------------------------------------------------------------------

/// Measured steps from first to last, a tenth apart.
let private grid first last =
    first
    |> List.unfold (fun t -> if t > last then None else Some(t, max (t + 1) (int (ceil (float t * 1.1)))))

/// Minus the slope of log gap on log step.
let private exponent (points: (int * float) list) =
    let points = points |> List.map (fun (t, gap) -> log (float t), log gap)
    let x, y = List.averageBy fst points, List.averageBy snd points
    let spread = points |> List.sumBy (fun (u, _) -> (u - x) ** 2.0)
    -(points |> List.sumBy (fun (u, v) -> (u - x) * (v - y))) / spread

let private games = 20
let private tenByTen = draws "rates" games 10 10

let private coarseGap (a: float[][]) (joint: float[][]) =
    let value = Array.sum (Array.map2 dot a joint)
    let columns, rows = joint |> Array.transpose |> Array.map Array.sum, joint |> Array.map Array.sum
    max (Array.max (times a columns) - value) (value - Array.min (times (Array.transpose a) rows))

/// The gap with tau KL to uniform for both players; 0.1 is the default of every solver that brings a regularizer along.
let private regularizedGap (a: float[][]) (x: float[]) y =
    let tau = 0.1

    let gain (values: float[]) (strategy: float[]) =
        let best =
            Array.max values
            + tau * log (values |> Array.averageBy (fun v -> exp ((v - Array.max values) / tau)))

        let penalty =
            strategy |> Array.sumBy (fun p -> if p > 0.0 then p * log (p * float strategy.Length) else 0.0)

        best - (dot values strategy - tau * penalty)

    gain (times a y) x + gain (times (Array.transpose a) x |> Array.map (~-)) y

/// Fitted exponents of the 20 games, smallest first; gaps below 1e-12 are rounding.
let private fitted (solver: IIterativeSolver) (claim: RateClaim) (steps: int list) =
    let spec = zeroSumBatch games 10 10 tenByTen
    use runner = new Runner(spec, solver, (claim.Gap = Gap.CoarseCorrelated))
    let mutable at = 0

    let measured = [
        for t in steps do
            runner.Run(t - at)
            at <- t

            let gap =
                match claim.Gap, claim.Iterate with
                | Gap.CoarseCorrelated, _ ->
                    let joint = runner.Outputs "joint"
                    fun game a -> coarseGap a (matrix 10 10 joint[game])
                | _, iterate ->
                    let word = if iterate = Iterate.Last then "last" else "average"
                    let x, y = runner.Outputs $"{word}/row", runner.Outputs $"{word}/column"
                    let gap = if claim.Gap = Gap.Regularized then regularizedGap else saddleGap
                    fun game a -> gap a x[game] y[game]

            t, Array.init games (fun game -> gap game (matrix 10 10 tenByTen[game * 100 .. game * 100 + 99]))
    ]

    // a gap that reached rounding before there was much to fit fell faster than any power
    let fit points = if List.length points < 8 then infinity else exponent points

    List.init games (fun game ->
        fit [
            for t, gaps in measured do
                if gaps[game] > 1e-12 then
                    t, gaps[game]
        ])
    |> List.sort

// Every claim of every solver, under its own conditions. Two decades of steps: from 100 where regret is what counts, from 1,000
// where a step size first has to carry the strategies from the centre to their place (about diameter^2 / eta steps).
let private rateTests =
    testList "rates over 20 random 10 x 10 games" [
        for name, solver in
            [
                for name in iterativeNames do
                    name, iterative name
                "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient")
                "mmd, moving magnet", set "magnet" "moving" (iterative "mmd")
            ] do
            for claim in solver.Info.Claims do
                if Double.IsFinite claim.Exponent && name <> "sppo" then
                    testCase $"{name}, {claim.Gap} of the {claim.Iterate}: {claim.Exponent}" (fun () ->
                        let conditioned =
                            match name, claim.Gap, claim.Iterate with
                            | _, Gap.CoarseCorrelated, _ -> simultaneous solver
                            | "omwu", _, Iterate.Last -> set "stepSize" "0.125" solver
                            | _ -> solver

                        let carries = conditioned |> has "stepSize" && claim.Exponent >= 0.5 && name <> "hedge"
                        let steps = if carries then grid 1_000 100_000 else grid 100 10_000
                        let slowest = List.head (fitted conditioned claim steps)
                        Expect.isGreaterThanOrEqual slowest (claim.Exponent - 0.05) "slowest of 20 games")

        // A claim about the length of the run: one run a length, each with the step size for it, c = sqrt(2 ln n) for payoffs over a range of 2.
        testCase "sppo, NashConv of the Average: 0.5" (fun () ->
            let claim = (iterative "sppo").Info.Claims[0]
            Expect.equal (claim.Gap, claim.Iterate, claim.Exponent) (Gap.NashConv, Iterate.Average, 0.5) "the claim"
            let lengths = [ 1_000; 3_000; 10_000; 30_000; 100_000 ]

            let gaps = [
                for steps in lengths do
                    let size = sqrt (2.0 * log 10.0 / float steps)

                    use runner =
                        runner (zeroSumBatch games 10 10 tenByTen) (set "stepSize" (number size) (iterative "sppo"))

                    runner.Run steps
                    let x, y = runner.Outputs "average/row", runner.Outputs "average/column"
                    [ for k in 0 .. games - 1 -> saddleGap (matrix 10 10 tenByTen[k * 100 .. k * 100 + 99]) x[k] y[k] ]
            ]

            for k in 0 .. games - 1 do
                let points = List.map2 (fun steps (gaps: float list) -> steps, gaps[k]) lengths gaps
                Expect.isGreaterThanOrEqual (exponent points) 0.45 $"game {k}"

                // 2 ln n / (eta T) + eta R^2 / 4 with R = 2
                for steps, gap in points do
                    let size = sqrt (2.0 * log 10.0 / float steps)
                    Expect.isLessThan gap (2.0 * log 10.0 / (size * float steps) + size) $"game {k}, {steps} steps")

        // sum over players of KL(z* || z_t) <= KL_0 / (1 + eta tau)^t for eta <= tau / L^2, L = max |payoff| <= 1; and the regularized
        // gap, at most (L + tau |log|) |z_t - z*| up to constants, goes the same way to rounding
        testCase "mmd, fixed magnet: linear at the rate that the theorem states" (fun () ->
            use runner = runner (zeroSumBatch games 10 10 tenByTen) (iterative "mmd")
            let eta, tau = 0.1, 0.1
            let read () = runner.Outputs "last/row", runner.Outputs "last/column"
            let grid = 0 :: grid 100 2_000
            let mutable at = 0

            let path = [
                for t in grid do
                    runner.Run(t - at)
                    at <- t
                    t, read ()
            ]

            runner.Run 10_000
            let limitX, limitY = read ()

            for game in 0 .. games - 1 do
                let kl (p: float[]) (q: float[]) = Array.map2 (fun p q -> p * log (p / q)) p q |> Array.sum
                let distance (x: float[][], y: float[][]) = kl limitX[game] x[game] + kl limitY[game] y[game]
                let start = distance (snd path[0])

                for t, strategies in path do
                    // a KL below 1e-13 is a difference of sums of order 1
                    Expect.isLessThan
                        (distance strategies)
                        (start / (1.0 + eta * tau) ** float t * 1.000001 + 1e-13)
                        $"game {game}, step {t}"

                let a = matrix 10 10 tenByTen[game * 100 .. game * 100 + 99]

                let gain values strategy =
                    let best = tau * log (values |> Array.averageBy (fun v -> exp (v / tau)))
                    best - (dot values strategy - tau * kl strategy (uniform 10))

                let x, y = limitX[game], limitY[game]
                let gap = gain (times a y) x + gain (times (Array.transpose a) x |> Array.map (~-)) y
                Expect.isLessThan gap 1e-10 $"game {game}: regularized gap")
    ]

[<Tests>]
let tests = testList "solvers" [ properties; rateTests ]
