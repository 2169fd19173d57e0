module Alignment.Tests.SideBySide

open System
open System.IO
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Tests.Fixtures

let private solve (spec: GameSpec) solver steps =
    GameSolver.Solve(spec, Solver.Find solver, SolveOptions(Until = Stop.AfterSteps steps))

let private sameBits (a: GameSolution) (b: GameSolution) =
    for x, y in Seq.zip a.Strategies b.Strategies do
        Expect.equal (Fixtures.bits (Array.ofSeq x)) (Fixtures.bits (Array.ofSeq y)) "strategies, bit for bit"

    Expect.equal a.Certificate b.Certificate "certificate"

[<Tests>]
let tests =
    testList "side by side" [
        test "a sequential game's chances lie side by side and each game is the one solved alone, bit for bit" {
            let values = [ 0.1; 0.5; 0.9 ]
            let games = values |> List.map (fun strong -> Games.Signalling strong) |> Array.ofList
            let axis = Axis.Of("strong", "0.1", "0.5", "0.9")

            for solver in [ "cfr+"; "mmd"; "agent_qre" ] do
                let together = solve (Game.SideBySide(axis, games)) solver 200L

                for k, game in Seq.indexed games do
                    let alone = solve game solver 200L
                    sameBits together.Games[k] alone.Games[0]
        }

        test "the batch is called by what its games share" {
            let spec = Game.SideBySide(Axis.Of("strong", "0.1", "0.9"), Games.Signalling 0.1, Games.Signalling 0.9)
            Expect.equal spec.Name "signalling(strong=*)" "name"
            let spec = Game.SideBySide(Axis.Of("which", 2), Games.Chicken(), Games.Chicken())
            Expect.equal spec.Name "chicken" "name"
        }

        test "expressions of equal form are stacked where their numbers differ" {
            let row, column = Fixtures.row 2, Fixtures.column 2

            let game (scale: float) shift =
                let table = Expr.Matrix(row.Actions, column.Actions, array2D [ [ 1.0; shift ]; [ 0.0; 2.0 ] ])
                Game.Named("scaled").ZeroSum(row, column, Expr.Constant scale * table)

            let games = [| game 1.0 0.0; game 2.0 0.5; game 2.0 -1.0 |]
            let together = solve (Game.SideBySide(Axis.Of("k", 3), games)) "prm+" 100L

            for k, game in Seq.indexed games do
                sameBits together.Games[k] (solve game "prm+" 100L).Games[0]
        }

        test "chances that differ are what makes a constant sum constant" {
            // both get 1 together wherever the game ends, and where it ends depends on chance
            let file chance =
                $"EFG 2 R \"c\" {{ \"a\" \"b\" }} \"\"\nc \"\" 1 \"\" {{ \"l\" {chance} \"r\" {1.0 - chance} }} 0\n"
                + "p \"\" 1 1 \"\" { \"x\" \"y\" } 0\nt \"\" 1 \"\" { 1, 0 }\nt \"\" 2 \"\" { 0, 1 }\n"
                + "p \"\" 1 2 \"\" { \"x\" \"y\" } 0\nt \"\" 3 \"\" { 0.25, 0.75 }\nt \"\" 4 \"\" { 1, 0 }\n"

            let game chance = Game.FromRules(Alignment.Formats.EfgReader.Parse(file chance, "c.efg"))

            let spec = Game.SideBySide(Axis.Of("chance", "0.25", "0.5"), game 0.25, game 0.5)
            Expect.isTrue (BoundGame.Bind spec).IsConstantSum "constant-sum"
        }

        for name, build, part in
            [
                "trees",
                (fun () -> Game.SideBySide(Axis.Of("players", "2", "3"), Games.KuhnPoker 2, Games.KuhnPoker 3)),
                "The games at players=2 and players=3 differ in their trees, so they cannot lie side by side; solve them one by one."
                "actions",
                (fun () -> Game.SideBySide(Axis.Of("rows", "2", "3"), Games.RandomZeroSum 2, Games.RandomZeroSum 3)),
                "differ in their players or actions"
                "count",
                (fun () -> Game.SideBySide(Axis.Of("k", 3), Games.Chicken(), Games.Chicken())),
                "Expected a game for each of the 3 elements of 'k', got 2."
            ] do
            test $"games that differ in more than numbers are refused: {name}" {
                let message =
                    try
                        build () |> ignore
                        "taken"
                    with :? ArgumentException as e ->
                        e.Message

                Expect.stringContains message part "the message"
            }

        test "seeds lie side by side, each the run of its own, on any number of threads" {
            let spec = Games.KuhnPoker()
            let solver = Solver.Find "mccfr"
            let until = Stop.AfterSteps 500L
            let seeds = ValueList.ToValueList [ 3UL; 0UL; 41UL ]

            for threads in [ 1; 2; 5 ] do
                let together =
                    GameSolver.Solve(spec, solver, SolveOptions(Seeds = seeds, Until = until, Threads = threads))

                Expect.equal (together.Games |> Seq.map _.Game |> List.ofSeq) [ "seed=3"; "seed=0"; "seed=41" ] "names"

                for k, seed in Seq.indexed seeds do
                    let alone = GameSolver.Solve(spec, solver, SolveOptions(Seed = seed, Until = until))
                    sameBits together.Games[k] alone.Games[0]
        }

        test "the command line sweeps seeds, settings, and what a family's rules are made of" {
            let code, out, _ =
                align [ "solve"; "kuhn_poker"; "--solver"; "mccfr"; "--sweep"; "seed=0..3"; "--steps"; "50"; "--json" ]

            Expect.equal code 0 "exit code"
            use json = Text.Json.JsonDocument.Parse out
            let root = json.RootElement
            Expect.equal (root.GetProperty("seed").ValueKind) Text.Json.JsonValueKind.Null "seed"
            Expect.equal (root.GetProperty("seeds").ToString().Replace(" ", "").Replace("\n", "")) "[0,1,2,3]" "seeds"
            Expect.equal (root.GetProperty("elements").GetArrayLength()) 4 "elements"

            let code, out, _ =
                align [
                    "solve"
                    "debate"
                    "--solver"
                    "cfr+"
                    "--sweep"
                    "clear=0.7,0.9"
                    "--sweep"
                    "obscure=0.5,0.6"
                    "--steps"
                    "50"
                ]

            Expect.equal code 0 "exit code"
            Expect.stringContains out "obscure=0.6, clear=0.9" "both axes"

            let code, out, _ =
                align [ "solve"; "random_zero_sum(rows=3,columns=3)"; "--solver"; "lp"; "--sweep"; "seed=0..2" ]

            Expect.equal code 0 "exit code"
            Expect.stringContains out "seed=2" "a game's own seed"

            let code, out, _ = align [ "solve"; "liars_dice"; "--solver"; "lp"; "--set"; "sides=2" ]
            Expect.equal code 0 "exit code"
            Expect.stringContains out "0.5" "its value"
        }

        test "noise on payoffs keeps their sum, is drawn by the seed, and stays within its scale" {
            for spec in [ Games.LeducPoker 2; Games.RandomZeroSum(4, 3); Games.KuhnPoker 3 ] do
                let plain, noisy = BoundGame.Bind spec, BoundGame.Bind(spec.Perturb(0.25, 7UL))
                Expect.isTrue noisy.IsConstantSum $"{spec.Name}: the sum is kept"
                Expect.equal (spec.Perturb(0.25, 7UL)).Hash (spec.Perturb(0.25, 7UL)).Hash "the same seed"
                Expect.notEqual (spec.Perturb(0.25, 8UL)).Hash (spec.Perturb(0.25, 7UL)).Hash "another seed"
                let before, after = plain.Data(0).Payoff(0).ToArray(), noisy.Data(0).Payoff(0).ToArray()

                let weights =
                    match spec.Tree with
                    | null -> Array.create before.Length 1.0
                    | form -> Array.ofSeq form.Tree.Chances

                let noise = Array.map3 (fun a b w -> (b - a) / w) before after weights
                Expect.isTrue (noise |> Array.forall (fun e -> abs e <= 0.25 + 1e-9)) "within the scale"
                Expect.isGreaterThan (noise |> Array.map abs |> Array.max) 0.15 "and not far below it"
                Expect.isLessThan (abs (Array.average noise)) 0.15 "around 0"
        }

        test "noise, seeds and a setting in one sweep: each game is the one solved alone" {
            let code, out, error =
                align [
                    "solve"
                    "kuhn_poker"
                    "--solver"
                    "mmd"
                    "--perturb"
                    "0.1"
                    "--sweep"
                    "stepSize=0.05,0.2"
                    "--sweep"
                    "seed=0..3"
                    "--steps"
                    "100"
                    "--json"
                ]

            Expect.equal code 0 error
            let elements = [ for e in ((json out).GetProperty "elements").EnumerateArray() -> e.Clone() ]
            Expect.equal elements.Length 8 "2 step sizes, 4 seeds"

            for element in elements do
                let name = string (element.GetProperty("game").GetString())

                let value (key: string) =
                    name.Split(", ")
                    |> Array.pick (fun part ->
                        if part.StartsWith(key + "=") then
                            Some(part.Substring(key.Length + 1))
                        else
                            None)

                let alone =
                    json (
                        printed [
                            "solve"
                            "kuhn_poker"
                            "--solver"
                            "mmd"
                            "--perturb"
                            "0.1"
                            "--set"
                            "stepSize=" + value "stepSize"
                            "--seed"
                            value "seed"
                            "--steps"
                            "100"
                            "--json"
                        ]
                    )

                let profile (root: Text.Json.JsonElement) = (root.GetProperty "profile").GetRawText()
                Expect.equal (profile element) (profile alone) name
        }

        for args, part in
            [
                [ "solve"; "chicken"; "--perturb"; "0" ], "--perturb: expected a number above 0, got '0'."
                [ "solve"; "kuhn_poker"; "--solver"; "mccfr"; "--perturb"; "0.1"; "--steps"; "5" ],
                "samples play by a game's rules and learns what they pay"
                [ "solve"; "leduc_poker"; "--solver"; "cfr+"; "--sweep"; "seed=0..3" ],
                "runs one seed at a time: seeds lie side by side for solvers that sample, such as mccfr"
                [ "solve"; "kuhn_poker"; "--solver"; "mccfr"; "--sweep"; "seed=0.5" ],
                "--sweep: a seed is a whole number of at least 0, got '0.5'."
                [ "solve"; "kuhn_poker"; "--solver"; "mccfr"; "--sweep"; "seed=1,1" ], "seeds: expected each seed once."
                [ "solve"; "kuhn_poker"; "--solver"; "mccfr"; "--sweep"; "seed=0..3"; "--seed"; "3" ],
                "--sweep: seeds come from --seed or from --sweep seed=..., not from both."
                [ "solve"; "liars_dice"; "--set"; "sides=11" ],
                "Parameter 'sides' of the game 'liars_dice': expected a whole number from 1 to 9, got '11'."
            ] do
            let line = String.Join(" ", args)

            test $"refused: {line}" {
                let code, out, error = align args
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.stringContains error part "the message"
            }
    ]
