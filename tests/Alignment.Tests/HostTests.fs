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
    ]
