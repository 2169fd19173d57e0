module Alignment.Tests.VectorMathTests

open System
open System.Numerics
open System.Security.Cryptography
open Expecto
open Alignment
open Alignment.Runtime.Host

/// The oracle: exp and log in fixed-point integers, by their series. A number is an integer times 2^-192.
module private Exact =
    let bits = 192
    let one = BigInteger.One <<< bits

    let multiply (a: BigInteger) (b: BigInteger) = (a * b) >>> bits
    let divide (a: BigInteger) (b: BigInteger) = (a <<< bits) / b

    /// A double is an integer times a power of two.
    let parts (x: float) =
        let raw = BitConverter.DoubleToInt64Bits x
        let fraction = raw &&& 0xFFFFFFFFFFFFFL
        let exponent = int (raw >>> 52) &&& 0x7FF
        let size = if exponent = 0 then fraction else fraction ||| (1L <<< 52)
        (if raw < 0L then BigInteger.Negate(BigInteger size) else BigInteger size), max exponent 1 - 1075

    let shift (value: BigInteger) by = if by >= 0 then value <<< by else value >>> -by

    /// Exact for every double that is 0 or at least 2^-139 in size.
    let ofFloat x =
        let size, exponent = parts x
        shift size (exponent + bits)

    /// 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1): fast for m near 1.
    let private logNearOne (m: BigInteger) =
        let s = divide (m - one) (m + one)
        let square = multiply s s
        let mutable sum, power, k = s, s, 1

        while not power.IsZero do
            power <- multiply power square
            k <- k + 2
            sum <- sum + power / BigInteger k
            // The floor of a negative number never becomes 0.
            if power.IsOne || power = BigInteger.MinusOne then
                power <- BigInteger.Zero

        sum <<< 1

    // log 2 = 2 log(4/3) + log(9/8)
    let log2 =
        let ratio (a: int) (b: int) = divide (BigInteger a) (BigInteger b)
        (logNearOne (ratio 4 3) <<< 1) + logNearOne (ratio 9 8)

    /// log of a positive number in units of 2^-192, however many bits it has.
    let log (x: BigInteger) =
        let k = int (x.GetBitLength()) - 1 - bits
        let m = shift x -k
        let k, m = if m > one + (one >>> 1) then k + 1, m >>> 1 else k, m
        logNearOne m + BigInteger k * log2

    /// log of a positive double, of subnormal ones too.
    let logOf x =
        let size, exponent = parts x
        log (size <<< bits) + BigInteger exponent * log2

    /// e^x as a number near 1 and a power of two.
    let exp (x: BigInteger) =
        let n = int ((x + (log2 >>> 1)) / log2)
        let r = (x - BigInteger n * log2) >>> 8
        let mutable sum, term, k = one, one, 0

        while not term.IsZero do
            k <- k + 1
            term <- multiply term r / BigInteger k
            sum <- sum + term

        for _ in 1..8 do
            sum <- multiply sum sum

        sum, n

    /// The error of y, in units of the last place of value * 2^power: `digits` digits, smallest exponent `least`.
    let ulps digits least (value: BigInteger, power: int) (y: float) =
        let exponent = int (BigInteger.Abs(value).GetBitLength()) - 1 - bits + power
        let unit = max exponent least - (digits - 1)
        let size, scale = parts y
        // Both in units of 2^-40 of a unit in the last place.
        let error = shift size (scale - unit + 40) - shift value (power - bits - unit + 40)
        float (BigInteger.Abs error) / float (1L <<< 40)

type private Width = { Name: string; Digits: int; LeastExponent: int; Round: float -> float }

let private float64 = { Name = "float64"; Digits = 53; LeastExponent = -1022; Round = id }

let private float32' = {
    Name = "float32"
    Digits = 24
    LeastExponent = -126
    Round = float32 >> float
}

/// Whole vectors over an array, the last one padded with ones.
let private map<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType>
    (one: 'T)
    (f: Vector<'T> -> Vector<'T>)
    (xs: 'T[])
    =
    let width = Vector<'T>.Count
    let padded = Array.append xs (Array.create (width - 1 - (xs.Length + width - 1) % width) one)
    let ys = Array.zeroCreate padded.Length

    for i in 0..width .. padded.Length - width do
        (f (Vector<'T>(padded, i))).CopyTo(ys, i)

    Array.truncate xs.Length ys

type private Case = {
    Name: string
    Exact: float -> BigInteger * int
    Run64: Vector<float> -> Vector<float>
    Run32: Vector<float32> -> Vector<float32>
    /// Intervals to search, for float64 and for float32.
    Ranges64: (float * float) list
    Ranges32: (float * float) list
    Bound64: float
    Bound32: float
}

let private expMinusOne (x: BigInteger) =
    let e, n = Exact.exp x
    Exact.shift e n - Exact.one

// The bounds are those that VectorMath documents.
let private cases = [
    {
        Name = "exp"
        Exact = Exact.ofFloat >> Exact.exp
        Run64 = fun x -> VectorMath.Exp x
        Run32 = fun x -> VectorMath.Exp x
        Ranges64 = [ -1.0, 1.0; -745.0, 709.7; -745.0, -707.0 ]
        Ranges32 = [ -1.0, 1.0; -103.0, 88.7; -103.0, -86.0 ]
        Bound64 = 1.2
        Bound32 = 1.11
    }
    {
        Name = "expm1"
        Exact = fun x -> expMinusOne (Exact.ofFloat x), 0
        Run64 = fun x -> VectorMath.Expm1 x
        Run32 = fun x -> VectorMath.Expm1 x
        Ranges64 = [ -1.0, 1.0; -45.0, 45.0; 0.34, 0.4; -1e-15, 1e-15; 45.0, 709.7 ]
        Ranges32 = [ -1.0, 1.0; -20.0, 40.0; 0.34, 0.4; -1e-6, 1e-6; 40.0, 88.7 ]
        Bound64 = 1.6
        Bound32 = 1.46
    }
    {
        Name = "log"
        Exact = fun x -> Exact.logOf x, 0
        Run64 = fun x -> VectorMath.Log x
        Run32 = fun x -> VectorMath.Log x
        Ranges64 = [ 0.5, 2.0; 0.999, 1.001; 1.38, 1.42; 0.0, 1e-30; 0.0, 3e-308; 1.0, 1e300 ]
        Ranges32 = [ 0.5, 2.0; 0.99, 1.01; 1.38, 1.42; 0.0, 1e-30; 0.0, 2e-38; 1.0, 3e38 ]
        Bound64 = 0.9
        Bound32 = 0.86
    }
    {
        Name = "log1p"
        Exact = fun x -> Exact.log (Exact.one + Exact.ofFloat x), 0
        Run64 = fun x -> VectorMath.Log1p x
        Run32 = fun x -> VectorMath.Log1p x
        Ranges64 = [ -0.9999, 1.0; -1e-14, 1e-14; 0.41, 0.45; 1.0, 1e15; 1.0, 1.7e308 ]
        Ranges32 = [ -0.9999, 1.0; -1e-6, 1e-6; 0.41, 0.45; 1.0, 1e9; 1.0, 3e38 ]
        Bound64 = 1.5
        Bound32 = 1.42
    }
    {
        Name = "tanh"
        Exact =
            fun x ->
                let e = expMinusOne (Exact.ofFloat x <<< 1)
                Exact.divide e (e + (Exact.one <<< 1)), 0
        Run64 = fun x -> VectorMath.Tanh x
        Run32 = fun x -> VectorMath.Tanh x
        Ranges64 = [ -1.0, 1.0; 0.0, 20.0; 0.17, 0.19; 17.0, 20.0; -1e-12, 1e-12 ]
        Ranges32 = [ -1.0, 1.0; 0.0, 10.0; 0.17, 0.19; 7.5, 10.0; -1e-6, 1e-6 ]
        Bound64 = 1.2
        Bound32 = 1.13
    }
]

let private draws = RandomStream(20240607UL, "vector math tests")

/// Half of the points on an even grid, half at random.
let private points step (low, high) =
    let at u = low + u * (high - low)
    let count = 2_000

    Array.init count (fun i ->
        if i % 2 = 0 then
            at ((float i + 0.5) / float count)
        else
            at (draws.Uniform(step, int64 i)))

let private accuracy (case: Case) (width: Width) =
    let ranges, bound, run =
        if width.Digits = 53 then
            case.Ranges64, case.Bound64, map 1.0 case.Run64
        else
            case.Ranges32, case.Bound32, Array.map float32 >> map 1.0f case.Run32 >> Array.map float

    testCase $"%s{case.Name}, %s{width.Name}: within %g{bound} units in the last place" (fun () ->
        let xs =
            ranges
            |> List.mapi (fun i range -> points (int64 i) range)
            |> Array.concat
            |> Array.map width.Round
            |> Array.filter ((<>) 0.0)

        for x, y in Array.zip xs (run xs) do
            let error = Exact.ulps width.Digits width.LeastExponent (case.Exact x) y

            if error > bound then
                failtest $"%s{case.Name} %.17g{x} = %.17g{y} is off by %.3f{error}")

let private sameBits (a: float) (b: float) =
    Double.IsNaN a && Double.IsNaN b
    || BitConverter.DoubleToInt64Bits a = BitConverter.DoubleToInt64Bits b

let private infinity = Double.PositiveInfinity
let private nan = Double.NaN

/// Both precisions give the same answer to these.
let private special = [
    "exp",
    [
        0.0, 1.0
        -0.0, 1.0
        infinity, infinity
        -infinity, 0.0
        nan, nan
        1e30, infinity
        -1e30, 0.0
        1e-30, 1.0
    ]
    "expm1",
    [
        0.0, 0.0
        -0.0, -0.0
        infinity, infinity
        -infinity, -1.0
        nan, nan
        1e30, infinity
        -1e30, -1.0
        -100.0, -1.0
    ]
    "log",
    [
        1.0, 0.0
        0.0, -infinity
        -0.0, -infinity
        infinity, infinity
        -infinity, nan
        -1.0, nan
        -1e-40, nan
        nan, nan
    ]
    "log1p",
    [
        0.0, 0.0
        -0.0, -0.0
        -1.0, -infinity
        infinity, infinity
        -infinity, nan
        -2.0, nan
        -1e30, nan
        nan, nan
    ]
    "tanh",
    [
        0.0, 0.0
        -0.0, -0.0
        infinity, 1.0
        -infinity, -1.0
        nan, nan
        50.0, 1.0
        -50.0, -1.0
        1e38, 1.0
    ]
]

/// Where float64 alone ends: the largest finite result, the smallest subnormal one, and past them.
let private edges64 = [
    "exp", 709.782712893384, 1.7976931348622732e308
    "exp", 709.7827128933841, infinity
    "exp", -708.3964185322641, 2.2250738585072626e-308
    "exp", -745.1332191019411, 5e-324
    "exp", -745.1332191019412, 0.0
    "expm1", 709.782712893384, 1.7976931348622732e308
    "expm1", 709.7827128933841, infinity
    "expm1", 5e-324, 5e-324
    "expm1", -1e-310, -1e-310
    "log", 5e-324, -744.4400719213812
    "log", Double.MaxValue, 709.782712893384
    "log1p", 5e-324, 5e-324
    "log1p", -1e-310, -1e-310
    "log1p", Double.MaxValue, 709.782712893384
    "tanh", 5e-324, 5e-324
    "tanh", -1e-310, -1e-310
]

let private caseOf name = cases |> List.find (fun c -> c.Name = name)
let private run64 name (x: float) = ((caseOf name).Run64(Vector<float> x))[0]
let private run32 name (x: float) = float ((caseOf name).Run32(Vector<float32>(float32 x)).[0])

let private specialValues = [
    testCase "zeros, infinities and NaN" (fun () ->
        for name, pairs in special do
            for x, expected in pairs do
                for width, got in [ float64, run64 name x; float32', run32 name x ] do
                    if not (sameBits got expected) then
                        failtest $"%s{name} %g{x} in %s{width.Name}: expected %g{expected}, got %g{got}")

    testCase "the ends of float64" (fun () ->
        for name, x, expected in edges64 do
            let got = run64 name x
            let unit = Math.BitIncrement(abs expected) - abs expected
            let near = abs (got - expected) <= unit && not (Double.IsInfinity expected)

            if not (near || sameBits got expected) then
                failtest $"%s{name} %.17g{x}: expected %.17g{expected}, got %.17g{got}")

    testCase "NaN comes out of every lane it went into, and of no other" (fun () ->
        for case in cases do
            for lane in 0 .. Vector<float>.Count - 1 do
                let xs = Array.init Vector<float>.Count (fun i -> if i = lane then nan else 0.25)
                let ys = map 1.0 case.Run64 xs
                Expect.equal (Array.map Double.IsNaN ys) (Array.map Double.IsNaN xs) case.Name)

    testCase "the generic entry is the same kernel" (fun () ->
        let x = Vector<float> 0.7
        let y = Vector<float32> 0.7f
        Expect.equal (VectorMath.Exp<float> x) (VectorMath.Exp x) "exp"
        Expect.equal (VectorMath.Expm1<float> x) (VectorMath.Expm1 x) "expm1"
        Expect.equal (VectorMath.Log<float> x) (VectorMath.Log x) "log"
        Expect.equal (VectorMath.Log1p<float32> y) (VectorMath.Log1p y) "log1p"
        Expect.equal (VectorMath.Tanh<float32> y) (VectorMath.Tanh y) "tanh"
        Expect.equal (VectorMath.Pow<float32>(y, y)) (VectorMath.Pow(y, y)) "pow"
        Expect.throwsT<NotSupportedException> (fun () -> VectorMath.Exp Vector<int>.One |> ignore) "integers")
]

// Values of every kind: ordinary, special, subnormal, at the borders of the kernels' cases.
let private pool =
    let border =
        [
            0.0
            1.0
            0.5
            2.0
            0.34657359027997264
            0.7071067811865476
            1.4142135623730951
            708.0
            709.78
            745.1
            1e-300
            1e-310
            5e-324
            1e300
            Double.MaxValue
            infinity
            1e-18
            1e-20
            40.0
            87.0
            103.0
            22.0
            3.0
        ]
        |> List.collect (fun x -> [ x; -x ])

    Array.append
        (Array.ofList (nan :: border))
        (Array.init 200 (fun i -> 1400.0 * draws.Uniform(100L, int64 i) - 700.0))

let private pick step index = pool[int (draws.Integer(int64 pool.Length, step, index))]

let private lanes = [
    for case in cases do
        testCase $"%s{case.Name}: a lane's bits depend on neither its place nor its neighbours" (fun () ->
            pool
            |> Array.iteri (fun i x ->
                let alone = run64 case.Name x

                for lane in 0 .. Vector<float>.Count - 1 do
                    let among =
                        Array.init Vector<float>.Count (fun k ->
                            if k = lane then x else pick 101L (int64 (1000 * i + 32 * lane + k)))

                    let got = (case.Run64(Vector<float> among))[lane]

                    if not (sameBits got alone) then
                        failtest $"float64, %.17g{x} in lane %d{lane} of %A{among}: %.17g{got}, alone %.17g{alone}"

                let alone = run32 case.Name x

                for lane in 0 .. Vector<float32>.Count - 1 do
                    let among =
                        Array.init Vector<float32>.Count (fun k ->
                            float32 (if k = lane then x else pick 102L (int64 (1000 * i + 32 * lane + k))))

                    let got = float (case.Run32(Vector<float32> among).[lane])

                    if not (sameBits got alone) then
                        failtest $"float32, %.9g{x} in lane %d{lane} of %A{among}: %.9g{got}, alone %.9g{alone}"))
]

let private pow64 (x: float) (y: float) = (VectorMath.Pow(Vector<float> x, Vector<float> y))[0]

let private pow32 (x: float) (y: float) =
    float (VectorMath.Pow(Vector<float32>(float32 x), Vector<float32>(float32 y)).[0])

let private pow = [
    testCase "pow, float64: within 1.3 units in the last place" (fun () ->
        for i in 0L .. 2_999L do
            let u, v = draws.UniformOpen(110L, i), draws.Uniform(111L, i)

            let x =
                match i % 3L with
                | 0L ->
                    BitConverter.Int64BitsToDouble(int64 (u * float (BitConverter.DoubleToInt64Bits Double.MaxValue)))
                | 1L -> 0.5 + 1.5 * u
                | _ -> 1.0 + 1e-6 * (u - 0.5)

            let limit = if i % 2L = 0L then 700.0 else 20.0
            let y = limit * (2.0 * v - 1.0) / Math.Log x

            if x <> 1.0 && abs y < 1e300 then
                // y is an integer times 2^e.
                let size, e = Exact.parts y
                let exponent = Exact.shift (Exact.logOf x * size) e
                let error = Exact.ulps 53 -1022 (Exact.exp exponent) (pow64 x y)

                if error > 1.3 then
                    failtest $"pow(%.17g{x}, %.17g{y}) = %.17g{pow64 x y} is off by %.3f{error}")

    testCase "pow, float32: within 0.51 units in the last place" (fun () ->
        for i in 0L .. 19_999L do
            let x = float (float32 (4.0 * draws.UniformOpen(112L, i)))
            let y = float (float32 (60.0 * draws.Uniform(113L, i) - 30.0))
            // Math.Pow errs by a billionth of a float32 unit.
            let expected = Math.Pow(x, y)

            if expected > 1.2e-38 && expected < 3.4e38 then
                let unit = Math.ScaleB(1.0, Math.ILogB expected - 23)
                Expect.isLessThan (abs (pow32 x y - expected) / unit) 0.51 $"pow(%g{x}, %g{y})")

    testCase "pow: the special cases of IEEE 754, all pairs" (fun () ->
        let values = [
            for x in [ 0.0; 1.0; 2.0; 3.0; 0.5; 1.5; infinity; 1e30; 1e-30; 16777216.0; 16777215.0 ] do
                x
                -x
            nan
        ]

        for x in values do
            for y in values do
                let expected = Math.Pow(x, y)
                let near (got: float) unit = abs (got - expected) <= unit * abs expected && sign got = sign expected
                let got = pow64 x y

                if not (sameBits got expected || Double.IsFinite expected && near got 4e-16) then
                    failtest $"float64 pow(%g{x}, %g{y}): expected %g{expected}, got %g{got}"

                let expected32 = float (float32 expected)
                let got = pow32 x y
                let rounded = Double.IsFinite expected32 && near got 1e-6
                // 1e30 and 1e-30 are other numbers in float32; their powers may differ in the last place, or end at 0.
                if not (sameBits got expected32 || rounded) then
                    failtest $"float32 pow(%g{x}, %g{y}): expected %g{expected32}, got %g{got}")

    testCase "pow: a lane's bits depend on neither its place nor its neighbours" (fun () ->
        for i in 0L .. 4_999L do
            let count = Vector<float>.Count
            let xs = Array.init count (fun k -> pick 120L (i * 64L + int64 k))
            let ys = Array.init count (fun k -> pick 121L (i * 64L + int64 k))
            let together = VectorMath.Pow(Vector<float> xs, Vector<float> ys)

            for k in 0 .. count - 1 do
                let alone = pow64 xs[k] ys[k]

                if not (sameBits together[k] alone) then
                    failtest $"pow(%.17g{xs[k]}, %.17g{ys[k]}) in lane %d{k}: %.17g{together[k]}, alone %.17g{alone}")
]

/// A short digest of a function's bits on 4,096 numbers, half of them small and half of any size.
let private digest (run: float[] -> float[]) =
    let xs =
        Array.init 4096 (fun i ->
            let u = draws.Uniform(130L, int64 i)

            if i % 2 = 0 then
                8.0 * u - 3.0
            else
                BitConverter.Int64BitsToDouble(int64 (u * 9.2e18)))

    run xs
    |> Array.map (fun y -> if Double.IsNaN y then 0.0 else y)
    |> Array.collect BitConverter.GetBytes
    |> SHA256.HashData
    |> Convert.ToHexString
    |> fun text -> text.Substring(0, 16)

// A change here means that every solver's trace changes in its last digits: let it be on purpose, and say so in the
// change log. The same digests come out for vectors of 128, 256 and 512 bits, with hardware FMA and without.
let private digests = [
    "exp", "01368420A21396B5", "C802B73685F5B922"
    "expm1", "F8FF6383F067C6C3", "D88E838B47BF28F0"
    "log", "3E14695E3353FE18", "84A4F5C6D27C6EED"
    "log1p", "CFE8E733D7E63468", "3663DD3782B76ED6"
    "tanh", "3DD8425D116A3626", "58D28DA8BA68DE95"
]

let private golden = [
    testCase "the bits are the same on every machine" (fun () ->
        let got = [
            for name, _, _ in digests do
                let case = caseOf name
                name, digest (map 1.0 case.Run64), digest (Array.map float32 >> map 1.0f case.Run32 >> Array.map float)
        ]

        Expect.equal got digests "digests of the results in float64 and float32")
]

/// The exponential of a softmax.
let private downwards = [
    testCase "exp of what is at most 0, float32: the bits of exp down to -87, then 0" (fun () ->
        // every 251st float from -0 to -infinity, in steps that meet all exponents
        let numbers = [|
            for bits in 0x80000000u .. 251u .. 0xFF800000u -> BitConverter.UInt32BitsToSingle bits
            yield! [| -87f; MathF.BitDecrement -87f; Single.NegativeInfinity; 0f |]
        |]

        for x in numbers do
            let expected = if x < -87f then 0f else VectorMath.Exp(Vector<float32> x)[0]
            let actual = VectorMath.ExpDown(Vector<float32> x)[0]

            if BitConverter.SingleToUInt32Bits actual <> BitConverter.SingleToUInt32Bits expected then
                failtest $"exp %g{x}: expected %g{expected}, got %g{actual}"

        Expect.isTrue (Single.IsNaN(VectorMath.ExpDown(Vector<float32> nanf)[0])) "NaN"
        Expect.isTrue (Single.IsNaN(VectorMath.ExpDown(Vector<float32>(-nanf))[0])) "NaN of the other sign")

    testCase "exp of what is at most 0, float64: the bits of exp down to -708, then 0" (fun () ->
        let numbers = [|
            for k in 0..200_000 -> -720.0 * float k / 200_000.0
            for k in 0..1100 -> -Math.ScaleB(1.234567, -k)
            yield! [| -708.0; Math.BitDecrement -708.0; -1e300; Double.NegativeInfinity; 0.0; -0.0 |]
        |]

        for x in numbers do
            let expected = if x < -708.0 then 0.0 else VectorMath.Exp(Vector<float> x)[0]
            let actual = VectorMath.ExpDown(Vector<float> x)[0]

            if BitConverter.DoubleToInt64Bits actual <> BitConverter.DoubleToInt64Bits expected then
                failtest $"exp %g{x}: expected %g{expected}, got %g{actual}"

        Expect.isTrue (Double.IsNaN(VectorMath.ExpDown(Vector<float> nan)[0])) "NaN"
        Expect.isTrue (Double.IsNaN(VectorMath.ExpDown(Vector<float>(-nan))[0])) "NaN of the other sign")
]

[<Tests>]
let tests =
    testList "vector math" [
        for case in cases do
            for width in [ float64; float32' ] do
                accuracy case width
        yield! specialValues
        yield! downwards
        yield! lanes
        yield! pow
        yield! golden
    ]
