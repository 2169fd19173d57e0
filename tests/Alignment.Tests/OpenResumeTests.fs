module Alignment.Tests.OpenResume

// A run of a game by its rules alone that broke off goes on to the last bit: broken off in this process at every kind of place, and cancelled
// there. Processes that are killed are in OpenRunTests.

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Expecto
open Microsoft.Extensions.Logging
open Alignment
open Alignment.Runtime
open Alignment.Tests.Fixtures

let private rules (text: string) =
    let call = GameLibrary.Parse text
    (call.Family :?> IRulesFamily).Rules call.Arguments

/// The power goes.
exception private PowerCut

/// Saves after every step, through a file, and has the power cut at the n-th checkpoint. What was measured behind the newest one is lost with it.
type private Recorder(folder: string, breaksAt: int, resume: Snapshot | null, kept: TracePoint list) =
    let mutable saved = 0
    let mutable newest = resume
    let mutable subject: RunSubject | null = null
    let lines = List<TracePoint> kept

    /// After how many measured moments the newest checkpoint stands.
    let mutable safe = kept.Length

    /// Whether a checkpoint is due behind every step.
    member val IsDue = true with get, set

    member _.Newest = newest
    member _.Saved = saved
    member _.Subject = nonNull subject
    member _.Lines = lines |> Seq.truncate safe |> List.ofSeq
    member _.AllLines = List.ofSeq lines

    interface IRunRecorder with
        member this.IsDue = this.IsDue
        member _.Begin(_: BoundGame, _: ISolver, _: SolveOptions) = failtest "there is no bound game"
        member _.Begin(it: RunSubject, _: ILogger) = subject <- it
        member _.Resume = resume
        member _.Measured point = lines.Add point

        member _.Save(step, gap, snapshot) =
            let path = Path.Combine(folder, "x.checkpoint")
            Expect.equal gap infinity "nobody knows NashConv"
            Expect.equal (int64 (snapshot.Number "step")) step "its step"
            SnapshotFile.Write(path, snapshot)
            newest <- SnapshotFile.Read path
            safe <- lines.Count
            saved <- saved + 1

            if saved = breaksAt then
                raise PowerCut

type private Told(hear: OpenProgress -> unit) =
    interface IProgress<OpenProgress> with
        member _.Report value = hear value

// ---- What a run came to ------------------------------------------------------------------------------------------------

/// How it plays; policies with their information sets in order.
let private answer (solution: OpenSolution) = [
    $"%d{solution.Steps} steps, %d{solution.InformationSets} sets"

    for mixture in solution.Profile do
        yield! mixture.Weights |> Seq.map (bitsOf >> string)

        for policy in mixture.Members do
            for set in policy.Sets do
                set.Key
                yield! set.Value.Actions
                yield! set.Value.Probabilities |> Seq.map (bitsOf >> string)
]

/// All of it but the clock.
let private result (solution: OpenSolution) = [
    solution.Status.Sentence
    string solution.Certificate
    string (bitsOf solution.Certificate.NashConv)
    yield! solution.Values |> Seq.map string
    yield! solution.Found.Gains |> Seq.map string
    yield! answer solution
]

let private line (point: TracePoint) = point.Step, [ for metric in point.Metrics -> metric.Key, bitsOf metric.Value ]

/// What a checkpoint holds apart from the clock: regrets and sums among it.
let private state (snapshot: Snapshot | null) =
    match snapshot with
    | null -> failtest "there is no checkpoint"
    | snapshot -> [
        for KeyValue(name, values) in snapshot.Numbers do
            if not (name.EndsWith "seconds") then
                name, bits values, ""

        for KeyValue(name, text) in snapshot.Texts do
            name, [||], text
      ]

let private same (expected: OpenSolution, whole: Recorder) (solution: OpenSolution, recorder: Recorder) =
    Expect.equal (result solution) (result expected) "result, bit for bit"
    Expect.equal (List.map line recorder.AllLines) (List.map line whole.AllLines) "metric lines, none lost, none twice"
    Expect.equal (solution.Trace |> Seq.map line |> List.ofSeq) (List.map line whole.AllLines) "trace"
    Expect.equal (state recorder.Newest) (state whole.Newest) "the last checkpoint: regrets, sums, payoffs"

// ---- Runs --------------------------------------------------------------------------------------------------------------

let private search = DeviationSearch(Iterations = 50, ValidationGames = 200, Games = 200)

let private outcome = MonteCarloCfr(Sampling = Sampling.Outcome)

let private runs: (string * string * ISolver * int64) list = [
    "external sampling", "leduc_poker", MonteCarloCfr(), 40L
    "outcome sampling", "leduc_poker", outcome, 80L
    // walks of their own for the averages meet information sets that nothing is kept of
    "three players", "kuhn_poker(players=3)", MonteCarloCfr(), 30L
    "a game too large for a tree", "liars_dice(dice=2,sides=6)", MonteCarloCfr(), 4L
    "psro", "leduc_poker", DoubleOracle(), 4L
    "psro for three", "kuhn_poker(players=3)", DoubleOracle(), 4L
    "psro with another solver inside", "kuhn_poker", DoubleOracle(Inner = ZeroSumLp()), 4L
]

let private options steps =
    OpenOptions(
        Seed = 5UL,
        Until = Stop.AfterSteps steps,
        ResponseIterations = 40,
        CellGames = 100,
        Certificate = search
    )

let private solve game solver (options: OpenOptions) recorder =
    OpenSolver.Solve(rules game, solver, options.Recording recorder)

let private undisturbed folder game solver options =
    let whole = Recorder(folder, 0, null, [])
    solve game solver options whole, whole

let private broken = [
    for name, game, solver, steps in runs do
        testCase $"%s{name}: at checkpoints" (fun () ->
            inFolder (fun folder ->
                let whole = undisturbed folder game solver (options steps)

                let rec go (before: Recorder) breaks =
                    match breaks with
                    | at :: rest ->
                        let recorder = Recorder(folder, at, before.Newest, before.Lines)

                        Expect.throwsT<PowerCut>
                            (fun () -> solve game solver (options steps) recorder |> ignore)
                            "it broke off"

                        go recorder rest
                    | [] ->
                        let recorder = Recorder(folder, 0, before.Newest, before.Lines)
                        solve game solver (options steps) recorder, recorder

                same whole (go (Recorder(folder, 0, null, [])) [ 1; 1; int steps - 3 ])))

        testCase $"%s{name}: within steps and within the certificate" (fun () ->
            inFolder (fun folder ->
                let whole = undisturbed folder game solver (options steps)
                let places = HashSet<string>()

                let note = Told(fun progress -> places.Add((progress.Doing.Split " of ")[0]) |> ignore)

                solve game solver ((options steps).Reporting note) (Recorder(folder, 0, null, [])) |> ignore

                // one run is broken off at each place in turn, in the middle of it, and goes on from there
                let mutable before = Recorder(folder, 0, null, [])

                for place in places do
                    let heard = ref 0

                    let cut =
                        Told(fun progress ->
                            if progress.Doing.StartsWith place then
                                heard.Value <- heard.Value + 1

                                if heard.Value = 2 then
                                    raise PowerCut)

                    let recorder = Recorder(folder, 0, before.Newest, before.Lines)

                    let fell =
                        try
                            solve game solver ((options steps).Reporting cut) recorder |> ignore
                            "it ended"
                        with PowerCut ->
                            "it broke off"

                    Expect.equal fell "it broke off" place
                    before <- recorder

                let expected =
                    match solver with
                    | :? DoubleOracle -> 5
                    | _ -> 4

                Expect.equal places.Count expected $"places: %A{List.ofSeq places}"
                let recorder = Recorder(folder, 0, before.Newest, before.Lines)
                let solution = solve game solver (options steps) recorder
                same whole (solution, recorder)))

    testCase "within an iteration, as rules are asked" (fun () ->
        inFolder (fun folder ->
            let leduc = LeducPoker() :> IRules<LeducPosition>
            let left = ref Int32.MaxValue

            let counted = {
                new IRules<LeducPosition> with
                    member _.Name = leduc.Name
                    member _.Players = leduc.Players
                    member _.Initial = leduc.Initial
                    member _.Actor state = leduc.Actor state
                    member _.Actions state = leduc.Actions state
                    member _.Chance state = leduc.Chance state
                    member _.InformationState state = leduc.InformationState state
                    member _.Returns state = leduc.Returns state

                    member _.Next(state, action) =
                        left.Value <- left.Value - 1

                        if left.Value = 0 then
                            raise PowerCut

                        leduc.Next(state, action)
            }

            let solve recorder =
                OpenSolver.Solve(OpenGame.Of counted, MonteCarloCfr(), (options 40L).Recording recorder)

            let whole = Recorder(folder, 0, null, [])
            let expected = solve whole
            let mutable before = Recorder(folder, 0, null, [])

            // positions are asked once, so later iterations ask less
            for questions in [ 1_200; 1_500; 1_111; 1_600 ] do
                left.Value <- questions
                let recorder = Recorder(folder, 0, before.Newest, before.Lines)

                Expect.throwsT<RulesException> (fun () -> solve recorder |> ignore) "it broke off"
                before <- recorder

            Expect.isGreaterThan (before.Newest |> nonNull |> _.Number("step")) 4.0 "it came somewhere"
            left.Value <- Int32.MaxValue
            let recorder = Recorder(folder, 0, before.Newest, before.Lines)
            let solution = solve recorder
            same (expected, whole) (solution, recorder)))

    testCase "where it has met as many information sets as are kept" (fun () ->
        inFolder (fun folder ->
            let options = OpenOptions(MostInformationSets = 400, Certificate = search)
            let whole = undisturbed folder "leduc_poker" (MonteCarloCfr()) options
            let ends = whole |> snd |> _.Saved
            Expect.equal (fst whole).Status.Outcome Outcome.NotConverged "it ends so"
            Expect.notEqual (Seq.last (fst whole).Trace).Step 0L "measured where it ended"

            // at the checkpoint behind its last step too: it goes on to the certificate
            for at in [ ends - 1; ends ] do
                let cut = Recorder(folder, at, null, [])
                Expect.throwsT<PowerCut> (fun () -> solve "leduc_poker" (MonteCarloCfr()) options cut |> ignore) "cut"
                let recorder = Recorder(folder, 0, cut.Newest, cut.Lines)
                same whole (solve "leduc_poker" (MonteCarloCfr()) options recorder, recorder)))

    testCase "a rule on seconds counts those of the run before it" (fun () ->
        inFolder (fun folder ->
            let options = OpenOptions(Until = Stop.AfterSeconds 0.3, Certificate = search)
            let cut = Recorder(folder, 25, null, [])
            Expect.throwsT<PowerCut> (fun () -> solve "leduc_poker" (MonteCarloCfr()) options cut |> ignore) "cut"
            let before = (nonNull cut.Newest).Number "seconds"
            Expect.isGreaterThan before 0.0 "seconds"
            let recorder = Recorder(folder, 0, cut.Newest, cut.Lines, IsDue = false)
            let solution = solve "leduc_poker" (MonteCarloCfr()) options recorder
            Expect.equal solution.Status.Outcome Outcome.OutOfTime solution.Status.Sentence
            Expect.isGreaterThanOrEqual solution.Seconds 0.3 "all of them"
            let first = solution.Trace |> Seq.find (fun point -> point.Step > 25L)
            Expect.isGreaterThan first.Seconds before "they go on"))
]

// ---- Cancelled ---------------------------------------------------------------------------------------------------------

let private cancelled = [
    for name, game, solver, steps, places in
        [
            "mccfr",
            "leduc_poker",
            MonteCarloCfr() :> ISolver,
            40L,
            [ "solving"; "searching a response"; "validating"; "measuring" ]
            "psro",
            "leduc_poker",
            DoubleOracle(),
            4L,
            [ "searching a response"; "playing members"; "solving"; "validating"; "measuring" ]
        ] do
        for place in places do
            testCase $"%s{name}, while it is %s{place}" (fun () ->
                inFolder (fun folder ->
                    let whole = undisturbed folder game solver (options steps)
                    use source = new CancellationTokenSource()
                    let solved = ref 0L

                    // in the second step, or behind the last
                    let cancel =
                        Told(fun progress ->
                            if progress.Doing = "solving" then
                                solved.Value <- progress.Done

                            if progress.Doing.StartsWith place && (solved.Value >= 1L || name = "mccfr") then
                                source.Cancel())

                    let recorder = Recorder(folder, 0, null, [])

                    let broken =
                        OpenSolver.Solve(
                            rules game,
                            solver,
                            (options steps).Recording(recorder).Reporting cancel,
                            source.Token
                        )

                    Expect.equal broken.Status.Outcome Outcome.Cancelled broken.Status.Sentence
                    Expect.equal (int64 ((nonNull recorder.Newest).Number "step")) broken.Steps "its checkpoint"

                    let searched = place = "validating" || place = "measuring"

                    if searched || (name = "mccfr" && place <> "solving") then
                        Expect.equal broken.Steps steps "all steps"
                        Expect.stringContains broken.Status.Sentence "while deviations were searched" "says so"
                    else
                        Expect.equal broken.Steps 1L "one step"

                    // the step at hand left no trace
                    let fewer = Recorder(folder, 0, null, [])
                    let expected = solve game solver (options broken.Steps) fewer
                    Expect.equal (answer broken) (answer expected) "what the steps done give"

                    Expect.equal
                        (state recorder.Newest |> List.filter (fun (name, _, _) -> name.StartsWith "state/"))
                        (state fewer.Newest |> List.filter (fun (name, _, _) -> name.StartsWith "state/"))
                        "and what it would be saved as"

                    let again = Recorder(folder, 0, recorder.Newest, recorder.Lines)
                    let solution = solve game solver (options steps) again
                    Expect.equal (result solution) (result (fst whole)) "result, bit for bit"
                    Expect.equal (List.map line again.AllLines) (List.map line (snd whole).AllLines) "metric lines"))

    testCase "before a step" (fun () ->
        inFolder (fun folder ->
            for _, game, solver, steps in runs do
                let whole = undisturbed folder game solver (options steps)
                let recorder = Recorder(folder, 0, null, [])

                let broken =
                    OpenSolver.Solve(
                        rules game,
                        solver,
                        (options steps).Recording recorder,
                        CancellationToken(canceled = true)
                    )

                Expect.equal (broken.Steps, broken.Status.Outcome) (0L, Outcome.Cancelled) "nothing"
                let again = Recorder(folder, 0, recorder.Newest, recorder.Lines)
                same whole (solve game solver (options steps) again, again)))
]

// ---- What is measured --------------------------------------------------------------------------------------------------

let private measured = [
    testCase "moments are those of other runs, and work is counted as on the tree" (fun () ->
        for game in [ "kuhn_poker"; "leduc_poker"; "kuhn_poker(players=3)" ] do
            for solver in [ MonteCarloCfr(); outcome ] do
                let until = Stop.AfterSteps 100L

                let onTree =
                    GameSolver.Solve(
                        GameLibrary.Create game,
                        solver,
                        SolveOptions().With(seed = 5UL, until = until, threads = 1)
                    )

                let solution = solve game solver (options 100L) null

                let work (trace: TracePoint seq) = [
                    for point in trace -> point.Step, point.Metrics["solver/evaluations"]
                ]

                Expect.equal (work solution.Trace) (work onTree.Trace) $"%s{game}: moments and evaluations"
                let sets = [ for point in solution.Trace -> int point.Metrics["solver/information_sets"] ]
                Expect.equal sets (List.sort sets) "they are never fewer"
                Expect.equal (List.last sets) solution.InformationSets "all that were met"

                Expect.sequenceEqual
                    (Seq.last solution.Trace).Metrics.Keys
                    [ "solver/evaluations"; "solver/information_sets" ]
                    "nothing else is known")

    testCase "work of populations, by hand" (fun () ->
        let pennies =
            let values (items: 'a seq) = ValueList.ToValueList items

            OpenGame.Of(
                MatrixTree(
                    "pennies",
                    values [ "row"; "column" ],
                    values [ values [ "h"; "t" ]; values [ "h"; "t" ] ],
                    values [ values [ 1.0; -1.0; -1.0; 1.0 ]; values [ -1.0; 1.0; 1.0; -1.0 ] ]
                )
            )

        let solution = OpenSolver.Solve(pennies, DoubleOracle(), options 1L)
        // a walk of the row player's search looks at both of its actions, the column player's move drawn behind each: 2 ends; one of the column
        // player's search at both of its own behind a drawn move: 2 ends. 40 walks each: 160. Each then has 2 members, so there are 4 cells of
        // 100 games, in each of which 2 payoffs are looked at: 800.
        let members = [ for mixture in solution.Profile -> mixture.Members.Count ]
        Expect.equal members [ 2; 2 ] "members"
        Expect.equal (Seq.last solution.Trace).Metrics["solver/evaluations"] 960.0 "payoffs"
        Expect.equal (Seq.last solution.Trace).Metrics["solver/information_sets"] 2.0 "one a response")
]

// ---- What is refused ---------------------------------------------------------------------------------------------------

/// A game of one move whose rules can be told from others of its name by what it pays, or by what it is called.
let private oneMove pays actions =
    OpenGame.Of(
        {
            new IRules<int> with
                member _.Name = "one move"
                member _.Players = ValueList.ToValueList [ "one" ]
                member _.Initial = -1
                member _.Actor state = if state < 0 then Turn.Of 0 else Turn.Over
                member _.Actions _ = ValueList.ToValueList actions
                member _.Chance _ = ValueList.ToValueList []
                member _.Next(_, action) = action
                member _.InformationState _ = "one"
                member _.Returns state = ValueList.ToValueList [ pays * float state ]
        }
    )

let private session folder resume =
    let plan =
        RunPlan(
            Parent = folder,
            Start = RunStart("run", "x.fsx", [], folder, null),
            Resume = resume,
            Writing = RunWriterOptions(Interval = Nullable TimeSpan.Zero)
        )

    new RunSession(plan, ignore)

let private refused = [
    testCase "rules that were changed and kept their name are another run" (fun () ->
        inFolder (fun folder ->
            let solve game (session: RunSession) =
                OpenSolver.Solve(game, MonteCarloCfr(), (options 5L).Recording session) |> ignore

            let game = oneMove 1.0 [ "a"; "b" ]
            let first = session folder ResumeFrom.Nothing
            solve game first
            // as if it had been killed
            first.Dispose()
            let run = RunFolder.Open(nonNull(first.Folder).Path)
            Expect.equal run.Status.State RunState.Interrupted "its process is gone"

            let named () =
                let plan =
                    RunPlan(Parent = folder, Start = run.Description.Start, Resume = ResumeFrom.Run, Run = run.Path)

                new RunSession(plan, ignore)

            for other in [ oneMove 2.0 [ "a"; "b" ]; oneMove 1.0 [ "a"; "c" ]; oneMove 1.0 [ "a"; "b"; "c" ] ] do
                use other' = named ()

                let message =
                    try
                        solve other other'
                        "taken"
                    with :? RunStoreException as e ->
                        e.Message

                Expect.stringStarts
                    message
                    $"The run '%s{run.Id}' cannot go on, since this is another one: rules: "
                    "by name"

            use again = named ()
            solve (oneMove 1.0 [ "a"; "b" ]) again
            again.End(RunState.Finished, "Finished.")
            Expect.equal run.Status.Resumed 1 "the same rules go on"))

    testCase "a checkpoint of another game, or that lacks something, is refused by name" (fun () ->
        inFolder (fun folder ->
            let recorder = Recorder(folder, 0, null, [])
            solve "kuhn_poker" (MonteCarloCfr()) (options 5L) recorder |> ignore
            let kept = nonNull recorder.Newest
            let walk = (kept.Part "state").Part "walk"

            let fault action =
                try
                    action ()
                    "taken"
                with
                | :? ArgumentException
                | :? RunStoreException as e -> e.Message

            // its first move is the player's, so it has met something when it begins
            Expect.equal
                (fault (fun () -> (oneMove 1.0 [ "a"; "b"; "c" ]).Walk().Load walk))
                "The checkpoint is of another game: 'one move' has the information state 'one' at its start. Begin a new run."
                "another game"

            let lacking = Snapshot()

            for KeyValue(name, values) in kept.Numbers do
                if name <> "state/evaluations" then
                    lacking.Put(name, values)

            for KeyValue(name, text) in kept.Texts do
                lacking.Put(name, text)

            Expect.stringStarts
                (fault (fun () ->
                    solve "kuhn_poker" (MonteCarloCfr()) (options 9L) (Recorder(folder, 0, lacking, [])) |> ignore))
                "The run cannot go on, since another version saved it: The checkpoint has no numbers 'evaluations'."
                "another version"))
]

[<Tests>]
let tests =
    testList "open resume" [
        testList "broken off" broken
        testList "cancelled" cancelled
        testList "measured" measured
        testList "refused" refused
    ]
