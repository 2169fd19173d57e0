module Alignment.Tests.HostTests

open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures

let private sameBits message (expected: (string * float[]) list) (actual: (string * float[]) list) =
    for (name, e), (_, a) in List.zip expected actual do
        Expect.sequenceEqual (bits a) (bits e) $"{message}: {name}"

let private game k outputs = outputs |> List.map (fun (name, values: float[][]) -> name, values[k])

let private batchEqualsSingles precision solver games =
    let payoffs = draws "bits" games 3 4
    let batch = runHost (zeroSumBatch games 3 4 payoffs) solver precision 1 25 25

    // every game of a small batch, some of a large one
    for k in [ 0; 1; 2; 6; games / 2; games - 1 ] |> List.filter (fun k -> k < games) |> List.distinct do
        let single = runHost (zeroSumOf 3 4 payoffs[k * 12 .. k * 12 + 11]) solver precision 1 25 25
        sameBits $"{solver}, {precision}, game {k} of {games}" (game 0 single) (game k batch)

[<Tests>]
let tests =
    testList "host" [
        testList "a batch of N equals N single runs, bit for bit" [
            for solver in iterativeNames do
                for precision in [ Precision.Float32; Precision.Float64 ] do
                    testCase $"{solver} {precision}" (fun () ->
                        for games in [ 1; 3; 7; 8; 1000 ] do
                            batchEqualsSingles precision solver games)
        ]

        testList "chunks and threads change no bit" [
            for solver in iterativeNames do
                testCase solver (fun () ->
                    let spec = zeroSumBatch 300 3 3 (draws "chunks" 300 3 3)

                    for precision in [ Precision.Float32; Precision.Float64 ] do
                        let expected = runHost spec solver precision 1 1000 1000

                        for threads, chunk in [ 1, 10; 2, 1; 2, 1000 ] do
                            let actual = runHost spec solver precision threads 1000 chunk

                            for k in 0..299 do
                                sameBits
                                    $"{threads} threads, chunks of {chunk}, game {k}"
                                    (game k expected)
                                    (game k actual))
        ]

        testCase "a wide single game equals the same game in a batch, bit for bit" (fun () ->
            // one game runs its vectors along an action axis, a batch along the games
            for solver in [ "prm+"; "hedge"; "ogda" ] do
                for precision in [ Precision.Float32; Precision.Float64 ] do
                    let payoffs = draws "wide" 2 37 53
                    let batch = runHost (zeroSumBatch 2 37 53 payoffs) solver precision 1 20 20
                    let single = runHost (zeroSumOf 37 53 payoffs[37 * 53 ..]) solver precision 1 20 20
                    sameBits $"{solver} {precision}" (game 0 single) (game 1 batch))

        testCase "steps allocate nothing" (fun () ->
            let spec = zeroSumBatch 64 3 3 (draws "allocation" 64 3 3)
            let solver = iterative "prm+"
            let program = SolverProgram.Compile(spec, solver, spec.Batch, false)
            use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions(Precision.Float32, 1, 0UL))
            executable.Initialize()
            executable.Run(1L, 100)
            let before = System.GC.GetAllocatedBytesForCurrentThread()

            for chunk in 0L .. 99L do
                executable.Run(101L + chunk * 100L, 100)

            Expect.equal
                (System.GC.GetAllocatedBytesForCurrentThread() - before)
                0L
                "bytes over 10,000 steps in 100 chunks")

        testCase "float32 refuses to count beyond 2^24" (fun () ->
            let spec = weightedRps 1.0
            let program = SolverProgram.Compile(spec, iterative "prm+", spec.Batch, false)
            use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions(Precision.Float32, 1, 0UL))
            executable.Initialize()
            executable.Run(1L <<< 24, 1)

            Expect.throwsC (fun () -> executable.Run((1L <<< 24) + 1L, 1)) (fun e ->
                Expect.stringContains e.Message "float32 cannot count beyond step 16777216; use float64" "message"))

        testCase "generated code and kernels agree bit for bit where a step is cut into several passes" (fun () ->
            // draws, long rows and a swap of states lie between the small values of this step
            let games, wide, small = Axis.Of("games", 11), Axis.Of("wide", 40), Axis.Of("small", 3)
            let first, second, long = Slot("first"), Slot("second"), Slot("long")

            let initial =
                SolverState.Empty
                    .With(first, Expr.Literal(NamedTensor.Of([ games; small ], draws "passes" 11 3 1)))
                    .With(second, Expr.Vector(small, 0.1, 0.2, 0.3))
                    .With(long, Expr.Constant(0.5).Expand(wide))

            let variables = initial.AsVariables()
            let noise = Expr.Normal("noise", small)
            let row = (variables[long] + (variables[first] * noise).Sum(small)).Softmax(wide)
            let tip = (row * variables[long]).Sum(wide)

            let next =
                SolverState.Empty
                    .With(first, variables[second].Exp().Softmax(small) * tip.Maximum(Expr.Constant 0.25))
                    .With(second, variables[first])
                    .With(long, row + 0.125 * (variables[second] * variables[first]).Sum(small))

            let outputs = [
                for slot in [ first; second; long ] ->
                    System.Collections.Generic.KeyValuePair(slot.Name, variables[slot])
            ]

            let program = Lowering.Program("passes", [ games ], initial, next, outputs)

            let results (executor: IExecutor) precision = [
                use executable = executor.Prepare(program, ExecutionOptions(precision, 1, 3UL))
                executable.Initialize()
                executable.Run(1L, 17)

                for slot in [ first; second; long ] do
                    let values: float[] = Array.zeroCreate (executable.StateLength slot.Name)
                    executable.GetState(slot.Name, values)
                    slot.Name, values
            ]

            for precision in [ Precision.Float32; Precision.Float64 ] do
                let generated = results HostExecutor.Instance precision
                sameBits (string precision) (results HostExecutor.KernelsOnly precision) generated
                Expect.all generated (snd >> Array.forall (fun v -> System.Double.IsFinite v)) "finite"
                Expect.notEqual (snd generated[0] |> Array.sum) 0.0 "not all zero")

        testCase "a state over one of two batch axes has the length that GetState asks for" (fun () ->
            let games, seeds, a = Axis.Of("games", 3), Axis.Of("seeds", 2), Axis.Of("a", 2)
            let slot = Slot("s")

            let start =
                Expr.Literal(NamedTensor.Of([ games; a ], System.ReadOnlySpan [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]))

            let initial = SolverState.Empty.With(slot, start)
            let next = SolverState.Empty.With(slot, initial.AsVariables()[slot] * 2.0)
            let program = Lowering.Program("partial", [ games; seeds ], initial, next, [])
            use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions())
            executable.Initialize()
            executable.Run(1L, 1)
            let values: float[] = Array.zeroCreate (executable.StateLength "s")
            executable.GetState("s", values)
            Expect.equal values [| 2.0; 4.0; 2.0; 4.0; 6.0; 8.0; 6.0; 8.0; 10.0; 12.0; 10.0; 12.0 |] "values"

            Expect.throwsC (fun () -> executable.SetState("s", values[..5])) (fun e ->
                Expect.stringContains e.Message "expected 12 numbers, got 6" "message"))
    ]
