module Alignment.Tests.EvaluationsTests

open Expecto
open Alignment
open Alignment.Runtime
open Alignment.Tests.Fixtures

/// Payoffs looked at a step, as the trace has them at its last moment.
let private aStep (spec: GameSpec) (solver: string) steps =
    let options = SolveOptions().With(until = Stop.AfterSteps(int64 steps), threads = 1)
    let solution = GameSolver.Solve(spec, Solver.Find solver, options)
    let last = Seq.last solution.Trace
    Expect.equal (Seq.head solution.Trace).Metrics["solver/evaluations"] 0.0 "none before the first step"
    last.Metrics["solver/evaluations"] / float last.Step

let private matrix = GameLibrary.Create "random_zero_sum(rows=5,columns=7,seed=1)"
let private kuhn = GameLibrary.Create "kuhn_poker"

[<Tests>]
let tests =
    testList "payoffs looked at" [
        // two players, each once a step, or twice where a step looks ahead
        for solver, passes in [ "rm+", 2.0; "hedge", 2.0; "fp", 2.0; "omwu", 2.0; "nash_md", 2.0; "extragradient", 4.0 ] do
            testCase $"by %s{solver}: %g{passes} passes over the cells a step" (fun () ->
                Expect.equal (aStep matrix solver 50) (passes * 35.0) "rows times columns")

        for solver, passes in [ "cfr", 2.0; "cfr+", 2.0; "mmd", 2.0 ] do
            testCase $"by %s{solver} in a sequential game: %g{passes} passes over its ends" (fun () ->
                Expect.equal (aStep kuhn solver 50) (passes * 30.0) "Kuhn poker has 30")

        // of two players each looks at one end, or at one behind each of its own actions
        testCase "by outcome sampling: one end for each player" (fun () ->
            Expect.equal (aStep kuhn "mccfr(sampling=outcome)" 100) 2.0 "an iteration")

        testCase "by external sampling: between one end and all" (fun () ->
            let count = aStep kuhn "mccfr" 100
            // a player of Kuhn poker has two actions, and at most two decisions in a row
            Expect.isGreaterThanOrEqual count 4.0 "each of two actions"
            Expect.isLessThanOrEqual count 6.0 "at most three ends")

        testCase "of a batch are those of one game" (fun () ->
            let batch = zeroSumBatch 3 2 2 (draws "batch" 3 2 2)
            Expect.equal (aStep batch "rm+" 10) 8.0 "two passes over four cells")

        testCase "are the same on any number of threads and after a chunk of any size" (fun () ->
            let counts = [
                for threads, chunk in [ 1, 1; 2, 7 ] do
                    let options =
                        SolveOptions()
                            .With(
                                until = Stop.AfterSteps 60L,
                                threads = threads,
                                chunk = chunk,
                                seeds = ValueList.ToValueList [ 1UL; 2UL ]
                            )

                    let solution = GameSolver.Solve(kuhn, Solver.Find "mccfr", options)
                    [ for p in solution.Trace -> p.Metrics["solver/evaluations"] ]
            ]

            Expect.equal counts[0] counts[1] "counted, not timed")
    ]
