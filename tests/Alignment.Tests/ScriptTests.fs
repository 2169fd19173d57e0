module Alignment.Tests.ScriptTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.CommandLine
open Alignment.Cli
open Alignment.Tests.Fixtures

let private solved args = json (printed (args @ [ "--json" ]))

let private refusing args message = testCase (String.concat " " args) (fun () -> refused args message)

let private random = "random_zero_sum(rows=30,columns=30,seed=7)"

let private inner =
    testList "the solver inside of another" [
        testCase "is written in brackets, and told in the result" (fun () ->
            let solve solver =
                let result = solved [ "solve"; random; "--solver"; solver ]
                let inner = result.GetProperty("settings").GetProperty("inner").GetString()
                Expect.equal (result.GetProperty("solver").GetString()) "double_oracle" "the solver's name"
                inner, result.GetProperty("certificate").GetProperty("nash_conv").GetDouble()

            let inner, gap = solve "double_oracle(inner=lp)"
            Expect.equal inner "lp" "the solver inside"
            Expect.isLessThan gap 1e-12 "is exact"

            Expect.equal
                (fst (solve "double_oracle"))
                "prm+(updates=alternating,averaging=quadratic)"
                "the default, with its settings"

            Expect.equal
                (fst (solve "double_oracle(inner=rm+(averaging=uniform))"))
                "rm+(updates=alternating,averaging=uniform)"
                "settings of the solver inside")

        testCase "is a setting like others" (fun () ->
            let result = solved [ "solve"; random; "--solver"; "double_oracle"; "--set"; "inner=lp" ]
            Expect.equal (result.GetProperty("settings").GetProperty("inner").GetString()) "lp" "set"

            let _, out, _ = align [ "solve"; random; "--solver"; "double_oracle(inner=lp)" ]
            Expect.stringContains out "solver   double_oracle inner=lp oracle=best_response\n" "in the summary"
            let _, out, _ = align [ "solve"; random; "--solver"; "double_oracle(inner=lp)"; "--dry-run" ]
            Expect.stringContains out "double_oracle(inner=lp,oracle=best_response)" "in a dry run"
            let _, out, _ = align [ "solvers"; "double_oracle" ]
            Expect.stringContains out "inner   = prm+(updates=alternating,averaging=quadratic)" "in the list")

        refusing
            [ "solve"; random; "--solver"; "double_oracle(inner=lpp)" ]
            "There is no solver 'lpp'. Did you mean 'lp'?"
        refusing
            [ "solve"; random; "--solver"; "double_oracle"; "--set"; "inner=prm" ]
            "There is no solver 'prm'. Did you mean 'prm+'?"
        refusing
            [ "solve"; random; "--solver"; "double_oracle(inne=lp)" ]
            "The solver 'double_oracle' has no setting 'inne'. Did you mean 'inner'?"
        refusing
            [ "solve"; random; "--solver"; "double_oracle(inner=lp" ]
            "'double_oracle(inner=lp' is not a solver; write a name, with settings in brackets, such as hedge(stepSize=0.5,averaging=linear)."
        refusing
            [ "solve"; random; "--solver"; "double_oracle"; "--sweep"; "inner=lp,hegde" ]
            "There is no solver 'hegde'. Did you mean 'hedge'?"
        refusing
            [ "solve"; "chicken"; "--solver"; "double_oracle(inner=lp)" ]
            "inner solver 'lp' of 'double_oracle': takes zero-sum and constant-sum games only, and at cell row=swerve, column=dare: the payoffs 2, 7 sum to 9, those at cell row=swerve, column=swerve to 12; use rm, hedge, cce or support_enumeration"
    ]

let private sweeps =
    testList "sweeps of direct solvers" [
        for sweep, why in
            [
                [ "--solver"; "qre_path"; "--sweep"; "lambda=1,2" ],
                "Setting 'lambda' cannot be swept: its solver answers game by game and takes one number for all; run it once for each value."
                [ "--solver"; "cce"; "--sweep"; "player=1,2" ],
                "Setting 'player' cannot be swept: it is not a real number."
            ] do
            testCase (String.concat " " sweep) (fun () ->
                let plan = printed ([ "solve"; random; "--dry-run" ] @ sweep)
                Expect.stringContains plan "2 runs in processes of their own" "a run for each value"
                Expect.stringContains plan why "why")

        testCase "help tells what can be swept" (fun () ->
            let help solver =
                let _, out, _ = align [ "solvers"; solver ]
                out.Split '\n' |> Array.find _.StartsWith("SETTINGS")

            Expect.equal (help "qre_path") "SETTINGS of 'qre_path', for --set and --sweep:" "nothing"

            Expect.equal
                (help "omwu")
                "SETTINGS of 'omwu', for --set and --sweep (stepSize side by side):"
                "what takes an expression")
    ]

let private unavailable =
    testList "an executor that is not there" [
        testCase "is wrong input, not a bug" (fun () ->
            for e in
                [
                    ExecutorUnavailableException "no card: insert one"
                    Alignment.Torch.TorchUnavailableException "no card: insert one"
                ] do
                Expect.equal (Faults.describe e) (ExitCode.WrongInput, "no card: insert one") (e.GetType().Name))

        testCase "ends a script that asks for it with one message" (fun () ->
            let script =
                "var (red, blue) = (Player.Of(\"red\", 2), Player.Of(\"blue\", 2));\n"
                + "var payoff = Expr.Matrix(red.Actions, blue.Actions, new double[,] { { 1, 0 }, { 0, 2 } });\n"
                + "var experiment = new Experiment(Game.Named(\"g\").ZeroSum(red, blue, payoff), new RegretMatching());\n"
                + "return experiment.With(options => options.With(executor: TorchExecutor.Cuda)).Main(Args);"

            Alignment.Torch.TorchNative.EnsureLoaded()

            if not (TorchSharp.torch.cuda.is_available ()) then
                withFile "x.csx" script (fun path ->
                    for args in [ []; [ "--show"; "plan" ]; [ "--dry-run" ] ] do
                        let code, out, error = child ([ "run"; path ] @ args)

                        Expect.equal
                            (code, out)
                            (ExitCode.WrongInput, "")
                            "the input is wrong, and nothing is printed"

                        Expect.equal
                            (error.TrimEnd())
                            "x: The device 'cuda' was asked for, but LibTorch finds no CUDA here: install the driver and build with -p:TorchBackend=cuda, or use the device 'cpu'."
                            "one message"))

        testCase "float32 beyond its last step is wrong input too" (fun () ->
            let code, out, error = align [ "solve"; random; "--solver=prm+"; "--steps=2e7"; "--precision=float32" ]

            Expect.equal
                (code, out, error.TrimEnd())
                (ExitCode.WrongInput,
                 "",
                 "align: stop rule 'steps >= 20000000': float32 counts steps up to 16,777,216 only; ask for no more, or use float64")
                "refused")
    ]

[<Tests>]
let tests = testList "scripts" [ inner; sweeps; testSequenced unavailable ]
