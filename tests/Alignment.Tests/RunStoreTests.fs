module Alignment.Tests.RunStore

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.RunFixtures

let private contents =
    testList "contents" [
        test "a run's folder says what it is, how far, and what it came to" {
            inFolder (fun folder ->
                let args = [
                    "solve"
                    "rock_paper_scissors(scissors=2)"
                    "--solver"
                    "prm+"
                    "--steps"
                    "50"
                    "--seed"
                    "7"
                    "--out"
                    folder
                    "--name"
                    "a name / with signs"
                    "--tag"
                    "one"
                    "--tag"
                    "two"
                    "--note"
                    "a note"
                    "--group"
                    "g"
                    "--json"
                ]

                let printedText = printed args
                let run = onlyRun folder
                let about = run.Description
                Expect.equal about.Schema "run/2" "schema"
                Expect.equal about.Name "a name / with signs" "name"
                Expect.stringContains run.Id "-a-name---with-signs-" "its folder"
                Expect.equal (List.ofSeq about.Tags) [ "one"; "two" ] "tags"
                Expect.equal (about.Note, about.Group) ("a note", "g") "note and group"
                Expect.equal about.Identity["solver"] "prm+" "solver"
                Expect.equal about.Identity["seed"] "7" "seed"
                Expect.equal about.Identity["until"] "steps >= 50" "stop rule"
                Expect.equal about.Start.Command "solve" "command"
                Expect.equal about.Start.Operand "rock_paper_scissors(scissors=2)" "operand"
                Expect.equal (List.ofSeq about.Start.Options) [ "--solver=prm+"; "--steps=50"; "--seed=7" ] "options"

                Expect.equal
                    (File.ReadAllText(run.File RunFiles.Solution))
                    (printedText.TrimEnd())
                    "solution.json is what --json prints"

                Expect.equal run.Status.State RunState.Finished "state"
                Expect.equal run.Status.Step 50L "step"
                Expect.equal run.Status.Sentence "Finished after 50 steps, as asked." "sentence"
                let points = List.ofSeq run.Metrics
                Expect.equal (List.last points).Step 50L "the last moment"
                Expect.equal (List.head points).Step 0L "the first moment"

                let target = (DirectoryInfo(Path.Combine(folder, RunFiles.Latest))).LinkTarget
                Expect.equal target run.Id "latest")
        }

        test "nothing is kept of what is refused" {
            inFolder (fun folder ->
                let out = Path.Combine(folder, "runs")

                for args in
                    [
                        [ "solve"; "chicken"; "--solver"; "lp" ]
                        [ "solve"; "chicken"; "--solver"; "hedge"; "--until"; "nash_cov < 1" ]
                        [ "solve"; "chicken"; "--solver"; "cce"; "--until"; "nash_cov < 1" ]
                        [ "solve"; "chicken"; "--solver"; "double_oracle"; "--until"; "nash_cov < 1" ]
                        [ "solve"; "chicken"; "--checkpoint"; "0" ]
                    ] do
                    let code, _, _ = align (args @ [ "--out"; out ])
                    Expect.equal code ExitCode.WrongInput $"{args}"
                    Expect.isFalse (Directory.Exists out) $"{args}")
        }

        test "what is about kept runs is refused where none is kept" {
            for option in [ [ "--resume"; "auto" ]; [ "--checkpoint"; "5" ] ] do
                refused
                    ([ "solve"; "chicken"; "--solver"; "rm"; "--steps"; "5" ] @ option)
                    "--resume, --checkpoint and --keep are about runs that are kept; say where by --out DIR."
        }

        test "a game's file is copied, and the run can be repeated without the original" {
            inFolder (fun folder ->
                let efg = Path.Combine(folder, "my game.efg")
                printed [ "convert"; "kuhn_poker"; efg ] |> ignore
                let out = Path.Combine(folder, "runs")
                printed [ "solve"; efg; "--solver"; "cfr+"; "--steps"; "30"; "--out"; out ] |> ignore
                let first = onlyRun out
                File.Delete efg
                printed [ "run"; "--from"; first.Path; "--out"; out ] |> ignore

                match runsIn out with
                | [ second; _ ] ->
                    Expect.equal
                        (RunIdentity.Differences(first.Description.Identity, second.Description.Identity).Count)
                        0
                        "the same run"

                    let solution (run: RunFolder) = timeless (File.ReadAllText(run.File RunFiles.Solution))
                    Expect.equal (solution second) (solution first) "the same result"
                | runs -> failtest $"{runs.Length} runs")
        }

        for extension, script in
            [
                ".csx",
                "#load \"part.csx\"\nreturn new Experiment(Make(2), new RegretMatchingPlus(), Stop.AfterSteps(25)).Main(Args.ToArray());\n"
            ] do
            test $"a script and what it loads are copied, and the run can be repeated without them: {extension}" {
                inFolder (fun folder ->
                    let scripts = Path.Combine(folder, "scripts")
                    Directory.CreateDirectory scripts |> ignore

                    File.WriteAllText(
                        Path.Combine(scripts, "part.csx"),
                        "GameSpec Make(double x) => Games.RockPaperScissors(x);\n"
                    )

                    let path = Path.Combine(scripts, "x" + extension)
                    File.WriteAllText(path, script)
                    let out = Path.Combine(folder, "runs")
                    let first = child [ "run"; path; "--seed"; "3"; "--out"; out ]
                    Expect.equal ((fun (code, _, _) -> code) first) 0 $"{first}"
                    let run = onlyRun out
                    Directory.Delete(scripts, recursive = true)
                    let second = child [ "run"; "--from"; run.Path; "--out"; out ]
                    Expect.equal ((fun (code, _, _) -> code) second) 0 $"{second}"
                    let certificate (_, out: string, _) = out.Split('\n')[0]
                    Expect.equal (certificate second) (certificate first) "the same certificate"
                    Expect.equal (runsIn out).Length 2 "kept below --out")
            }

        test "the newest checkpoints and the best are kept" {
            inFolder (fun folder ->
                let description =
                    RunDescription(
                        Name = "x",
                        Started = DateTimeOffset.UnixEpoch,
                        Identity = readOnlyDict [ "a", "b" ],
                        Start = RunStart("solve", "x", [], "/", null),
                        Machine = readOnlyDict []
                    )

                use writer = RunWriter.Begin(folder, description, "spec", null, RunWriterOptions(Keep = 2))

                let save step gap =
                    let snapshot = Snapshot()
                    snapshot.Put("step", float step)
                    writer.Save(step, gap, snapshot)
                    writer.Folder.Checkpoints |> Seq.map (fun struct (step, _) -> step) |> Seq.sort |> List.ofSeq

                Expect.equal (save 1L 0.5) [ 1L ] "the first"
                Expect.equal (save 2L 0.1) [ 1L; 2L ] "two"
                Expect.equal (save 3L 0.4) [ 2L; 3L ] "two newest, one of them the best"
                Expect.equal (save 4L 0.3) [ 2L; 3L; 4L ] "two newest and the best"
                Expect.equal (save 5L 0.05) [ 4L; 5L ] "a better one"

                // of a game by its rules alone nobody knows
                Expect.equal (save 6L infinity) [ 5L; 6L ] "the best is among the newest"
                Expect.equal (save 7L infinity) [ 5L; 6L; 7L ] "two newest and the best"
                Expect.equal writer.Folder.Status.Step 7L "step")
        }

        test "where no gap is known, none is the best" {
            inFolder (fun folder ->
                use writer = beginning folder "x" 0.0 [] None "mccfr" "0"

                let save step =
                    let snapshot = Snapshot()
                    snapshot.Put("step", float step)
                    writer.Save(step, infinity, snapshot)
                    writer.Folder.Checkpoints |> Seq.map (fun struct (step, _) -> step) |> Seq.sort |> List.ofSeq

                Expect.equal
                    [ for step in 1L .. 4L -> save step ]
                    [ [ 1L ]; [ 1L; 2L ]; [ 2L; 3L ]; [ 3L; 4L ] ]
                    "two newest")
        }

        test "checkpoints that take long are written less often, unless a time was asked for" {
            let pause (interval: float option) took =
                let interval = interval |> Option.map TimeSpan.FromSeconds |> Option.toNullable
                (RunWriter.Pause(interval, TimeSpan.FromSeconds(took: float))).TotalSeconds

            Expect.equal (List.map (pause None) [ 0.0; 0.2; 3.0; 4.0 ]) [ 30.0; 30.0; 30.0; 40.0 ] "an eleventh at most"
            Expect.equal (List.map (pause (Some 5.0)) [ 0.0; 4.0 ]) [ 5.0; 5.0 ] "as asked"

            inFolder (fun folder ->
                let writer interval =
                    RunWriter.Begin(
                        folder,
                        description "x" 0.0 [] None "mccfr" "0",
                        "spec",
                        null,
                        RunWriterOptions(Interval = Nullable interval)
                    )

                use often = writer TimeSpan.Zero
                use seldom = writer (TimeSpan.FromHours 1.0)
                let snapshot = Snapshot()
                snapshot.Put("step", 1.0)
                Expect.isTrue often.IsDue "at once"
                often.Save(1L, infinity, snapshot)
                Expect.isTrue often.IsDue "and again"
                Expect.isFalse seldom.IsDue "in an hour")
        }
    ]

let private game = "kuhn_poker"
let private leduc = [ "solve"; "leduc_poker"; "--solver"; "cfr+"; "--json" ]

/// A run that was killed after its first checkpoint.
let private killed folder steps =
    let args = leduc @ [ "--steps"; string steps; "--out"; folder; "--checkpoint"; "0.05" ]
    use child = startTool args
    let clock = Stopwatch.StartNew()

    while clock.Elapsed < TimeSpan.FromSeconds 60.0
          && (runsIn folder |> List.forall (fun run -> Seq.isEmpty run.Checkpoints)) do
        Thread.Sleep 20

    child.Kill()
    child.WaitForExit()
    let run = onlyRun folder
    Expect.equal run.Status.State RunState.Interrupted "its process is gone"
    run

let private interruptions =
    startsProcesses
    <| testList "interruptions" [
        // the second game is so small that its strategies are kept
        for game, solver, steps, most in
            [ "liars_dice(sides=3)", "pcfr+", 1_000_000, 30L; "kuhn_poker", "pcfr+", 3_000_000, 4L ] do
            test $"killed %d{most} times at random moments, a run ends as if nothing had been: %s{game}" {
                inFolder (fun folder ->
                    let solve out resume =
                        [ "solve"; game; "--solver"; solver; "--steps"; string steps; "--json"; "--threads"; "1" ]
                        @ [ "--out"; Path.Combine(folder, out) ]
                        @ resume

                    let whole = child (solve "whole" [])
                    let again = solve "killed" [ "--resume"; "auto"; "--checkpoint"; "0.01" ]
                    let code, out, error = killedOften (Path.Combine(folder, "killed")) again most 0.4
                    Expect.equal code 0 error
                    let _, expected, _ = whole
                    let run = onlyRun (Path.Combine(folder, "killed"))
                    Expect.equal (timeless out) (timeless expected) "the result, bit for bit"
                    Expect.equal run.Status.Resumed (int most) "taken up after each"

                    Expect.equal
                        (metricLines run)
                        (metricLines (onlyRun (Path.Combine(folder, "whole"))))
                        "metric lines, none lost, none twice"

                    let strategies (run: RunFolder) =
                        let file = run.File RunFiles.Strategies
                        if File.Exists file then File.ReadAllLines file else [||]

                    Expect.equal
                        (strategies run)
                        (strategies (onlyRun (Path.Combine(folder, "whole"))))
                        "strategies, bit for bit"

                    Expect.equal
                        (strategies run).Length
                        (if game = "kuhn_poker" then run.Metrics |> Seq.length else 0)
                        "one a moment"

                    Expect.equal run.Status.State RunState.Finished "state")
            }

        test "a checkpoint that is not whole is passed over with a word" {
            inFolder (fun folder ->
                let run = killed folder 2_000_000_000L
                let checkpoints = run.Checkpoints |> Seq.map (fun struct (_, path) -> path) |> List.ofSeq
                let newest = List.head checkpoints
                let bytes = File.ReadAllBytes newest
                File.WriteAllBytes(newest, bytes[.. bytes.Length / 2])

                use child = startTool (leduc @ [ "--steps"; "2000000000"; "--out"; folder; "--resume"; run.Path ])
                let error = child.StandardError
                let first = string (error.ReadLine())
                let second = string (error.ReadLine())
                child.Kill()
                Expect.equal first $"note     {newest} is no whole checkpoint: it is cut off." "what was passed over"
                Expect.stringContains second $"note     going on with {run.Id} " "and it goes on")
        }

        test "another run is not taken up, and a run at work is left alone" {
            inFolder (fun folder ->
                let run = killed folder 16_000_000L
                let resumed extra = align (leduc @ [ "--out"; folder; "--resume"; run.Path ] @ extra)

                for extra, part in
                    [
                        [ "--steps"; "5" ], "until: steps >= 16000000 there, steps >= 5 here"
                        [ "--steps"; "16000000"; "--seed"; "1" ], "seed: 0 there, 1 here"
                        [ "--steps"; "16000000"; "--precision"; "float32" ], "precision: float64 there, float32 here"
                        [ "--steps"; "16000000"; "--set"; "averaging=uniform" ],
                        "settings: updates=alternating averaging=linear there, updates=alternating averaging=uniform here"
                    ] do
                    let code, out, error = resumed extra
                    Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

                    Expect.equal
                        (error.TrimEnd())
                        $"align: The run '{run.Id}' cannot go on, since this is another one: {part}. Start it with what it had, or begin a new run."
                        "the message"

                Expect.equal (runsIn folder).Length 1 "nothing was begun"

                use other = startTool (leduc @ [ "--steps"; "16000000"; "--out"; folder; "--resume"; run.Path ])
                other.StandardError.ReadLine() |> ignore
                Expect.equal run.Status.State RunState.Running "running"
                let code, _, error = resumed [ "--steps"; "16000000" ]

                Expect.equal
                    (code, error.TrimEnd())
                    (ExitCode.WrongInput,
                     $"align: The run '{run.Id}' is running: process {other.Id} on {Environment.MachineName} is at it.")
                    "held"

                // whoever looks at it may ask it to stop
                File.WriteAllText(run.File RunFiles.Stop, "")
                let code, _, _ = ended other
                Expect.equal code ExitCode.Terminated "as by SIGTERM"
                Expect.equal run.Status.State RunState.Cancelled "cancelled")
        }

        test "SIGTERM leaves a checkpoint, and the run can go on" {
            inFolder (fun folder ->
                use child = startTool (leduc @ [ "--steps"; "2000000000"; "--out"; folder; "--checkpoint"; "1000" ])
                let clock = Stopwatch.StartNew()

                while clock.Elapsed < TimeSpan.FromSeconds 60.0 && List.isEmpty (runsIn folder) do
                    Thread.Sleep 20

                Thread.Sleep 300
                let run = onlyRun folder
                Expect.isEmpty run.Checkpoints "none yet"
                Process.Start("kill", [ "-TERM"; string child.Id ]).WaitForExit()
                let code, out, _ = ended child
                Expect.equal code ExitCode.Terminated "exit code"
                Expect.equal run.Status.State RunState.Cancelled "state"
                Expect.equal (Seq.length run.Checkpoints) 1 "its checkpoint"

                Expect.stringContains
                    ((json out).GetProperty("status").GetString() |> string)
                    "Cancelled after"
                    "the result so far")
        }

        test "a place that cannot be written to is told before the work" {
            let code, _, error = align (leduc @ [ "--steps"; "10"; "--out"; "/proc/runs" ])
            Expect.equal code ExitCode.WrongInput "exit code"
            Expect.stringStarts error "align: No run can be kept below '/proc/runs': " "the message"
        }

        test "a full disk ends the run with a word and leaves the last good checkpoint" {
            inFolder (fun folder ->
                let disk = Path.Combine(folder, "disk")
                Directory.CreateDirectory disk |> ignore

                let mounted =
                    use mount = Process.Start("mount", [ "-t"; "tmpfs"; "-o"; "size=1m"; "tmpfs"; disk ])
                    mount.WaitForExit()
                    mount.ExitCode = 0

                if not mounted then
                    skiptest "mount is not allowed here, so there is no small disk to fill"

                try
                    use child = startTool (leduc @ [ "--steps"; "2000000000"; "--out"; disk; "--checkpoint"; "0.05" ])
                    let clock = Stopwatch.StartNew()

                    while clock.Elapsed < TimeSpan.FromSeconds 60.0
                          && (runsIn disk |> List.forall (fun run -> Seq.isEmpty run.Checkpoints)) do
                        Thread.Sleep 20

                    let filler = Path.Combine(disk, "filler")

                    try
                        use stream = File.Create filler
                        let block = Array.zeroCreate<byte> 4096

                        while true do
                            stream.Write block
                            stream.Flush true
                    with :? IOException ->
                        ()

                    let code, out, error = ended child
                    Expect.equal (code, out) (ExitCode.WrongInput, "") error
                    Expect.stringContains error "cannot be written: No space left on device" "the message"
                    File.Delete filler
                    let run = onlyRun disk
                    Expect.isNotNull (run.Newest(fun broken -> failtest broken)) "the last good checkpoint"
                    use again = startTool (leduc @ [ "--steps"; "2000000000"; "--out"; disk; "--resume"; run.Path ])
                    let word = string (again.StandardError.ReadLine())
                    again.Kill()
                    again.WaitForExit()
                    Expect.stringContains word $"going on with {run.Id} after" "and it goes on"
                finally
                    use unmount = Process.Start("umount", [ "-l"; disk ])
                    unmount.WaitForExit())
        }
    ]

let private readers =
    testList "readers" [
        test "what is no run is passed over, and what is broken says why" {
            inFolder (fun folder ->
                Directory.CreateDirectory(Path.Combine(folder, "empty")) |> ignore
                Directory.CreateDirectory(Path.Combine(folder, "broken")) |> ignore
                File.WriteAllText(Path.Combine(folder, "broken", "run.json"), "{\"schema\":")
                Directory.CreateDirectory(Path.Combine(folder, "old")) |> ignore
                Expect.isEmpty (runsIn folder) "none"

                for name, part in
                    [
                        "nowhere", "There is no run"
                        "empty", "is no run: it has no run.json."
                        "broken", "is no run: its run.json cannot be read"
                    ] do
                    let code, _, error = align [ "run"; "--from"; Path.Combine(folder, name) ]
                    Expect.equal code ExitCode.WrongInput name
                    Expect.stringContains error part name)
        }

        test "a torn or foreign metric line is passed over" {
            inFolder (fun folder ->
                printed [ "solve"; game; "--solver"; "cfr"; "--steps"; "20"; "--out"; folder ] |> ignore
                let run = onlyRun folder
                let points = List.ofSeq run.Metrics
                File.AppendAllText(run.File RunFiles.Metrics, "{\"step\":21,\"seconds\":1}\n[1]\n\n{\"step\":22,\"sec")
                Expect.equal (Seq.length run.Metrics) (points.Length + 1) "the torn one is not there")
        }
    ]

[<Tests>]
let tests = testList "run store" [ contents; interruptions; readers ]
