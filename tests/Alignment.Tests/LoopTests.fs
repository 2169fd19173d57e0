module Alignment.Tests.LoopTests

open System
open System.Collections.Generic
open System.Diagnostics
open System.Threading
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures

// ---- Solvers written here, as F# records ---------------------------------------------------------------------------

let private info name title = SolverInfo(name, title, "A solver of the tests.", "This file.", "Everything.")

/// Plays what it is given, whatever the game: for measuring a profile.
type private Fixed = {
    Strategies: float list list
} with

    interface IIterativeSolver with
        member _.Info =
            SolverInfo(
                "fixed",
                "Fixed",
                "Plays what it is given.",
                "This file.",
                "Everything.",
                UsesRegularizers = true
            )

        member _.Settings = ValueList.Empty
        member _.Init _ = SolverState.Empty
        member _.Step(_, state) = state

        member this.Read(game, _) =
            let strategies = Seq.zip game.Players this.Strategies |> dict

            let profile =
                Profile.Of(game.Players, (fun p -> Expr.Vector(game.Actions p, Array.ofList strategies[p])))

            Readout(profile, profile)

/// Fictitious play once more, with a setting: responds to the averages and mixes the response in with a weight.
type private Mixing = {
    Weight: Expr
} with

    interface IIterativeSolver with
        member _.Info = info "mixing" "Mixing"

        member this.Settings =
            let change (weight: Expr) : ISolver = { Weight = weight }
            [ Setting.Real("weight", this.Weight, 0.0, 1.0, "Weight of the response.", change, true) ].ToValueList()

        member _.Init game = SolverState.Empty.With(Slot "strategy", game.Players, (fun p -> game.Uniform p))

        member this.Step(game, state) =
            let played = Profile.Of(game.Players, (fun p -> state[Slot "strategy", p]))

            state.With(
                Slot "strategy",
                game.Players,
                fun p -> (1.0 - this.Weight) * played[p] + this.Weight * game.BestResponse(p, played)
            )

        member _.Read(game, state) =
            let profile = Profile.Of(game.Players, (fun p -> state[Slot "strategy", p]))
            Readout(profile, profile)

/// Every step makes a number in its state larger by a factor, until it overflows.
type private Diverging = {
    Factor: Expr
    Start: float
} with

    interface IIterativeSolver with
        member _.Info = info "diverging" "Diverging"
        member _.Settings = ValueList.Empty

        member this.Init game =
            SolverState.Empty
                .With(Slot "size", Expr.Constant this.Start)
                .With(Slot "strategy", game.Players, (fun p -> game.Uniform p))

        // the strategy moves as well, so that the last good one can be told from the others
        member this.Step(game, state) =
            let pull = Expr.Vector(game.Players[0].Actions, 1.0, 0.0, 0.0)
            let first = state[Slot "strategy", game.Players[0]]

            state
                .With(Slot "size", state[Slot "size"] * this.Factor)
                .With(Slot "strategy", game.Players[0], 0.9 * first + 0.1 * pull)

        member _.Read(game, state) =
            // 1 while the size is finite, then infinity / infinity
            let one = state[Slot "size"] / state[Slot "size"]
            let profile = Profile.Of(game.Players, (fun p -> state[Slot "strategy", p] * one))
            Readout(profile, profile)

/// Answers a joint distribution and its marginals.
type private Correlated = {
    Joint: float list
} with

    interface IDirectSolver with
        member _.Info = info "correlated" "a given distribution"
        member _.Settings = ValueList.Empty

        member this.Solve(_, _) =
            let marginals = [
                [ this.Joint[0] + this.Joint[1]; this.Joint[2] + this.Joint[3] ].ToValueList()
                [ this.Joint[0] + this.Joint[2]; this.Joint[1] + this.Joint[3] ].ToValueList()
            ]

            DirectAnswer(marginals.ToValueList(), this.Joint.ToValueList(), "given")

/// Claims to take two-player zero-sum games without regularizers and constraints only.
type private Picky() =
    interface IIterativeSolver with
        member _.Info =
            SolverInfo(
                "picky",
                "Picky",
                "Takes little.",
                "This file.",
                "Everything.",
                TwoPlayersOnly = true,
                ZeroSumOnly = true
            )

        member _.Settings = ValueList.Empty
        member _.Init _ = SolverState.Empty
        member _.Step(_, state) = state

        member _.Read(game, _) = Readout(game.Uniform(), game.Uniform())

// ---- Games and answers ---------------------------------------------------------------------------------------------

let private options until = SolveOptions(Until = until, Threads = 1)

let private solve (spec: GameSpec) (solver: ISolver) until = GameSolver.Solve(spec, solver, options until)

/// A game of any number of players from one array of payoffs a player, last player's action fastest.
let private normalForm (sizes: int list) (payoffs: float[] list) =
    let players = sizes |> List.mapi (fun k n -> Player.Of($"p{k}", n))
    let axes = players |> List.map (fun p -> p.Actions)

    (Game.Named("normal form"), List.zip players payoffs)
    ||> List.fold (fun spec (p, u) -> spec.Player(p).Payoff(p, Expr.Literal(NamedTensor.Of(axes, u))))

// Cells (first, first), (first, second), (second, first), (second, second).
let private chicken = normalForm [ 2; 2 ] [ [| 6.0; 2.0; 7.0; 0.0 |]; [| 6.0; 7.0; 2.0; 0.0 |] ]

let private bitsOf (value: float) = BitConverter.DoubleToInt64Bits value

let private jointOf (game: GameSolution) =
    match game.Joint with
    | null -> []
    | joint -> List.ofSeq joint

/// Everything about one game's result, bit for bit.
let private exactly (game: GameSolution) = [
    box game.Status.Outcome
    box game.Status.Sentence
    box game.Steps
    box (bitsOf game.Certificate.NashConv)
    box [ for strategy in game.Strategies -> [ for p in strategy -> bitsOf p ] ]
    box (List.map bitsOf (jointOf game))
    box [ for metric in game.Metrics -> metric.Key, bitsOf metric.Value ]
]

let private trace (solution: Solution) = [
    for point in solution.Trace -> point.Step, [ for metric in point.Metrics -> metric.Key, bitsOf metric.Value ]
]

let private refusal (action: unit -> 'a) =
    try
        action () |> ignore
        failtest "no refusal"
    with :? SpecException as e ->
        e.Message

let private near tolerance (expected: float) (actual: float) message =
    if not (abs (actual - expected) <= tolerance) then
        failtest $"{message}: expected {expected}, got {actual}"

// ---- Stop rules ----------------------------------------------------------------------------------------------------

/// A rule of one comparison, and rules of one to three others.
let private anyRule =
    let one =
        Gen.oneof [
            Gen.map2
                (fun name threshold -> Stop.Below(name, threshold) :> Stop)
                (Gen.elements [ "nash_conv"; "regularized_gap"; "value/red"; "nash_conv/last"; "support/p-1.2" ])
                (Gen.elements [ 1e-300; 1e-6; 0.1; 1.0 / 3.0; 12345.678; 1e22 ])
            Gen.map (fun count -> Stop.AfterSteps(int64 (count: int))) (Gen.choose (1, Int32.MaxValue))
            Gen.map (fun tenths -> Stop.AfterSeconds(float (tenths: int) / 10.0)) (Gen.choose (1, 100_000))
        ]

    let joined (combine: Stop -> Stop -> Stop) inner =
        Gen.choose (1, 3)
        |> Gen.bind (fun count -> Gen.listOfLength count inner)
        |> Gen.map (List.reduce combine)

    one, joined

/// Rules as texts say them without brackets: any of all, joined from the left.
let private flatRules =
    let one, joined = anyRule
    one |> joined (&&&) |> joined (|||) |> Arb.fromGen

/// Rules of any shape.
let private nestedRules =
    let one, joined = anyRule
    one |> joined (|||) |> joined (&&&) |> joined (|||) |> joined (&&&) |> Arb.fromGen

let private wrongRules = [
    "",
    "'' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "soon",
    "'soon' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv < 1e-6 or",
    "'nash_conv < 1e-6 or' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv < inf",
    "'nash_conv < inf' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv < 1e999",
    "'nash_conv < 1e999' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    for text, found in
        [
            "(nash_conv < 1", "(nash_conv < 1"
            "nash_conv < 1)", ")"
            "()", "()"
            "nash_conv < 1 (or) steps >= 5", "(or) steps >= 5"
            "nash_conv < 1 steps >= 5", "nash_conv < 1 steps >= 5"
        ] do
        text,
        $"'{found}' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv > 1e-6", "'nash_conv > 1e-6': a rule on nash_conv is 'nash_conv < number'."
    "nash_conv < 0", "'nash_conv < 0': A rule on nash_conv needs a number above 0, got 0."
    "steps < 100", "'steps < 100': a rule on steps is 'steps >= number'."
    "seconds <= 1", "'seconds <= 1': a rule on seconds is 'seconds >= number'."
    "seconds >= -1", "'seconds >= -1': A rule on seconds needs a number above 0, got -1."
    "steps >= 1e30", "'steps >= 1e30': Arithmetic operation resulted in an overflow."
]

let private notARule text =
    try
        failtest $"read as {Stop.Parse text}"
    with :? FormatException as e ->
        e.Message

/// Draws of 3 x 3 games which a solver takes different numbers of steps for.
let private draws3 = draws "loop" 200 3 3

let private stopRules =
    testList "stop rules" [
        testPropertyWithConfig
            { FsCheckConfig.defaultConfig with replay = Some(20260101UL, 1UL, None) }
            "what is printed is read back"
            (Prop.forAll flatRules (fun rule -> Stop.Parse(string rule) = rule))

        // a chain of one word reads back joined from the left, so texts are compared
        testPropertyWithConfig
            { FsCheckConfig.defaultConfig with replay = Some(20260101UL, 1UL, None) }
            "what is printed with brackets is read back"
            (Prop.forAll nestedRules (fun rule -> string (Stop.Parse(string rule)) = string rule))

        testCase "all ways to write a rule" (fun () ->
            let below = Stop.NashConvBelow 1e-6

            for text, rule in
                [
                    "nash_conv < 1e-6", below
                    " game/nash_conv<=0.000001 ", below
                    "nash_conv < 1e-6 or steps >= 20000", below ||| Stop.AfterSteps 20_000L
                    "nash_conv < 1e-6|steps > 2e4", below ||| Stop.AfterSteps 20_000L
                    "nash_conv < 1e-6 ||| steps >= 19999.5", below ||| Stop.AfterSteps 20_000L
                    "nash_conv < 1e-6 and steps >= 10 || seconds >= 60",
                    (below &&& Stop.AfterSteps 10L) ||| Stop.AfterSeconds 60.0
                    "seconds >= 60 or nash_conv < 1e-6 && steps >= 10",
                    Stop.AfterSeconds 60.0 ||| (below &&& Stop.AfterSteps 10L)
                    "regularized_gap < 1e-10", Stop.RegularizedGapBelow 1e-10
                    "cce_gap < 1e-4", Stop.CceGapBelow 1e-4
                ] do
                Expect.equal (Stop.Parse text) rule text)

        testCase "printed" (fun () ->
            let rule = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 20_000L) &&& Stop.AfterSeconds 0.5

            Expect.equal
                (string rule)
                "(nash_conv < 1E-06 or steps >= 20000) and seconds >= 0.5"
                "brackets where they are needed")

        for text, message in wrongRules do
            testCase $"wrong: '{text}'" (fun () -> Expect.equal (notARule text) message "message")

        testCase "wrong values of the factories" (fun () ->
            let message (make: unit -> Stop) =
                try
                    failtest $"made {make ()}"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal
                (message (fun () -> Stop.NashConvBelow 0.0))
                "A rule on nash_conv needs a number above 0, got 0."
                "nash_conv"

            Expect.equal
                (message (fun () -> Stop.AfterSeconds nan))
                "A rule on seconds needs a number above 0, got NaN."
                "seconds"

            Expect.stringStarts (message (fun () -> Stop.AfterSteps 0L)) "Expected at least 1 step." "steps")

        testCase "Fold handles every case" (fun () ->
            let text =
                (Stop.NashConvBelow 1.0 ||| Stop.AfterSteps 2L &&& Stop.AfterSeconds 3.0)
                    .Fold(
                        (fun b -> b.Metric),
                        (fun s -> string s.Count),
                        (fun s -> string s.Count),
                        (fun a b -> $"({a}|{b})"),
                        (fun a b -> $"({a}&{b})")
                    )

            // F# reads ||| and &&& from the left, with one precedence
            Expect.equal text "((nash_conv|2)&3)" "every case")

        testCase "steps end where they say, not at the next measured moment" (fun () ->
            for steps in [ 1L; 7L; 1234L ] do
                let solution = solve (weightedRps 2.0) (iterative "rm") (Stop.AfterSteps steps)
                Expect.equal solution.Steps steps "steps"
                Expect.equal solution.Status.Outcome Outcome.Finished solution.Status.Sentence)

        testCase "the first measured moment at which a gap is small" (fun () ->
            let solution = solve (weightedRps 2.0) (iterative "prm+") (Stop.NashConvBelow 1e-4)
            let gaps = [ for point in solution.Trace -> point.Metrics["game/nash_conv"] ]
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence
            Expect.all (List.take (gaps.Length - 1) gaps) (fun gap -> gap >= 1e-4) "all but the last"
            Expect.isLessThan (List.last gaps) 1e-4 "the last"
            Expect.equal solution.Trace[solution.Trace.Count - 1].Step solution.Steps "steps")

        testCase "and waits for both, or for either" (fun () ->
            let steps text = (solve (weightedRps 2.0) (iterative "prm+") (Stop.Parse text)).Steps

            let alone = steps "nash_conv < 1e-4"
            Expect.equal (steps $"nash_conv < 1e-4 and steps >= {alone + 100L}") (alone + 100L) "and"
            Expect.equal (steps $"nash_conv < 1e-4 and steps >= 2") alone "and, the other first"
            Expect.equal (steps "nash_conv < 1e-4 or steps >= 5") 5L "or"
            Expect.equal (steps $"nash_conv < 1e-4 or steps >= {alone + 100L}") alone "or, the other first")

        testCase "a gap of the iterate that is not reported" (fun () ->
            let solution =
                solve
                    (weightedRps 2.0)
                    (iterative "mmd" |> fun s -> s)
                    (Stop.Parse "nash_conv/average < 0.2 and steps >= 3")

            Expect.isLessThan solution.Games[0].Metrics["game/nash_conv/average"] 0.2 "average")

        testCase "the clock" (fun () ->
            let solution = solve (weightedRps 2.0) (iterative "rm") (Stop.AfterSeconds 0.1)
            Expect.equal solution.Status.Outcome Outcome.OutOfTime solution.Status.Sentence
            Expect.isGreaterThanOrEqual solution.Seconds 0.1 "at least"
            Expect.isLessThan solution.Seconds 1.0 "not much more")

        testCase "a metric that is not measured" (fun () ->
            let asked text = refusal (fun () -> solve (weightedRps 2.0) (iterative "rm") (Stop.Parse text))

            Expect.equal
                (asked "nash_con < 1e-3 or steps >= 5")
                "stop rule 'nash_con < 0.001 or steps >= 5': this run does not measure 'nash_con'. Did you mean 'nash_conv'?"
                "near"

            Expect.equal
                (asked "game/temperature < 1")
                "stop rule 'temperature < 1': this run does not measure 'temperature'. It measures entropy/column, entropy/row, nash_conv, nash_conv/average, nash_conv/last, value/column, value/row."
                "far"

            Expect.equal
                (asked "regularized_gap < 1e-3")
                "stop rule 'regularized_gap < 0.001': this run does not measure 'regularized_gap'. It measures entropy/column, entropy/row, nash_conv, nash_conv/average, nash_conv/last, value/column, value/row."
                "nothing is regularized")

        testCase "brackets are read back" (fun () ->
            let rule = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 20_000L) &&& Stop.AfterSeconds 0.5
            Expect.equal (Stop.Parse(string rule)) rule "round trip")

        testCase "digits in groups" (fun () ->
            Expect.equal (Stop.Parse "steps >= 20_000") (Stop.AfterSteps 20_000L) "rule")

        testCase "wrong: no steps" (fun () ->
            Expect.equal (notARule "steps >= 0") "'steps >= 0': Expected at least 1 step." "message")

        // a time limit that passes is a reason to measure, not to stop stepping
        testCase "steps and seconds" (fun () ->
            use limit = new CancellationTokenSource(5_000)
            let until = Stop.AfterSteps 200_000L &&& Stop.AfterSeconds 0.002
            let solution = GameSolver.Solve(weightedRps 2.0, iterative "rm", options until, limit.Token)
            Expect.notEqual solution.Status.Outcome Outcome.Cancelled solution.Status.Sentence
            Expect.equal solution.Steps 200_000L "steps")

        testCase "half of a conjunction is not convergence" (fun () ->
            let solution =
                solve
                    (weightedRps 2.0)
                    (iterative "rm")
                    (Stop.Parse "nash_conv < 10 and nash_conv/last < 1e-12 or steps >= 20")

            Expect.equal solution.Steps 20L "ended by steps"
            Expect.equal solution.Status.Outcome Outcome.NotConverged solution.Status.Sentence)
    ]

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

let private endless = Stop.AfterSteps 1_000_000_000_000L

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

        testCase "out of time" (fun () ->
            let plain = sentence (weightedRps 2.0) (iterative "rm") "seconds >= 0.02"
            Expect.equal plain.Outcome Outcome.OutOfTime "outcome"

            Expect.isMatch
                plain.Sentence
                @"^Stopped by the clock after [\d,]+ steps; such a run cannot be repeated exactly\. Allow more seconds, or limit steps instead\.$"
                "sentence"

            Expect.isMatch
                (sentence (weightedRps 2.0) (iterative "rm") "nash_conv < 1e-300 or seconds >= 0.02").Sentence
                @"^Stopped by the clock after [\d,]+ steps with nash_conv = \S+; such a run cannot be repeated exactly\. Allow more seconds, or limit steps instead\.$"
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

// ---- Refusals ------------------------------------------------------------------------------------------------------

let private refusals =
    let picky = Picky()

    testList "refusals before the run" [
        for name, spec, solver, message in
            [
                "general-sum",
                chicken,
                picky :> ISolver,
                "solver 'picky': takes zero-sum and constant-sum games only, and at cell p0=0, p1=1: the payoffs 2, 7 sum to 9, those at cell p0=0, p1=0 to 12; use rm, hedge, cce or support_enumeration"
                "three players, and all reasons at once",
                (let spec = normalForm [ 2; 2; 2 ] (List.replicate 3 [| 1.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0 |])
                 let first = spec.Players[0]
                 let cost = Expr.Vector(first.Actions, 0.0, 1.0)
                 spec.Regularize(first, Regularizer.L2 1.0).SubjectTo(Constraint.AtMost("budget", first, cost, 0.5))),
                picky,
                "solver 'picky': takes games of two players, got 3; use rm, hedge or cce
"
                + "solver 'picky': takes zero-sum and constant-sum games only, and at cell p0=0, p1=0, p2=1: the payoffs 0, 0, 0 sum to 0, those at cell p0=0, p1=0, p2=0 to 3; use rm, hedge, cce or support_enumeration
"
                + "solver 'picky': does not take regularizers into account, and the game has some; use mmd, or drop them
"
                + "solver 'picky': does not take constraints into account, and the game has 'budget'; no solver here does yet"
                "regularized",
                (weightedRps 1.0).Regularize(row3, Regularizer.Entropy 0.1),
                iterative "rm",
                "solver 'rm': does not take regularizers into account, and the game has some; use mmd, or drop them"
                "constrained",
                (weightedRps 1.0)
                    .SubjectTo(Constraint.AtMost("paper", row3, Expr.Vector(row3.Actions, 0.0, 1.0, 0.0), 0.2)),
                iterative "mmd",
                "solver 'mmd': does not take constraints into account, and the game has 'paper'; no solver here does yet"
            ] do
            testCase name (fun () ->
                Expect.equal (refusal (fun () -> GameSolver.Solve(spec, solver, options endless))) message "solve"

                Expect.equal
                    (refusal (fun () -> GameSolver.ThrowUnfit(BoundGame.Bind spec, solver)))
                    message
                    "asked before")

        testCase "constant-sum is enough for a zero-sum solver" (fun () ->
            let spec = normalForm [ 2; 2 ] [ [| 1.0; 5.0; 2.0; 0.5 |]; [| 2.0; -2.0; 1.0; 2.5 |] ]
            let solution = solve spec picky (Stop.AfterSteps 1L)
            Expect.equal solution.Status.Outcome Outcome.Finished "solved")

        testCase "mmd takes KL and entropy only" (fun () ->
            let message spec solver =
                try
                    solve spec solver (Stop.AfterSteps 1L) |> ignore
                    failtest "no refusal"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal
                (message ((weightedRps 1.0).Regularize(row3, Regularizer.L2 0.5)) (iterative "mmd"))
                "Magnetic mirror descent, player 'row': expected a KL or entropy regularizer, got l2(0.5)."
                "l2")

        testCase "a solver that is of no kind" (fun () ->
            let none = {
                new ISolver with
                    member _.Info = info "none" "None"
                    member _.Settings = ValueList.Empty
            }

            Expect.throwsC (fun () -> GameSolver.Solve(weightedRps 1.0, none) |> ignore) (fun e ->
                Expect.stringContains
                    e.Message
                    "must implement IIterativeSolver, IDirectSolver, IPopulationSolver or ISampledSolver."
                    "message"))

        testCase "options" (fun () ->
            let message (options: SolveOptions) =
                try
                    GameSolver.Solve(weightedRps 1.0, iterative "rm", options) |> ignore
                    failtest "no refusal"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal (message (SolveOptions(Threads = 0))) "threads: expected at least 1, got 0." "threads"
            Expect.equal (message (SolveOptions(Chunk = 0))) "chunk: expected at least 1 step, got 0." "chunk")

        testCase "an inner solver that cannot take the game" (fun () ->
            let solver = DoubleOracle(Inner = DoubleOracle(Inner = ZeroSumLp()))

            let message =
                "inner solver 'lp' of 'double_oracle': takes zero-sum and constant-sum games only, and at cell p0=0, p1=1: the payoffs 2, 7 sum to 9, those at cell p0=0, p1=0 to 12; use rm, hedge, cce or support_enumeration"

            Expect.equal (refusal (fun () -> solve chicken solver endless)) message "before the run"

            Expect.equal
                (refusal (fun () -> GameSolver.ThrowUnfit(BoundGame.Bind chicken, solver)))
                message
                "asked before")

        testCase "an inner solver with a swept setting" (fun () ->
            let solver = DoubleOracle(Inner = Hedge(StepSize = Expr.Vector(Axis.Of("rate", 2), 0.1, 0.2)))

            Expect.equal
                (refusal (fun () -> solve (weightedRps 1.0) solver endless))
                "inner solver 'hedge' of 'double_oracle': a setting of it is spread over the axis 'rate', and it has to answer once; give it one number"
                "message")

        testCase "population solvers check their stop rule too" (fun () ->
            let options = SolveOptions(Until = Stop.Parse "nash_con < 1e-3")

            Expect.equal
                (refusal (fun () -> GameSolver.Solve(weightedRps 1.0, Solver.Find "double_oracle", options)))
                "stop rule 'nash_con < 0.001': this run does not measure 'nash_con'. Did you mean 'nash_conv'?"
                "message")

        testCase "population solvers measure what the specification asks for" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 50L)

            let solution =
                GameSolver.Solve((weightedRps 1.0).Probe(Probe.SupportSize()), Solver.Find "double_oracle", options)

            Expect.equal solution.Games[0].Metrics["game/support/row"] 3.0 "support")
    ]

let private records =
    testList "solvers written as F# records" [
        testCase "are compiled, run and certified like any other" (fun () ->
            let solver = { Weight = Expr.Constant 0.5 }
            let solution = solve (weightedRps 2.0) solver (Stop.AfterSteps 2L)
            // 1: uniform; values against uniform: (0, -1/3, 1/3) for the row and its mirror for the column, so both go to scissors:
            //    (1/6, 1/6, 2/3). 2: values against that: rock -1/6 + 2/3 = 1/2, paper 1/6 - 4/3 < 0, scissors -1/6 + 1/3 = 1/6: rock:
            //    (7/12, 1/12, 1/3).
            for strategy in solution.Games[0].Strategies do
                for expected, p in Seq.zip [ 7.0 / 12.0; 1.0 / 12.0; 1.0 / 3.0 ] strategy do
                    near 1e-15 expected p "strategy"

            let again = { Weight = Expr.Constant 0.5 }
            Expect.equal again solver "a record is a value")

        testCase "have settings that can be set and swept" (fun () ->
            let setting = ({ Weight = Expr.Constant 0.5 } :> ISolver).Settings[0]
            Expect.isTrue setting.Sweeps "sweeps"
            Expect.equal (setting.With "0.25") ({ Weight = Expr.Constant 0.25 } :> ISolver) "set"

            for text in [ "0"; "1.5"; "a half"; "NaN" ] do
                Expect.throwsC (fun () -> setting.With text |> ignore) (fun e ->
                    Expect.equal e.Message $"Setting 'weight': expected above 0 to 1, got '{text}'." "range"))
    ]

[<Tests>]
let tests =
    testList "loop" [
        stopRules
        batches
        cancellation
        uncountable
        nonFinite
        sentences
        certificates
        correlated
        refusals
        records
    ]
