module Alignment.Tests.OpenCommandTests

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

let private expectValid = validBy "open.json"

let private dice = "liars_dice(dice=2,sides=6)"

let private quick = [
    "--set"
    "certificateIterations=20"
    "--set"
    "validationGames=200"
    "--set"
    "certificateGames=200"
]

let private byMccfr = [ "solve"; dice; "--solver"; "mccfr"; "--steps"; "10" ] @ quick

let private byPsro =
    [
        "solve"
        dice
        "--solver"
        "psro"
        "--steps"
        "2"
        "--set"
        "responseIterations=20"
        "--set"
        "cellGames=50"
    ]
    @ quick

let private output = [
    for name, args in [ "mccfr", byMccfr; "psro", byPsro ] do
        testCase $"{name}: --json is one object, valid by its schema, and the seed says all of it" (fun () ->
            let print seed =
                let out = printed (args @ [ "--json"; "--seed"; seed ])
                expectValid out
                Expect.equal (out.Trim().Split('\n').Length) 1 "one line"
                json out

            let comparable (found: JsonElement) = [
                for property in found.EnumerateObject() do
                    if property.Name <> "seconds" then
                        property.Name, property.Value.GetRawText()
            ]

            let one = print "1"
            Expect.equal (comparable (print "1")) (comparable one) "the same again"
            let values (found: JsonElement) = found.GetProperty("values").GetRawText()
            Expect.notEqual (values (print "2")) (values one) "another seed"
            Expect.equal (one.GetProperty("solver").GetString()) name "the solver"
            Expect.equal (one.GetProperty("certificate").GetProperty("kind").GetString()) "lower_bound" "no more"
            Expect.equal (one.GetProperty("settings").GetProperty("validationGames").GetString()) "200" "as set")

        testCase $"{name}: --out makes a folder with the policy" (fun () ->
            inFolder (fun folder ->
                let found = json (printed (args @ [ "--json"; "--out"; folder; "--name"; "once" ]))
                let run = RunFolder.All folder |> Seq.exactlyOne
                let read name = File.ReadAllText(run.File name)
                expectValid (read "solution.json")
                Expect.equal run.Description.Identity["game"] dice "the game"
                Expect.equal run.Description.Name "once" "the name"
                let lines = (read "policy.jsonl").TrimEnd().Split '\n'

                if name = "mccfr" then
                    Expect.equal lines.Length (found.GetProperty("information_sets").GetInt32()) "a line each"

                for line in lines do
                    let line = json line
                    let odds = [ for p in line.GetProperty("probabilities").EnumerateArray() -> p.GetDouble() ]
                    Expect.equal (line.GetProperty("actions").GetArrayLength()) odds.Length "actions"
                    Expect.floatClose Accuracy.high (List.sum odds) 1.0 "probabilities"

                    Expect.stringStarts
                        (nonNull (line.GetProperty("information_set").GetString()))
                        (nonNull (line.GetProperty("player").GetString()))
                        "the player's own"))

    testCase "the text says that the bound is a lower one" (fun () ->
        let out = printed byPsro
        Expect.stringStarts out "certificate lower_bound nash_conv=" "the certificate first"
        Expect.stringContains out "This is a lower bound" "what it is"
        Expect.stringContains out "how much further is not known" "what it is not"
        Expect.stringContains out "20 iterations a player" "the oracle"
        Expect.stringContains out "by its rules alone" "without a tree")

    testCase "help tells settings, a dry run what would run" (fun () ->
        let help = printed [ "solve"; dice; "--solver"; "psro"; "--help" ]
        Expect.stringContains help "SETTINGS of a run of 'liars_dice(dice=2,sides=6)' by its rules" "of the run"
        Expect.stringContains help "responseIterations" "of populations"
        Expect.stringContains help "SETTINGS of 'double_oracle'" "of the solver"
        Expect.stringContains (printed [ "solve"; "--help" ]) "GAMES TOO LARGE FOR A TREE" "in general"
        Expect.stringContains (printed [ "solve"; dice; "--dry-run" ]) "until    steps >= 10000" "the default"
        Expect.stringContains (printed (byPsro @ [ "--dry-run" ])) "until    steps >= 2" "as asked")

    testCase "a solver is chosen where none is named" (fun () ->
        let code, out, error = align ([ "solve"; dice; "--steps"; "2" ] @ quick)
        Expect.equal code ExitCode.Done error
        Expect.stringContains out "solver   mccfr" "the solver"
        Expect.stringContains error "solver mccfr was chosen, as the game is too large for a tree" "and why")

    testCase "seconds end a run" (fun () ->
        let code, out, error =
            align ([ "solve"; dice; "--solver"; "mccfr"; "--until"; "seconds >= 0.3"; "--json" ] @ quick)

        Expect.equal code ExitCode.Done error
        Expect.stringContains out "Stopped by the clock" "says so")

    testCase "3 where a run ends since it keeps enough" (fun () ->
        let code, out, _ = align (byMccfr @ [ "--steps"; "1e6"; "--set"; "mostInformationSets=5000" ])
        Expect.equal code ExitCode.NotConverged "the exit code"
        Expect.stringContains out "as many as are kept" "says so")
]

let private tooLarge =
    "The game 'liars_dice(dice=2,sides=6)' would have about 7,398,752,256 ends; expected at most 22,000,000"

let private refusals = [
    for args, message in
        [
            [ "--solver"; "cfr+" ],
            "The solver 'cfr+' needs the whole tree; by the rules alone there are double_oracle, psro, mccfr."
            [ "--solver"; "lp" ],
            "The solver 'lp' needs the whole tree; by the rules alone there are double_oracle, psro, mccfr."
            [ "--solver"; "mcccfr" ], "There is no solver 'mcccfr'. Did you mean 'mccfr'?"
            [ "--solver"; "mccfr"; "--until"; "nash_conv < 1e-3" ],
            "'nash_conv' is not known without the tree of 'liars_dice(dice=2,sides=6)': what is found there is a lower bound on NashConv, which never satisfies a rule; use steps >= N or seconds >= N"
            [ "--until"; "nash_conv < 1 or seconds >= 1" ], "a lower bound on NashConv, which never satisfies a rule"
            [ "--solver"; "mccfr"; "--set"; "exploration=2" ],
            "--set: Setting 'exploration': expected from 0 to 1, got '2'."
            [ "--solver"; "mccfr"; "--set"; "certificateGames=99" ],
            "--set: Setting 'certificateGames': expected a whole number of at least 100, got '99'."
            [ "--solver"; "mccfr"; "--set"; "certificateGames=many" ],
            "--set: Setting 'certificateGames': expected a whole number of at least 100, got 'many'."
            [ "--solver"; "mccfr"; "--set"; "certificateGame=200" ],
            "--set: neither a run of 'liars_dice(dice=2,sides=6)' by its rules nor the solver 'mccfr' has a setting 'certificateGame'. Did you mean 'certificateGames'?"
            [ "--solver"; "mccfr"; "--set"; "cellGames=200" ], "has a setting 'cellGames'."
            [ "--solver"; "psro"; "--set"; "inner=pr" ], "There is no solver 'pr'."
            [ "--batch"; "2" ], "--batch: 'liars_dice(dice=2,sides=6)' is too large for a tree"
            [ "--precision"; "float32" ], "--precision: 'liars_dice(dice=2,sides=6)' is too large for a tree"
            [ "--executor"; "torch" ], "--executor: 'liars_dice(dice=2,sides=6)' is too large for a tree"
            [ "--device"; "cuda" ], "--device: 'liars_dice(dice=2,sides=6)' is too large for a tree"
            [ "--format"; "gambit" ], "--format: 'liars_dice(dice=2,sides=6)' is too large for a tree"
            [ "--perturb"; "0.1" ], "--perturb: 'liars_dice(dice=2,sides=6)' is too large for a tree"
            [ "--show"; "ir" ], "--show: 'liars_dice(dice=2,sides=6)' is too large for a tree"
        ] do
        testCase (String.concat " " args) (fun () ->
            let code, out, error = align ([ "solve"; dice ] @ args)
            Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
            Expect.stringContains error message "the message"
            Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line")

    testCase "a solver that needs the tree is told how large it is" (fun () ->
        let _, _, error = align [ "solve"; dice; "--solver"; "cfr+" ]
        Expect.stringStarts error $"align: {tooLarge}" "the library's words")

    for text, message in
        [
            "debate(claims=1,budget=3)", "has 2 claims: expected a budget of at most as many checks."
            "liars_dice(dice=9)",
            "Parameter 'dice' of the game 'liars_dice': expected a whole number from 1 to 4, got '9'."
            "liars_dise(dice=3)", "There is no game 'liars_dise'. Did you mean 'liars_dice'?"
            "rock_paper_scissors", "solver 'mccfr': takes sequential games only, since it samples play"
            "blotto(coins=40,fields=6)",
            "would have 1221759 actions a player; expected at most 1000: ask for fewer coins or fields."
            "nowhere.efg", "nowhere.efg: no such file; check the path"
        ] do
        testCase text (fun () ->
            let code, out, error = align [ "solve"; text; "--solver"; "mccfr" ]
            Expect.equal (code, out) (ExitCode.WrongInput, "") "the input is wrong"
            Expect.stringContains error message "as before")

    testCase
        "a tree that this machine's memory does not hold is refused with its size, and played by its rules"
        (fun () ->
            let small = [ "DOTNET_GCHeapHardLimit", "0x14000000" ] // 320 MB
            let code, out, error = childIn small [ "check"; "liars_dice(sides=8)" ]
            Expect.equal (code, out) (ExitCode.WrongInput, "") error
            Expect.stringContains error "liars_dice(dice=1,sides=8) is too large for this machine: " "how large"
            Expect.stringContains error "half of the 320 MB there are" "the machine"

            let solve = [ "solve"; "liars_dice(sides=8)"; "--solver"; "mccfr"; "--steps"; "5"; "--json" ]
            let code, out, error = childIn small (solve @ quick)
            Expect.equal code ExitCode.Done error
            Expect.equal ((json out).GetProperty("schema").GetString()) "open/1" "by its rules")

    testCase "a game whose tree fits is solved on it" (fun () ->
        let out = printed [ "solve"; "kuhn_poker"; "--solver"; "mccfr"; "--steps"; "10"; "--json" ]
        Expect.equal ((json out).GetProperty("schema").GetString()) "solve/1" "exactly certified")
]

// ---- Child processes -----------------------------------------------------------------------------------------------

[<DllImport("libc", EntryPoint = "kill")>]
extern int private sendSignal(int pid, int signal)

let private signals =
    testSequenced
    <| testList "signals" [
        for solver in [ "mccfr"; "psro" ] do
            testCase $"SIGINT ends {solver} with what it has found" (fun () ->
                let info =
                    ProcessStartInfo(
                        "env",
                        [
                            "--default-signal=INT"
                            "dotnet"
                            typeof<ScriptGlobals>.Assembly.Location
                            "solve"
                            dice
                            "--json"
                            "--solver"
                            solver
                            "--steps"
                            "1e9"
                        ],
                        RedirectStandardOutput = true,
                        RedirectStandardError = true
                    )

                use child =
                    match Process.Start info with
                    | null -> failtest "no child process"
                    | child -> child

                // the first line of progress comes after a second of running
                Expect.stringContains (string (child.StandardError.ReadLine())) "information sets" "progress"
                let clock = Stopwatch.StartNew()
                sendSignal (child.Id, 2) |> ignore
                let rest = child.StandardError.ReadToEndAsync()
                let out = child.StandardOutput.ReadToEnd()
                child.WaitForExit()
                rest.Wait()
                Expect.equal child.ExitCode ExitCode.Interrupted "the exit code"
                expectValid out
                Expect.stringStarts ((json out).GetProperty("status").GetString() |> nonNull) "Cancelled" "says so"
                Expect.isLessThan clock.Elapsed.TotalSeconds 2.0 "soon")
    ]

[<Tests>]
let tests = testList "open games" [ testList "output" output; testList "refusals" refusals; signals ]
