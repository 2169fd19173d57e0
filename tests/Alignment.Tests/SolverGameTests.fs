/// Solvers on games with known answers: the inspection game, three players, two quantal responses.
module Alignment.Tests.SolverGameTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- The inspection game -------------------------------------------------------------------------------------------

let private effectiveModes strategy = exp (-(strategy |> Array.sumBy (fun p -> if p > 0.0 then p * log p else 0.0)))

// Steps and the NashConv that must be reached. Payoffs span D = 1.5, |payoff| <= L = 1, n = 8 actions a player, T steps.
// Where a theorem has constants, the bound is the theorem's; where it has none, ten times what a correct run needs.
let private reached = [
    // Regret at most D sqrt(n T) a player: 2 * 1.5 sqrt(8 / 10,000).
    "rm", iterative "rm", 10_000L, 0.085
    // The same regret, linear weights: 2 / (T + 1) * 2 * 1.5 sqrt(8 T) in the worst case; in turns about T^-1, 2e-5 seen.
    "rm+", iterative "rm+", 10_000L, 2e-4
    // Proven T^-1/2, in turns with quadratic weights about T^-3: 6e-8 seen.
    "prm+", iterative "prm+", 1_000L, 1e-6
    // Proven T^-1/2; 1.3e-5 seen.
    "drm", iterative "drm", 10_000L, 1.3e-4
    // 2.1e-5 seen.
    "lrm", iterative "lrm", 10_000L, 2.1e-4
    // Regret at most 2 sqrt(T ln n) a player for c = 1: 4 sqrt(2.08 / 10,000).
    "hedge", iterative "hedge", 10_000L, 0.058
    // Regrets sum to at most 2 ln n / eta + eta L^2 over all time (predictable sequences), eta = 1/4: 17.2 / T.
    "omwu", iterative "omwu", 10_000L, 1.8e-3
    // Mirror-prox: 2 ln n / (eta T), eta = 1/2: 8.4 / T.
    "extragradient", iterative "extragradient", 10_000L, 8.4e-4
    // The same with half the squared distance from the centre, (1 - 1/8) / 2 a player, eta = 1/16: 14 / T.
    "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient"), 10_000L, 1.4e-3
    // Reports the last iterate: T^-1/2, linear in the end. 9e-5 seen at 10,000 steps and rounding at 100,000.
    "ogda", iterative "ogda", 10_000L, 1e-3
    // Inexact proximal point: 5e-4 seen after 20 moves of the magnet.
    "mmd, moving magnet", set "magnet" "moving" (iterative "mmd"), 10_000L, 5e-3
    // The regularized equilibrium is off by at most tau ln n a player: 0.1 * 2 * 2.08.
    "mmd", iterative "mmd", 10_000L, 0.416
    // The same equilibrium, by other roads.
    "nash_md", iterative "nash_md", 10_000L, 0.416
    "inpo", iterative "inpo", 10_000L, 0.416
    // mmd with a moving magnet.
    "mpo", iterative "mpo", 10_000L, 5e-3
    // (ln n + ln m) / (eta T) + eta D^2 / 4, eta = 0.1: 4.16 / 1,000 + 0.0563.
    "sppo", iterative "sppo", 10_000L, 0.0605
    // The same equilibrium.
    "logit", iterative "logit", 10_000L, 0.416
    // No rate (0.05 on 100 x 100 after 10,000 steps); 0.017 seen.
    "fp", iterative "fp", 10_000L, 0.05
]

let private inspectionTests =
    testList "inspection game" [
        testCase "closed form" (fun () ->
            Expect.isLessThan (abs (Inspection.value - 0.577020)) 5e-7 "value"
            Expect.equal (Inspection.red |> Array.filter (fun p -> p > 0.0) |> Array.length) 7 "modes used"
            Expect.isLessThan (saddleGap Inspection.payoffs Inspection.red Inspection.blue) 1e-15 "an equilibrium"
            Expect.isLessThan (abs (effectiveModes Inspection.red - 6.96)) 0.005 "red's effective modes"
            Expect.isLessThan (abs (effectiveModes Inspection.blue - 5.45)) 0.005 "blue's effective modes")

        for name, solver, steps, bound in reached do
            testCase $"{name} comes within {bound} in {steps} steps" (fun () ->
                let solution =
                    GameSolver.Solve(Inspection.spec, solver, SolveOptions(Until = Stop.AfterSteps steps, Threads = 1))

                Expect.isLessThan solution.Certificate.NashConv bound "NashConv"
                // a profile's value and the game's differ by less than what the players could still gain
                Expect.isLessThan (abs (solution.Value(solution.Players[0]) - Inspection.value)) bound "value")

        // the documented bound on the time average: (ln n + ln m) / (stepSize T) + stepSize L^2, at 0.1 and 10,000 steps
        testCase "replicator's average comes within 0.105, its last iterate nowhere" (fun () ->
            let solution =
                GameSolver.Solve(
                    Inspection.spec,
                    iterative "replicator",
                    SolveOptions(Until = Stop.AfterSteps 10_000L, Threads = 1)
                )

            Expect.isLessThan solution.Games[0].Metrics["game/nash_conv/average"] 0.105 "average"
            Expect.isGreaterThan solution.Games[0].Metrics["game/nash_conv/last"] 0.1 "last"
            Expect.isGreaterThan solution.Cycling 0.8 "it goes in circles")

        for name, gap, steps in [ "mmd", 1e-10, 5_000L; "inpo", 1e-10, 5_000L; "nash_md", 1e-7, 10_000L ] do
            testCase $"{name}: the regularized gap reaches {gap}" (fun () ->
                let until = Stop.RegularizedGapBelow gap ||| Stop.AfterSteps steps

                let solution =
                    GameSolver.Solve(Inspection.spec, iterative name, SolveOptions(Until = until, Threads = 1))

                Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence)

        testCase "every solver is held to its accuracy" (fun () ->
            let held = reached |> List.map (fun (_, solver, _, _) -> solver.Info.Name) |> Set.ofList
            Expect.equal (held.Add "replicator") (Set.ofList iterativeNames) "names")

        testCase "the strategies are the closed form's" (fun () ->
            let until = Stop.NashConvBelow 1e-10 ||| Stop.AfterSteps 20_000L

            let solution =
                GameSolver.Solve(Inspection.spec, iterative "prm+", SolveOptions(Until = until, Threads = 1))

            close 1e-7 Inspection.red (Array.ofSeq (solution.Strategy solution.Players[0])) "red"
            close 1e-7 Inspection.blue (Array.ofSeq (solution.Strategy solution.Players[1])) "blue")
    ]

// ---- Three players -------------------------------------------------------------------------------------------------

let private three = [ for name in [ "first"; "second"; "third" ] -> Player.Of(name, 3) ]

/// Payoffs of a random game of three players with three actions each, cell (i, j, k) at 9 i + 3 j + k. One of the few (12 of 80 drawn)
/// in which regret matching never settles: elsewhere it finds a pure equilibrium and its gap falls like 1 / T.
let private cells = draws "three players 1" 3 9 3 |> Array.chunkBySize 27

let private threePlayers =
    let axes = three |> List.map (fun p -> p.Actions)

    (Game.Named("three"), List.indexed three)
    ||> List.fold (fun spec (k, p) -> spec.Player(p).Payoff(p, Expr.Literal(NamedTensor.Of(axes, cells[k]))))

let private generalSumTests =
    testList "three players, general sum" [
        // Proven is T^-1/2. Here: 9.8e-4 after 10,000 steps, below 1e-4 from 166,844 on. NashConv stays above 0.1: what converges is the
        // joint play, not the product of its marginals.
        testCase "rm: the joint average is a coarse correlated equilibrium, its gap the largest regret / T" (fun () ->
            let steps = 200_000
            let solver = iterative "rm"

            let solution =
                GameSolver.Solve(threePlayers, solver, SolveOptions(Until = Stop.AfterSteps(int64 steps), Threads = 1))

            let gap = solution.Certificate.CoarseCorrelatedGap.Value
            Expect.isLessThan gap 1e-4 "gap"
            Expect.isGreaterThan solution.Certificate.NashConv 0.1 "NashConv of the marginals"

            // external regret, added up from what was played
            use runner = runner threePlayers solver
            let values = Array.init 3 (fun _ -> Array.zeroCreate<float> 3)
            let earned = Array.zeroCreate<float> 3

            for _ in 1..steps do
                let play = three |> List.map (fun p -> runner.Output $"last/{p.Name}") |> Array.ofList

                for i in 0..2 do
                    for j in 0..2 do
                        for k in 0..2 do
                            let cell = 9 * i + 3 * j + k
                            let p, q, r = play[0][i], play[1][j], play[2][k]
                            values[0][i] <- values[0][i] + q * r * cells[0][cell]
                            values[1][j] <- values[1][j] + p * r * cells[1][cell]
                            values[2][k] <- values[2][k] + p * q * cells[2][cell]

                            for player in 0..2 do
                                earned[player] <- earned[player] + p * q * r * cells[player][cell]

                runner.Run 1

            let regret = Array.map2 (fun v e -> Array.max v - e) values earned |> Array.max
            Expect.isLessThan (abs (gap - regret / float steps)) 1e-10 $"gap {gap}, regret / T {regret / float steps}")

        for name in [ "rm+"; "prm+"; "hedge" ] do
            testCase $"{name}: the joint average's gap falls" (fun () ->
                let gap steps =
                    let options = SolveOptions(Until = Stop.AfterSteps steps, Threads = 1)

                    GameSolver
                        .Solve(threePlayers, simultaneous (iterative name), options)
                        .Certificate.CoarseCorrelatedGap.Value

                // ten times the steps: T^-1/2 is a factor of 3.2; the tolerance of 0.05 on the exponent makes it 2.8
                Expect.isLessThan (gap 20_000L * 2.8) (gap 2_000L) "from 2,000 to 20,000 steps")
    ]

// ---- Two quantal responses -----------------------------------------------------------------------------------------

let private responseTests =
    testList "agent and normal form" [
        // Whoever holds the king and faces a bet wins 2 by a call and loses 1 by a fold, whatever the others do; the jack loses 2 or 1.
        testCase "the agent form answers by what actions are worth there" (fun () ->
            let until = Stop.Parse "agent_gap < 1e-12 or steps >= 20000"
            let kuhn = Game.FromRules(KuhnPoker())
            let solver = iterative "agent_qre" |> set "temperature" "0.7" |> set "damping" "0.1"
            let solution = GameSolver.Solve(kuhn, solver, SolveOptions(Until = until, Threads = 1))
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence

            for player in 0..1 do
                let treeplex = GameTree.Of(KuhnPoker()).Players[player]

                let call label =
                    let set = treeplex.InformationSets |> Seq.find (fun s -> s.Label = label)
                    solution.Games[0].Strategies[player][set.First + 1]

                let facing = if player = 0 then "pb" else "b"
                let king, jack = call $"player{player + 1} K {facing}", call $"player{player + 1} J {facing}"
                close 1e-10 [| 1.0 / (1.0 + exp (-3.0 / 0.7)) |] [| king |] "king"
                close 1e-10 [| 1.0 / (1.0 + exp (1.0 / 0.7)) |] [| jack |] "jack")

        testCase "the normal form is another equilibrium" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 3_000L, Threads = 1)
            let solve solver = GameSolver.Solve(Game.FromRules(KuhnPoker()), solver, options).Games[0]
            let agent = solve (iterative "agent_qre")
            let normal = solve (iterative "mmd")
            Expect.isLessThan agent.Metrics["game/agent_gap"] 1e-9 "the agent form is there"
            Expect.isGreaterThan agent.Metrics["game/regularized_gap"] 0.1 "and not at the normal form"
            Expect.isLessThan normal.Metrics["game/regularized_gap"] 1e-12 "the normal form is there")

        testCase "of a matrix game they are one" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 20_000L, Threads = 1)
            let solve solver = GameSolver.Solve(worked, solver, options).Games[0].Strategies
            let agent = solve (iterative "logit" |> set "temperature" "2")
            let normal = solve (iterative "mmd" |> set "temperature" "2")

            for a, n in Seq.zip agent normal do
                close 1e-9 (Array.ofSeq n) (Array.ofSeq a) "strategy")
    ]

[<Tests>]
let tests = testList "solvers" [ inspectionTests; generalSumTests; responseTests ]
