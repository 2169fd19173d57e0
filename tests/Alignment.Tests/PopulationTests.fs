/// Double oracle, and the weights that meta-solvers give to populations.
module Alignment.Tests.PopulationTests

open System
open System.Text.RegularExpressions
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- Double oracle -------------------------------------------------------------------------------------------------

let private solveInner = {
    new ISolve with
        member _.Solve game =
            let players = List.ofSeq game.Players
            let rows, columns = players[0].Actions.Size, players[1].Actions.Size
            let spec = zeroSumOf rows columns (game.Payoff(0).ToArray())
            let options = SolveOptions(Until = (Stop.NashConvBelow 1e-9 ||| Stop.AfterSteps 20_000L), Threads = 1)
            GameSolver.Solve(spec, iterative "prm+", options).Games[0].Strategies
}

let private doubleOracleTests =
    testList "double oracle" [
        // Row 0 against column 0 of the worked game: responses are row 0 (3 > -1) and column 1 (-3 < 1).
        // The game (3 -1) has column 1 as answer; against it row 1 is best; then the populations hold everything.
        testCase "worked example" (fun () ->
            let game = BoundGame.Bind(worked).Data 0
            let solver = DoubleOracle()
            let mutable population = solver.Init game
            let grown = ResizeArray()

            for _ in 1..3 do
                let iterate = solver.Step(game, population, solveInner)

                grown.Add(
                    [ for members in iterate.Next.Members -> [ for m in members -> m.IndexOf 1.0 ] ],
                    iterate.Grew
                )

                population <- iterate.Next

            Expect.sequenceEqual
                grown
                [ [ [ 0 ]; [ 0; 1 ] ], true; [ [ 0; 1 ]; [ 0; 1 ] ], true; [ [ 0; 1 ]; [ 0; 1 ] ], false ]
                "populations")

        testCase "a 60 x 60 game from less than its half" (fun () ->
            let payoffs = draws "double oracle" 1 60 60
            let options = SolveOptions(Until = Stop.AfterSteps 1_000L, Threads = 1)
            let solution = GameSolver.Solve(zeroSumOf 60 60 payoffs, Solver.Find "double_oracle", options)
            let x, y = Array.ofSeq solution.Games[0].Strategies[0], Array.ofSeq solution.Games[0].Strategies[1]
            let certificate = saddleGap (matrix 60 60 payoffs) x y
            Expect.isLessThan certificate 1e-5 "NashConv in the full game"
            Expect.isLessThan (abs (solution.Certificate.NashConv - certificate)) 1e-12 "the certificate's"

            let sizes =
                Regex.Match(solution.Status.Sentence, @"(\d+) of 60 actions of row and (\d+) of 60 actions of column")

            Expect.isTrue sizes.Success solution.Status.Sentence

            for k in 1..2 do
                Expect.isLessThan (int sizes.Groups[k].Value) 60 solution.Status.Sentence)

        testCase "an exact solver inside makes the end exact" (fun () ->
            let spec = zeroSumOf 60 60 (draws "double oracle" 1 60 60)
            let options = SolveOptions(Until = Stop.AfterSteps 1_000L, Threads = 1)
            let gap inner = GameSolver.Solve(spec, DoubleOracle(Inner = inner), options).Certificate.NashConv
            Expect.isLessThan (gap (ZeroSumLp())) 1e-12 "NashConv with the linear program inside"
            // prm+ stops at 1e-9 or after 20,000 steps: that it is another answer shows that the solver inside is the one asked for
            Expect.isGreaterThan (gap (PredictiveRegretMatchingPlus())) 1e-12 "NashConv with prm+ inside")

        testCase "the solver inside is a part of the value and of its text" (fun () ->
            let text (solver: ISolver) = SolverText.Of solver
            Expect.equal (DoubleOracle()) (DoubleOracle(Inner = PredictiveRegretMatchingPlus())) "default"
            Expect.notEqual (DoubleOracle(Inner = Hedge())) (DoubleOracle()) "another"

            Expect.equal
                (text (DoubleOracle()))
                "double_oracle(inner=prm+(updates=alternating,averaging=quadratic),oracle=best_response)"
                "with all settings of both"

            Expect.equal
                (text (DoubleOracle(Inner = ZeroSumLp())))
                "double_oracle(inner=lp,oracle=best_response)"
                "without settings")

        testCase "finds the seven modes of the inspection game" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1)
            let solution = GameSolver.Solve(Inspection.spec, Solver.Find "double_oracle", options)
            Expect.isLessThan solution.Certificate.NashConv 1e-6 "NashConv"
            let red = solution.Strategy solution.Players[0]
            Expect.equal (red |> Seq.filter (fun p -> p > 1e-3) |> Seq.length) 7 "modes"
            close 1e-5 Inspection.red (Array.ofSeq red) "red")
    ]

// ---- Weights for populations ---------------------------------------------------------------------------------------

let private populationTests =
    let data spec = BoundGame.Bind(spec).Data 0
    let solve (solver: IDirectSolver) spec = solver.Solve(data spec, Threading.CancellationToken.None)

    let joint (answer: DirectAnswer) =
        match answer.Joint with
        | null -> failtest "expected a joint distribution"
        | joint -> Array.ofSeq joint

    testList "weights for populations" [
        // From a profile each of 2 other actions is tried with 1/2. Prisoner's dilemma: to defect pays more whatever the other does,
        // so with noise e = 0.01 the chain goes CC -> DC, CD -> DD with 1 - e and back with e. By balance along the square:
        // mass of CC : DC : CD : DD = e^2 : e (1 - e) : e (1 - e) : (1 - e)^2, and defection has 1 - e.
        testCase "alpha-rank of a prisoner's dilemma, by hand" (fun () ->
            let dilemma = bimatrix [| [| 3.0; 0.0 |]; [| 5.0; 1.0 |] |] [| [| 3.0; 5.0 |]; [| 0.0; 1.0 |] |]
            let answer = solve (AlphaRank()) dilemma
            close 1e-12 [| 0.01; 0.99 |] (Array.ofSeq answer.Strategies[0]) "row"
            close 1e-12 [| 1e-4; 0.0099; 0.0099; 0.9801 |] (joint answer) "joint")

        testCase "alpha-rank is the stationary distribution of its chain" (fun () ->
            let payoffs = draws "alpha-rank" 2 3 4
            let a, b = matrix 3 4 payoffs[..11], matrix 3 4 payoffs[12..]
            let joint = joint (solve (AlphaRank(Noise = 0.1)) (bimatrix a b))

            let keep fromPays toPays =
                if toPays > fromPays then 0.9
                elif toPays < fromPays then 0.1
                else 0.5

            let next = Array.copy joint

            for i in 0..2 do
                for j in 0..3 do
                    for k in 0..2 do
                        if k <> i then
                            let flow = joint[4 * i + j] * keep (a[i][j]) (a[k][j]) / 5.0
                            next[4 * i + j] <- next[4 * i + j] - flow
                            next[4 * k + j] <- next[4 * k + j] + flow

                    for k in 0..3 do
                        if k <> j then
                            let flow = joint[4 * i + j] * keep (b[i][j]) (b[i][k]) / 5.0
                            next[4 * i + j] <- next[4 * i + j] - flow
                            next[4 * i + k] <- next[4 * i + k] + flow

            close 1e-14 joint next "one step changes nothing")

        testCase "alpha-rank refuses what it cannot hold" (fun () ->
            Expect.throwsC
                (fun () -> solve (AlphaRank()) (zeroSumOf 50 50 (Array.zeroCreate 2500)) |> ignore)
                (fun e ->
                    Expect.stringStarts
                        e.Message
                        "Solver 'alpha_rank': takes at most 2000 pure profiles, this game has 2500; rank fewer strategies, or use rm."
                        "message"))

        testCase "uniform play is uniform, on trees at every information set" (fun () ->
            let answer = solve (UniformWeights()) (Game.FromRules(LeducPoker()))

            for strategy, player in Seq.zip answer.Strategies (GameTree.Of(LeducPoker())).Players do
                for set in player.InformationSets do
                    for a in 0 .. set.Actions.Count - 1 do
                        let probability = strategy[set.First + a]
                        Expect.equal probability (1.0 / float set.Actions.Count) set.Label)

        testCase "psro on Kuhn poker ends in an equilibrium, with far fewer than all strategies" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1)
            let solution = GameSolver.Solve(Game.FromRules(KuhnPoker()), DoubleOracle(Inner = ZeroSumLp()), options)
            Expect.isLessThan solution.Certificate.NashConv 1e-12 "NashConv"
            Expect.isLessThan (abs (solution.Value(solution.Players[0]) + 1.0 / 18.0)) 1e-12 "value"

            let sizes =
                Regex.Match(solution.Status.Sentence, @"(\d+) strategies of player1 and (\d+) strategies of player2")

            Expect.isTrue sizes.Success solution.Status.Sentence
            Expect.isLessThan (int sizes.Groups[1].Value) 20 "of 64"
            let running = solution.Trace |> Seq.map (fun t -> t.Metrics["game/nash_conv"]) |> Seq.scan min infinity
            Expect.isLessThan (Seq.last running) 1e-12 "running minimum")

        testCase "a mixture of members plays as they do together" (fun () ->
            let solution =
                GameSolver.Solve(
                    Game.FromRules(LeducPoker()),
                    DoubleOracle(Inner = UniformWeights()),
                    SolveOptions(Until = Stop.AfterSteps 6L, Threads = 1)
                )

            // the game between populations is zero-sum, and its value at the mixtures is that of the full game's strategies
            let game = BoundGame.Bind(Game.FromRules(LeducPoker()))
            let solver = DoubleOracle(Inner = UniformWeights())

            let inner = {
                new ISolve with
                    member _.Solve game =
                        game.Players
                        |> Seq.map (fun p ->
                            Array.create p.Actions.Size (1.0 / float p.Actions.Size) |> ValueList.ToValueList)
                        |> ValueList.ToValueList
            }

            let mutable population = solver.Init(game.Data 0)

            for _ in 1..4 do
                let iterate = solver.Step(game.Data 0, population, inner)
                let table = population.Payoffs[0]
                let mean = Seq.average table
                let found = GameSolver.Evaluate(game, iterate.Strategies)[0]
                let value = found.Value(game.Spec.Players[0])
                Expect.isLessThan (abs (mean - value)) 1e-12 "value of the mixtures"
                population <- iterate.Next

            Expect.isGreaterThan solution.Certificate.NashConv 0.0 "no equilibrium")
    ]

[<Tests>]
let tests = testList "solvers" [ doubleOracleTests; populationTests ]
