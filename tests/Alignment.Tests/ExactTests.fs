module Alignment.Tests.ExactTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Tests.GameFixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private none = CancellationToken.None
let private solve (solver: IDirectSolver) spec = solver.Solve(Table.Of spec, none)

let private two (a: float list list) (b: float list list) =
    let row = Player.sized "row" a.Length
    let column = Player.sized "column" a.Head.Length
    Table([ row; column ], [ a; b ] |> List.map (List.concat >> Array.ofList))

/// Expected payoffs of a player's actions against the others' strategies.
let private actionValues (table: Table) player (strategies: float list list) =
    let sizes = strategies |> List.map List.length
    let values = Array.zeroCreate sizes[player]

    table.Payoffs[player]
    |> Array.iteri (fun profile payoff ->
        let actions =
            sizes |> List.rev |> List.mapFold (fun rest n -> rest % n, rest / n) profile |> fst |> List.rev

        let weight =
            List.zip actions strategies
            |> List.mapi (fun k (action, strategy) -> if k = player then 1.0 else strategy[action])
            |> List.reduce (*)

        values[actions[player]] <- values[actions[player]] + weight * payoff)

    List.ofArray values

let private mixed (answer: DirectAnswer) = answer.Strategies |> Seq.map List.ofSeq |> List.ofSeq
let private average values strategy = List.sum (List.map2 (*) values strategy)
let private value table player strategies = average (actionValues table player strategies) (List.item player strategies)

let private nashConv (table: Table) strategies =
    strategies
    |> List.mapi (fun player _ -> List.max (actionValues table player strategies) - value table player strategies)
    |> List.sum

/// Largest gain of a player from a deviation: of every action to one (coarse), or of each recommended action (not coarse).
let private correlatedGap coarse (table: Table) (joint: float[]) =
    let players = (table :> IGameData).Players
    let sizes = players |> Seq.map _.Actions.Size |> List.ofSeq

    let gain player from into =
        let stride = sizes |> List.skip (player + 1) |> List.fold (*) 1

        joint
        |> Array.mapi (fun profile p ->
            let action = profile / stride % sizes[player]

            if from |> Option.forall ((=) action) then
                p * (table.Payoffs[player][profile + (into - action) * stride] - table.Payoffs[player][profile])
            else
                0.0)
        |> Array.sum

    List.max [
        for player in 0 .. sizes.Length - 1 do
            let recommended = if coarse then [ None ] else [ 0 .. sizes[player] - 1 ] |> List.map Some

            for into in 0 .. sizes[player] - 1 do
                for from in recommended do
                    gain player from into
    ]

/// The distribution over action profiles that came with an answer.
let private joint (answer: DirectAnswer) =
    match answer.Joint with
    | null -> failtest "no joint distribution"
    | joint -> Array.ofSeq joint

let private near tolerance (actual: float) expected what =
    Expect.isLessThanOrEqual
        (abs (actual - expected))
        tolerance
        $"{what}: {actual:R} is not {expected:R} to {tolerance}"

let private nearAll tolerance (actual: float list list) expected what =
    List.iter2 (List.iter2 (fun a e -> near tolerance a e what)) actual expected

// ---- Linear program ------------------------------------------------------------------------------------------------

let private lp =
    testList "lp" [
        test "rock, paper, scissors with weights" {
            // Against y = (scissors, rock, paper) weights all rows earn 0: rock 2 * 3 - 3 * 2, and so on around.
            let answer = solve (ZeroSumLp()) (Games.RockPaperScissors(2, 3, 5))
            nearAll 1e-12 (mixed answer) (List.replicate 2 [ 0.5; 0.2; 0.3 ]) "weights 5, 2, 3 of 10"
        }

        test "inspection in closed form" {
            for harm, penalty in
                [
                    [ 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 ], 0.5
                    [ 1.0; 0.01 ], 0.5
                    [ 3.0; 2.0; 1.0; 0.5 ], 0.01
                    [ 1.0 ], 2.0
                ] do
                let table = Table.Of(Games.Inspection(harm, penalty))
                let strategies = mixed ((ZeroSumLp() :> IDirectSolver).Solve(table, none))
                let expected = Inspection.Solve(Array.ofList harm, penalty)
                near 1e-9 (value table 0 strategies) expected.Value "value"
                nearAll 1e-9 strategies [ List.ofSeq expected.Attack; List.ofSeq expected.Guard ] "strategies"
        }

        test "games of known value" {
            for text in
                [
                    "matching_pennies"
                    "rock_paper_scissors(rock=1,paper=0.5,scissors=2)"
                    "blotto(coins=6,fields=3)"
                    "blotto(coins=5,fields=4,payoff=fields)"
                    "inspection"
                ] do
                let table = Table.Of(GameLibrary.Create text)
                let strategies = mixed ((ZeroSumLp() :> IDirectSolver).Solve(table, none))
                near 1e-9 (value table 0 strategies) (GameLibrary.Parse text).KnownValue.Value text
                near 1e-9 (nashConv table strategies) 0.0 text
        }

        test "random games have no duality gap" {
            for rows, columns, seed in [ 2, 2, 1; 3, 7, 2; 7, 3, 3; 20, 20, 4; 60, 60, 5; 1, 5, 6; 5, 1, 7 ] do
                let table = Table.Of(Games.RandomZeroSum(rows, columns, seed))
                let strategies = mixed ((ZeroSumLp() :> IDirectSolver).Solve(table, none))
                near 1e-12 (nashConv table strategies) 0.0 $"{rows} x {columns}"
        }

        test "payoffs of any size and of constant sum" {
            let random = Table.Of(Games.RandomZeroSum(6, 6, 3))
            let scaled = random.Payoffs[0] |> Array.map (fun u -> 1e8 * u + 3e8)

            let table =
                Table([ Player.sized "a" 6; Player.sized "b" 6 ], [ scaled; scaled |> Array.map (fun u -> 1e9 - u) ])

            let answer = (ZeroSumLp() :> IDirectSolver).Solve(table, none)

            nearAll
                1e-9
                (mixed answer)
                (mixed ((ZeroSumLp() :> IDirectSolver).Solve(random, none)))
                "the same equilibrium"
        }

        test "equal payoffs" {
            let table = two [ [ 2; 2 ]; [ 2; 2 ] ] [ [ -2; -2 ]; [ -2; -2 ] ]
            let answer = (ZeroSumLp() :> IDirectSolver).Solve(table, none)
            nearAll 0.0 (mixed answer) [ [ 0.5; 0.5 ]; [ 0.5; 0.5 ] ] "uniform"
            Expect.equal answer.Note "All payoffs are equal: every profile is an equilibrium." "note"
        }

        test "refuses what is not zero-sum" {
            Expect.equal
                (Fixtures.argumentFault (fun () -> solve (ZeroSumLp()) (Games.Chicken())))
                "Solver 'lp': expected payoffs of a constant sum, got 12 at row=swerve, column=swerve and 9 at row=swerve, column=dare; use 'support_enumeration' for general payoffs."
                "witness"

            Expect.equal
                (Fixtures.argumentFault (fun () -> solve (ZeroSumLp()) (Games.RandomGeneralSum 3)))
                "Solver 'lp': expected a game of two players, got 3 (player1, player2, player3); use 'cce' or 'ce' for more, or an iterative solver."
                "players"
        }
    ]

// ---- Correlated equilibria -------------------------------------------------------------------------------------------

let private correlated =
    testList "correlated" [
        test "chicken pays 5.25 each at most" {
            // Half on (swerve, swerve), a quarter on each (swerve, dare): 6/2 + 2/4 + 7/4 = 5.25.
            for solver in [ CorrelatedEquilibriumLp() :> IDirectSolver; CoarseCorrelatedEquilibriumLp() ] do
                let table = Table.Of(Games.Chicken())
                let answer = solver.Solve(table, none)
                let joint = joint answer
                nearAll 1e-9 [ List.ofArray joint ] [ [ 0.5; 0.25; 0.25; 0.0 ] ] "joint"
                near 1e-9 (Array.sum (Array.map2 (*) joint table.Payoffs[0])) 5.25 "row"
                near 1e-9 (Array.sum (Array.map2 (*) joint table.Payoffs[1])) 5.25 "column"
                nearAll 1e-9 (mixed answer) [ [ 0.75; 0.25 ]; [ 0.75; 0.25 ] ] "marginals"
                Expect.equal answer.Note "Largest sum of payoffs in equilibrium: 10.5." "note"
        }

        test "battle of the sexes" {
            let best objective player =
                let solver = CorrelatedEquilibriumLp(Objective = objective, Player = player)
                let table = Table.Of(Games.BattleOfTheSexes())
                let joint = joint ((solver :> IDirectSolver).Solve(table, none))
                Array.sum (Array.map2 (*) joint table.Payoffs[0]), Array.sum (Array.map2 (*) joint table.Payoffs[1])

            let row, column = best CorrelatedObjective.MaxWelfare 1
            near 1e-9 (row + column) 5.0 "they always meet"
            near 1e-9 (fst (best CorrelatedObjective.Player 1)) 3.0 "row's favourite"
            near 1e-9 (snd (best CorrelatedObjective.Player 2)) 3.0 "column's favourite"
            // The worst is the mixed equilibrium: each at its favourite with 3/5, 6/25 at each concert together, 3 * .24 + 2 * .24 = 1.2 each.
            let row, column = best CorrelatedObjective.MinWelfare 1
            near 1e-9 row 1.2 "row at worst"
            near 1e-9 column 1.2 "column at worst"
        }

        test "nobody gains by deviating, in games of any number of players" {
            for players, actions in [ 2, 2; 2, 8; 3, 3; 4, 2 ] do
                for seed in 1..5 do
                    let table = Table.Of(Games.RandomGeneralSum(players, actions, seed))

                    for objective in Enum.GetValues<CorrelatedObjective>() do
                        let ce = (CorrelatedEquilibriumLp(Objective = objective) :> IDirectSolver).Solve(table, none)

                        let cce =
                            (CoarseCorrelatedEquilibriumLp(Objective = objective) :> IDirectSolver).Solve(table, none)

                        let name = $"{players} x {actions}, seed {seed}, {objective}"
                        Expect.isLessThan (correlatedGap false table (joint ce)) 1e-9 name
                        Expect.isLessThan (correlatedGap true table (joint cce)) 1e-9 name
        }

        test "coarse equilibria are more: they can pay more" {
            let welfare (table: Table) (answer: DirectAnswer) =
                joint answer
                |> Array.mapi (fun k p -> p * List.sumBy (fun (u: float[]) -> u[k]) table.Payoffs)
                |> Array.sum

            let gains = [
                for seed in 1..10 ->
                    let table = Table.Of(Games.RandomGeneralSum(2, 4, seed))
                    let of' (solver: IDirectSolver) = welfare table (solver.Solve(table, none))
                    of' (CoarseCorrelatedEquilibriumLp()) - of' (CorrelatedEquilibriumLp())
            ]

            Expect.isGreaterThan (List.min gains) -1e-9 "never less"
            Expect.isGreaterThan (List.max gains) 1e-3 "sometimes more"
        }

        test "settings are words and numbers" {
            let solver = CorrelatedEquilibriumLp() :> ISolver

            Expect.equal
                [ for s in solver.Settings -> s.Name, s.Value, s.Range ]
                [
                    "objective", "maxWelfare", "maxWelfare|minWelfare|player"
                    "player", "1", "a whole number from 1 to 1000"
                ]
                "settings"

            Expect.equal
                (solver.Settings[0].With "minWelfare")
                (CorrelatedEquilibriumLp(Objective = CorrelatedObjective.MinWelfare))
                "objective"

            Expect.equal (solver.Settings[1].With "2") (CorrelatedEquilibriumLp(Player = 2)) "player"
        }

        test "refusals" {
            Expect.equal
                (Fixtures.argumentFault (fun () ->
                    solve
                        (CorrelatedEquilibriumLp(Objective = CorrelatedObjective.Player, Player = 3))
                        (Games.Chicken())))
                "Solver 'ce': expected a player from 1 to 2 (row, column), got 3; set 'player'."
                "player"

            Expect.equal
                (Fixtures.argumentFault (fun () -> solve (CorrelatedEquilibriumLp()) (Games.RandomZeroSum(150, 150))))
                "Solver 'ce': expected at most 4000000 coefficients, got 6705000 from 22500 action profiles and 44700 deviations; use a regret-minimizing solver, whose joint play approaches the coarse correlated equilibria."
                "size"
        }
    ]

// ---- Support enumeration -----------------------------------------------------------------------------------------------

let private equilibria table =
    let found = SupportEnumeration().FindAll(table)
    [ for e in found.Equilibria -> [ List.ofSeq e.First; List.ofSeq e.Second ] ], found.Degenerate

let private supports =
    testList "support enumeration" [
        test "chicken has three" {
            // Mixed: against dare with probability q, swerve earns 6 - 4q, dare 7 - 7q: q = 1/3.
            let found, degenerate = equilibria (Table.Of(Games.Chicken()))
            Expect.isFalse degenerate "not degenerate"
            Expect.equal found.Length 3 "equilibria"
            nearAll 1e-12 found[0] [ [ 1; 0 ]; [ 0; 1 ] ] "column dares"
            nearAll 1e-12 found[1] [ [ 0; 1 ]; [ 1; 0 ] ] "row dares"
            nearAll 1e-12 found[2] [ [ 2.0 / 3.0; 1.0 / 3.0 ]; [ 2.0 / 3.0; 1.0 / 3.0 ] ] "mixed"

            Expect.equal
                (solve (SupportEnumeration()) (Games.Chicken())).Note
                "First of 3 equilibria, which are all: the game is not degenerate."
                "note"
        }

        test "known numbers of equilibria" {
            for text, count in
                [
                    "matching_pennies", 1
                    "rock_paper_scissors", 1
                    "prisoners_dilemma", 1
                    "battle_of_the_sexes", 3
                    "stag_hunt", 3
                ] do
                let found, degenerate = equilibria (Table.Of(GameLibrary.Create text))
                Expect.equal (found.Length, degenerate) (count, false) text
        }

        test "coordination on n actions has 2^n - 1" {
            for n in 1..6 do
                let identity = [ for i in 1..n -> [ for j in 1..n -> if i = j then 1.0 else 0.0 ] ]
                let found, degenerate = equilibria (two identity identity)
                Expect.equal (found.Length, degenerate) ((1 <<< n) - 1, false) $"n = {n}"
        }

        test "a degenerate game of unequal supports" {
            // Column's L and R tie against T; row's best response to any y with y_L >= 1/2 is T: a continuum of equilibria (T, y),
            // whose extreme points are y = (1, 0) and y = (1/2, 1/2), and (B, R).
            let table = two [ [ 1; 0 ]; [ 0; 1 ] ] [ [ 1; 1 ]; [ 0; 1 ] ]
            let found, degenerate = equilibria table
            Expect.isTrue degenerate "degenerate"
            Expect.equal found.Length 3 "extreme equilibria"
            nearAll 1e-12 found[0] [ [ 1; 0 ]; [ 1; 0 ] ] "(T, L)"
            nearAll 1e-12 found[1] [ [ 0; 1 ]; [ 0; 1 ] ] "(B, R)"
            nearAll 1e-12 found[2] [ [ 1; 0 ]; [ 0.5; 0.5 ] ] "(T, half and half), supports of one and two actions"

            Expect.equal
                ((SupportEnumeration() :> IDirectSolver).Solve(table, none).Note)
                "First of 3 extreme equilibria of a degenerate game; mixtures of them can be equilibria too."
                "note"
        }

        test "random games have an odd number, each an equilibrium" {
            for rows, columns in [ 2, 2; 3, 5; 5, 3; 6, 6; 1, 4; 2, 30 ] do
                for seed in 1..10 do
                    let random = Table.Of(Games.RandomZeroSum(rows, columns, seed))
                    let other = Table.Of(Games.RandomZeroSum(rows, columns, seed + 100))

                    let table =
                        Table(
                            [ Player.sized "a" rows; Player.sized "b" columns ],
                            [ random.Payoffs[0]; other.Payoffs[0] ]
                        )

                    let found, degenerate = equilibria table
                    Expect.isFalse degenerate "not degenerate"
                    Expect.equal (found.Length % 2) 1 $"{found.Length} equilibria of {rows} x {columns}, seed {seed}"

                    for strategies in found do
                        near 1e-11 (nashConv table strategies) 0.0 $"{rows} x {columns}, seed {seed}"
        }

        test "agrees with the linear program" {
            let table = Table.Of(Games.RandomZeroSum(7, 7, 2))
            let found, _ = equilibria table
            nearAll 1e-9 found[0] (mixed ((ZeroSumLp() :> IDirectSolver).Solve(table, none))) "one equilibrium"
        }

        test "refuses what is too large" {
            Expect.equal
                (Fixtures.argumentFault (fun () -> solve (SupportEnumeration()) (Games.RandomZeroSum(20, 20))))
                "Solver 'support_enumeration': expected at most 64 actions a player and 200000 pairs of supports of equal size (10 x 10 actions have 184755), got 20 x 20 actions with 137846528819 pairs; use 'qre_path' or a regret-minimizing solver."
                "size"
        }
    ]

// ---- Logit equilibria --------------------------------------------------------------------------------------------------

let private logitResidual (table: Table) lambda strategies =
    strategies
    |> List.mapi (fun player strategy ->
        let values = actionValues table player strategies
        let weights = values |> List.map (fun u -> exp (lambda * (u - List.max values)))
        List.map2 (fun w s -> abs (w / List.sum weights - s)) weights strategy |> List.max)
    |> List.max

/// Ochs' asymmetric matching pennies: row earns 9 at the top left, 1 at the bottom right; column wins a mismatch.
let private ochs = two [ [ 9; 0 ]; [ 0; 1 ] ] [ [ 0; 1 ]; [ 1; 0 ] ]

let private logit lambda table = (LogitPath(Lambda = lambda) :> IDirectSolver).Solve(table, none)

let private quantal =
    testList "qre path" [
        test "uniform at lambda 0, nearly so at a small one" {
            nearAll 0.0 (mixed (logit 0.0 ochs)) [ [ 0.5; 0.5 ]; [ 0.5; 0.5 ] ] "no precision"
            // To first order in lambda: row's odds of the top 1 + lambda (9/2 - 1/2), so its probability 1/2 + lambda; column's stays.
            nearAll 1e-5 (mixed (logit 1e-3 ochs)) [ [ 0.501; 0.499 ]; [ 0.5; 0.5 ] ] "small precision"
        }

        test "asymmetric matching pennies, by bisection" {
            // p = s(lambda (10 q - 1)) and q = s(lambda (1 - 2 p)) with s(x) = 1 / (1 + exp(-x)): one equation in p, falling on the right.
            let s x = 1.0 / (1.0 + exp -x)

            for lambda in [ 0.1; 1.0; 5.0; 30.0 ] do
                let column p = s (lambda * (1.0 - 2.0 * p))
                let excess p = s (lambda * (10.0 * column p - 1.0)) - p

                let rec bisect low high k =
                    let middle = (low + high) / 2.0

                    if k = 0 then middle
                    elif excess middle > 0.0 then bisect middle high (k - 1)
                    else bisect low middle (k - 1)

                let p = bisect 0.0 1.0 80

                nearAll
                    1e-10
                    (mixed (logit lambda ochs))
                    [ [ p; 1.0 - p ]; [ column p; 1.0 - column p ] ]
                    $"lambda {lambda}"
        }

        test "near the Nash equilibrium at a large lambda" {
            // Nash: row 1/2 (column indifferent), column 1/10 (9 q = 1 - q).
            nearAll 1e-3 (mixed (logit 1e4 ochs)) [ [ 0.5; 0.5 ]; [ 0.1; 0.9 ] ] "lambda 1e4"
        }

        test "the fixed point is met" {
            for text in
                [
                    "chicken"
                    "stag_hunt"
                    "battle_of_the_sexes"
                    "rock_paper_scissors(rock=3)"
                    "inspection"
                    "prisoners_dilemma"
                    "random_general_sum(players=2,actions=6,seed=1)"
                    "random_general_sum(players=3,actions=3,seed=2)"
                    "random_general_sum(players=4,actions=2,seed=3)"
                ] do
                for lambda in [ 0.5; 10.0; 100.0 ] do
                    let table = Table.Of(GameLibrary.Create text)
                    let answer = logit lambda table
                    Expect.isLessThan (logitResidual table lambda (mixed answer)) 1e-10 $"{text} at lambda {lambda}"
        }

        test "the path starts uniform, ends at lambda and is made of equilibria" {
            let table = Table.Of(Games.RandomGeneralSum(2, 4, 5))
            let path = LogitPath(Lambda = 20.0).Trace(table)
            Expect.equal (path[0].Lambda, path[path.Count - 1].Lambda) (0.0, 20.0) "ends"

            for point in path do
                Expect.isLessThan
                    (logitResidual table point.Lambda [ for s in point.Strategies -> List.ofSeq s ])
                    1e-10
                    $"lambda {point.Lambda}"

            Expect.equal
                (logit 20.0 table).Note
                $"Logit quantal response equilibrium at lambda 20 after {path.Count - 1} path steps; not a Nash equilibrium."
                "note"
        }

        test "the path turns back where the equilibrium it follows ends" {
            let table = two [ [ 2; 2; 4 ]; [ 5; 1; 6 ]; [ 4; 3; 3 ] ] [ [ 5; 5; 2 ]; [ 1; 3; 4 ]; [ 4; 5; 5 ] ]
            let path = LogitPath(Lambda = 100.0).Trace(table)
            let lambdas = path |> Seq.map _.Lambda |> List.ofSeq
            let back = List.pairwise lambdas |> List.sumBy (fun (a, b) -> max 0.0 (a - b))
            Expect.isGreaterThan back 5.0 "lambda falls on the way"
            let last = path[path.Count - 1].Strategies

            nearAll
                1e-12
                [ for s in last -> List.ofSeq s ]
                [ [ 0; 1; 0 ]; [ 0; 0; 1 ] ]
                "and ends at the pure equilibrium that pays 6 and 4"
        }

        test "symmetric games keep their symmetry" {
            let table = two [ [ 1; 0 ]; [ 0; 1 ] ] [ [ 1; 0 ]; [ 0; 1 ] ]

            nearAll
                1e-9
                (mixed (logit 50.0 table))
                [ [ 0.5; 0.5 ]; [ 0.5; 0.5 ] ]
                "straight on where branches cross at lambda 2"
        }

        test "settings and refusals" {
            let solver = LogitPath() :> ISolver
            Expect.equal (solver.Settings[0].With "2.5") (LogitPath(Lambda = 2.5)) "lambda"

            Expect.equal
                (Fixtures.argumentFault (fun () -> solver.Settings[0].Over(Axis.sized "lambda" 2, 1.0, 2.0)))
                "Setting 'lambda' cannot be swept: its solver answers game by game and takes one number for all; run it once for each value."
                "sweep"

            Expect.equal
                (Fixtures.argumentFault (fun () -> logit -1.0 ochs))
                "Solver 'qre_path': expected a lambda from 0 to 1000000, got -1."
                "range"

            Expect.equal
                (Fixtures.argumentFault (fun () -> solve (LogitPath()) (Games.RandomZeroSum(200, 200))))
                "Solver 'qre_path': expected at most 300 actions of all players together, got 400; use an iterative solver with an entropy regularizer of temperature 1 / lambda."
                "size"
        }
    ]

// ---- All of them ---------------------------------------------------------------------------------------------------------

let private all =
    testList "all" [
        test "every public solver is listed" {
            let types =
                typeof<ExactSolver>.Assembly.GetExportedTypes()
                |> Seq.filter (fun t -> t.IsClass && typeof<ISolver>.IsAssignableFrom t)
                |> Seq.map _.Name

            Expect.containsAll (ExactSolver.All |> Seq.map (fun s -> s.GetType().Name)) types "listed"
        }

        test "cancellation is heard before" {
            use source = new CancellationTokenSource()
            source.Cancel()

            for solver in ExactSolver.All do
                Expect.throwsT<OperationCanceledException>
                    (fun () -> solver.Solve(Table.Of(Games.RockPaperScissors()), source.Token) |> ignore)
                    solver.Info.Name
        }

        test "cancellation is heard during a solve" {
            // About two seconds of work on an idle machine.
            let large = Table.Of(Games.RandomGeneralSum(2, 100))
            use source = new CancellationTokenSource(TimeSpan.FromMilliseconds 300.0)

            Expect.throwsT<OperationCanceledException>
                (fun () -> (CorrelatedEquilibriumLp() :> IDirectSolver).Solve(large, source.Token) |> ignore)
                "ce"
        }

        test "payoffs that are none are refused" {
            let bad =
                Table([ Player.sized "a" 1; Player.labelled "b" [ "x"; "y" ] ], [ [| 1.0; nan |]; [| 0.0; 0.0 |] ])

            for solver in ExactSolver.All do
                Expect.equal
                    (Fixtures.argumentFault (fun () -> solver.Solve(bad, none)))
                    $"Solver '{solver.Info.Name}': expected finite payoffs, got NaN for 'a' at a=0, b=y."
                    solver.Info.Name
        }

        test "the same game twice, the same bits" {
            let table = Table.Of(Games.RockPaperScissors(2, 3, 5))

            for solver in ExactSolver.All do
                let strategies () = solver.Solve(table, none).Strategies
                Expect.equal (strategies ()) (strategies ()) solver.Info.Name
        }
    ]

[<Tests>]
let tests = testList "exact" [ lp; correlated; supports; quantal; all ]
