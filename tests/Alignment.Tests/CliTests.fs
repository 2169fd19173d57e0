module Alignment.Tests.CliTests

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Text.Json
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Cli
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private random = "random_zero_sum(rows=20,columns=20,seed=7)"

// ---- The grammar ---------------------------------------------------------------------------------------------------

let private goldenGrammar =
    testCase "the grammar is that of tests/golden/grammar.txt" (fun () ->
        let file = Path.Combine(root, "tests", "golden", "grammar.txt")
        let grammar = Program.grammar () + "\n"

        if Environment.GetEnvironmentVariable "ALIGN_UPDATE_GOLDEN" = "1" then
            File.WriteAllText(file, grammar)

        Expect.equal grammar (File.ReadAllText file) "as checked in; ALIGN_UPDATE_GOLDEN=1 writes the file anew")

let private forms =
    let solved args =
        printed ([ "solve" ] @ args)
        |> _.Split('\n')
        |> Array.filter (fun line -> line.StartsWith "certificate" || line.StartsWith "spec")

    let expected = solved [ random; "--solver"; "hedge"; "--steps"; "7"; "--set"; "stepSize=0.5" ]

    testList "one command line in several forms" [
        for args in
            [
                [ "--solver=hedge"; "--steps=7"; "--set=stepSize=0.5"; random ]
                [ "--set"; "stepSize=0.5"; random; "--solver"; "hedge"; "--steps=7" ]
                [ "--steps"; "99"; "--solver=hedge"; "--set"; "stepSize=0.5"; "--steps"; "7"; "--"; random ]
            ] do
            testCase (String.concat " " args) (fun () -> Expect.equal (solved args) expected "the same run")
    ]

let private help =
    testList "help" [
        for args in [ []; [ "--help" ]; [ "-h" ]; [ "help" ] ] do
            testCase $"align %A{args} tells the commands" (fun () ->
                Expect.stringContains (printed args) "COMMANDS:" "the overview")

        for name in
            [
                "run"
                "solve"
                "check"
                "evaluate"
                "convert"
                "report"
                "compare"
                "games"
                "solvers"
                "metrics"
                "runs"
                "export"
                "query"
                "serve"
                "generate"
                "chat"
                "train"
                "doctor"
                "bench"
            ] do
            testCase $"%s{name} has one, with an example" (fun () ->
                let text = printed [ name; "--help" ]
                Expect.stringContains text "EXAMPLES:" "an example"
                Expect.equal text (printed [ "help"; name ]) "by either way")

        testCase "of a game tells parameters with default and range, and settings" (fun () ->
            let text = printed [ "solve"; "rock_paper_scissors"; "--solver"; "mmd"; "-h" ]
            Expect.stringContains text "PARAMETERS of 'rock_paper_scissors'" "of the game"
            Expect.stringContains text "SETTINGS of 'mmd'" "of the solver")

        testCase "every solver, game and metric tells about itself" (fun () ->
            for solver in Solvers.All do
                Expect.stringContains (printed [ "solvers"; solver.Info.Name ]) solver.Info.Source "its source"

            for game in GameLibrary.All do
                Expect.stringContains (printed [ "games"; game.Name ]) game.Summary "its summary"

            for metric in MetricCatalogue.all do
                Expect.stringContains (printed [ "metrics"; metric.Key ]) metric.Formula "its formula")
    ]

// ---- Wrong input ---------------------------------------------------------------------------------------------------

let private wrongNames =
    testList "a wrong word names the nearest" [
        for args, message in
            [
                [ "slove" ], "There is no command 'slove'. Did you mean 'solve'?"
                [ "solve"; random; "--sovler"; "lp" ], "There is no option '--sovler'. Did you mean '--solver'?"
                [ "--verion" ], "There is no option '--verion'. Did you mean '--version'?"
                [ "games"; "chiken" ], "There is no game 'chiken'. Did you mean 'chicken'?"
                [ "solve"; "chiken"; "--solver"; "rm" ], "There is no game 'chiken'. Did you mean 'chicken'?"
                [ "solve"; random; "--solver"; "hegde" ], "There is no solver 'hegde'. Did you mean 'hedge'?"
                [ "metrics"; "nsh_conv" ], "There is no metric 'nsh_conv'. Did you mean 'nash_conv'?"
                [ "solve"; random; "--executor"; "trch" ], "There is no executor 'trch'. Did you mean 'torch'?"
                [ "solve"; random; "--precision"; "float46" ],
                "--precision: expected one of float32, float64, got 'float46'. Did you mean 'float64'?"
                [ "check"; random; "--show"; "plam" ],
                "--show: expected one of spec, ir, plan, got 'plam'. Did you mean 'plan'?"
                [ "solve"; random; "--solver"; "mmd"; "--set"; "stepsize=1" ],
                "--set: neither the game 'random_zero_sum(rows=20,columns=20,seed=7)' nor the solver 'mmd' has a parameter 'stepsize'. Did you mean 'stepSize'?"
                [ "solve"; "rock_paper_scissors(rok=2)"; "--solver"; "rm" ],
                "The game 'rock_paper_scissors' has no parameter 'rok'. Did you mean 'rock'?"
                [ "solve"; random; "--solver"; "rm"; "--until"; "nashconv < 1" ],
                "stop rule 'nashconv < 1 or steps >= 100000': this run does not measure 'nashconv'. Did you mean 'nash_conv'?"
                [ "solve"; random; "--solver"; "lp"; "--until"; "nashconv < 1" ],
                "stop rule 'nashconv < 1 or steps >= 100000': this run does not measure 'nashconv'. Did you mean 'nash_conv'?"
                [ "solve"; random; "--solver"; "double_oracle"; "--until"; "nashconv < 1" ],
                "stop rule 'nashconv < 1 or steps >= 100000': this run does not measure 'nashconv'. Did you mean 'nash_conv'?"
            ] do
            testCase (String.concat " " args) (fun () -> refused args message)
    ]

let private wrongValues =
    testList "a wrong value is told with what was expected" [
        for args, message in
            [
                [ "solve"; random; "--steps"; "0" ], "--steps: expected a whole number of at least 1, got '0'."
                [ "solve"; random; "--steps"; "2.5" ], "--steps: expected a whole number of at least 1, got '2.5'."
                [ "solve"; random; "--threads"; "none" ],
                "--threads: expected a whole number from 1 to 1024, got 'none'."
                [ "solve"; random; "--seed"; "-1" ], "--seed: expected a whole number of at least 0, got '-1'."
                [ "solve"; random; "--batch"; "0" ], "--batch: expected a whole number from 1 to 1000000, got '0'."
                [ "solve"; random; "--solver"; "hedge"; "--batch"; "1000000" ],
                "1,000,000 games of this size hold 800,000,000 payoffs, more than the 500,000,000 that are taken; solve fewer at once."
                [ "solve"; random; "--solver" ], "argument '--solver' must be followed by <NAME>."
                [ "solve"; random; "--json=3" ], "--json takes no value, got '--json=3'."
                [ "solve"; random; "--solver"; "rm"; "--set"; "averaging" ],
                "--set: expected key=value, got 'averaging'."
                [ "solve"; random; "--solver"; "hedge"; "--set"; "stepSize=-1" ],
                "--set: Setting 'stepSize': expected above 0, got '-1'."
                [ "solve"; "rock_paper_scissors"; "--solver"; "rm"; "--set"; "rock=NaN" ],
                "--set: parameter 'rock' expects a finite number, got 'NaN'."
                [ "solve"; "rock_paper_scissors"; "--solver"; "rm"; "--sweep"; "rock=3..1" ],
                "--sweep: a range goes from a whole number up to another, got '3..1'; list other values as v1,v2,..."
                [ "solve"; "rock_paper_scissors"; "--solver"; "rm"; "--sweep"; "rock=a,b" ],
                "--sweep: expected numbers v1,v2,... or a range a..b, got 'a,b'."
                [ "solve"; random; "--solver"; "rm"; "--sweep"; "averaging=1,2" ],
                "--sweep: Setting 'averaging': '1' is not one of uniform, linear, quadratic."
                [ "solve"; random; "--until"; "nash_conv" ],
                "--until: 'nash_conv' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
                [ "solve"; random; "--solver"; "rm"; "--device"; "gpu" ],
                "The executor 'host' runs on 'cpu', got --device 'gpu'; other devices need --executor torch."
                [ "solve"; "chicken"; "--solver"; "lp" ],
                "solver 'lp': takes zero-sum and constant-sum games only, and at cell row=swerve, column=dare: the payoffs 2, 7 sum to 9, those at cell row=swerve, column=swerve to 12; use rm, hedge, cce or support_enumeration"
                [ "check"; random; "--solver"; "lp"; "--show"; "ir" ],
                "The solver 'lp' answers at once and has no program; --show ir and --show plan are for iterative solvers such as prm+ and gradient."
                [ "solve" ], "solve: expected a game, such as rock_paper_scissors; `align games` lists them."
                [ "solve"; "chicken"; "dare" ],
                "align solve 'GAME' [OPTIONS]: unexpected 'dare'. Quote a name that holds spaces or brackets."
                [ "run"; "x.py" ], "x.py: expected a script that ends in one of .fsx, .cs, .csx."
                [ "run"; "nowhere.fsx" ], "nowhere.fsx: no such file; check the path."
                [ "solve"; "nowhere.nfg" ], "nowhere.nfg: no such file; check the path"
                [ "solve"; "nowhere.efg" ], "nowhere.efg: no such file; check the path"
                [ "evaluate"; "kuhn_poker" ],
                "evaluate: expected at least one --profile FILE, as `align solve --json` prints it."
                [ "evaluate"; "kuhn_poker"; "--profile"; "nowhere.json" ], "--profile: there is no file 'nowhere.json'."
                [ "solve"; "kuhn_poker"; "--solver"; "ce" ],
                "solver 'ce': does not take sequential games; use cfr+, mmd or lp"
            ] do
            testCase (String.concat " " args) (fun () -> refused args message)
    ]

let private wrongDevices =
    testList "a device that is not there is refused" [
        for device in [ "cuda"; "tpu"; "meta" ] do
            testCase device (fun () ->
                let code, out, error =
                    align [ "solve"; random; "--solver"; "rm"; "--executor"; "torch"; "--device"; device ]

                Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
                Expect.stringContains error device "the message names the device")
    ]

let private wrongFiles =
    testList "a wrong file is told with the place" [
        for name, content, place in
            [
                "nan.csv", "me\\you,a,b\nc,1,NaN\nd,0,1\n", "(2,5): "
                "ragged.csv", "me\\you,a,b\nc,1\n", "(2,3): "
                "empty.csv", "", ": is empty"
                "truncated.nfg", "NFG 1 R \"t\" { \"a\" \"b\" } { 2 2 }\n1 2 3", "(2,6): "
                "huge.nfg", "NFG 1 R \"t\" { \"a\" \"b\" } { 2000000000 2000000000 }\n1", "(1,"
                "twins.nfg", "NFG 1 R \"t\" { \"a\" \"a\" } { 1 1 }\n1 2", "(1,19): "
            ] do
            testCase name (fun () ->
                withFile name content (fun path ->
                    let code, out, error = align [ "solve"; path; "--solver"; "rm" ]
                    Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
                    Expect.stringStarts error $"align: %s{path}%s{place}" "the place"
                    Expect.equal (error.Trim().Split('\n').Length) 1 "one line"))
    ]

let private configFiles =
    let solve path more = align ([ "solve"; "rock_paper_scissors"; "--config"; path ] @ more)

    testList "a config file" [
        testCase "is a command line that the command line overrides" (fun () ->
            let content = "solver: mmd\nsteps: 50\nset:\n  rock: 2\nsweep:\n  temperature: [0.1, 0.2]\njson: true\n"

            withFile "c.yaml" content (fun path ->
                let _, out, _ = solve path [ "--steps"; "20"; "--set"; "rock=3" ]
                let solution = json out
                Expect.equal (solution.GetProperty("solver").GetString()) "mmd" "from the file"
                Expect.equal (solution.GetProperty("batch").GetInt32()) 2 "swept in the file"
                Expect.equal (solution.GetProperty("steps").GetInt32()) 20 "the command line wins"

                let direct =
                    [ "--solver=mmd"; "--steps=20"; "--set=rock=3"; "--sweep=temperature=0.1,0.2"; "--json" ]
                    |> List.append [ "solve"; "rock_paper_scissors" ]
                    |> printed
                    |> json

                Expect.equal
                    (solution.GetProperty("profile").GetRawText())
                    (direct.GetProperty("profile").GetRawText())
                    "the same run as without a file"))

        for content, message in
            [
                "stpes: 3", "(1,1): unknown key 'stpes'. Did you mean 'steps'?"
                "steps: 3\njson: maybe", "(2,7): 'json' is true or false"
                "- steps", "(1,1): expected lines of `option: value`"
                "solver: [", "(2,1): While parsing a node, did not find expected node content."
            ] do
            testCase (content.Replace('\n', ';')) (fun () ->
                withFile "c.yaml" content (fun path ->
                    let code, out, error = solve path []
                    Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
                    Expect.equal (error.TrimEnd()) $"align: %s{path}%s{message}" "the message"))
    ]

// ---- Results -------------------------------------------------------------------------------------------------------

let private expectValid = validBy "solve.json"

/// A solution with a number that no JSON can hold.
let private nonfinite () =
    let good =
        GameSolver.Solve(GameLibrary.Create "chicken", Solver.Find "rm", SolveOptions(Until = Stop.AfterSteps 10L))

    let game = good.Games[0]
    let metrics = Collections.Generic.Dictionary<string, float> game.Metrics
    metrics["game/cce_gap"] <- Double.PositiveInfinity

    let spoilt =
        GameSolution(
            game.Game,
            game.Status,
            Certificate.Exact(Double.NaN, 2),
            game.Steps,
            game.Strategies,
            game.Joint,
            metrics
        )

    Solution(
        Game = good.Game,
        Solver = good.Solver,
        Options = good.Options,
        Batch = good.Batch,
        Games = ValueList.ToValueList [ spoilt ],
        Trace = good.Trace,
        Steps = good.Steps,
        Seconds = good.Seconds,
        CompileSeconds = good.CompileSeconds,
        MeasureSeconds = good.MeasureSeconds,
        Notes = good.Notes
    )

let private jsonOutput =
    testList "--json" [
        for args in
            [
                [ random; "--solver"; "prm+"; "--until"; "nash_conv < 1e-6" ]
                [ random; "--solver"; "lp" ]
                [ "chicken"; "--solver"; "ce" ]
                [ "rock_paper_scissors"; "--solver"; "mmd"; "--sweep"; "temperature=0.1,1"; "--sweep"; "rock=1..3" ]
                [
                    "rock_paper_scissors"
                    "--solver"
                    "rm"
                    "--batch"
                    "3"
                    "--precision"
                    "float32"
                    "--steps"
                    "9"
                ]
                [ "rock_paper_scissors"; "--solver"; "double_oracle" ]
            ] do
            testCase $"""%s{String.concat " " args} is one object, valid by its schema""" (fun () ->
                let out = printed ([ "solve" ] @ args @ [ "--json" ])
                expectValid out
                Expect.equal (out.Trim().Split('\n').Length) 1 "one line, nothing else on stdout")

        testCase "a non-finite number is null, and what it was stands beside it" (fun () ->
            let text = SolutionJson.text (nonfinite ())
            expectValid text
            let certificate = (json text).GetProperty "certificate"
            Expect.equal (certificate.GetProperty("nash_conv").ValueKind) JsonValueKind.Null "null"

            Expect.equal
                (certificate.GetProperty("nonfinite").GetProperty("nash_conv").GetString())
                "NaN"
                "what it was"

            Expect.equal
                ((json text).GetProperty("metrics").GetProperty("nonfinite").GetProperty("game/cce_gap").GetString())
                "Infinity"
                "in metrics too")

        testCase "a batch's certificate is the worst element's" (fun () ->
            let solution =
                json (
                    printed [
                        "solve"
                        "rock_paper_scissors"
                        "--solver=rm"
                        "--sweep=rock=1,2,3"
                        "--steps=9"
                        "--json"
                    ]
                )

            let gap (element: JsonElement) = element.GetProperty("certificate").GetProperty("nash_conv").GetDouble()

            let gaps = [ for element in solution.GetProperty("elements").EnumerateArray() -> gap element ]
            Expect.equal (gap solution) (List.max gaps) "the largest"
            Expect.equal gaps.Length 3 "an element a value")

        testCase "an iterative solver agrees with the linear program" (fun () ->
            let value (args: string list) =
                (json (printed ([ "solve"; random; "--json" ] @ args)))
                    .GetProperty("values")
                    .GetProperty("row")
                    .GetDouble()

            let exact = value [ "--solver"; "lp" ]
            let found = value [ "--solver"; "prm+"; "--until"; "nash_conv < 1e-6" ]
            Expect.floatClose { absolute = 1e-6; relative = 0.0 } found exact "to the gap that was asked for")
    ]

let private otherOutput =
    testList "results as text" [
        testCase "the table, the certificate and the specification's hash" (fun () ->
            let out = printed [ "solve"; random; "--solver"; "prm+"; "--steps"; "100" ]
            let lines = out.Split '\n'
            Expect.stringStarts lines[0] "certificate exact nash_conv=" "the certificate first"

            Expect.isTrue
                (lines
                 |> Array.exists (fun line -> Text.RegularExpressions.Regex.IsMatch(line, "^spec [0-9a-f]{32}$")))
                "the hash")

        testCase "a large batch is aggregated" (fun () ->
            let out = printed [ "solve"; random; "--solver"; "rm"; "--batch"; "100"; "--steps"; "5" ]
            Expect.stringContains out "100 games     least" "a row a figure, not a row a game")

        testCase "--format gambit prints NE lines" (fun () ->
            let out = printed [ "solve"; "rock_paper_scissors(rock=2)"; "--solver"; "lp"; "--format"; "gambit" ]
            let words = out.Trim().Split ','
            Expect.equal words[0] "NE" "Gambit's word"

            for word, p in Seq.zip words[1..] [ 0.25; 0.5; 0.25; 0.25; 0.5; 0.25 ] do
                Expect.floatClose Accuracy.high (float word) p "both players' probabilities")

        testCase "files of both formats are solved" (fun () ->
            let nfg = "NFG 1 R \"pennies\" { \"a\" \"b\" } { 2 2 }\n1 -1 -1 1 -1 1 1 -1"
            let csv = "a\\b,1,2\n1,1,-1\n2,-1,1\n"

            for name, content in [ "g.nfg", nfg; "g.csv", csv ] do
                withFile name content (fun path ->
                    let out = printed [ "solve"; path; "--solver"; "lp"; "--format=gambit" ]
                    Expect.equal out "NE,0.5,0.5,0.5,0.5\n" name))

        testCase "--out makes a folder of its own, each time" (fun () ->
            inFolder (fun folder ->
                for _ in 1..2 do
                    printed [ "solve"; random; "--solver=rm"; "--steps=5"; $"--out=%s{folder}"; "--name=twice" ]
                    |> ignore

                let runs = RunFolder.All folder |> Seq.map _.Path |> List.ofSeq
                Expect.equal runs.Length 2 "nothing is written over"

                for run in runs do
                    expectValid (File.ReadAllText(Path.Combine(run, "solution.json")))
                    Expect.isTrue (File.Exists(Path.Combine(run, "spec.txt"))) "the specification"))

        testCase "stages and dry runs do nothing but print" (fun () ->
            let shown stage = printed [ "check"; "chicken"; "--solver"; "rm"; "--show"; stage ]
            Expect.stringStarts (shown "spec") "game \"chicken\"" "the game"
            Expect.stringStarts (shown "ir") "program rm on chicken" "the program"
            Expect.stringStarts (shown "plan") "host plan of rm on chicken" "the plan"
            Expect.stringContains (printed [ "check"; "chicken" ]) "symmetric     proved" "the structure"
            Expect.stringContains (printed [ "solve"; "chicken"; "--dry-run" ]) "at most  100,000 steps" "the cost")

        testCase "doctor --json is one object" (fun () ->
            let doctor = json (printed [ "doctor"; "--json" ])
            Expect.equal (doctor.GetProperty("schema").GetString()) "doctor/1" "its schema"
            Expect.isTrue (doctor.GetProperty("host").GetProperty("ok").GetBoolean()) "the CPU solves a game")
    ]

let private exitCodes =
    testList "exit codes" [
        testCase "3 where --until was asked and not reached, with the result" (fun () ->
            let code, out, _ =
                align [ "solve"; random; "--solver"; "hedge"; "--until"; "nash_conv < 1e-9"; "--steps"; "50" ]

            Expect.equal code ExitCode.NotConverged "not converged"
            Expect.stringContains out "Not converged" "the status")

        testCase "0 where nothing was asked for" (fun () ->
            let code, _, _ = align [ "solve"; random; "--solver"; "hedge"; "--steps"; "50" ]
            Expect.equal code ExitCode.Done "done")

        testCase "0 where the rule was reached" (fun () ->
            let code, _, _ = align [ "solve"; random; "--solver"; "lp"; "--until"; "nash_conv < 1e-9" ]
            Expect.equal code ExitCode.Done "a direct solver is held to the rule too")
    ]

let private fitting =
    testList "a solver that fits" [
        for name, game in
            [
                "prm+", GameLibrary.Create random
                "rm", GameLibrary.Create "chicken"
                "mmd",
                GameLibrary.Create("chicken").Regularize(Player.Of("row", "swerve", "dare"), Regularizer.Entropy 0.1)
            ] do
            testCase name (fun () ->
                let solution = game.Solve(until = Stop.AfterSteps 10L)
                Expect.equal solution.Solver.Info.Name name "the solver"
                Expect.stringContains (Seq.last solution.Notes) $"solver %s{name} was chosen" "and the note")
    ]

// ---- Child processes -----------------------------------------------------------------------------------------------

[<DllImport("libc", EntryPoint = "kill")>]
extern int private sendSignal(int pid, int signal)

/// The tool in a process of its own. A shell may have it ignore Ctrl-C, which a process inherits; `env` puts that right.
let private start (args: string list) =
    let info =
        ProcessStartInfo(
            "env",
            [ "--default-signal=INT"; "dotnet"; tool ] @ args,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    match Process.Start info with
    | null -> failtest "no child process"
    | child -> child

/// Ends a long run once it says how far it is; gives exit code, stdout and the seconds it took to end.
let private cancelled signal args =
    use child = start args
    // The first line of progress comes after a second of running.
    let _ = child.StandardError.ReadLine()
    let clock = Stopwatch.StartNew()
    sendSignal (child.Id, signal) |> ignore
    let rest = child.StandardError.ReadToEndAsync()
    let out = child.StandardOutput.ReadToEnd()
    child.WaitForExit()
    rest.Wait()
    child.ExitCode, out, clock.Elapsed.TotalSeconds

let private endless = [ "--solver"; "hedge"; "--steps"; "1e15" ]

let private fsharpScript (last: string) =
    String.concat "\n" [
        $"#I @\"%s{AppContext.BaseDirectory}\""
        for name in [ "Dsl"; "Compiler"; "Runtime"; "Solvers"; "CommandLine" ] do
            $"#r \"Alignment.%s{name}.dll\""
        "open Alignment"
        "let red, blue = Player.Of(\"red\", 2), Player.Of(\"blue\", 2)"
        "let payoff = Expr.Matrix(red.Actions, blue.Actions, array2D [ [ 1.0; 0.0 ]; [ 0.0; 2.0 ] ])"
        "let experiment = Experiment((Game.Named \"script\").ZeroSum(red, blue, payoff), PredictiveRegretMatchingPlus())"
        last
    ]

let private csharpScript (last: string) =
    String.concat "\n" [
        "var (red, blue) = (Player.Of(\"red\", 2), Player.Of(\"blue\", 2));"
        "var payoff = Expr.Matrix(red.Actions, blue.Actions, new double[,] { { 1, 0 }, { 0, 2 } });"
        "var game = Game.Named(\"script\").ZeroSum(red, blue, payoff);"
        last
    ]

let private comparable (out: string) =
    out.Split '\n' |> Array.filter (fun line -> line.StartsWith "certificate" || line.StartsWith "spec")

let private children =
    testSequenced
    <| testList "in a child process" [
        for name, signal, expected in [ "SIGINT", 2, ExitCode.Interrupted; "SIGTERM", 15, ExitCode.Terminated ] do
            testCase $"%s{name} ends a run within a second, with its result" (fun () ->
                let code, out, seconds = cancelled signal ([ "solve"; random ] @ endless)
                Expect.equal code expected "the exit code"
                Expect.stringContains out "Cancelled after" "a usable result"
                Expect.isLessThan seconds 1.0 "within a second")

        testCase "signals and options cross into an F# script" (fun () ->
            withFile "x.fsx" (fsharpScript "experiment |> Experiment.main fsi.CommandLineArgs |> exit") (fun path ->
                let code, out, seconds = cancelled 15 ([ "run"; path ] @ endless)
                Expect.equal code ExitCode.Terminated "the exit code"
                Expect.stringContains out "Cancelled after" "a usable result"
                Expect.isLessThan seconds 1.0 "within a second"))

        testCase "an F# script and a C# script are the same run, and an exit code forgotten is not lost" (fun () ->
            let asked = [ "--until"; "nash_conv < 1e-12"; "--steps"; "10" ]

            let fsharp =
                withFile
                    "x.fsx"
                    (fsharpScript "experiment |> Experiment.main fsi.CommandLineArgs |> ignore")
                    (fun path -> child ([ "run"; path ] @ asked))

            let csharp =
                withFile
                    "x.csx"
                    (csharpScript "return new Experiment(game, new PredictiveRegretMatchingPlus()).Main(Args);")
                    (fun path -> child ([ "run"; path ] @ asked))

            let code (code, _, _) = code
            let lines (_, out, _) = comparable out
            Expect.equal (code fsharp) ExitCode.NotConverged "of F#"
            Expect.equal (code csharp) ExitCode.NotConverged "of C#"
            Expect.equal (lines fsharp) (lines csharp) "the same certificate and hash"
            Expect.equal (lines fsharp).Length 2 "both lines")

        for change, message in
            [
                "Player(red).Player(blue).Payoff(red, payoff).Payoff(blue, payoff).Claim(Structure.ZeroSum)",
                "x: claim ZeroSum: does not hold: cell red=0, blue=0: the payoffs 1, 1 sum to 2"
                "Nature(Axis.Of(\"rain\", 2), Expr.Vector(Axis.Of(\"rain\", 2), 0.5, 0.4)).ZeroSum(red, blue, payoff + Expr.Vector(Axis.Of(\"rain\", 2), 0, 1))",
                "x: distribution of 'rain': expected weights over 'rain' that sum to 1, got 0.9"
                "Player(red).Player(Player.Of(\"red\", 3)).ZeroSum(red, blue, payoff)",
                "x: player 'red': is declared 2 times; players need names of their own"
            ] do
            testCase message (fun () ->
                let last =
                    $"return new Experiment(Game.Named(\"faulty\").%s{change}, new RegretMatching()).Main(Args);"

                withFile "x.csx" (csharpScript last) (fun path ->
                    let code, out, error = child [ "run"; path ]
                    Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
                    Expect.stringStarts error message "the message"))

        for name, content, message in
            [
                "bad.csx",
                "int x = \"one\";",
                "bad.csx(1,9): error CS0029: Cannot implicitly convert type 'string' to 'int'"
                "nan.csx",
                csharpScript "Expr.Vector(red.Actions, 0, double.NaN); return 0;",
                "holds NaN at red=1; expected finite numbers."
                "package.csx", "#r \"nuget: Foo, 1.0\"", "package.csx(1): a .csx script cannot reference packages"
            ] do
            testCase $"%s{name} is refused" (fun () ->
                withFile name content (fun path ->
                    let code, out, error = align [ "run"; path ]
                    Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
                    Expect.stringContains error message "the message"))

        testCase "an F# script that does not compile is refused" (fun () ->
            withFile "bad.fsx" "let x: int = \"one\"" (fun path ->
                let code, _, error = child [ "run"; path ]
                Expect.equal code ExitCode.WrongInput "the input is wrong"
                Expect.stringContains error "error FS0001" "the compiler's message"))

        testCase "a C# app has stdout, its arguments and its exit code to itself" (fun () ->
            withFile "app.cs" "System.Console.WriteLine(string.Join(' ', args));\nreturn 7;\n" (fun path ->
                let code, out, error = child [ "run"; path; "--seed"; "3" ]
                Expect.equal (code, out, error) (7, "--seed 3\n", "") "nothing of the build"))

        testCase "a C# app that does not compile is refused, and all that is said of it stands on stderr" (fun () ->
            withFile "bad.cs" "int x = \"one\";\n" (fun path ->
                let code, out, error = child [ "run"; path ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong, and nothing is printed"

                Expect.stringContains
                    error
                    $"%s{path}(1,9): error CS0029: Cannot implicitly convert type 'string' to 'int'"
                    "the compiler's message"

                Expect.stringEnds
                    error
                    $"align: %s{path}: did not come to its experiment; what is wrong stands above.\n"
                    "and ours"))

        testCase "check captures a script, and tells one that hands nothing over" (fun () ->
            withFile
                "x.csx"
                (csharpScript "return new Experiment(game, new RegretMatching()).Main(Args);")
                (fun path ->
                    let code, out, _ = child [ "check"; path; "--show"; "spec" ]
                    Expect.equal code ExitCode.Done "done"
                    Expect.stringStarts out "game \"script\"" "the specification")

            withFile "x.csx" "return 0;" (fun path ->
                refused
                    [ "check"; path ]
                    $"%s{path}: hands no experiment over, so there is nothing to check; end it with Experiment.main or Main."))
    ]

[<Tests>]
let tests =
    testList "command line" [
        goldenGrammar
        forms
        help
        wrongNames
        wrongValues
        wrongDevices
        wrongFiles
        configFiles
        jsonOutput
        otherOutput
        exitCodes
        fitting
        children
    ]
