module Alignment.Tests.CounterRandomTests

open System
open System.Buffers.Binary
open System.Numerics
open System.Security.Cryptography
open System.Text
open System.Threading.Tasks
open Expecto
open Alignment

let private stream = RandomStream(1UL, "counter random tests")

/// Four 32-bit words, the lowest first, as the paper and its test vectors write them.
let private words (a: uint32) (b: uint32) (c: uint32) (d: uint32) =
    UInt128(uint64 d <<< 32 ||| uint64 c, uint64 b <<< 32 ||| uint64 a)

// The three vectors for philox4x32 with 10 rounds that Random123 publishes (tests/kat_vectors).
let private philox =
    testList "Philox-4x32-10" [
        testCase "known answer: zeros" (fun () ->
            Expect.equal
                (CounterRandom.Philox(UInt128.Zero, 0UL))
                (words 0x6627e8d5u 0xe169c58du 0xbc57ac4cu 0x9b00dbd8u)
                "counter 0, key 0")

        testCase "known answer: ones" (fun () ->
            Expect.equal
                (CounterRandom.Philox(UInt128.MaxValue, UInt64.MaxValue))
                (words 0x408f276du 0x41c83b0eu 0xa20bc7c6u 0x6d5451fdu)
                "all bits set")

        testCase "known answer: digits of pi" (fun () ->
            Expect.equal
                (CounterRandom.Philox(
                    words 0x243f6a88u 0x85a308d3u 0x13198a2eu 0x03707344u,
                    (0x299f31d0UL <<< 32) ||| 0xa4093822UL
                ))
                (words 0xd16cfe09u 0x94fdccebu 0x5001e420u 0x24126ea1u)
                "pi")
    ]

let private address =
    testList "addresses" [
        testCase "key and counter are laid out as documented" (fun () ->
            let seed, name, step, index = 42UL, "names may hold ünïcödé", 0x123456789ABCL, 0xFEDCBA987654L
            let seedBytes = Array.zeroCreate 8
            BinaryPrimitives.WriteUInt64LittleEndian(Span seedBytes, seed)
            let hash = SHA256.HashData(Array.append seedBytes (Encoding.UTF8.GetBytes name))
            let key = BinaryPrimitives.ReadUInt64LittleEndian(ReadOnlySpan hash)
            // From the lowest: 48 bits index FEDCBA987654, 48 bits step 123456789ABC, 32 bits block 0.
            let counter = words 0xBA987654u 0x9ABCFEDCu 0x12345678u 0u
            let low = uint64 (CounterRandom.Philox(counter, key) &&& UInt128(0UL, UInt64.MaxValue))
            let draws = RandomStream(seed, name)

            Expect.equal
                (draws.Uniform(step, index))
                (float (low >>> 11) * Math.ScaleB(1.0, -53))
                "the highest 53 of 64 bits"

            Expect.equal
                (draws.UniformOpen(step, index))
                ((float (low >>> 12) + 0.5) * Math.ScaleB(1.0, -52))
                "52 bits and a half")

        // Stored results depend on these: they may never change. Computed by a second implementation, in Python.
        testCase "known draws" (fun () ->
            let draws = RandomStream(7UL, "payoff noise")
            Expect.equal (draws.Uniform(0L, 3L)) 0.33108685483291855 "uniform"
            Expect.equal (draws.Integer(1_000_000_007L, 5L, 0L)) 748384137L "integer"
            Expect.equal (draws.Permutation(8, 1L, 1L)) [| 7; 3; 4; 1; 6; 2; 5; 0 |] "permutation"
            Expect.floatClose Accuracy.veryHigh (draws.Normal(0L, 3L)) -0.8157507045472385 "normal"
            Expect.floatClose Accuracy.veryHigh (draws.Gamma(2.5, 0L, 3L)) 1.174071745440142 "gamma"
            Expect.floatClose Accuracy.veryHigh (draws.Beta(0.5, 1.5, 0L, 3L)) 0.21508600008796774 "beta")

        testCase "a draw is the same in any order and on any thread" (fun () ->
            let count = 20_000
            let inOrder = Array.init count (fun i -> stream.Gamma(0.7, 3L, int64 i))
            let concurrent = Array.zeroCreate count

            Parallel.For(0, count, fun i -> concurrent[count - 1 - i] <- stream.Gamma(0.7, 3L, int64 (count - 1 - i)))
            |> ignore

            Expect.equal concurrent inOrder "backwards and in parallel")

        testCase "seeds, names, steps and indices each give other draws" (fun () ->
            let draws = [|
                for seed in [ 0UL; 1UL; UInt64.MaxValue ] do
                    for name in [ "a"; "b"; "ab"; "a " ] do
                        let draws = RandomStream(seed, name)

                        for step in [ 0L; 1L; 65535L; 65536L; RandomStream.AddressLimit - 1L ] do
                            for index in [ 0L; 1L; 65536L; RandomStream.AddressLimit - 1L ] do
                                for k in 0L .. 99L do
                                    draws.Uniform(step, abs (index - k))
            |]

            // abs folds some indices onto each other: index 0 reaches 0..99, index 1 reaches 1, 0, 1, 2, ...
            let expected = 3 * 4 * 5 * (100 + 0 + 100 + 100)
            Expect.equal (Array.distinct draws).Length expected "distinct numbers")

        testCase "names and seeds are values" (fun () ->
            Expect.equal (stream.WithName("x").WithSeed(9UL)) (RandomStream(9UL, "x")) "withers"
            Expect.notEqual (stream.WithName("x")) stream "another name"
            Expect.stringContains (string (RandomStream(9UL, "x"))) "Seed = 9, Name = x" "text")

        testCase "what is out of range says so" (fun () ->
            let message (draw: unit -> 'a) =
                try
                    draw () |> ignore
                    "nothing was thrown"
                with e ->
                    e.Message

            let categorical (weights: float[]) = float (stream.Categorical(weights, 0L, 0L))
            let says part draw = Expect.stringContains (message draw) part part
            says "'counter random tests': expected step from 0 to 2^48 - 1" (fun () -> stream.Uniform(-1L, 0L))
            says "expected index from 0 to 2^48 - 1" (fun () -> stream.Normal(0L, RandomStream.AddressLimit))
            says "shape from 1e-300 to 1e12" (fun () -> stream.Gamma(0.0, 0L, 0L))
            says "shape from 1e-300 to 1e12" (fun () -> stream.Beta(1.0, nan, 0L, 0L))
            says "at least 1 integer" (fun () -> float (stream.Integer(0L, 0L, 0L)))
            says "needs a name" (fun () -> float (RandomStream(0UL, " ").Seed))
            says "default(RandomStream)" (fun () -> RandomStream().Uniform(0L, 0L))
            says "Weight 1: expected a number of at least 0, got -1" (fun () -> categorical [| 1.0; -1.0 |])
            says "expected a finite sum above 0, got 0" (fun () -> categorical [| 0.0; 0.0 |])
            says "at least 0 elements" (fun () -> float (stream.Permutation(-1, 0L, 0L)).Length))
    ]

/// Kolmogorov and Smirnov's distance from a distribution function, times the root of the sample's size.
let private kolmogorov (distribution: float -> float) (sample: float[]) =
    let sorted = Array.sort sample
    let count = float sorted.Length

    sorted
    |> Seq.mapi (fun i x ->
        let p = distribution x
        max (p - float i / count) (float (i + 1) / count - p))
    |> Seq.max
    |> fun distance -> distance * sqrt count

/// Exceeded by one sample in ten thousand of the right distribution.
let private kolmogorovBound = 2.23

/// The mean and the variance of a sample lie within five standard errors of the true ones.
let private moments mean variance (sample: float[]) =
    let count = float sample.Length
    let average f = Array.averageBy f sample
    let fourth = average (fun x -> (x - mean) ** 4.0)
    let gotMean, gotVariance = average id, average (fun x -> (x - mean) ** 2.0)

    Expect.isLessThan
        (abs (gotMean - mean))
        (5.0 * sqrt (variance / count))
        $"the mean is %g{gotMean}, should be %g{mean}"

    Expect.isLessThan
        (abs (gotVariance - variance))
        (5.0 * sqrt ((fourth - variance * variance) / count))
        $"the variance is %g{gotVariance}, should be %g{variance}"

let private count = 40_000
let private sample name draw = Array.init count (fun i -> draw (stream.WithName name) (int64 i))

/// Observed counts against expected ones; for k cells about k - 1, and above k - 1 + 6 sqrt(2k) hardly ever.
let private chiSquare (expected: float[]) (observed: int[]) =
    Array.map2 (fun e (o: int) -> (float o - e) ** 2.0 / e) expected observed |> Array.sum

let private distributions =
    testList "distributions" [
        testCase "uniform: Kolmogorov-Smirnov over indices and over steps" (fun () ->
            let overIndices = sample "uniform" (fun s i -> s.Uniform(0L, i))
            let overSteps = sample "uniform" (fun s i -> s.Uniform(i, 7L))
            let opened = sample "uniform" (fun s i -> s.UniformOpen(1L, i))

            for xs in [ overIndices; overSteps; opened ] do
                Expect.isLessThan (kolmogorov id xs) kolmogorovBound "distance"
                moments 0.5 (1.0 / 12.0) xs
                Expect.isTrue (xs |> Array.forall (fun x -> x >= 0.0 && x < 1.0)) "in [0, 1)")

        testCase "uniform: neighbours in index, step, name and seed are uncorrelated" (fun () ->
            let draws = RandomStream(11UL, "correlation")
            let xs = Array.init count (fun i -> draws.Uniform(0L, int64 i) - 0.5)

            for others in
                [
                    Array.init count (fun i -> draws.Uniform(0L, int64 i + 1L))
                    Array.init count (fun i -> draws.Uniform(1L, int64 i))
                    Array.init count (fun i -> draws.WithName("correlatioo").Uniform(0L, int64 i))
                    Array.init count (fun i -> draws.WithSeed(12UL).Uniform(0L, int64 i))
                ] do
                let correlation = 12.0 * (Array.map2 (fun x y -> x * (y - 0.5)) xs others |> Array.average)
                Expect.isLessThan (abs correlation) (5.0 / sqrt (float count)) "correlation")

        testCase "normal: moments and tails" (fun () ->
            let xs = sample "normal" (fun s i -> s.Normal(0L, i))
            moments 0.0 1.0 xs
            let se variance = 5.0 * sqrt (variance / float count)

            Expect.isLessThan
                (abs (Array.averageBy (fun x -> x ** 3.0) xs))
                (se 15.0)
                "third moment 0, its variance 15"

            Expect.isLessThan
                (abs (Array.averageBy (fun x -> x ** 4.0) xs - 3.0))
                (se 96.0)
                "fourth moment 3, its variance 96"

            for limit, p in [ 1.0, 0.317310507862914; 2.0, 0.0455002638963584; 3.0, 0.00269979606326019 ] do
                let share = float (xs |> Array.filter (fun x -> abs x > limit) |> Array.length) / float count
                Expect.isLessThan (abs (share - p)) (se (p * (1.0 - p))) $"beyond %g{limit}")

        for shape in [ 0.1; 0.5; 1.0; 2.5; 40.0; 1e6 ] do
            testCase $"gamma of shape %g{shape}: moments" (fun () ->
                sample $"gamma %g{shape}" (fun s i -> s.Gamma(shape, 0L, i)) |> moments shape shape)

        testCase "gamma of shape 1 is exponential" (fun () ->
            let xs = sample "exponential" (fun s i -> s.Gamma(1.0, 0L, i))
            Expect.isLessThan (kolmogorov (fun x -> 1.0 - exp -x) xs) kolmogorovBound "distance")

        testCase "gamma: the logarithm is finite where the draw underflows" (fun () ->
            let logs = sample "small" (fun s i -> s.LogGamma(1e-3, 0L, i))
            Expect.isTrue (Array.forall Double.IsFinite logs) "finite"
            Expect.isTrue (logs |> Array.exists (fun x -> exp x = 0.0)) "some underflow")

        for a, b in [ 0.5, 0.5; 2.0, 3.0; 30.0, 1.0; 0.05, 0.1; 1000.5, 20.5 ] do
            testCase $"beta of %g{a} and %g{b}: moments" (fun () ->
                sample $"beta %g{a} %g{b}" (fun s i -> s.Beta(a, b, 0L, i))
                |> moments (a / (a + b)) (a * b / ((a + b) * (a + b) * (a + b + 1.0))))

        testCase "beta of a and 1 is the a-th root of a uniform" (fun () ->
            let xs = sample "power" (fun s i -> s.Beta(0.3, 1.0, 0L, i))
            Expect.isLessThan (kolmogorov (fun x -> x ** 0.3) xs) kolmogorovBound "distance")

        testCase "beta: a number for the smallest shapes" (fun () ->
            let xs = sample "tiny" (fun s i -> s.Beta(1e-300, 1e-300, 0L, i))
            Expect.isTrue (xs |> Array.forall (fun x -> x = 0.0 || x = 1.0)) "0 or 1"
            Expect.isLessThan (abs (Array.average xs - 0.5)) (2.5 / sqrt (float count)) "as often 0 as 1")

        testCase "integer: each as often, where bits divide unevenly too" (fun () ->
            // 3 * 2^61 leaves 2^62 of 2^64 low halves over: a quarter of the blocks is rejected.
            for bound in [ 6L; 3L <<< 61; 3L ] do
                let sixth = if bound = 3L then 0.5 else float bound / 6.0
                let observed = Array.zeroCreate (if bound = 3L then 3 else 6)

                for i in 0L .. int64 count - 1L do
                    let drawn = stream.Integer(bound, 200L, i)
                    Expect.isTrue (drawn >= 0L && drawn < bound) "range"
                    let cell = if bound = 3L then int drawn else int (floor (float drawn / sixth))
                    observed[min cell (observed.Length - 1)] <- observed[min cell (observed.Length - 1)] + 1

                let expected = Array.create observed.Length (float count / float observed.Length)
                Expect.isLessThan (chiSquare expected observed) 26.0 $"bound %d{bound}: %A{observed}"

            Expect.equal (stream.Integer(1L, 0L, 0L)) 0L "only one")

        testCase "categorical: as often as the weights say, never where the weight is 0" (fun () ->
            let weights = [| 0.0; 2.0; 1.0; 0.0; 5.0; 0.0 |]
            let observed = Array.zeroCreate weights.Length

            for i in 0L .. int64 count - 1L do
                let drawn = stream.Categorical(weights, 201L, i)
                observed[drawn] <- observed[drawn] + 1

            Expect.equal [ observed[0]; observed[3]; observed[5] ] [ 0; 0; 0 ] "weight 0"
            let expected = [| 2.0; 1.0; 5.0 |] |> Array.map (fun w -> w / 8.0 * float count)
            Expect.isLessThan (chiSquare expected [| observed[1]; observed[2]; observed[4] |]) 20.0 $"%A{observed}")

        testCase "permutation: every order of four as often" (fun () ->
            let observed =
                Array.init count (fun i -> stream.Permutation(4, 202L, int64 i) |> List.ofArray) |> Array.countBy id

            Expect.equal observed.Length 24 "orders"

            for order, _ in observed do
                Expect.equal (List.sort order) [ 0; 1; 2; 3 ] "each element once"

            let expected = Array.create 24 (float count / 24.0)
            Expect.isLessThan (chiSquare expected (Array.map snd observed)) 60.0 "even"
            Expect.equal (stream.Permutation(0, 0L, 0L)) [||] "none")
    ]

[<Tests>]
let tests = testList "counter random" [ philox; address; distributions ]
