/// What is printed of games of smooth payoffs, as text and as JSON, and read back.
module Alignment.Tests.SmoothResultTests

open System
open System.Collections.Generic
open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.GradientFixtures
open Alignment.Tests.SmoothResultFixtures

let private bilinear = [ "solve"; "bilinear"; "--solver"; "gradient(lookahead=extragradient,rate=0.5)" ]

let private line (start: string) (text: string) =
    text.Split '\n'
    |> Array.tryFind (fun line -> line.TrimStart().StartsWith start)
    |> Option.defaultWith (fun () -> failtest $"no line begins with '%s{start}':\n%s{text}")

/// A line's cells, which two blanks part.
let private cells (line: string) =
    line.Split("  ", StringSplitOptions.RemoveEmptyEntries ||| StringSplitOptions.TrimEntries)
    |> List.ofArray

// ---- Text ------------------------------------------------------------------------------------------------------------

let private text =
    testList "text" [
        test "of one game: the residual, values, and weights by name" {
            let text = printed bilinear
            Expect.stringStarts text "certificate stationary residual=" "the kind of certificate"
            Expect.isFalse (text.Contains "nash_conv") "which is no NashConv"
            Expect.stringContains text "Converged: stationarity = " "how it ended"
            Expect.equal (line "player" text |> cells) [ "player"; "value"; "plays" ] "titles"
            let solution = json (printed (bilinear @ [ "--json" ]))
            let set = solution.GetProperty("profile").GetProperty("first").GetProperty "x"
            let x = set[0].GetDouble()
            Expect.equal (line "first" text |> cells |> List.skip 2) [ "x"; Words.brief x ] "the number"
        }

        test "numbers have their labels" {
            let text = printed [ "solve"; "iterated_prisoners_dilemma"; "--solver"; "gradient"; "--steps"; "2" ]
            let row = line "alice" text |> cells
            Expect.equal row[2] "alice_logits[states]" "name and axis"
            let labels = row[3].Split ", " |> Array.map (fun part -> part.Split(' ')[0])
            Expect.equal (List.ofArray labels) [ "start"; "CC"; "CD"; "DC"; "DD" ] "labels"
        }

        test "a player that mixes has its strategy, a matrix and long tensors what fits a line" {
            let text = SolutionText.summary criticSolution.Value
            Expect.stringContains (line "policy" text) "strategy" "of the one that chooses"
            let row = line "critic" text |> cells
            Expect.equal row[2] "w[rows,features]" "the matrix"
            Expect.stringContains row[3] "(0,helpful) " "its labels"
            Expect.stringStarts (line "v[hidden]" text |> cells |> List.item 1) "40 numbers from " "the long one"
            Expect.equal (line "bias" text |> cells) [ "bias"; "1" ] "the number at its bound"
        }

        test "constraints have a table, their prices no row among the players, probes a line" {
            let text = SolutionText.summary constrainedSolution.Value
            let outcome = constrainedSolution.Value.Constraints()[0]
            Expect.stringStarts text "certificate kkt residual=" "the certificate"
            Expect.stringContains (text.Split('\n')[0]) " violation=" "with the violation"
            Expect.stringContains (text.Split('\n')[0]) " slackness=" "and the slackness"
            Expect.isFalse (text.Contains "multiplier of") "no player of the author's"

            Expect.equal
                (line "cost" text |> cells)
                [
                    "cost"
                    "policy"
                    Words.brief outcome.Value
                    "0.3"
                    Words.brief outcome.Multiplier
                    Words.brief outcome.Violation
                ]
                "the constraint"

            near 1e-6 dualRoot outcome.Multiplier "the root of the dual"
            near 1e-6 bound outcome.Value "the constraint binds"
            let reward = expected rewards (priced dualRoot)

            Expect.equal
                (line "policy/reward" text |> cells)
                [ "policy/reward"; Words.brief (Math.Round(reward, 5)) ]
                "the probe"
        }

        test "of a few games a row each, numbers under their labels" {
            let text =
                printed [ "solve"; "iterated_prisoners_dilemma(runs=3)"; "--solver"; "gradient"; "--steps"; "2" ]

            let titles = line "game " text |> cells
            Expect.containsAll titles [ "residual"; "alice_logits[start CC CD DC DD]" ] "titles"
            let row = line "runs=1" text |> cells
            Expect.equal row.Length titles.Length "a cell each"
            Expect.hasLength (row[List.findIndex ((=) "alice_logits[start CC CD DC DD]") titles].Split ' ') 5 "numbers"
        }

        test "of many games how each figure spreads, each number by its label" {
            let text =
                printed [ "solve"; "iterated_prisoners_dilemma(runs=20)"; "--solver"; "gradient"; "--steps"; "2" ]

            Expect.equal (line "20 games" text |> cells) [ "20 games"; "least"; "median"; "largest" ] "titles"

            for start in [ "residual"; "value alice"; "alice_logits[states=CC]"; "bob_logits[states=DD]" ] do
                let numbers = line start text |> cells |> List.tail |> List.map float
                Expect.equal numbers (List.sort numbers) start
        }

        test "multipliers are columns, and violations and slackness" {
            let prices = Axis.Of("copy", 3)
            let text = SolutionText.summary (stepped 5 (bandit.Over prices) banditSolver)
            let titles = line "game " text |> cells

            Expect.equal
                titles
                [
                    "game"
                    "residual"
                    "violation"
                    "slackness"
                    "steps"
                    "value policy"
                    "strategy policy"
                    "multiplier cost"
                ]
                "titles"
        }
    ]

// ---- JSON ------------------------------------------------------------------------------------------------------------

let private numbers (element: JsonElement) = [| for number in element.EnumerateArray() -> number.GetDouble() |]

let private objects =
    let valid = validBy "solve.json"

    testList "json" [
        for arguments in
            [
                bilinear
                bilinear @ [ "--sweep"; "rate=0.1,0.5"; "--steps"; "5" ]
                [ "solve"; "bilinear(size=2)"; "--solver"; "lola"; "--batch"; "2"; "--steps"; "3" ]
                [
                    "solve"
                    "iterated_prisoners_dilemma"
                    "--solver"
                    "gradient"
                    "--sweep"
                    "gamma=0.5,0.9"
                    "--steps"
                    "3"
                ]
            ] do
            test $"""%s{String.concat " " arguments} is valid by the schema""" {
                let text = printed (arguments @ [ "--json" ])
                valid text
                let certificate = (json text).GetProperty "certificate"
                Expect.equal (string (certificate.GetProperty "kind")) "stationary" "kind"
                Expect.isFalse (fst (certificate.TryGetProperty "nash_conv")) "no NashConv"
            }

        test "weights are arrays over the axes that stand beside them" {
            let solution = criticSolution.Value
            let text = SolutionJson.text solution
            valid text
            let profile = (json text).GetProperty("profile").GetProperty "critic"

            for weights in [ matrix; long; bounded ] do
                Expect.equal
                    (bits (numbers (profile.GetProperty weights.Name)))
                    (bits (solution.Weights(weights).Values.ToArray()))
                    weights.Name

            let shapes = (json text).GetProperty "weights"
            let names = [ for shape in shapes.EnumerateArray() -> string (shape.GetProperty "name") ]
            Expect.equal names [ "w"; "v"; "bias" ] "in their order"
            let axes = shapes[0].GetProperty "axes"
            Expect.equal (string axes[0]) """{"name":"rows","size":3}""" "an axis without labels"

            Expect.equal
                (string axes[1])
                """{"name":"features","size":2,"labels":["helpful","harmless"]}"""
                "one with labels"
        }

        test "constraints, with the player that sets the price" {
            let solution = constrainedSolution.Value
            let text = SolutionJson.text solution
            valid text
            let root = json text
            let certificate = root.GetProperty "certificate"
            Expect.equal (string (certificate.GetProperty "kind")) "kkt" "kind"

            match solution.Certificate with
            | :? Certificate.Kkt as kkt ->
                for name, figure in [ "residual", kkt.Residual; "violation", kkt.Violation; "slackness", kkt.Slackness ] do
                    Expect.equal (bitsOf (certificate.GetProperty(name).GetDouble())) (bitsOf figure) name
            | other -> failtest $"%O{other}"

            let constraint' = root.GetProperty("constraints")[0]
            let player = string (constraint'.GetProperty "lagrange_player")
            let multiplier = constraint'.GetProperty("multiplier").GetDouble()
            near 1e-6 dualRoot multiplier "the price"

            let set = root.GetProperty("profile").GetProperty(player).GetProperty "multiplier/cost"
            Expect.equal (set[0].GetDouble()) multiplier "as its player sets it"
        }

        test "a number that left the finite range is null" {
            let solution = criticSolution.Value
            let game = solution.Games[0]
            let lost = game.Strategies[1].SetItem(0, nan)

            let spoilt =
                GameSolution(
                    game.Game,
                    game.Status,
                    Certificate.Stationary infinity,
                    game.Steps,
                    game.Strategies.SetItem(1, lost),
                    null,
                    game.Metrics
                )

            let whole =
                Solution(
                    Game = solution.Game,
                    Solver = solution.Solver,
                    Options = solution.Options,
                    Batch = solution.Batch,
                    Games = ValueList.ToValueList [ spoilt ],
                    Trace = solution.Trace,
                    Steps = solution.Steps,
                    Seconds = solution.Seconds,
                    CompileSeconds = solution.CompileSeconds,
                    MeasureSeconds = solution.MeasureSeconds,
                    Notes = solution.Notes
                )

            let text = SolutionJson.text whole
            valid text
            let certificate = (json text).GetProperty "certificate"
            Expect.equal (certificate.GetProperty("residual").ValueKind) JsonValueKind.Null "the residual"
            Expect.equal (string (certificate.GetProperty "nonfinite")) """{"residual":"Infinity"}""" "what it was"
        }
    ]

// ---- Profiles --------------------------------------------------------------------------------------------------------

let private profiles =
    testList "profiles" [
        test "a saved solution is evaluated to the same bits" {
            let saved = printed (bilinear @ [ "--json" ])

            withFile "a.json" saved (fun file ->
                let text = printed [ "evaluate"; "bilinear"; "--profile"; file; "--json" ]
                validBy "evaluate.json" text
                let profile = (json text).GetProperty("profiles")[0]
                Expect.equal (string (profile.GetProperty "kind")) "stationary" "kind"

                Expect.equal
                    (string (profile.GetProperty "residual"))
                    (string ((json saved).GetProperty("certificate").GetProperty "residual"))
                    "residual")
        }

        test "one player's weights against another's" {
            inFolder (fun folder ->
                let file name (x: float) (y: float) =
                    let path = Path.Combine(folder, name)
                    File.WriteAllText(path, $"{{\"first\":{{\"x\":[%.1f{x}]}},\"second\":{{\"y\":[%.1f{y}]}}}}")
                    path

                let files = [ file "a" 2.0 3.0; file "b" 5.0 7.0 ]
                let options = files |> List.collect (fun file -> [ "--profile"; file ])
                let found = json (printed ([ "evaluate"; "bilinear"; "--json" ] @ options))

                let values = [
                    for meeting in found.GetProperty("head_to_head").EnumerateArray() ->
                        meeting.GetProperty("value").GetDouble()
                ]
                // first: 2 x 7; second: -(5 x 3); first: 5 x 3; second: -(2 x 7)
                Expect.equal values [ 14.0; -15.0; 15.0; -14.0 ] "x y"
                let text = printed ([ "evaluate"; "bilinear" ] @ options)
                // the gradient (y, -x) moves furthest by the larger of both
                Expect.equal (line files[0] text |> cells) [ files[0]; "3"; "6"; "-6" ] "residual and values"

                Expect.equal
                    (line "profile" text |> cells)
                    [ "profile"; "residual"; "value first"; "value second" ]
                    "titles")
        }

        for profile, message in
            [
                """{"first":{"x":[1,2]},"second":{"y":[1]}}""", "'x' of 'first': expected 1 numbers, got 2."
                """{"first":{"x":1},"second":{"y":[1]}}""", "'x' of 'first': expected an array of numbers, got Number."
                """{"first":{"x":[null]},"second":{"y":[1]}}""", "'x' of 'first': expected finite numbers, got null."
                """{"first":{"z":[1]},"second":{"y":[1]}}""", "'first' lacks the weights 'x'. Did you mean 'z'?"
                """{"first":{"x":[1],"z":[1]},"second":{"y":[1]}}""",
                "'first' has no weights 'z' in this game. Did you mean 'x'?"
                """{"first":{"x":[1]}}""", "the profile lacks the player 'second'. It has first."
            ] do
            test $"a profile that does not fit is refused: %s{profile}" {
                withFile "p.json" profile (fun file ->
                    refused [ "evaluate"; "bilinear"; "--profile"; file ] $"%s{file}: %s{message}")
            }

        test "numbers outside of what the weights may be are refused" {
            let shares = Axis.Of("shares", "a", "b")
            let own = Weights.Of("mix", Axis.Of("rows", 2), shares).Within(Domain.Distributions shares)
            let price = Weights.Of("price").Within(Domain.NonNegative)
            let player = Player.With("p", own, price)
            let spec = Game.Named("g").Player(player).Payoff(player, own.Value.Sum(own.Axes[0], shares))

            let read (mix: string) (price: string) =
                withFile "p.json" $"{{\"p\":{{\"mix\":[%s{mix}],\"price\":[%s{price}]}}}}" (fun file ->
                    try
                        ProfileText.read spec file |> List.head |> List.ofSeq |> Ok
                    with InputFault message ->
                        Error(message.Replace(file + ": ", "")))

            Expect.equal (read "0.5,0.5,0.25,0.75" "2") (Ok [ 0.5; 0.5; 0.25; 0.75; 2.0 ]) "as given"

            Expect.equal
                (read "0.5,0.25,0.5,0.75" "2")
                (Error "'mix' of 'p': expected numbers in simplex(shares), got some that sum to 0.75.")
                "each row sums to 1"

            Expect.equal
                (read "1.5,-0.5,0.5,0.5" "2")
                (Error "'mix' of 'p': expected numbers in simplex(shares), got one below 0.")
                "none below 0"

            Expect.equal
                (read "1,0,0.5,0.5" "-2")
                (Error "'price' of 'p': expected numbers in [0, Infinity], got -2.")
                "a price"
        }
    ]

// ---- What is refused, and what tools say beforehand ------------------------------------------------------------------

let private commands =
    testList "commands" [
        test "Gambit's lines are refused before anything runs" {
            refused
                (bilinear @ [ "--format"; "gambit" ])
                "--format: a line of Gambit is an equilibrium in mixed strategies, and 'bilinear(size=1)' is a game of smooth payoffs or has constraints; use --json."
        }

        test "no file of Gambit holds weights, and no noise lies on them" {
            inFolder (fun folder ->
                refused
                    [ "convert"; "bilinear"; Path.Combine(folder, "b.nfg") ]
                    "'bilinear(size=1)' has players that set weights, which no file of Gambit can hold.")

            refused
                [ "solve"; "bilinear"; "--perturb"; "0.1" ]
                "--perturb: Noise is for tables of payoffs, and 'first' of the game 'bilinear(size=1)' sets weights; write the noise into its payoff."
        }

        test "a rule on NashConv is refused with what is measured" {
            let code, _, error = align (bilinear @ [ "--until"; "nash_conv < 1e-3" ])
            Expect.equal code ExitCode.WrongInput "exit code"
            Expect.stringContains error "this run does not measure 'nash_conv'" "what is wrong"
            Expect.stringContains error "stationarity" "what there is"
        }

        test "a residual that is not reached ends with exit code 3" {
            let code, out, _ =
                align [ "solve"; "bilinear"; "--solver"; "gradient"; "--until"; "stationarity < 1e-3 or steps >= 5" ]

            Expect.equal code ExitCode.NotConverged "exit code"
            Expect.stringContains out "Not converged: stationarity = " "the sentence"
        }

        test "without a solver one is chosen, and said to be" {
            let code, out, error = align [ "solve"; "bilinear" ]
            Expect.equal code 0 error
            Expect.stringContains out "lookahead=extragradient" "which"
            Expect.stringContains error "note     solver gradient was chosen, as players set weights" "why"
        }

        test "help, dry run and configuration name the rule that is used" {
            let rule = "stationarity < 1E-06 or steps >= 100000"
            Expect.stringContains (printed [ "solve"; "bilinear"; "--help" ]) $"at %s{rule}." "help"

            Expect.equal (printed (bilinear @ [ "--dry-run" ]) |> line "until" |> cells) [ "until"; rule ] "dry run"

            inFolder (fun folder ->
                printed (bilinear @ [ "--out"; folder ]) |> ignore
                let run = RunFolder.Open(Path.Combine(folder, "latest"))
                Expect.equal run.Description.Identity["until"] rule "run.json"

                Expect.stringContains
                    (File.ReadAllText(run.File RunFiles.Config))
                    $"# until: %s{rule} (not"
                    "config.yaml")

            Expect.stringContains
                (printed [ "solve"; "chicken"; "--help" ])
                "at nash_conv < 1E-06 or steps >= 100000."
                "of other games NashConv"
        }

        test "check tells players, constraint and payoffs, and prints every stage" {
            let text = printed [ "check"; "iterated_prisoners_dilemma"; "--solver"; "lola" ]

            Expect.equal
                (line "players" text |> cells)
                [
                    "players"
                    "alice (sets alice_logits[states], 5 numbers), bob (sets bob_logits[states], 5 numbers)"
                ]
                "players"

            Expect.stringContains (line "payoffs" text) "smooth" "payoffs"
            let shown stage = printed [ "check"; "bilinear"; "--solver"; "gradient"; "--show"; stage ]
            Expect.stringContains (shown "spec") "player first sets x[] from 1" "spec"
            Expect.stringContains (shown "ir") "weight/x" "ir"
            Expect.stringContains (shown "plan") "plan of gradient on bilinear" "plan"
        }

        test "solvers tell their kind and what they take" {
            for name in gradientSolvers do
                let text = printed [ "solvers"; name ]
                Expect.stringContains (text.Split('\n')[0]) "(gradient)" name
                Expect.stringContains (line "takes" text) "games of smooth payoffs" name

            Expect.stringContains (line "takes" (printed [ "solvers"; "gradient" ])) "constraints" "multipliers"
        }

        test "every metric of such games is in the catalogue" {
            let keys = MetricCatalogue.all |> List.map _.Key |> set

            let general (key: string) =
                match key.Split '/' |> List.ofArray with
                | [ "game"; ("value" | "entropy" as what); _ ] -> $"game/%s{what}/{{player}}"
                | [ "constraint"; _; what ] -> $"constraint/{{name}}/%s{what}"
                | [ "game"; what; ("last" | "average") ] -> $"game/%s{what}/{{iterate}}"
                | _ -> key

            for solution in [ criticSolution.Value; constrainedSolution.Value ] do
                for key in solution.Trace[0].Metrics.Keys do
                    if key <> "policy/reward" then
                        Expect.contains keys (general key) key
        }
    ]

let private displays =
    testList "while it runs" [
        test "the distance is what is measured" {
            let point key = TracePoint(1L, 1.0, Dictionary(dict [ key, 0.5 ]))
            Expect.equal (Outlook.distance (point "game/nash_conv")) (Some("nash_conv", 0.5)) "NashConv"
            Expect.equal (Outlook.distance (point "game/stationarity")) (Some("stationarity", 0.5)) "a residual"
            Expect.isNone (Outlook.distance (point "game/value/row")) "neither"
        }
    ]

[<Tests>]
let tests = testList "results of smooth games" [ text; objects; profiles; commands; displays ]
