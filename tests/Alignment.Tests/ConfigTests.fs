module Alignment.Tests.Config

open System
open System.IO
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures

let private newest folder = RunFolder.All folder |> Seq.head

let private certificate (text: string) = text.Split('\n') |> Array.find _.StartsWith("certificate")

/// A run, and the one that its config.yaml gives: the same in all that decides the result, and in the certificate.
let private again folder (start: string list) (options: string list) ofRun =
    let out = [ "--out"; folder ]
    let run = ofRun (start @ options @ out)
    let first: RunFolder = newest folder
    let repeated = ofRun (start @ [ "--config"; first.File RunFiles.Config ] @ out)
    let second = newest folder
    Expect.notEqual second.Id first.Id "another run"

    Expect.equal
        (List.ofSeq (RunIdentity.Differences(first.Description.Identity, second.Description.Identity)))
        []
        "what decides the result"

    Expect.equal (certificate repeated) (certificate run) "the certificate"

    // a command line that only says where the options stand gives the same file once more
    let lines (run: RunFolder) = File.ReadAllLines(run.File RunFiles.Config)
    Expect.equal (lines second) (lines first) "its own resolved options"
    File.ReadAllText(first.File RunFiles.Config)

let private resolved =
    testList "resolved" [
        for game, options in
            [
                "rock_paper_scissors", []
                "rock_paper_scissors",
                [ "--solver"; "mmd"; "--set"; "rock=2.5"; "--set"; "stepSize=0.2"; "--steps"; "30"; "--seed"; "5" ]
                "rock_paper_scissors", [ "--solver"; "mmd"; "--sweep"; "temperature=0.01,0.1,1"; "--steps"; "20" ]
                "rock_paper_scissors",
                [ "--solver"; "rm+"; "--sweep"; "rock=1..3"; "--set"; "paper=2"; "--steps"; "20" ]
                "rock_paper_scissors",
                [ "--solver"; "rm"; "--precision"; "float32"; "--batch"; "3"; "--steps"; "20"; "--threads"; "1" ]
                "rock_paper_scissors", [ "--solver"; "rm"; "--perturb"; "0.1"; "--sweep"; "seed=1..3"; "--steps"; "20" ]
                "random_zero_sum(rows=4,columns=5)",
                [ "--solver"; "double_oracle(inner=hedge(stepSize=0.5))"; "--set"; "seed=3"; "--seed"; "9" ]
                "leduc_poker", [ "--solver"; "cfr+"; "--until"; "nash_conv < 0.5 and steps >= 7 or seconds >= 500" ]
                "kuhn_poker", [ "--solver"; "mccfr"; "--sweep"; "seed=1..3"; "--steps"; "50" ]
                "chicken", [ "--solver"; "cce" ]
                "bilinear", [ "--solver"; "gradient(lookahead=extragradient)"; "--sweep"; "rate=0.1,0.3" ]
                "iterated_prisoners_dilemma(runs=2)",
                [
                    "--solver"
                    "gradient(updates=alternating)"
                    "--set"
                    "optimizer=adam(rate=0.05)"
                    "--sweep"
                    "gamma=0.5,0.9"
                    "--steps"
                    "5"
                    "--seed"
                    "4"
                ]
            ] do
            test $"{game} %A{options}" {
                inFolder (fun folder -> again folder [ "solve"; game ] options printed |> ignore)
            }

        test "the file says every option" {
            inFolder (fun folder ->
                let text =
                    again
                        folder
                        [ "solve"; "rock_paper_scissors" ]
                        [ "--solver"; "mmd"; "--set"; "rock=2.5"; "--steps"; "30"; "--tag"; "x"; "--verbose" ]
                        printed

                Expect.equal
                    text
                    ("# The options of this run, none left to a default.\n"
                     + "# Again: align solve 'rock_paper_scissors' --config config.yaml\n"
                     + "solver: mmd(stepSize=0.1,temperature=0.1,magnet=fixed,magnetEvery=500)\n"
                     + "set:\n  rock: 2.5\n  paper: 1\n  scissors: 1\n"
                     + "until: steps >= 30\nseed: 0\nprecision: float64\nexecutor: host\ndevice: cpu\n")
                    "the whole file")
        }

        test "a game by its rules alone" {
            inFolder (fun folder ->
                let options = [
                    "--solver"
                    "mccfr"
                    "--steps"
                    "5"
                    "--set"
                    "sides=6"
                    "--set"
                    "sampling=outcome"
                    "--set"
                    "certificateIterations=5"
                    "--set"
                    "validationGames=100"
                    "--set"
                    "certificateGames=100"
                ]

                again folder [ "solve"; "liars_dice(dice=2)" ] options printed |> ignore)
        }

        for script, options in
            [
                "return new Experiment(Games.RockPaperScissors(2), new MagneticMirrorDescent { StepSize = 0.3 }, Stop.AfterSteps(25)).Main(Args.ToArray());",
                [ "--set"; "temperature=0.2"; "--seed"; "4" ]
                "return new Experiment(Games.RockPaperScissors(2), new MagneticMirrorDescent { Temperature = Expr.Vector(Axis.Of(\"t\", 2), 0.1, 0.2) }, Stop.AfterSteps(25)).Main(Args.ToArray());",
                [ "--set"; "rock=3" ]
            ] do
            test $"a script: {script.Substring(0, 100)}" {
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "x.csx")
                    File.WriteAllText(path, script + "\n")

                    let run args =
                        match child args with
                        | 0, out, _ -> out
                        | code, _, error -> failtest $"ended with {code}: {error}"

                    again (Path.Combine(folder, "runs")) [ "run"; path ] options run |> ignore)
            }
    ]

let private withFile (text: string) (args: string list) check =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "c.yaml")
        File.WriteAllText(file, text)
        check file (args @ [ "--config"; file ]))

let private solveRps = [ "solve"; "rock_paper_scissors"; "--solver"; "mmd"; "--steps"; "5" ]

let private files =
    testList "files" [
        test "typed parameters of game and solver are read, and the command line wins" {
            withFile "set:\n  rock: 2.5\n  stepSize: 0.25\nseed: 3\nuntil: steps >= 4\n" [] (fun _ args ->
                let text =
                    printed (
                        [ "solve"; "rock_paper_scissors"; "--solver"; "mmd" ]
                        @ args
                        @ [ "--set"; "rock=3"; "--show"; "spec" ]
                    )

                Expect.stringContains text "parameter rock=3 " "the parameter")
        }

        for text, message in
            [
                "steps: many\n", "FILE: --steps: expected a whole number of at least 1, got 'many'."
                "seed: 1.5\n", "FILE: --seed: expected a whole number of at least 0, got '1.5'."
                "precision: float46\n",
                "FILE: --precision: expected one of float32, float64, got 'float46'. Did you mean 'float64'?"
                "keep: 0\n", "FILE: --keep: expected a whole number from 1 to 1000000, got '0'."
                "sede: 3\n", "FILE(1,1): unknown key 'sede'. Did you mean 'seed'?"
                "set:\n  stepsize: 1\n",
                "--set: neither the game 'rock_paper_scissors' nor the solver 'mmd' has a parameter 'stepsize'. Did you mean 'stepSize'?"
                "set:\n  stepSize: -1\n", "--set: Setting 'stepSize': expected above 0, got '-1'."
                "set:\n  stepSize: [1, 2]\n", "--set: Setting 'stepSize': expected above 0, got '1,2'."
                "set:\n  magnetEvery: 2.5\n",
                "--set: Setting 'magnetEvery': expected a whole number from 1 to 2147483647, got '2.5'."
                "set:\n  rock: much\n", "--set: parameter 'rock' expects a finite number, got 'much'."
                "set: 3\n", "FILE: --set: expected key=value, got '3'."
                "steps: [1, 2]\n", "FILE(1,8): expected a single value here"
                "seed:\n  a: 1\n", "FILE(2,3): expected a single value here"
                "json: 3\n", "FILE(1,7): 'json' is true or false"
                "- steps\n", "FILE(1,1): expected lines of `option: value`"
            ] do
            test $"refused: %A{text}" {
                withFile text [] (fun file args ->
                    let code, out, error = align (solveRps @ args)
                    Expect.equal (error.TrimEnd()) ("align: " + message.Replace("FILE", file)) "the message"
                    Expect.equal (code, out) (ExitCode.WrongInput, "") "refused")
            }

        test "a value out of a parameter's range is refused" {
            inFolder (fun folder ->
                let script =
                    "var cost = Signal.Parameter(\"cost\", 0.5, 0, 1);\n"
                    + "var a = Player.Of(\"a\", 2); var b = Player.Of(\"b\", 2);\n"
                    + "return new Experiment(Game.Named(\"g\").ZeroSum(a, b, Expr.Matrix(a.Actions, b.Actions, new double[,] { { 0, 1 }, { 1, 0 } }) * cost), new RegretMatchingPlus()).Main(Args.ToArray());\n"

                let path = Path.Combine(folder, "x.csx")
                File.WriteAllText(path, script)
                let file = Path.Combine(folder, "c.yaml")
                File.WriteAllText(file, "set:\n  cost: 2\n")
                let code, out, error = child [ "run"; path; "--config"; file; "--out"; Path.Combine(folder, "runs") ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") error
                Expect.equal (error.TrimEnd().Split('\n').Length) 1 error
                Expect.stringContains error "cost" "which"
                Expect.isFalse (Directory.Exists(Path.Combine(folder, "runs"))) "nothing was written")
        }
    ]

let private retention =
    testList "checkpoints that are kept" [
        test "--keep says how many of the newest" {
            for keep, expected in [ [], [ 1; 2; 3 ]; [ "--keep"; "1" ], [ 1; 2 ]; [ "--keep"; "4" ], [ 4; 5 ] ] do
                inFolder (fun folder ->
                    // until its time is over; every step is followed by a checkpoint
                    let args = [
                        "solve"
                        "leduc_poker"
                        "--solver"
                        "rm"
                        "--until"
                        "seconds >= 1"
                        "--checkpoint"
                        "0.000001"
                        "--out"
                        folder
                    ]

                    align (args @ keep) |> ignore
                    let count = Seq.length (newest folder).Checkpoints
                    // the best is one of the newest, or stands besides
                    Expect.contains expected count $"{keep}")
        }

        test "less than one is refused, and where nothing is kept" {
            for value in [ "0"; "-1"; "2.5"; "all" ] do
                refused
                    [ "solve"; "chicken"; "--solver"; "rm"; "--keep"; value; "--out"; "nowhere" ]
                    $"--keep: expected a whole number from 1 to 1000000, got '{value}'."

            refused
                [ "solve"; "chicken"; "--solver"; "rm"; "--steps"; "5"; "--keep"; "3" ]
                "--resume, --checkpoint and --keep are about runs that are kept; say where by --out DIR."
        }

        test "code is refused less than one" {
            inFolder (fun folder ->
                Expect.throwsT<ArgumentException>
                    (fun () ->
                        RunWriter.Begin(
                            folder,
                            RunFixtures.description "x" 0.0 [] None "rm" "0",
                            "spec",
                            null,
                            RunWriterOptions(Keep = 0)
                        )
                        |> ignore)
                    "refused"

                Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing was written")
        }
    ]

[<Tests>]
let tests = testList "configurations" [ resolved; files; retention ]
