/// The solve loop: batches, cancellation, steps beyond float32, numbers that overflow, what a status says.
module Alignment.Tests.LoopTests

open System
open System.Collections.Generic
open System.Diagnostics
open System.Threading
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.LoopFixtures

// ---- Batches -------------------------------------------------------------------------------------------------------

let private generalSum (over: Axis list) (first: float[]) (second: float[]) =
    let a, b = row 2, column 3
    let payoff (u: float[]) = Expr.Literal(NamedTensor.Of(over @ [ a.Actions; b.Actions ], u))
    let spec = Game.Named("general").Player(a).Player(b).Payoff(a, payoff first).Payoff(b, payoff second)
    over |> List.fold (fun (spec: GameSpec) axis -> spec.Over axis) spec

let private generalPayoffs = draws "general, row" 200 2 3, draws "general, column" 200 2 3

let private generalBatch games =
    let first, second = generalPayoffs
    generalSum [ Axis.Of("game", (games: int)) ] first[.. games * 6 - 1] second[.. games * 6 - 1]

let private generalSingle k =
    let first, second = generalPayoffs
    generalSum [] first[k * 6 .. k * 6 + 5] second[k * 6 .. k * 6 + 5]

let private zeroSumGames games = zeroSumBatch games 3 3 draws3[.. games * 9 - 1]
let private zeroSumGame k = zeroSumOf 3 3 draws3[k * 9 .. k * 9 + 8]

let private batches =
    let kinds = [
        "prm+", iterative "prm+", Stop.NashConvBelow 1e-3 ||| Stop.AfterSteps 400L, zeroSumGames, zeroSumGame
        "hedge", iterative "hedge", Stop.NashConvBelow 0.1 ||| Stop.AfterSteps 400L, zeroSumGames, zeroSumGame
        "mmd", iterative "mmd", Stop.RegularizedGapBelow 1e-3 ||| Stop.AfterSteps 400L, zeroSumGames, zeroSumGame
        "rm, general-sum", iterative "rm", Stop.CceGapBelow 0.01 ||| Stop.AfterSteps 400L, generalBatch, generalSingle
    ]

    testList "batches" [
        for name, solver, until, batch, single in kinds do
            for precision in [ Precision.Float32; Precision.Float64 ] do
                testCase $"{name} {precision}: every game stops at its own step, as if it were alone" (fun () ->
                    let run (spec: GameSpec) =
                        GameSolver.Solve(spec, solver, SolveOptions(Until = until, Threads = 1, Precision = precision))

                    let alone = Dictionary()

                    for games in [ 1; 3; 7; 8; 200 ] do
                        let solution = run (batch games)
                        Expect.equal solution.Games.Count games "games"

                        for k in List.distinct [ 0..7 ] @ [ 17; 42; 101; 198; 199 ] |> List.filter (fun k -> k < games) do
                            if not (alone.ContainsKey k) then
                                alone[k] <- exactly (run (single k)).Games[0]

                            Expect.equal (exactly solution.Games[k]) alone[k] $"game {k} of {games}"

                        if games >= 7 then
                            let steps = solution.Games |> Seq.map (fun g -> g.Steps) |> Seq.distinct |> Seq.length
                            Expect.isGreaterThan steps 2 "different steps"

                        Expect.equal
                            solution.Steps
                            (solution.Games |> Seq.map (fun g -> g.Steps) |> Seq.max)
                            "the longest run")

        testCase "names, the worst game, and the games at an element of an axis" (fun () ->
            let solution = solve (zeroSumGames 7) (iterative "prm+") (Stop.AfterSteps 10L)
            Expect.equal [ for g in solution.Games -> g.Game ] [ for k in 0..6 -> $"game={k}" ] "names"
            let worst = solution.Games |> Seq.map (fun g -> g.Certificate.NashConv) |> Seq.max
            Expect.equal solution.Certificate.NashConv worst "the worst stands for the batch"
            let part = solution.At(solution.Batch[0], 4)
            Expect.equal (List.ofSeq part.Games) [ solution.Games[4] ] "element 4"
            Expect.equal part.Batch.Count 0 "one axis less"

            Expect.throwsC (fun () -> solution.At(Axis.Of("gamma", 3), 0) |> ignore) (fun e ->
                Expect.equal e.Message "The solution has no batch axis 'gamma'. Did you mean 'game'?" "message"))

        testCase "the trace holds the largest gap and the mean of everything else" (fun () ->
            let solution = solve (zeroSumGames 3) (iterative "prm+") (Stop.AfterSteps 10L)
            let last = solution.Trace[solution.Trace.Count - 1].Metrics
            Expect.equal last["game/nash_conv"] solution.Certificate.NashConv "largest"
            let values = [ for g in solution.Games -> g.Metrics["game/value/row"] ]
            near 1e-15 (List.average values) last["game/value/row"] "mean")

        testCase "a setting swept over a batch axis" (fun () ->
            let axis = Axis.Of("rate", 3)
            let rates = [| 0.05; 0.2; 0.7 |]
            let setting = iterative("replicator").Settings |> Seq.find (fun s -> s.Name = "stepSize")
            let swept = setting.Over(axis, rates)
            let solution = solve ((weightedRps 2.0).Over axis) (swept :?> IIterativeSolver) (Stop.AfterSteps 50L)

            for k, rate in Seq.indexed rates do
                let alone =
                    solve (weightedRps 2.0) (setting.With(string rate) :?> IIterativeSolver) (Stop.AfterSteps 50L)

                Expect.equal (exactly solution.Games[k]) (exactly alone.Games[0]) $"rate {rate}")

        for chunk in [ 1; 10; 1000 ] do
            testCase $"chunks of {chunk} change nothing" (fun () ->
                for precision in [ Precision.Float32; Precision.Float64 ] do
                    let run chunk =
                        let until = Stop.NashConvBelow 1e-3 ||| Stop.AfterSteps 2000L
                        let options = SolveOptions(Until = until, Threads = 1, Precision = precision, Chunk = chunk)
                        GameSolver.Solve(zeroSumGames 40, iterative "rm+", options)

                    let expected, actual = run (Nullable()), run (Nullable chunk)

                    Expect.equal
                        (Seq.map exactly actual.Games |> List.ofSeq)
                        (Seq.map exactly expected.Games |> List.ofSeq)
                        "games"

                    Expect.equal (trace actual) (trace expected) "trace"
                    Expect.equal actual.Cycling expected.Cycling "cycling"
                    Expect.equal actual.Rates expected.Rates "rates")

        for name, solver, until, batch, _ in kinds do
            testCase $"{name}: two threads change nothing" (fun () ->
                for chunk in [ 1; 10; 1000 ] do
                    let run threads =
                        GameSolver.Solve(
                            batch 200,
                            solver,
                            SolveOptions(Until = until, Threads = threads, Chunk = chunk)
                        )

                    let expected, actual = run 1, run 2

                    Expect.equal
                        (Seq.map exactly actual.Games |> List.ofSeq)
                        (Seq.map exactly expected.Games |> List.ofSeq)
                        "games"

                    Expect.equal (trace actual) (trace expected) "trace")

        // a race shows in few of many calls: an earlier one showed in one of twenty such runs
        testCase "two threads change nothing in many calls of some length" (fun () ->
            let spec = zeroSumBatch 20 10 10 (draws "threads" 20 10 10)
            let program = SolverProgram.Compile(spec, iterative "prm+", spec.Batch, false)

            let run threads =
                use executable =
                    HostExecutor.Instance.Prepare(program, ExecutionOptions(Precision.Float64, threads, 0UL))

                executable.Initialize()

                for call in 0L .. 49L do
                    executable.Run(200L * call + 1L, 200)
                    executable.Read()

                let values: float[] = Array.zeroCreate 200
                executable.GetOutput("average/row", values)
                bits values

            let expected = run 1

            for _ in 1..20 do
                Expect.sequenceEqual (run 2) expected "averages")
    ]

// ---- Ends of a run -------------------------------------------------------------------------------------------------

let private cancellation =
    testList "cancellation" [
        testSequenced (
            testCase "a long run ends within a second of the cancellation, with a certificate" (fun () ->
                for games, rows in [ 1, 100; 500, 10 ] do
                    use source = new CancellationTokenSource(200)
                    let clock = Stopwatch()
                    use _ = source.Token.Register(fun () -> clock.Start())
                    let spec = zeroSumBatch games rows rows (draws "cancel" games rows rows)
                    let solution = GameSolver.Solve(spec, iterative "rm", SolveOptions(Until = endless), source.Token)
                    Expect.isTrue clock.IsRunning "ended by the cancellation"
                    Expect.isLessThan clock.Elapsed.TotalSeconds 1.0 "seconds"
                    Expect.isGreaterThan solution.Steps 0L "steps"

                    for game in solution.Games do
                        Expect.equal game.Status.Outcome Outcome.Cancelled game.Status.Sentence
                        Expect.isTrue (Double.IsFinite game.Certificate.NashConv) "certificate")
        )

        testCase "before the first step" (fun () ->
            let token = CancellationToken true
            let solution = GameSolver.Solve(weightedRps 1.0, iterative "rm", options endless, token)

            Expect.equal
                solution.Status.Sentence
                "Cancelled after 0 steps; the result is the one measured then."
                "sentence"

            near 1e-15 0.0 solution.Certificate.NashConv "uniform play is the equilibrium")

        testCase "games that were done stay done" (fun () ->
            // game 0 reaches its gap at once, the others never
            let payoffs = Array.append (Array.zeroCreate 9) draws3[..17]
            use source = new CancellationTokenSource(100)
            let until = Stop.NashConvBelow 1e-300
            let solution = GameSolver.Solve(zeroSumBatch 3 3 3 payoffs, iterative "rm", options until, source.Token)

            Expect.equal
                [ for g in solution.Games -> g.Status.Outcome ]
                [ Outcome.Converged; Outcome.Cancelled; Outcome.Cancelled ]
                "outcomes"

            Expect.equal solution.Games[0].Steps 1L "its own steps")

        testCaseAsync
            "asynchronously, with progress"
            (async {
                use source = new CancellationTokenSource()
                let seen = ResizeArray<int64>()

                let progress = {
                    new IProgress<TracePoint> with
                        member _.Report point =
                            seen.Add point.Step

                            if point.Step >= 1000L then
                                source.Cancel()
                }

                let experiment = Experiment(weightedRps 2.0, iterative "rm", endless)

                let! solution =
                    experiment.RunAsync(progress = progress, cancellationToken = source.Token) |> Async.AwaitTask

                Expect.equal solution.Status.Outcome Outcome.Cancelled solution.Status.Sentence

                Expect.sequenceEqual
                    seen
                    [ for point in solution.Trace -> point.Step ]
                    "every measured moment was reported"

                Expect.sequenceEqual
                    (List.take 12 (List.ofSeq seen))
                    [ 0L; 1L; 2L; 3L; 4L; 5L; 6L; 7L; 8L; 9L; 10L; 11L ]
                    "the first"
                // a tenth more each time: after 909 comes 1000
                Expect.isLessThan solution.Steps 1200L "it was told in time"
            })

        testCase "an experiment runs like its parts" (fun () ->
            let until = Stop.AfterSteps 100L
            let experiment = Experiment(weightedRps 2.0, iterative "rm+", until)
            let solution = experiment.Run()

            Expect.equal
                (exactly solution.Games[0])
                (exactly (solve (weightedRps 2.0) (iterative "rm+") until).Games[0])
                "same result"

            Expect.equal (experiment.Seeded(3UL).Options.Seed) 3UL "seed"
            Expect.stringEnds experiment.Script "LoopTests.fs" "the file that declares it")

        // alone: other tests that keep the pool's threads busy would delay the cancellation itself
        testSequenced (
            testCase "a linear program ends within a second, with a certificate" (fun () ->
                let size = 900
                let game = BoundGame.Bind(zeroSumOf size size (draws "cancel" 1 size size))
                let clock = Stopwatch()
                use source = new CancellationTokenSource()
                use _ = source.Token.Register(fun () -> clock.Start())
                source.CancelAfter 300
                let solution = GameSolver.Solve(game, ZeroSumLp(), options endless, source.Token)
                Expect.isLessThan clock.Elapsed.TotalSeconds 1.0 "seconds after the cancellation"

                Expect.equal
                    solution.Status
                    (Status(
                        Outcome.Cancelled,
                        "Cancelled before Maximin linear program had an answer; the strategies are uniform, and the certificate is theirs."
                    ))
                    "status"

                Expect.all solution.Games[0].Strategies[0] (fun p -> abs (p * float size - 1.0) < 1e-12) "uniform"
                let payoffs = Array.chunkBySize size (game.Data(0).Payoff(0).ToArray())
                let rows, columns = Array.map Array.average payoffs, Array.map Array.average (Array.transpose payoffs)
                near 1e-12 (Array.max rows - Array.min columns) solution.Certificate.NashConv "of uniform play")
        )

        testCase "a population solver on a batch: the games that were not reached play uniformly, certified" (fun () ->
            let spec = zeroSumBatch 500 3 3 (draws "unreached" 500 3 3)
            let clock = Diagnostics.Stopwatch.StartNew()
            let solution = GameSolver.Solve(spec, DoubleOracle(), options endless, CancellationToken true)
            Expect.isLessThan clock.Elapsed.TotalSeconds 5.0 "seconds, compiling included"
            Expect.equal solution.Games.Count 500 "games"

            Expect.equal
                solution.Games[0].Status.Sentence
                "Cancelled after 1 step; the result is the one measured then."
                "the first"

            for game in solution.Games |> Seq.skip 1 do
                Expect.equal game.Status.Outcome Outcome.Cancelled "status"
                Expect.all game.Strategies (Seq.forall ((=) (1.0 / 3.0))) "uniform"
                Expect.isGreaterThan game.Certificate.NashConv 0.0 "certificate")

        testCase "a population solver with a linear program inside" (fun () ->
            let solver = DoubleOracle(Inner = ZeroSumLp())
            let solution = GameSolver.Solve(weightedRps 2.0, solver, options endless, CancellationToken true)

            Expect.equal
                solution.Status
                (Status(Outcome.Cancelled, "Cancelled after 1 step; the result is the one measured then."))
                "status"

            // both play rock: paper gains 1 for each
            near 1e-15 2.0 solution.Certificate.NashConv "certificate")

        testCase "games that a direct solver had answered keep their answers" (fun () ->
            let told = { Joint = [ 0.5; 0.25; 0.25; 0.0 ] }
            use source = new CancellationTokenSource()
            let mutable asked = 0

            // answers game 0, and waits at game 1 to be cancelled
            let solver = {
                new IDirectSolver with
                    member _.Solve(game, token) =
                        asked <- asked + 1

                        if asked = 2 then
                            source.Cancel()
                            token.ThrowIfCancellationRequested()

                        (told :> IDirectSolver).Solve(game, token)
                interface ISolver with
                    member _.Info = info "waiting" "A waiting solver"
                    member _.Settings = ValueList.Empty
            }

            let solution = GameSolver.Solve(chicken.Over(Axis.Of("copy", 3)), solver, options endless, source.Token)
            Expect.equal asked 2 "nothing was asked after the cancellation"

            Expect.equal
                [ for g in solution.Games -> g.Status.Outcome, jointOf g ]
                [
                    Outcome.Finished, [ 0.5; 0.25; 0.25; 0.0 ]
                    Outcome.Cancelled, List.replicate 4 0.25
                    Outcome.Cancelled, List.replicate 4 0.25
                ]
                "joint play"

            Expect.equal solution.Status.Outcome Outcome.Cancelled "the batch's"
            // E = 15/4 at uniform play, and always to yield gives 4
            near 1e-15 0.25 solution.Games[1].Certificate.CoarseCorrelatedGap.Value "certified like any other"
            Expect.isFalse (Double.IsNaN solution.Certificate.NashConv) "finite")

        testCase "a direct solver that is cancelled by itself is not taken for a cancelled run" (fun () ->
            let solver = {
                new IDirectSolver with
                    member _.Solve(_, _) = raise (OperationCanceledException())
                interface ISolver with
                    member _.Info = info "giving up" "Giving up"
                    member _.Settings = ValueList.Empty
            }

            Expect.throwsT<OperationCanceledException>
                (fun () -> solve chicken solver endless |> ignore)
                "nobody asked for it")
    ]

// ---- The last step that float32 can count --------------------------------------------------------------------------

/// The CPU's executor that does the last step alone of those it is asked for: 2^24 steps in no time.
type private Skipping() =
    interface IExecutor with
        member _.Name = "skipping"
        member _.Device = "cpu"

        member _.Prepare(program, options) =
            let inner = HostExecutor.Instance.Prepare(program, options)

            {
                new IExecutable with
                    member _.Program = inner.Program
                    member _.SetInput(name, values) = inner.SetInput(name, values)
                    member _.Initialize() = inner.Initialize()
                    member _.Keep games = inner.Keep games
                    member _.Run(first, steps) = inner.Run(first + int64 steps - 1L, 1)
                    member _.Read() = inner.Read()
                    member _.OutputAxes name = inner.OutputAxes name
                    member _.GetOutput(name, values) = inner.GetOutput(name, values)
                    member _.StateLength name = inner.StateLength name
                    member _.GetState(name, values) = inner.GetState(name, values)
                    member _.SetState(name, values) = inner.SetState(name, values)
                    member _.DescribePlan() = inner.DescribePlan()
                    member _.Dispose() = inner.Dispose()
            }

let private uncountable =
    let run precision (solver: string) (until: string) =
        let options =
            SolveOptions(Executor = Skipping(), Precision = precision, Until = Stop.Parse until, Threads = 1)

        // game 0 is at its equilibrium at once, game 1 never comes below 1e-300
        let payoffs = Array.append (Array.zeroCreate 9) draws3[..8]
        GameSolver.Solve(zeroSumBatch 2 3 3 payoffs, Solver.Find solver, options)

    testList "beyond step 2^24 in float32" [
        for until in [ "nash_conv < 1e-300"; "nash_conv < 1e-300 or steps >= 20_000_000" ] do
            testCase $"'{until}' ends there, with a certificate" (fun () ->
                let solution = run Precision.Float32 "prm+" until
                Expect.equal solution.Steps (1L <<< 24) "steps"
                Expect.equal solution.Games[0].Status.Outcome Outcome.Converged "a game that was done stays done"
                let game = solution.Games[1]
                Expect.equal game.Status.Outcome Outcome.NotConverged "outcome"
                Expect.equal game.Steps (1L <<< 24) "the last good state"
                Expect.isTrue (Double.IsFinite game.Certificate.NashConv) "certificate"

                Expect.isMatch
                    game.Status.Sentence
                    @"^Stopped after 16,777,216 steps, the last that float32 can count, with nash_conv = [-\d.e]+; asked for nash_conv < 1E-300.*\. Use float64 to go on\.$"
                    "sentence")

        testCase "a rule on the clock alone" (fun () ->
            Expect.equal
                (run Precision.Float32 "prm+" "seconds >= 3600").Status
                (Status(
                    Outcome.NotConverged,
                    "Stopped after 16,777,216 steps, the last that float32 can count; asked for seconds >= 3600. Use float64 to go on."
                ))
                "status")

        for until, printed in
            [
                "steps >= 16_777_217", "steps >= 16777217"
                "nash_conv < 1 and steps >= 2e7", "nash_conv < 1 and steps >= 20000000"
            ] do
            testCase $"'{until}' is refused before the run" (fun () ->
                Expect.equal
                    (refusal (fun () -> run Precision.Float32 "prm+" until))
                    $"stop rule '{printed}': float32 counts steps up to 16,777,216 only; ask for no more, or use float64"
                    "message")

        testCase "the last step itself is done" (fun () ->
            let solution = run Precision.Float32 "prm+" "steps >= 16_777_216"
            Expect.equal solution.Status.Sentence "Finished after 16,777,216 steps, as asked." "status")

        testCase "float64 goes on, and so does a solver that does not count" (fun () ->
            for precision, solver in [ Precision.Float64, "prm+"; Precision.Float32, "rm" ] do
                let solution = run precision solver "steps >= 20_000_000"
                Expect.equal solution.Status.Sentence "Finished after 20,000,000 steps, as asked." solver)
    ]

let private nonFinite =
    let alone factor precision =
        let solver = { Factor = Expr.Constant factor; Start = 1.0 }
        let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1, Precision = precision)
        GameSolver.Solve(weightedRps 2.0, solver, options)

    // measured at 1 .. 11, 13, 15, 17, 19, 21, 24, 27, 30, 33: 1e10^30 = 1e300 is the last good one in float64, 1e30 in float32
    let afterwards steps = [ 1.0 - 0.9 ** float steps * 2.0 / 3.0; 0.9 ** float steps / 3.0; 0.9 ** float steps / 3.0 ]

    testList "non-finite numbers" [
        testCase "the last good state, in float64" (fun () ->
            let solution = alone 1e10 Precision.Float64

            Expect.equal
                solution.Status
                (Status(
                    Outcome.NonFinite,
                    "A number left the finite range between steps 30 and 33; the result is that of step 30. Try a smaller step size."
                ))
                "status"

            Expect.equal solution.Games[0].Steps 30L "steps"

            for e, p in Seq.zip (afterwards 30) solution.Games[0].Strategies[0] do
                near 1e-12 e p "the strategy of step 30"

            Expect.isTrue (Double.IsFinite solution.Certificate.NashConv) "certificate")

        testCase "the last good state, in float32" (fun () ->
            let solution = alone 1e10 Precision.Float32

            Expect.equal
                solution.Status.Sentence
                "A number left the finite range between steps 3 and 4; the result is that of step 3. Try a smaller step size or float64."
                "sentence"

            for e, p in Seq.zip (afterwards 3) solution.Games[0].Strategies[0] do
                near 1e-6 e p "the strategy of step 3")

        testCase "from the start" (fun () ->
            let solver = { Factor = Expr.Constant 1.0; Start = infinity }

            Expect.equal
                (refusal (fun () -> solve (weightedRps 2.0) solver (Stop.AfterSteps 5L)))
                "solver 'diverging': starts with a non-finite number; check its settings"
                "single"

            Expect.equal
                (refusal (fun () -> solve ((weightedRps 2.0).Over(Axis.Of("copy", 2))) solver (Stop.AfterSteps 5L)))
                "solver 'diverging': starts with a non-finite number in game copy=0; check its settings"
                "batch")

        testCase "one game diverges, the others end as they would alone" (fun () ->
            let axis = Axis.Of("factor", 3)
            let solver = { Factor = Expr.Vector(axis, 1.0, 1e10, 1.5); Start = 1.0 }
            let solution = solve ((weightedRps 2.0).Over axis) solver (Stop.AfterSteps 100L)

            for k, factor in List.indexed [ 1.0; 1e10; 1.5 ] do
                Expect.equal
                    (exactly solution.Games[k])
                    (exactly (alone factor Precision.Float64).Games[0])
                    $"factor {factor}"

            Expect.equal solution.Status.Outcome Outcome.NonFinite "the worst outcome is the batch's")

        testCase "two games diverge, each has its own last good state" (fun () ->
            let axis = Axis.Of("factor", 3)
            let solver = { Factor = Expr.Vector(axis, 1.0, 1e100, 1e10); Start = 1.0 }
            let solution = solve ((weightedRps 2.0).Over axis) solver (Stop.AfterSteps 100L)

            for k, factor in List.indexed [ 1.0; 1e100; 1e10 ] do
                Expect.equal
                    (exactly solution.Games[k])
                    (exactly (alone factor Precision.Float64).Games[0])
                    $"factor {factor}")
    ]

let private sentences =
    let sentence spec solver text = (solve spec solver (Stop.Parse text)).Status

    testList "status sentences" [
        testCase "converged" (fun () ->
            Expect.equal
                (sentence
                    (weightedRps 2.0)
                    { Strategies = [ [ 0.5; 0.25; 0.25 ]; [ 0.5; 0.25; 0.25 ] ] }
                    "nash_conv < 1e-3 or steps >= 5")
                (Status(Outcome.Converged, "Converged: nash_conv = 0 after 1 step."))
                "status")

        testCase "finished" (fun () ->
            Expect.equal
                (sentence (weightedRps 2.0) (iterative "rm") "steps >= 12345")
                (Status(Outcome.Finished, "Finished after 12,345 steps, as asked."))
                "status")

        testCase "not converged" (fun () ->
            // at uniform play: scissors' neighbour gains 1/3 for each player
            Expect.equal
                (sentence
                    (weightedRps 2.0)
                    { Strategies = [ List.replicate 3 (1.0 / 3.0); List.replicate 3 (1.0 / 3.0) ] }
                    "nash_conv < 1e-3 or steps >= 1500")
                (Status(
                    Outcome.NotConverged,
                    "Not converged: nash_conv = 0.667 after 1,500 steps, asked for nash_conv < 0.001 or steps >= 1500. Allow more steps, or try another solver or step size."
                ))
                "status")

        testCase "not converged, since the regularized game is solved" (fun () ->
            let found = sentence (weightedRps 2.0) (iterative "mmd") "nash_conv < 1e-6 or steps >= 5000"
            Expect.equal found.Outcome Outcome.NotConverged "outcome"

            Expect.isMatch
                found.Sentence
                @"^Not converged: nash_conv = \S+ after 5,000 steps, asked for nash_conv < 1E-06 or steps >= 5000\. The regularized game is solved \(regularized_gap = \S+\), so more steps change little: lower the temperature or the regularizer's strength, or let mmd's magnet follow \(magnet=moving\)\.$"
                "sentence")

        testCase "out of time" (fun () ->
            let plain = sentence (weightedRps 2.0) (iterative "rm") "seconds >= 0.02"
            Expect.equal plain.Outcome Outcome.OutOfTime "outcome"

            Expect.isMatch
                plain.Sentence
                @"^Stopped by the clock after [\d,]+ steps?; such a run cannot be repeated exactly\. Allow more seconds, or limit steps instead\.$"
                "sentence"

            Expect.isMatch
                (sentence (weightedRps 2.0) (iterative "rm") "nash_conv < 1e-300 or seconds >= 0.02").Sentence
                @"^Stopped by the clock after [\d,]+ steps? with nash_conv = \S+; such a run cannot be repeated exactly\. Allow more seconds, or limit steps instead\.$"
                "with a gap")

        testCase "cancelled" (fun () ->
            let solution =
                GameSolver.Solve(weightedRps 2.0, iterative "rm", options endless, CancellationToken true)

            Expect.equal
                solution.Status
                (Status(Outcome.Cancelled, "Cancelled after 0 steps; the result is the one measured then."))
                "status")

        testCase "solved directly" (fun () ->
            let spec = normalForm [ 2; 2 ] [ Array.create 4 1.0; Array.create 4 2.0 ]
            let solution = solve spec { Joint = List.replicate 4 0.25 } endless

            Expect.equal
                solution.Status
                (Status(Outcome.Finished, "Solved directly by a given distribution."))
                "status"

            Expect.equal (List.ofSeq solution.Notes) [ "given" ] "its note")

        testCase "populations are complete" (fun () ->
            let solution = solve (weightedRps 2.0) (Solver.Find "double_oracle") (Stop.AfterSteps 100L)

            Expect.equal
                solution.Status
                (Status(
                    Outcome.Finished,
                    "Done after 3 iterations: every best response is in the populations, 3 of 3 actions of row and 3 of 3 actions of column."
                ))
                "status")
    ]

[<Tests>]
let tests = testList "loop" [ batches; cancellation; uncountable; nonFinite; sentences ]
