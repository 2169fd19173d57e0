module Alignment.Tests.Sweeps

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

let private property (name: string) (element: JsonElement) = element.GetProperty name
let private text name element = (property name element).GetString() |> nonNull

let private nashConv (solution: JsonElement) = (solution |> property "certificate" |> property "nash_conv").GetDouble()

let private cells (out: string) = [ for cell in (json out |> property "cells").EnumerateArray() -> cell ]

let private values (cell: JsonElement) = [
    for value in (property "values" cell).EnumerateObject() -> value.Name, string value.Value
]

let private valid = validBy "sweep.json"

/// A sweep by processes, as JSON.
let private swept args folder =
    let code, out, error = align (args @ [ "--out"; folder; "--json" ])
    valid out
    code, cells out, error

let private alone args = nashConv (json (printed (args @ [ "--json" ])))

let private ways =
    testList "the way" [
        test "what lies side by side stays one run" {
            for args in
                [
                    [ "rock_paper_scissors"; "--solver"; "mmd"; "--sweep"; "temperature=0.1,1" ]
                    [ "rock_paper_scissors"; "--solver"; "rm"; "--sweep"; "rock=1..3" ]
                    [ "kuhn_poker"; "--solver"; "mccfr"; "--sweep"; "seed=1..3" ]
                    [ "random_zero_sum(rows=3,columns=3)"; "--solver"; "rm"; "--sweep"; "seed=1..3" ]
                ] do
                let _, out, error = align ([ "solve" ] @ args @ [ "--steps"; "5"; "--json" ])
                Expect.equal (text "schema" (json out)) "solve/1" $"{args}"
                Expect.isFalse (error.Contains "processes") error
        }

        for args, why in
            [
                [ "kuhn_poker"; "--sweep"; "solver=cfr+,mmd" ], "'solver' is an option of a whole run."
                [ "kuhn_poker"; "--solver"; "cfr+"; "--sweep"; "precision=float32,float64" ],
                "'precision' is an option of a whole run."
                [ "kuhn_poker"; "--solver"; "cfr+"; "--sweep"; "steps=10,20" ], "'steps' is an option of a whole run."
                [ "rock_paper_scissors"; "--solver"; "hedge"; "--sweep"; "averaging=uniform,linear" ],
                "Setting 'averaging' cannot be swept: it is not a real number."
                [ "liars_dice"; "--solver"; "cfr+"; "--sweep"; "sides=2..4" ],
                "The games at sides=2 and sides=3 differ in their trees, so they cannot lie side by side; solve them one by one."
                [ "liars_dice(dice=2,sides=6)"; "--solver"; "mccfr"; "--sweep"; "exploration=0.1,0.2" ],
                "'liars_dice(dice=2,sides=6)' is played by its rules, one run at a time."
            ] do
            test $"by processes, and why: %A{args}" {
                let out = printed ([ "solve" ] @ args @ [ "--dry-run" ])
                Expect.stringContains out "in processes of their own, at most " "how"
                Expect.stringContains out why "why"
            }

        test "several keys are found whichever way each is found" {
            let out =
                printed [
                    "solve"
                    "liars_dice"
                    "--sweep"
                    "sides=2,3"
                    "--sweep"
                    "solver=hedge,cfr+"
                    "--sweep"
                    "averaging=uniform,linear"
                    "--dry-run"
                ]

            Expect.stringContains out "sweep: 8 runs in processes" "all three"
            Expect.stringContains out "    sides=3 solver=cfr+ averaging=linear" "a cell"
        }

        for args, message in
            [
                [ "solve"; "chicken"; "--sweep"; "solver=rm,nopes" ], "There is no solver 'nopes'."
                [ "solve"; "chicken"; "--solver"; "rm"; "--sweep"; "precision=float32,float46" ],
                "--precision: expected one of float32, float64, got 'float46'. Did you mean 'float64'?"
                [ "solve"; "chicken"; "--solver"; "rm"; "--sweep"; "averaging=linear,best" ],
                "--sweep: Setting 'averaging': 'best' is not one of uniform, linear, quadratic."
                [ "solve"; "chicken"; "--solver"; "rm"; "--sweep"; "steps=5,,7" ],
                "--sweep: expected values v1,v2,... or a range a..b, got '5,,7'."
                [ "solve"; "chicken"; "--solver"; "rm"; "--sweep"; "steps=1..2000" ],
                "--sweep: 2,000 runs in processes of their own are more than the 1000 that are taken; sweep fewer values."
                [ "solve"; "chicken"; "--sweep"; "solver=rm,lp"; "--jobs"; "0" ],
                "--jobs: expected a whole number from 1 to 1024, got '0'."
                [ "solve"; "chicken"; "--solver"; "rm"; "--jobs"; "2" ],
                "--jobs: this is one run in one process; it is about sweeps that need several."
                [ "solve"; "chicken"; "--sweep"; "solver=rm,lp"; "--format"; "gambit" ],
                "--format: a sweep by processes prints a table, or by --json one object."
                [ "solve"; "liars_dice"; "--sweep"; "sides=0,3" ], ""
            ] do
            test $"refused before anything runs: %A{args}" {
                inFolder (fun folder ->
                    let out = Path.Combine(folder, "runs")
                    let code, printed, error = align (args @ [ "--out"; out ])
                    Expect.equal (code, printed) (ExitCode.WrongInput, "") error
                    Expect.stringStarts error ("align: " + message) "the message"
                    Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
                    Expect.isFalse (Directory.Exists out) "nothing was written")
            }
    ]

let private results =
    testList "results" [
        test "each run is the run alone, bit for bit, and kept in one group" {
            inFolder (fun folder ->
                let args = [ "solve"; "kuhn_poker"; "--steps"; "50" ]

                let code, cells, error =
                    swept (args @ [ "--sweep"; "solver=cfr+,mmd"; "--sweep"; "precision=float32,float64" ]) folder

                Expect.equal code 0 error
                Expect.equal cells.Length 4 "cells"

                Expect.equal
                    (values cells[1])
                    [ "solver", "cfr+"; "precision", "float64" ]
                    "in the order of the values, the last fastest"

                for cell in cells do
                    let options = values cell |> List.collect (fun (key, value) -> [ "--" + key; value ])
                    let solution = property "solution" cell
                    Expect.equal (nashConv solution) (alone (args @ options)) $"{values cell}"
                    let run = RunFolder.Open(text "run" cell)
                    Expect.equal run.Status.State RunState.Finished "its run"

                Expect.equal
                    (RunFolder.All folder |> Seq.map _.Description.Group |> Seq.distinct |> Seq.length)
                    1
                    "one group"

                Expect.stringContains error "run 4 of 4: " "progress")
        }

        test "games of other shapes, each with a batch of its own" {
            inFolder (fun folder ->
                let code, cells, error =
                    swept
                        [
                            "solve"
                            "liars_dice"
                            "--solver"
                            "mmd"
                            "--sweep"
                            "sides=2,3"
                            "--sweep"
                            "stepSize=0.1,0.2"
                            "--steps"
                            "10"
                        ]
                        folder

                Expect.equal code 0 error
                Expect.equal (cells |> List.map values) [ [ "sides", "2" ]; [ "sides", "3" ] ] "by processes"

                for cell in cells do
                    Expect.equal ((property "solution" cell |> property "batch").GetInt32()) 2 "side by side")
        }

        test "a table has a row a run; the exit code is the worst" {
            inFolder (fun folder ->
                let args = [ "solve"; "rock_paper_scissors(rock=2)"; "--out"; folder; "--steps"; "5" ]
                let code, out, _ = align (args @ [ "--sweep"; "solver=lp,rm"; "--until"; "nash_conv < 1e-9" ])
                Expect.equal code ExitCode.NotConverged "rm is not there in 5 steps"
                let lines = out.TrimEnd().Split '\n'
                Expect.equal lines.Length 3 out
                Expect.stringStarts lines[0] "solver  nash_conv" "the head"
                Expect.stringStarts lines[1] "lp " "a row"

                let code, out, _ =
                    align (args @ [ "--sweep"; "solver=lp,rm"; "--sweep"; "precision=float32,float64"; "--json" ])

                Expect.equal code ExitCode.WrongInput "lp has no float32"
                let refused = cells out |> List.head
                Expect.equal (property "solution" refused).ValueKind JsonValueKind.Null "no solution"
                Expect.stringContains (text "message" refused) "solver 'lp': answers in float64" "why")
        }

        test "a script's values are runs of their own too" {
            inFolder (fun folder ->
                let script = Path.Combine(folder, "x.csx")

                File.WriteAllText(
                    script,
                    "return new Experiment(Games.RockPaperScissors(2), new Hedge { StepSize = 0.3 }, Stop.AfterSteps(25)).Main(Args.ToArray());\n"
                )

                let code, out, error =
                    child [
                        "run"
                        script
                        "--sweep"
                        "averaging=uniform,linear"
                        "--sweep"
                        "rock=1,2"
                        "--out"
                        Path.Combine(folder, "runs")
                        "--json"
                    ]

                Expect.equal code 0 error
                valid out
                let found = cells out |> List.map (property "solution" >> nashConv)
                Expect.equal found.Length 2 "two runs of two games each"

                for averaging, value in List.zip [ "uniform"; "linear" ] found do
                    let code, out, error =
                        childIn [ "ALIGN_RUNS", Path.Combine(folder, "alone") ] [
                            "run"
                            script
                            "--set"
                            $"averaging={averaging}"
                            "--sweep"
                            "rock=1,2"
                            "--json"
                        ]

                    Expect.equal code 0 error
                    Expect.equal value (nashConv (json out)) averaging)
        }
    ]

let private goingOn =
    startsProcesses
    <| testList "going on" [
        test "what has ended is not run again, what was cancelled goes on, and the results are those of one go" {
            inFolder (fun folder ->
                let args out = [
                    "solve"
                    "leduc_poker"
                    "--sweep"
                    "solver=cfr+,mmd,cfr"
                    "--steps"
                    "30000"
                    "--jobs"
                    "2"
                    "--checkpoint"
                    "0.2"
                    "--json"
                    "--out"
                    Path.Combine(folder, out)
                ]

                let info =
                    ProcessStartInfo(
                        "dotnet",
                        tool :: args "runs",
                        RedirectStandardOutput = true,
                        RedirectStandardError = true
                    )

                use started = nonNull (Process.Start info)
                let out, error = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
                let clock = Stopwatch.StartNew()
                let runs () = RunFolder.All(Path.Combine(folder, "runs")) |> List.ofSeq

                while clock.Elapsed < TimeSpan.FromSeconds 60.0
                      && (runs () |> List.filter (fun run -> not (Seq.isEmpty run.Checkpoints))).Length < 2 do
                    Thread.Sleep 20

                use signal = Process.Start("kill", [ "-INT"; string started.Id ])
                signal.WaitForExit()
                started.WaitForExit()
                Expect.equal started.ExitCode ExitCode.Interrupted error.Result
                valid out.Result

                for run in runs () do
                    Expect.notEqual run.Status.State RunState.Running "asked to stop"
                    Expect.isFalse run.IsHeld "its process is gone"
                    Expect.isNonEmpty run.Checkpoints "with a checkpoint"

                let before = runs () |> List.map _.Id |> set
                let code, out, error = align (args "runs" @ [ "--resume"; "auto" ])
                Expect.equal code 0 error
                Expect.isTrue (Set.isSubset before (runs () |> List.map _.Id |> set)) "the same runs"
                Expect.equal (runs ()).Length 3 "none was begun twice"
                let _, whole, _ = align (args "whole")

                let certificates (out: string) = cells out |> List.map (property "solution" >> nashConv >> bitsOf)

                Expect.equal (certificates out) (certificates whole) "to the last bit"
                let ids = runs () |> List.map _.Id
                let code, again, _ = align (args "runs" @ [ "--resume"; "auto" ])
                Expect.equal code 0 "once more"
                Expect.equal (runs () |> List.map _.Id) ids "nothing is left to run"
                Expect.equal (certificates again) (certificates whole) "the same results")
        }
    ]

[<Tests>]
let tests = testList "sweeps" [ ways; results; goingOn ]
