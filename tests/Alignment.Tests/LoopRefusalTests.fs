/// What the loop refuses before it runs, and solvers as values.
module Alignment.Tests.LoopRefusalTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.LoopFixtures

// ---- Refusals ------------------------------------------------------------------------------------------------------

let private refusals =
    let picky = Picky()

    testList "refusals before the run" [
        for name, spec, solver, message in
            [
                "general-sum",
                chicken,
                picky :> ISolver,
                "solver 'picky': takes zero-sum and constant-sum games only, and at cell p0=0, p1=1: the payoffs 2, 7 sum to 9, those at cell p0=0, p1=0 to 12; use rm, hedge, cce or support_enumeration"
                "a constraint, before anything else",
                (let spec = normalForm [ 2; 2; 2 ] (List.replicate 3 [| 1.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0 |])
                 let first = spec.Players[0]
                 let cost = Expr.Vector(first.Actions, 0.0, 1.0)
                 spec.Regularize(first, Regularizer.L2 1.0).SubjectTo(Constraint.AtMost("budget", first, cost, 0.5))),
                picky,
                "solver 'picky': does not take constraints into account, and the game has 'budget'; use gradient"
                "three players, and all reasons at once",
                (let spec = normalForm [ 2; 2; 2 ] (List.replicate 3 [| 1.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0 |])
                 spec.Regularize(spec.Players[0], Regularizer.L2 1.0)),
                picky,
                "solver 'picky': takes games of two players, got 3; use rm, hedge or cce\n"
                + "solver 'picky': takes zero-sum and constant-sum games only, and at cell p0=0, p1=0, p2=1: the payoffs 0, 0, 0 sum to 0, those at cell p0=0, p1=0, p2=0 to 3; use rm, hedge, cce or support_enumeration\n"
                + "solver 'picky': does not take regularizers into account, and the game has some; use mmd, or drop them"
                "regularized",
                (weightedRps 1.0).Regularize(row3, Regularizer.Entropy 0.1),
                iterative "rm",
                "solver 'rm': does not take regularizers into account, and the game has some; use mmd, or drop them"
                "constrained",
                (weightedRps 1.0)
                    .SubjectTo(Constraint.AtMost("paper", row3, Expr.Vector(row3.Actions, 0.0, 1.0, 0.0), 0.2)),
                iterative "mmd",
                "solver 'mmd': does not take constraints into account, and the game has 'paper'; use gradient"
            ] do
            testCase name (fun () ->
                Expect.equal (refusal (fun () -> GameSolver.Solve(spec, solver, options endless))) message "solve"

                Expect.equal
                    (refusal (fun () -> GameSolver.ThrowUnfit(BoundGame.Bind spec, solver)))
                    message
                    "asked before")

        testCase "constant-sum is enough for a zero-sum solver" (fun () ->
            let spec = normalForm [ 2; 2 ] [ [| 1.0; 5.0; 2.0; 0.5 |]; [| 2.0; -2.0; 1.0; 2.5 |] ]
            let solution = solve spec picky (Stop.AfterSteps 1L)
            Expect.equal solution.Status.Outcome Outcome.Finished "solved")

        testCase "mmd takes KL and entropy only" (fun () ->
            let message spec solver =
                try
                    solve spec solver (Stop.AfterSteps 1L) |> ignore
                    failtest "no refusal"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal
                (message ((weightedRps 1.0).Regularize(row3, Regularizer.L2 0.5)) (iterative "mmd"))
                "Magnetic mirror descent, player 'row': expected a KL or entropy regularizer, got l2(0.5)."
                "l2")

        testCase "a solver that is of no kind" (fun () ->
            let none = {
                new ISolver with
                    member _.Info = info "none" "None"
                    member _.Settings = ValueList.Empty
            }

            Expect.throwsC (fun () -> GameSolver.Solve(weightedRps 1.0, none) |> ignore) (fun e ->
                Expect.stringContains
                    e.Message
                    "must implement IIterativeSolver, IGradientSolver, IDirectSolver, IPopulationSolver or ISampledSolver."
                    "message"))

        testCase "options" (fun () ->
            let message (options: SolveOptions) =
                try
                    GameSolver.Solve(weightedRps 1.0, iterative "rm", options) |> ignore
                    failtest "no refusal"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal (message (SolveOptions(Threads = 0))) "threads: expected at least 1, got 0." "threads"
            Expect.equal (message (SolveOptions(Chunk = 0))) "chunk: expected at least 1 step, got 0." "chunk")

        testCase "an inner solver that cannot take the game" (fun () ->
            let solver = DoubleOracle(Inner = DoubleOracle(Inner = ZeroSumLp()))

            let message =
                "inner solver 'lp' of 'double_oracle': takes zero-sum and constant-sum games only, and at cell p0=0, p1=1: the payoffs 2, 7 sum to 9, those at cell p0=0, p1=0 to 12; use rm, hedge, cce or support_enumeration"

            Expect.equal (refusal (fun () -> solve chicken solver endless)) message "before the run"

            Expect.equal
                (refusal (fun () -> GameSolver.ThrowUnfit(BoundGame.Bind chicken, solver)))
                message
                "asked before")

        testCase "an inner solver with a swept setting" (fun () ->
            let solver = DoubleOracle(Inner = Hedge(StepSize = Expr.Vector(Axis.Of("rate", 2), 0.1, 0.2)))

            Expect.equal
                (refusal (fun () -> solve (weightedRps 1.0) solver endless))
                "inner solver 'hedge' of 'double_oracle': a setting of it is spread over the axis 'rate', and it has to answer once; give it one number"
                "message")

        testCase "population solvers check their stop rule too" (fun () ->
            let options = SolveOptions(Until = Stop.Parse "nash_con < 1e-3")

            Expect.equal
                (refusal (fun () -> GameSolver.Solve(weightedRps 1.0, Solver.Find "double_oracle", options)))
                "stop rule 'nash_con < 0.001': this run does not measure 'nash_con'. Did you mean 'nash_conv'?"
                "message")

        testCase "population solvers measure what the specification asks for" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 50L)

            let solution =
                GameSolver.Solve((weightedRps 1.0).Probe(Probe.SupportSize()), Solver.Find "double_oracle", options)

            Expect.equal solution.Games[0].Metrics["game/support/row"] 3.0 "support")
    ]

let private records =
    testList "solvers written as F# records" [
        testCase "are compiled, run and certified like any other" (fun () ->
            let solver = { Weight = Expr.Constant 0.5 }
            let solution = solve (weightedRps 2.0) solver (Stop.AfterSteps 2L)
            // 1: uniform; values against uniform: (0, -1/3, 1/3) for the row and its mirror for the column, so both go to scissors:
            //    (1/6, 1/6, 2/3). 2: values against that: rock -1/6 + 2/3 = 1/2, paper 1/6 - 4/3 < 0, scissors -1/6 + 1/3 = 1/6: rock:
            //    (7/12, 1/12, 1/3).
            for strategy in solution.Games[0].Strategies do
                for expected, p in Seq.zip [ 7.0 / 12.0; 1.0 / 12.0; 1.0 / 3.0 ] strategy do
                    near 1e-15 expected p "strategy"

            let again = { Weight = Expr.Constant 0.5 }
            Expect.equal again solver "a record is a value")

        testCase "have settings that can be set and swept" (fun () ->
            let setting = ({ Weight = Expr.Constant 0.5 } :> ISolver).Settings[0]
            Expect.isTrue setting.Sweeps "sweeps"
            Expect.equal (setting.With "0.25") ({ Weight = Expr.Constant 0.25 } :> ISolver) "set"

            for text in [ "0"; "1.5"; "a half"; "NaN" ] do
                Expect.throwsC (fun () -> setting.With text |> ignore) (fun e ->
                    Expect.equal e.Message $"Setting 'weight': expected above 0 to 1, got '{text}'." "range"))
    ]

[<Tests>]
let tests = testList "loop" [ refusals; records ]
