module Alignment.Tests.Resume

// A run that broke off goes on to the last bit: every kind of solver and executor, in this process, with a recorder that breaks the run off
// after a number of checkpoints; and processes killed for real, in RunStoreTests.

open System
open System.Collections.Generic
open System.IO
open System.Threading
open System.Security.Cryptography
open System.Text
open Expecto
open Microsoft.Extensions.Logging
open Alignment
open Alignment.Runtime
open Alignment.Compiler
open Alignment.Tests.Fixtures

/// The power goes.
exception private PowerCut

/// Saves after every chunk, through a file, and breaks the run off at the n-th checkpoint from where it went on.
type private Recorder(folder: string, breaksAt: int, resume: Snapshot | null) =
    let mutable saved = 0
    let mutable newest = resume
    let lines = List<TracePoint>()
    member _.Newest = newest
    member _.Lines = lines

    interface IRunRecorder with
        member _.Begin(_: BoundGame, _: ISolver, _: SolveOptions) = ()
        member _.Begin(_: RunSubject, _: ILogger) = ()
        member _.Resume = resume
        member _.IsDue = true
        member _.Measured point = lines.Add point

        member _.Save(_, _, snapshot) =
            let path = Path.Combine(folder, "x.checkpoint")
            snapshot.Put("lines", float lines.Count)
            SnapshotFile.Write(path, snapshot)
            newest <- SnapshotFile.Read path
            saved <- saved + 1

            if saved = breaksAt then
                raise PowerCut

let private solve (game: BoundGame) solver (options: SolveOptions) recorder =
    GameSolver.Solve(game, solver, options.With(recorder = recorder))

/// What a run came to apart from the clock.
let private result (solution: Solution) = [
    for game in solution.Games do
        game.Game
        game.Status.Sentence
        string game.Steps
        string game.Certificate

        for strategy in game.Strategies do
            yield! strategy |> Seq.map (BitConverter.DoubleToInt64Bits >> string)

        match game.Joint with
        | null -> ()
        | joint -> yield! joint |> Seq.map (BitConverter.DoubleToInt64Bits >> string)

        for KeyValue(key, value) in game.Metrics do
            $"%s{key}=%d{BitConverter.DoubleToInt64Bits value}"

    string solution.Steps
    string solution.Cycling
    for rate in solution.Rates do
        string rate
]

let private line (point: TracePoint) = [
    string point.Step
    for KeyValue(key, value) in point.Metrics |> Seq.sortBy _.Key do
        $"%s{key}=%d{BitConverter.DoubleToInt64Bits value}"
    match point.Strategies with
    | null -> "no strategies"
    | strategies ->
        for strategy in strategies do
            yield! strategy |> Seq.map (BitConverter.DoubleToInt64Bits >> string)
]

/// Runs to the end once, and once more with a break at each given number of checkpoints; both come to the same.
let private goesOn spec (solver: ISolver) options (breaks: int list) =
    inFolder (fun folder ->
        let game = BoundGame.Bind spec
        let whole = Recorder(folder, 0, null)
        let expected = solve game solver options whole

        let rec go (resume: Snapshot | null) (lines: TracePoint list) breaks =
            let at, rest =
                match breaks with
                | at :: rest -> at, rest
                | [] -> 0, []

            let recorder = Recorder(folder, at, resume)

            try
                let solution = solve game solver options recorder
                solution, lines @ List.ofSeq recorder.Lines
            with PowerCut ->
                go recorder.Newest (lines @ List.ofSeq recorder.Lines) rest

        let solution, lines = go null [] breaks
        Expect.equal (result solution) (result expected) "result, bit for bit"

        Expect.equal
            (List.map line lines)
            (List.map line (List.ofSeq whole.Lines))
            "metric lines, none lost, none twice"

        Expect.equal
            (solution.Trace |> Seq.map line |> List.ofSeq)
            (expected.Trace |> Seq.map line |> List.ofSeq)
            "trace")

let private options (steps: int64) = SolveOptions(Until = Stop.AfterSteps steps, Chunk = Nullable 3, Threads = 1)

let private batch = lazy (zeroSumBatch 6 4 3 (draws "resume" 6 4 3))

let private iterativeRuns =
    testList "iterative solvers" [
        for solver in
            Solver.All
            |> Seq.choose (function
                | :? IIterativeSolver as s -> Some(s :> ISolver)
                | _ -> None) do
            test $"{solver.Info.Name} on a batch of matrices" { goesOn batch.Value solver (options 50L) [ 2; 1; 7 ] }

            test $"{solver.Info.NameOn(Games.KuhnPoker())} on a tree" {
                goesOn (Games.KuhnPoker()) solver (options 40L) [ 1; 5 ]
            }

        for solver in
            [
                "gradient(rate=1,multipliers=pi(rate=1,proportional=1))"
                "gradient(optimizer=adam(rate=0.1),averaging=uniform)"
                "gradient(lookahead=optimistic,multipliers=momentum(rate=0.1))"
            ] do
            test $"{solver} on a game with a constraint" {
                goesOn GradientFixtures.bandit (Solver.Find solver) (options 50L) [ 2; 1; 7 ]
            }

        test "lola on a batch of games of weights" {
            goesOn (Games.Bilinear(2).Over(Axis.Of("copy", 3))) (Solver.Find "lola") (options 20L) [ 2; 1 ]
        }

        test "in float32" {
            goesOn batch.Value (Solver.Find "prm+") ((options 50L).With(precision = Precision.Float32)) [ 3; 2 ]
        }

        test "games that are done and dropped stay as they were" {
            let until = Stop.NashConvBelow 0.05 ||| Stop.AfterSteps 3_000L
            let options = SolveOptions(Until = until, Chunk = Nullable 7, Threads = 2)
            let spec = zeroSumBatch 40 5 4 (draws "dropped" 40 5 4)
            let solution = GameSolver.Solve(BoundGame.Bind spec, Solver.Find "hedge", options)

            Expect.isGreaterThan
                (solution.Games |> Seq.map _.Steps |> Seq.distinct |> Seq.length)
                5
                "they end at different steps"

            goesOn spec (Solver.Find "hedge") options [ 3; 9; 14; 6 ]
        }

        test "games that are not constant-sum keep their joint play" {
            goesOn (Games.Chicken()) (Solver.Find "hedge") (options 50L) [ 2; 4 ]
            goesOn (Games.KuhnPoker 3) (Solver.Find "cfr") (options 20L) [ 2; 1 ]
        }

        test "on Torch" {
            for precision in [ Precision.Float32; Precision.Float64 ] do
                goesOn
                    batch.Value
                    (Solver.Find "prm+")
                    ((options 50L).With(executor = TorchExecutor.Cpu, precision = precision))
                    [ 2; 3 ]
        }
    ]

let private otherRuns =
    testList "other solvers" [
        test "sampled, seed by seed" {
            let options = (options 400L).With(seeds = ValueList.ToValueList [ 5UL; 2UL; 9UL ], threads = 2)

            for sampling in [ "external"; "outcome" ] do
                let solver = (Solver.Find "mccfr").Settings |> Seq.find (fun s -> s.Name = "sampling")
                goesOn (Games.KuhnPoker()) (solver.With sampling) options [ 4; 11 ]
        }

        test "populations" {
            let until = Stop.NashConvBelow 1e-9 ||| Stop.AfterSteps 30L
            let options = SolveOptions(Until = until, Threads = 1)

            for inner in [ "lp"; "prm+" ] do
                let solver =
                    let population = Solver.Find "double_oracle"
                    let setting = population.Settings |> Seq.find _.TakesSolver
                    let all = Seq.append Solver.All (Seq.cast<ISolver> ExactSolver.All)
                    setting.With(all |> Seq.find (fun s -> s.Info.IsCalled inner))

                goesOn (Games.RandomZeroSum(12, 12)) solver options [ 2; 3 ]
                goesOn (zeroSumBatch 3 4 4 (draws "populations" 3 4 4)) solver options [ 1; 2; 1 ]

            let psro = Solver.Find "psro"
            goesOn (Games.KuhnPoker()) psro (SolveOptions(Until = Stop.AfterSteps 4L, Threads = 1)) [ 1; 1 ]
        }

        test "direct" {
            for name in [ "lp"; "cce" ] do
                let solver = ExactSolver.All |> Seq.find (fun s -> s.Info.IsCalled name)
                goesOn batch.Value solver (options 1L) [ 2; 1 ]
        }
    ]

let private cancelled =
    testList "cancelled" [
        for name, spec, solver in
            [
                "iterative", lazy (Games.LeducPoker()), "cfr+"
                "sampled", lazy (Games.KuhnPoker()), "mccfr"
                "a population", lazy (Games.RandomZeroSum(30, 30)), "double_oracle"
            ] do
            test $"what was cancelled goes on as if nothing had been: {name}" {
                inFolder (fun folder ->
                    let game = BoundGame.Bind spec.Value
                    let options = SolveOptions(Until = Stop.AfterSteps 60L, Threads = 1)
                    let whole = solve game (Solver.Find solver) options (Recorder(folder, 0, null))
                    use source = new CancellationTokenSource()
                    let recorder = Recorder(folder, 0, null)

                    let progress = {
                        new IProgress<TracePoint> with
                            member _.Report point =
                                if point.Step >= 3L then
                                    source.Cancel()
                    }

                    let broken =
                        GameSolver.Solve(
                            game,
                            Solver.Find solver,
                            options.With(recorder = recorder, progress = progress),
                            source.Token
                        )

                    Expect.equal broken.Status.Outcome Outcome.Cancelled "cancelled"
                    let again = Recorder(folder, 0, recorder.Newest)
                    let solution = solve game (Solver.Find solver) options again
                    Expect.equal (result solution) (result whole) "result, bit for bit"

                    let lines = [ yield! recorder.Lines; yield! again.Lines ] |> List.map line
                    Expect.equal lines (whole.Trace |> Seq.map line |> List.ofSeq) "metric lines")
            }
    ]

let private fault (action: unit -> 'a) =
    try
        action () |> ignore
        failtest "taken, where a refusal was expected"
    with
    | :? InvalidDataException
    | :? RunStoreException as e -> e.Message

let private files =
    testList "checkpoint files" [
        propertyOver 100 "hold every number, to the last bit" (fun (numbers: float[]) (letters: char list) ->
            inFolder (fun folder ->
                let path = Path.Combine(folder, "x")
                let text = letters |> List.filter (Char.IsSurrogate >> not) |> Array.ofList |> String
                let snapshot = Snapshot()
                snapshot.Put("numbers", numbers)
                snapshot.Put("odd", [| nan; -0.0; infinity; -infinity; Double.Epsilon |])
                snapshot.Put("text", text)
                snapshot.Put("empty", Array.empty<float>)
                SnapshotFile.Write(path, snapshot)
                let back = SnapshotFile.Read path
                Expect.equal (back.Text "text") text "text"

                for KeyValue(name, values) in snapshot.Numbers do
                    Expect.equal (bits (back.Array name)) (bits values) name))

        propertyOver 100 "hold whole numbers in as few bytes as they take" (fun (numbers: uint16[]) (one: int64) ->
            inFolder (fun folder ->
                let path = Path.Combine(folder, "x")

                for numbers in
                    [
                        numbers |> Array.map (fun n -> float (n % 256us))
                        numbers |> Array.map float
                        numbers |> Array.map (fun n -> 65_537.0 * float n)
                        numbers |> Array.map (fun n -> 65_538.0 * float n)
                        numbers |> Array.map (fun n -> -(float n))
                        [| yield! numbers |> Array.map float; float one |]
                        [| yield! numbers |> Array.map float; 0.5 |]
                    ] do
                    let snapshot = Snapshot()
                    snapshot.Put("numbers", numbers)
                    SnapshotFile.Write(path, snapshot)
                    Expect.equal (bits ((SnapshotFile.Read path).Array "numbers")) (bits numbers) "numbers"
                    Expect.equal (FileInfo(path).Length) (SnapshotFile.Length snapshot) "as long as is told"

                let bytes = Array.create 1000 255.0
                let snapshot = Snapshot()
                snapshot.Put("numbers", bytes)
                Expect.isLessThan (SnapshotFile.Length snapshot) 1100L "a byte each"))

        propertyOver 100 "hold lists of texts and parts" (fun (texts: string list) ->
            let valid (text: string | null) =
                match text with
                | null -> ""
                | text -> String(text |> Seq.filter (Char.IsSurrogate >> not) |> Array.ofSeq)

            // some begin alike, and not with half of a pair
            let texts = [
                yield! texts |> List.map valid
                yield! [ "same 🎲"; "same 🎳 more"; "same 🎳 more"; "same"; ""; "" ]
                yield! texts |> List.map (fun text -> "same 🎳 " + valid text)
            ]

            inFolder (fun folder ->
                let path = Path.Combine(folder, "x")
                let snapshot, part = Snapshot(), Snapshot()
                part.Put("texts", Array.ofList texts)
                part.Put("one", 1.0)
                snapshot.Put("part", part)
                snapshot.Put("one", 2.0)
                SnapshotFile.Write(path, snapshot)
                let back = SnapshotFile.Read path
                Expect.equal (List.ofArray ((back.Part "part").List "texts")) texts "texts"
                Expect.equal (back.Number "one", (back.Part "part").Number "one") (2.0, 1.0) "parts"))

        test "of version 1 are read, of others refused by name" {
            inFolder (fun folder ->
                let path = Path.Combine(folder, "x")

                let write (version: int) =
                    use stream = new MemoryStream()
                    use writer = new BinaryWriter(stream)

                    let text (value: string) =
                        writer.Write(Encoding.UTF8.GetByteCount value)
                        writer.Write(Encoding.UTF8.GetBytes value)

                    writer.Write("ALIGNCKP"B)
                    writer.Write version
                    writer.Write 1
                    text "word"
                    text "späte"
                    writer.Write 1
                    text "numbers"
                    writer.Write 2
                    writer.Write 1.0
                    writer.Write -0.0
                    writer.Write(SHA256.HashData(stream.ToArray()))
                    File.WriteAllBytes(path, stream.ToArray())

                write 1
                let old = SnapshotFile.Read path
                Expect.equal (old.Text "word") "späte" "text"
                Expect.equal (bits (old.Array "numbers")) (bits [| 1.0; -0.0 |]) "numbers"
                write 3

                Expect.equal
                    (fault (fun () -> SnapshotFile.Read path))
                    $"{path} is no whole checkpoint: it is of version 3, and this program reads versions 1 and 2."
                    "a later one")
        }

        test "half of a surrogate pair is refused by name" {
            inFolder (fun folder ->
                let snapshot = Snapshot()
                // a literal would hold another letter in its place
                snapshot.Put("labels", String [| 'x'; char 0xD83D |])

                Expect.equal
                    (fault (fun () -> SnapshotFile.Write(Path.Combine(folder, "x"), snapshot)))
                    "A checkpoint cannot be written: its text 'labels' holds half of a surrogate pair, which no file can; name information states and actions by whole letters."
                    "the message"

                Expect.isEmpty (Directory.GetFiles folder) "nothing is left")
        }

        test "cut off anywhere, or with a byte changed, they are told apart" {
            inFolder (fun folder ->
                let path = Path.Combine(folder, "x")
                let snapshot = Snapshot()
                snapshot.Put("numbers", [| 1.0 .. 40.0 |])
                snapshot.Put("text", "a text")
                SnapshotFile.Write(path, snapshot)
                let whole = File.ReadAllBytes path

                let refused (bytes: byte[]) what =
                    File.WriteAllBytes(path, bytes)
                    Expect.throwsT<InvalidDataException> (fun () -> SnapshotFile.Read path |> ignore) what

                for length in 0 .. whole.Length - 1 do
                    refused whole[.. length - 1] $"cut off after {length} bytes"

                for at in 0 .. whole.Length - 1 do
                    let changed = Array.copy whole
                    changed[at] <- changed[at] ^^^ 0x10uy
                    refused changed $"byte {at} changed"

                refused (Array.append whole [| 0uy |]) "a byte too many")
        }
    ]

[<Tests>]
let tests = testList "resume" [ iterativeRuns; otherRuns; cancelled; files ]
