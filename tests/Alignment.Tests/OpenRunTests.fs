module Alignment.Tests.OpenRuns

// Runs of games by their rules alone in folders of their own: what is in them, processes killed and asked to stop, and what reads them.

open System
open System.Diagnostics
open System.IO
open System.Security.Cryptography
open System.Threading
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.RunFixtures

let private dice = "liars_dice(dice=2,sides=6)"

let private set (settings: string list) = settings |> List.collect (fun setting -> [ "--set"; setting ])

let private solve solver (steps: int) settings =
    [ "solve"; dice; "--solver"; solver; "--steps"; string steps; "--json" ]
    @ set [ "certificateIterations=20"; "validationGames=200"; "certificateGames=200" ]
    @ set settings

let private quick = solve "mccfr" 14 []
let private quickPsro = solve "psro" 3 [ "responseIterations=20"; "cellGames=50" ]

// ---- What is in a folder -----------------------------------------------------------------------------------------------

let private folders = [
    for name, args in [ "mccfr", quick; "psro", quickPsro ] do
        testCase $"%s{name}: a folder says what the run is, how far, and what it came to" (fun () ->
            inFolder (fun folder ->
                let out = printed (args @ [ "--out"; folder; "--checkpoint"; "0.001"; "--keep"; "1"; "--name"; "it" ])
                let run = onlyRun folder
                let about = run.Description
                Expect.equal about.Name "it" "name"
                Expect.equal about.Identity["game"] dice "game"
                Expect.equal about.Identity["solver"] name "solver"
                Expect.equal about.Identity["validationGames"] "200" "settings of the run"
                Expect.equal about.Identity["rules"].Length 16 "rules"
                Expect.equal about.Start.Command "solve" "command"

                Expect.equal
                    (File.ReadAllText(run.File RunFiles.Solution))
                    (out.TrimEnd())
                    "the result is what was printed"

                Expect.equal run.Status.State RunState.Finished "state"
                Expect.isLessThanOrEqual (Seq.length run.Checkpoints) 1 "as many as are to be kept"
                Expect.equal (File.ReadAllText(run.File RunFiles.Spec)) $"%s{dice}, by its rules alone\n" "the game"

                Expect.stringContains
                    (File.ReadAllText(run.File RunFiles.Console))
                    "certificate lower_bound"
                    "console"

                Expect.stringContains (File.ReadAllText(run.File RunFiles.Config)) "certificateGames: 200" "config"
                Expect.hasLength (Directory.GetFiles(run.Path, "events.out.tfevents.*")) 1 "events"

                // moments by step counts alone, as other runs have them: 0 to 10, from there a tenth more each, and the last
                let points = List.ofSeq run.Metrics
                let steps = if name = "mccfr" then [ yield! [ 0L .. 11L ]; 13L; 14L ] else [ 0L .. 3L ]
                Expect.equal (points |> List.map _.Step) steps "moments"

                for point in points do
                    Expect.sequenceEqual
                        point.Metrics.Keys
                        [ "solver/evaluations"; "solver/information_sets" ]
                        "nothing that takes a tree"

                let sets = (json out).GetProperty("information_sets").GetDouble()
                Expect.equal (List.last points).Metrics["solver/information_sets"] sets "information sets"))

    testCase "what was run is run again, from the folder and from its options" (fun () ->
        inFolder (fun folder ->
            let kept = Path.Combine(folder, "kept")
            let first = printed (quickPsro @ [ "--out"; kept ])
            let run = onlyRun kept
            let again = printed [ "run"; "--from"; run.Path; "--out"; Path.Combine(folder, "again"); "--json" ]
            Expect.equal (timeless again) (timeless first) "the same"
            let config = run.File RunFiles.Config

            let configured =
                printed [ "solve"; dice; "--config"; config; "--out"; Path.Combine(folder, "c"); "--json" ]

            Expect.equal (timeless configured) (timeless first) "the same"

            let identity (parent: string) =
                (onlyRun (Path.Combine(folder, parent))).Description.Identity |> Seq.sortBy _.Key |> List.ofSeq

            Expect.equal (identity "c") (identity "kept") "the same run"
            Expect.equal (identity "again") (identity "kept") "the same run"))

    testCase "who reads runs reads these" (fun () ->
        inFolder (fun folder ->
            let bound =
                (json (printed (quick @ [ "--out"; folder ]))).GetProperty("certificate").GetProperty "nash_conv"

            let run = onlyRun folder
            let table = printed [ "runs"; folder ]
            Expect.stringContains table ">= " "a lower bound"
            Expect.stringContains table "mccfr" "the solver"
            let listed = (json (printed [ "runs"; folder; "--json" ])).GetProperty("runs")[0]
            Expect.equal (listed.GetProperty("certificate").GetString()) "lower_bound" "kind"
            Expect.equal (listed.GetProperty("nash_conv").GetDouble()) (bound.GetDouble()) "NashConv"

            let csv = (printed [ "export"; run.Path ]).Split '\n'
            Expect.equal (csv[0].TrimEnd()) "step,seconds,solver/evaluations,solver/information_sets" "columns"

            Expect.hasLength (Plots.InformationSets run) 1 "a plot"
            Expect.hasLength (Plots.All run) 1 "and no other"))
]

// ---- Broken off --------------------------------------------------------------------------------------------------------

/// All that a run leaves behind but the clock.
let private left (run: RunFolder) =
    timeless (File.ReadAllText(run.File RunFiles.Solution)),
    metricLines run,
    Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(run.File RunFiles.Policy)))

let private long = solve "mccfr" 300 []
let private short = solve "mccfr" 120 []

let private whole args =
    lazy
        (inFolder (fun folder ->
            printed (args @ [ "--out"; folder ]) |> ignore
            left (onlyRun folder)))

let private wholeLong = whole long

let private same (run: RunFolder) (expected: Lazy<_>) =
    let solution, lines, policy = left run
    let expectedSolution, expectedLines, expectedPolicy = expected.Value
    Expect.equal solution expectedSolution "the result, bit for bit"
    Expect.equal lines expectedLines "metric lines, none lost, none twice"
    Expect.equal policy expectedPolicy "policies, bit for bit"
    Expect.equal run.Status.State RunState.Finished "state"

let private interruptions =
    startsProcesses
    <| testList "interruptions" [
        for name, args, checkpoint, most, within in
            [
                "mccfr", long, "0.15", 5L, 0.3
                "psro", solve "psro" 6 [ "responseIterations=20"; "cellGames=100" ], "0.01", 3L, 0.4
            ] do
            testCase $"%s{name}: killed %d{most} times at random moments, a run ends as if nothing had been" (fun () ->
                inFolder (fun folder ->
                    let again = args @ [ "--out"; folder; "--resume"; "auto"; "--checkpoint"; checkpoint ]
                    let code, out, error = killedOften folder again most within
                    Expect.equal code ExitCode.Done error
                    let run = onlyRun folder
                    Expect.equal run.Status.Resumed (int most) "taken up after each"
                    Expect.stringContains error $"note     going on with %s{run.Id} after" "from a checkpoint"

                    Expect.equal
                        (File.ReadAllText(run.File RunFiles.Solution))
                        (out.TrimEnd())
                        "the result is what was printed"

                    same run (if name = "mccfr" then wholeLong else whole args)))

        for name, steps, ask in
            [
                "SIGTERM",
                300,
                fun (child: Process) _ -> Process.Start("kill", [ "-TERM"; string child.Id ]).WaitForExit()
                "the file", 1_000_000, fun _ (run: RunFolder) -> run.AskToStop()
            ] do
            testCase $"asked to stop by %s{name}, it leaves a checkpoint" (fun () ->
                inFolder (fun folder ->
                    let args = solve "mccfr" steps [] @ [ "--out"; folder; "--checkpoint"; "1000" ]
                    use child = startTool args
                    let clock = Stopwatch.StartNew()

                    while clock.Elapsed < TimeSpan.FromSeconds 60.0
                          && (runsIn folder |> List.forall (fun run -> Seq.length run.Metrics < 5)) do
                        Thread.Sleep 10

                    let run = onlyRun folder
                    ask child run
                    let code, out, error = ended child
                    Expect.equal code ExitCode.Terminated error
                    Expect.equal run.Status.State RunState.Cancelled "state"
                    Expect.stringContains out "Cancelled after" "the result so far"
                    let step = run.Checkpoints |> Seq.map (fun struct (step, _) -> step) |> Seq.exactlyOne
                    Expect.equal run.Status.Step step "where it stands"

                    if name = "SIGTERM" then
                        let code, _, error = align (args @ [ "--resume"; run.Path ])
                        Expect.equal code ExitCode.Done error
                        Expect.stringContains error $"going on with %s{run.Id} after %d{step} steps" "it goes on"
                        same run wholeLong))

        testCase "a full disk ends the run with a word, and it goes on where there is room" (fun () ->
            inFolder (fun folder ->
                let disk = Path.Combine(folder, "disk")
                Directory.CreateDirectory disk |> ignore

                let mount (options: string) =
                    use mount = Process.Start("mount", [ "-t"; "tmpfs"; "-o"; options; "tmpfs"; disk ])
                    mount.WaitForExit()
                    mount.ExitCode = 0

                // less than two checkpoints of all steps take
                if not (mount "size=3m") then
                    skiptest "mount is not allowed here, so there is no small disk to fill"

                try
                    let args = short @ [ "--out"; disk; "--checkpoint"; "0.05" ]
                    let code, out, error = align args
                    Expect.equal (code, out) (ExitCode.WrongInput, "") error
                    Expect.stringContains error "cannot be written: No space left on device" "the message"
                    Expect.isNotNull ((onlyRun disk).Newest(fun broken -> failtest broken)) "the last good checkpoint"
                    Expect.isTrue (mount "remount,size=200m") "more room"
                    let code, _, error = align (args @ [ "--resume"; "auto" ])
                    Expect.equal code ExitCode.Done error
                    Expect.stringContains error "going on with" "it goes on"
                    same (onlyRun disk) (whole short)
                finally
                    use unmount = Process.Start("umount", [ "-l"; disk ])
                    unmount.WaitForExit()))
    ]

// ---- Refusals ----------------------------------------------------------------------------------------------------------

let private refusals = [
    testCase "another run is not taken up, and one that has ended goes on nowhere" (fun () ->
        inFolder (fun folder ->
            printed (quick @ [ "--out"; folder ]) |> ignore
            let run = onlyRun folder

            let refused args message =
                let code, out, error = align (args @ [ "--out"; folder; "--resume"; run.Path ])
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.equal (error.TrimEnd()) $"align: %s{message}" "the message"

            for args, part in
                [
                    solve "mccfr" 13 [], "until: steps >= 14 there, steps >= 13 here"
                    quick @ [ "--seed"; "1" ], "seed: 0 there, 1 here"
                    quick @ set [ "certificateIterations=21" ], "certificateIterations: 20 there, 21 here"
                    quick @ set [ "sampling=outcome" ],
                    "settings: sampling=external exploration=0.6 there, sampling=outcome exploration=0.6 here"
                ] do
                refused
                    args
                    $"The run '{run.Id}' cannot go on, since this is another one: {part}. Start it with what it had, or begin a new run."

            refused quick $"The run '{run.Id}' has ended: Finished after 14 steps, as asked."

            // where it lies needs no saying twice
            let code, out, error = align (quick @ [ "--resume"; run.Path ])
            Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

            Expect.equal
                (error.TrimEnd())
                $"align: The run '{run.Id}' has ended: Finished after 14 steps, as asked."
                "the same without --out"

            Expect.hasLength (runsIn folder) 1 "nothing was begun"))

    testCase "nothing is kept without a place" (fun () ->
        for option in [ [ "--resume"; "auto" ]; [ "--checkpoint"; "5" ]; [ "--keep"; "3" ] ] do
            let code, out, error = align (quick @ option)
            Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

            Expect.equal
                (error.TrimEnd())
                "align: --resume, --checkpoint and --keep are about runs that are kept; say where by --out DIR."
                "the message")
]

[<Tests>]
let tests =
    testList "open runs" [ testList "folders" folders; testList "refusals" refusals; interruptions ]
