/// Solvers on sequential games: known values, conformance, trees of matrix games, batches, structures.
module Alignment.Tests.TreeSolverTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures
open Alignment.Tests.TreeFixtures

// ---- Known values --------------------------------------------------------------------------------------------------

/// The equilibrium value lies between what each player is sure of: no further than NashConv from that of any profile.
let private bounded (solution: Solution) value message =
    let certificate = solution.Certificate.NashConv
    near (certificate + 1e-9) value (solution.Value solution.Players[0]) message

let private knownValues =
    testList "known values" [
        for name, steps, gap in
            [
                "pcfr+", 500, 1e-5
                "cfr+", 2000, 1e-4
                "dcfr", 2000, 3e-4
                "lcfr", 2000, 1e-3
                "cfr", 2000, 2e-2
            ] do
            testCase $"kuhn by {name}" (fun () ->
                let solution = solve steps (Solver.Find name) kuhn.Value
                Expect.isLessThan solution.Certificate.NashConv gap "NashConv"
                bounded solution (-1.0 / 18.0) "value")

        for name, steps, gap in [ "pcfr+", 1000, 3e-3; "cfr+", 500, 5e-3; "dcfr", 500, 5e-3; "lcfr", 500, 2e-2 ] do
            testCase $"leduc by {name}" (fun () ->
                let solution = solve steps (Solver.Find name) leduc.Value
                Expect.isLessThan solution.Certificate.NashConv gap "NashConv"
                bounded solution -0.0856064 "value")

        testCase "kuhn and leduc by lp" (fun () ->
            for spec, value, digits in [ kuhn.Value, -1.0 / 18.0, 1e-12; leduc.Value, -0.0856064, 5e-8 ] do
                let solution = solve 1 (lp ()) spec
                Expect.isLessThan solution.Certificate.NashConv 1e-9 "NashConv"
                near digits value (solution.Value solution.Players[0]) spec.Name
                near 1e-12 (-solution.Value solution.Players[1]) (solution.Value solution.Players[0]) "zero-sum")

        testCase "the list of games has every sequential family" (fun () ->
            let listed = zeroSumNames @ otherNames |> List.map (fun name -> name.Split('(')[0]) |> Set.ofList

            for family in GameLibrary.All do
                if not (listed.Contains family.Name) then
                    Expect.isNull (GameLibrary.Create family.Name).Tree family.Name)

        for name in zeroSumNames do
            testCase $"{name}: every solver's value is that of the LP, to its NashConv" (fun () ->
                let spec = library.Value[name]
                let exact = solve 1 (lp ()) spec
                Expect.isLessThan exact.Certificate.NashConv 1e-9 "LP"
                let value = exact.Value spec.Players[0]
                let call = GameLibrary.Parse name
                let known = call.Family.KnownValue call.Arguments

                if known.HasValue then
                    near 1e-9 known.Value value "the library's value"

                // the NashConv of mmd with a fixed magnet is that of its regularized equilibrium
                for solver: IIterativeSolver, steps, gap in
                    [
                        iterative "cfr+", 500, 2e-2
                        iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "200", 1000, infinity
                        iterative "mmd" |> set "temperature" "0.01" |> set "stepSize" "0.01", 1000, infinity
                    ] do
                    let solution = solve steps solver spec
                    let nashConv = solution.Certificate.NashConv
                    Expect.isLessThan nashConv gap $"{solver.Info.Name}: NashConv"
                    bounded solution value $"{solver.Info.Name}: value")
    ]

// ---- Conformance ---------------------------------------------------------------------------------------------------

let private conformance =
    testList "every iterative solver on every sequential game" [
        for name in zeroSumNames @ otherNames do
            for solverName, solver in variants do
                testCase $"{solverName} on {name}" (fun () ->
                    let spec = library.Value[name]

                    let run threads (chunk: int) =
                        let until = Stop.AfterSteps 60L
                        GameSolver.Solve(spec, solver, SolveOptions(Until = until, Threads = threads, Chunk = chunk))

                    let solution = run 1 1000
                    let game = solution.Games[0]
                    Expect.equal solution.Steps 60L "steps"

                    for KeyValue(key, value) in game.Metrics do
                        Expect.isTrue (Double.IsFinite value) $"{key} is {value}"

                        if key.Contains "nash_conv" || key.Contains "gap" then
                            Expect.isGreaterThanOrEqual value 0.0 key

                    distributions spec game.Strategies solverName

                    for threads, chunk in [ 2, 7; 1, 1 ] do
                        Expect.equal
                            (exactly (run threads chunk).Games[0])
                            (exactly game)
                            $"{threads} threads, {chunk}")

        testCase "lp refuses more than two players, and games that are not zero-sum" (fun () ->
            Expect.equal
                (refusal (fun () -> solve 1 (lp ()) library.Value["kuhn_poker(players=3)"]))
                "solver 'lp': takes games of two players, got 3; use cfr or hedge"
                "three players"

            Expect.equal
                (refusal (fun () -> solve 1 (lp ()) library.Value["signalling"]))
                "solver 'lp': takes zero-sum and constant-sum games only, and at the outcome where sender does 'beer' in 'sender strong' and receiver does 'leave' in 'receiver beer': payoffs sum to 4, not 1; use cfr or hedge"
                "general sum")

        testCase "what does not take sequential games says so" (fun () ->
            for name in [ "ce"; "cce"; "support_enumeration" ] do
                let solver = ExactSolver.All |> Seq.find (fun s -> s.Info.Name = name)

                Expect.stringStarts
                    (refusal (fun () -> solve 1 solver kuhn.Value))
                    $"solver '{name}': does not take sequential games; use cfr+, mmd or lp"
                    name)
    ]

// ---- Matrix games as trees -----------------------------------------------------------------------------------------

/// A game of any number of players, last player's action fastest: as a matrix game and as a tree.
let private both name (actions: string list list) (payoffs: float list list) =
    let players = actions |> List.mapi (fun k labels -> Player.Of($"p{k}", Array.ofList labels))
    let axes = players |> List.map (fun p -> p.Actions)

    let matrix =
        (Game.Named name, List.zip players payoffs)
        ||> List.fold (fun spec (p, u) -> spec.Player(p).Payoff(p, Expr.Table(axes, Array.ofList u)))

    let lists (items: 'a list list) = items |> List.map ValueList.ToValueList |> ValueList.ToValueList
    let names = players |> List.map (fun p -> p.Name) |> ValueList.ToValueList
    matrix, Game.FromRules(MatrixTree(name, names, lists actions, lists payoffs))

let private labels count = [ for k in 1..count -> $"a{k}" ]

let private matrixGames =
    let random = draws "tree solvers" 1 4 5 |> List.ofArray
    let three = draws "tree solvers of three" 3 2 12 |> List.ofArray |> List.chunkBySize 24
    let rps = [ 0.0; -1.0; 1.0; 1.0; 0.0; -1.0; -1.0; 1.0; 0.0 ]

    [
        both "rock, paper, scissors" [ labels 3; labels 3 ] [ rps; List.map (~-) rps ]
        both "4 x 5" [ labels 4; labels 5 ] [ random; List.map (~-) random ]
        both "2 x 3 x 4" [ labels 2; labels 3; labels 4 ] three
    ]

let private gapKeys = [ "game/nash_conv/last"; "game/nash_conv/average"; "game/regularized_gap/last" ]

let private asTrees =
    testList "a matrix game and its tree have the same run" [
        for matrix, tree in matrixGames do
            for name, solver in variants do
                testCase $"{name} on {matrix.Name}" (fun () ->
                    let expected, actual =
                        solveUntil (everyStep 20) solver matrix, solveUntil (everyStep 20) solver tree

                    Expect.equal expected.Trace.Count 21 "step 0 and 20 more"
                    Expect.equal actual.Trace.Count 21 "step 0 and 20 more"

                    for before, after in Seq.zip expected.Trace actual.Trace do
                        for key in gapKeys |> List.filter before.Metrics.ContainsKey do
                            let gap = before.Metrics[key]
                            near (1e-12 * max 1.0 gap) gap after.Metrics[key] $"{key}, step {before.Step}"

                    for p, (x, y) in Seq.indexed (Seq.zip expected.Games[0].Strategies actual.Games[0].Strategies) do
                        Expect.equal y.Count x.Count "actions"

                        for a in 0 .. x.Count - 1 do
                            near 1e-12 x[a] y[a] $"player {p}, action {a}")
    ]

// ---- Symmetric games -------------------------------------------------------------------------------------------------

/// Where neither player is ahead by the rules, none is at any step that both take at once; steps in turns favour one.
let private symmetric =
    testList "symmetric games" [
        for name, solver in variants do
            let updates = (solver :> ISolver).Settings |> Seq.exists (fun setting -> setting.Name = "updates")
            let solver = if updates then simultaneous solver else solver

            testCase $"{name}: worth 0 under simultaneous updates" (fun () ->
                for game in [ Games.Goofspiel 3; Games.Goofspiel 4 ] do
                    for steps in [ 1; 2; 37 ] do
                        let solution = solve steps solver game

                        for player in solution.Players do
                            near 1e-12 0.0 (solution.Value player) $"{game.Name} after {steps} steps, {player}")

        testCase "in turns it is not" (fun () ->
            let solution = solve 2 (Solver.Find "cfr+") (Games.Goofspiel 4)
            Expect.isGreaterThan (abs (solution.Value solution.Players[0])) 1e-3 "the test can tell")
    ]

// ---- Three players -------------------------------------------------------------------------------------------------

let private threePlayers =
    testList "kuhn for three" [
        for name, bound in [ "cfr", 1.2e-2; "cfr+", 1e-5 ] do
            testCase $"{name}: near an equilibrium" (fun () ->
                let spec = library.Value["kuhn_poker(players=3)"]
                let solution = solve 3000 (Solver.Find name) spec
                Expect.isLessThan solution.Certificate.NashConv bound "NashConv"
                near 1e-12 0.0 (spec.Players |> Seq.sumBy solution.Value) "the values sum to 0")
    ]

// ---- Batches -------------------------------------------------------------------------------------------------------

let private scales = [| 1.0; 0.1; 3.7; 1e-3; 250.0 |]

let private scaledBy (scale: Expr) (spec: GameSpec) = spec.MapExpressions(fun e -> e * scale)

let private batches =
    testList "batches" [
        for name, solver in variants do
            for precision in [ Precision.Float32; Precision.Float64 ] do
                testCase $"{name}: scaled payoffs at once and one by one, {precision}" (fun () ->
                    let axis = Axis.Of("scale", scales.Length)
                    let batch = (scaledBy (Expr.Vector(axis, scales)) kuhn.Value).Over axis
                    let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1, Precision = precision)
                    let together = GameSolver.Solve(batch, solver, options)
                    Expect.equal together.Games.Count scales.Length "games"

                    for k, scale in Seq.indexed scales do
                        let single = scaledBy (Expr.Constant scale) kuhn.Value
                        let alone = GameSolver.Solve(single, solver, options)
                        Expect.equal (exactly together.Games[k]) (exactly alone.Games[0]) $"scale {scale}")

        testCase "a swept step size is as many runs" (fun () ->
            let args = [ "kuhn_poker"; "--solver"; "mmd"; "--steps"; "200"; "--json" ]
            let swept = json (printed ([ "solve" ] @ args @ [ "--sweep"; "stepSize=0.05,0.1" ]))
            let elements = (swept.GetProperty "elements").EnumerateArray() |> List.ofSeq
            Expect.equal (swept.GetProperty("batch").GetInt32()) 2 "games"

            for step, element in List.zip [ "0.05"; "0.1" ] elements do
                let alone = json (printed ([ "solve" ] @ args @ [ "--set"; $"stepSize={step}" ]))
                Expect.equal ((element.GetProperty "game").GetString()) $"stepSize={step}" "its name"

                for part in [ "profile"; "values"; "certificate" ] do
                    Expect.equal
                        ((element.GetProperty part).GetRawText())
                        ((alone.GetProperty part).GetRawText())
                        $"{part} of {step}")

        testCase "a regularizer's temperature along an axis" (fun () ->
            let axis = Axis.Of("temperature", 3)
            let numbers = [| 0.05; 0.2; 1.0 |]

            let regularized (temperature: Expr) =
                (kuhn.Value, kuhn.Value.Players)
                ||> Seq.fold (fun spec player -> spec.Regularize(player, Regularizer.Entropy temperature))

            let together =
                solve 200 (Solver.Find "mmd(stepSize=0.05)") ((regularized (Expr.Vector(axis, numbers))).Over axis)

            for k, temperature in Seq.indexed numbers do
                let alone = solve 200 (Solver.Find "mmd(stepSize=0.05)") (regularized (Expr.Constant temperature))
                Expect.equal (exactly together.Games[k]) (exactly alone.Games[0]) $"temperature {temperature}")
    ]

// ---- Structures ----------------------------------------------------------------------------------------------------

let private verdict (spec: GameSpec) structure =
    (BoundGame.Bind spec).Structures |> Seq.find (fun s -> s.Structure = structure)

let private structures =
    testList "structures" [
        testCase "zero-sum is proved, or refuted by an outcome" (fun () ->
            for name in zeroSumNames @ [ "kuhn_poker(players=3)" ] do
                for structure in [ Structure.ZeroSum; Structure.ConstantSum ] do
                    Expect.equal (verdict library.Value[name] structure).Verdict Verdict.Proved name

            for structure in [ Structure.ZeroSum; Structure.ConstantSum ] do
                Expect.equal (verdict library.Value["signalling"] structure).Verdict Verdict.Refuted "signalling")

        testCase "constant-sum, and not zero-sum" (fun () ->
            let _, spec = both "shares" [ labels 2; labels 2 ] [ [ 1.0; 0.25; 0.5; 0.0 ]; [ 0.0; 0.75; 0.5; 1.0 ] ]

            Expect.equal (verdict spec Structure.ConstantSum).Verdict Verdict.Proved "constant"
            Expect.equal (verdict spec Structure.ZeroSum).Verdict Verdict.Refuted "not zero"
            near 1e-12 0.25 ((solve 1 (lp ()) spec).Value spec.Players[0]) "and lp takes it")

        testCase "claims" (fun () ->
            BoundGame.Bind(kuhn.Value.Claim Structure.ZeroSum) |> ignore
            BoundGame.Bind(kuhn.Value.Claim Structure.ConstantSum) |> ignore

            Expect.equal
                (refusal (fun () -> BoundGame.Bind(library.Value["signalling"].Claim Structure.ZeroSum)))
                "claim ZeroSum: does not hold: the outcome where sender does 'beer' in 'sender strong' and receiver does 'fight' in 'receiver beer': payoffs sum to 1, not 0"
                "signalling"

            for structure in [ Structure.Symmetric; Structure.Potential ] do
                Expect.equal
                    (refusal (fun () -> BoundGame.Bind(kuhn.Value.Claim structure)))
                    $"claim {structure}: is not decided for sequential games; claim ZeroSum or ConstantSum"
                    "undecided")

        testCase "check tells it" (fun () ->
            Expect.stringContains (printed [ "check"; "kuhn_poker" ]) "zero-sum      proved" "kuhn"
            Expect.isFalse ((printed [ "check"; "signalling" ]).Contains "zero-sum      proved") "signalling")

        testCase "what a tree cannot have is refused" (fun () ->
            let spec = kuhn.Value
            let rain = Axis.Of("rain", 2)
            let player = spec.Players[0]

            for wrong, message in
                [
                    spec.Player(Player.Of("third", 2)),
                    "game 'kuhn_poker': is sequential; its players are those of its rules, so add none"
                    spec.Nature(rain, Expr.Vector(rain, 0.5, 0.5)),
                    "game 'kuhn_poker': is sequential; what chance does belongs to its rules, not to Nature"
                    spec.SubjectTo(Constraint.AtMost("care", player, Expr.Constant(1).Expand(player.Actions), 0.5)),
                    "game 'kuhn_poker': is sequential; constraints on such games are not supported yet"
                    spec.Regularize(player, Regularizer.Tsallis(2.0, 0.1)),
                    "regularizer of 'player1': sequential games take Entropy, Kl and L2, got tsallis(2, 0.1)"
                ] do
                Expect.contains ((refusal (fun () -> BoundGame.Bind wrong)).Split '\n') message "bind"
                Expect.contains ((refusal (fun () -> solve 1 (Solver.Find "mmd") wrong)).Split '\n') message "solve")

        testCase "a game made of a tree alone is the same game" (fun () ->
            let alone = Game.FromTree(GameTree.Of(KuhnPoker()))
            Expect.equal alone.Hash kuhn.Value.Hash "hash"
            let runs = [ kuhn.Value; alone ] |> List.map (solve 20 (Solver.Find "cfr+"))
            Expect.equal (exactly runs[1].Games[0]) (exactly runs[0].Games[0]) "run")
    ]

[<Tests>]
let tests =
    testList "tree solvers" [ knownValues; conformance; asTrees; symmetric; threePlayers; batches; structures ]
