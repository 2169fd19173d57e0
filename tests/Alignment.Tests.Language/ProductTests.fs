/// The product of a matrix and one vector, and the threads that it runs on.
module Alignment.Tests.Language.ProductTests

open System
open System.Threading
open Expecto
open TorchSharp
open Alignment
open Alignment.Torch

let private onThreads threads action =
    TorchNative.EnsureLoaded()
    let before = torch.get_num_threads ()
    TorchNative.ConfigureThreads threads

    try
        action ()
    finally
        TorchNative.ConfigureThreads before

/// Types that are taken, with the bits that a number keeps.
let private types = [ torch.ScalarType.Float32, 24; torch.ScalarType.BFloat16, 8 ]

let private ofNumbers (dtype: torch.ScalarType) (numbers: float32 array) (shape: int64 array) =
    use wide = torch.tensor (numbers, ReadOnlySpan shape)
    wide.``to`` (dtype, copy = true)

let private drawn dtype (shape: int64 array) seed =
    let draws = RandomStream(seed, "numbers")
    let count = int (Array.fold (*) 1L shape)
    ofNumbers dtype (Array.init count (fun k -> float32 (draws.Normal(0L, int64 k)))) shape

let private product w x =
    use quiet = torch.no_grad ()
    use y = RowProduct.Apply(w, x)
    use wide = y.``to`` torch.float64
    wide.data<float>().ToArray()

/// W x in float64, and the same of all absolute values.
let private exact (w: torch.Tensor) (x: torch.Tensor) =
    use scope = torch.NewDisposeScope()
    let w, x = w.``to`` torch.float64, x.flatten().``to`` torch.float64
    w.mv(x).data<float>().ToArray(), w.abs().mv(x.abs ()).data<float>().ToArray()

let private isTaken w x =
    use quiet = torch.no_grad ()
    RowProduct.Takes(w, x)

[<Tests>]
let tests =
    testSequenced (
        testList "products of a row" [
            for dtype, kept in types do
                for rows, inputs in [ 1, 1; 5, 7; 33, 64; 70, 100; 513, 1000 ] do
                    testCase
                        $"{dtype}, %d{rows} x %d{inputs}: exact but for rounding, the same on one thread and on two"
                        (fun () ->
                            TorchNative.EnsureLoaded()
                            use w = drawn dtype [| int64 rows; int64 inputs |] 1UL
                            use x = drawn dtype [| 1L; 1L; int64 inputs |] 2UL
                            Expect.isTrue (isTaken w x) "it is taken"
                            let one = onThreads 1 (fun () -> product w x)
                            Expect.equal (onThreads 2 (fun () -> product w x)) one "on two threads"
                            let exact, room = exact w x

                            for k in 0 .. rows - 1 do
                                // half a unit in the last bit, and what each of the sums in float32 may add
                                let allowed = abs exact[k] * Math.Pow(2.0, float -kept) + room[k] * float inputs * 6e-8
                                Expect.isLessThanOrEqual (abs (one[k] - exact[k])) allowed $"entry %d{k}")

            testCase "halves are rounded to even, and what is no number or infinite stays so" (fun () ->
                TorchNative.EnsureLoaded()
                let large = 16777216f

                for dtype, numbers, sum in
                    [
                        // 256 + 1 lies in the middle of 256 and 258, 258 + 1 in that of 258 and 260
                        torch.ScalarType.BFloat16, [ 256f; 1f ], 256.0
                        torch.ScalarType.BFloat16, [ 258f; 1f ], 260.0
                        // 2^24 and 2 more likewise
                        torch.ScalarType.Float32, [ large; 1f ], float large
                        torch.ScalarType.Float32, [ large + 2f; 1f ], float large + 4.0
                        for dtype, _ in types do
                            dtype, [ Single.NaN; 1f ], Double.NaN
                            dtype, [ Single.PositiveInfinity; 1f ], Double.PositiveInfinity
                            dtype, [ Single.PositiveInfinity; Single.NegativeInfinity ], Double.NaN
                    ] do
                    use w = ofNumbers dtype (Array.ofList numbers) [| 1L; 2L |]
                    use x = ofNumbers dtype [| 1f; 1f |] [| 2L |]
                    let got = (product w x)[0]
                    Expect.isTrue (got.Equals sum) $"{dtype} %A{numbers}: {got}")

            testCase "a matrix of more than 2 GB" (fun () ->
                TorchNative.EnsureLoaded()
                let inputs = 1L <<< 20
                // of which one page or two are ever written
                use w = torch.empty (1100L, inputs, dtype = torch.ScalarType.BFloat16)
                use last = w.narrow (0, 1099L, 1L)
                last.zero_().narrow(1, inputs - 1L, 1L).fill_(3.0.ToScalar()) |> ignore
                use x = torch.ones (inputs, dtype = torch.ScalarType.BFloat16)
                Expect.isTrue (isTaken w x) "it is taken"
                Expect.equal (Array.last (product w x)) 3.0 "the last entry")

            testCase "what needs a derivative, several rows and other numbers are left to LibTorch" (fun () ->
                TorchNative.EnsureLoaded()

                for dtype, _ in types do
                    use w = drawn dtype [| 4L; 3L |] 1UL
                    use x = drawn dtype [| 1L; 3L |] 2UL
                    use several = drawn dtype [| 2L; 3L |] 2UL
                    use other = drawn dtype [| 3L; 4L |] 1UL
                    use across = other.t ()
                    use double = w.``to`` torch.float64
                    use doubleRow = x.``to`` torch.float64
                    Expect.isTrue (isTaken w x) "one row"
                    Expect.isFalse (RowProduct.Takes(w, x)) "with derivatives"
                    Expect.isFalse (isTaken w several) "two rows"
                    Expect.isFalse (isTaken across x) "not in order"
                    Expect.isFalse (isTaken double x) "of two types"
                    Expect.isFalse (isTaken double doubleRow) "in 64 bits")

            testCase "LibTorch's threads do each part once, and a fault comes back" (fun () ->
                onThreads 2 (fun () ->
                    for parts in [ 1; 2; 3; 7 ] do
                        let times: int array = Array.zeroCreate parts
                        TorchThreads.Run(parts, fun k -> Interlocked.Increment(&times[k]) |> ignore)
                        Expect.equal times (Array.create parts 1) $"%d{parts} parts"

                    let once = ref 0

                    Expect.throwsT<InvalidOperationException>
                        (fun () ->
                            TorchThreads.Run(
                                3,
                                fun k -> if k = 1 then invalidOp "part 1" else Interlocked.Increment once |> ignore
                            ))
                        "a fault"

                    Expect.equal once.Value 2 "the others were done"))

            testCase "on Linux these are LibTorch's own threads, and several of them" (fun () ->
                if not (OperatingSystem.IsLinux()) then
                    skiptest "elsewhere .NET's pool does the work"

                onThreads 2 (fun () ->
                    let met = Collections.Concurrent.ConcurrentDictionary<int, bool>()
                    use both = new CountdownEvent(2)

                    TorchThreads.Run(
                        2,
                        fun _ ->
                            both.Signal() |> ignore
                            Expect.isTrue (both.Wait(TimeSpan.FromSeconds 30.0)) "both at the same time"
                            met[Environment.CurrentManagedThreadId] <- Thread.CurrentThread.IsThreadPoolThread
                    )

                    Expect.equal met.Count 2 "threads"

                    Expect.isFalse
                        met[met.Keys |> Seq.find ((<>) Environment.CurrentManagedThreadId)]
                        "not the pool's"))
        ]
    )
