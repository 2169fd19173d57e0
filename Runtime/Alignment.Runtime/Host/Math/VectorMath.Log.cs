using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

// x = 2^k m with m in [sqrt 1/2, sqrt 2) and log x = k ln 2 + log m. With f = m - 1 and s = f / (2 + f),
//     log m = 2 atanh s = f - f^2/2 + s (f^2/2 + s^2 G(s^2)),
// an arrangement in which f is exact and everything added to it is small. The form goes back to the C library of
// 4.3BSD (K. C. Ng 1986).
internal static partial class VectorMath
{
    private const long One64 = 0x3FF0000000000000;
    private const long SqrtHalf64 = 0x3FE6A09E667F3BCD;
    private const long Fraction64 = 0x000FFFFFFFFFFFFF;
    private const int One32 = 0x3F800000;
    private const int SqrtHalf32 = 0x3F3504F3;
    private const int Fraction32 = 0x007FFFFF;

    // ln 2 = Head + Rest with all bits in Head: for sums whose product with k is fused and so needs no free bits.
    private const double Ln2Head = 0.6931471805599453;
    private const double Ln2Rest = 2.3190468138462996e-17;
    private const float Ln2HeadF = 0.6931471824645996f;
    private const float Ln2RestF = -1.9046542121259336e-09f;

    /// <inheritdoc cref="Log{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Log(Vector<double> x)
    {
        // Rare: not a positive normal number.
        var rare = ~(
            Vector.GreaterThanOrEqual(x, Vector.Create(2.2250738585072014e-308))
            & Vector.LessThanOrEqual(x, Vector.Create(double.MaxValue))
        );
        var normal = x;
        var bias = Vector.Create(Exponent64 + 1023.0);
        if (rare != Vector<long>.Zero)
        {
            // A subnormal number has no leading bit: lift it by 2^54.
            var small = Vector.LessThan(x, Vector.Create(2.2250738585072014e-308));
            normal = Vector.ConditionalSelect(small, x * Vector.Create(18014398509481984.0), x);
            bias += Vector.BitwiseAnd(small.As<long, double>(), Vector.Create(54.0));
        }

        // Adding 1 - sqrt 1/2 to the bits makes the exponent step where m should jump, and keeps it positive.
        var bits = normal.As<double, long>() + Vector.Create(One64 - SqrtHalf64);
        var k = ToDouble(bits >>> 52) - bias;
        var m = ((bits & Vector.Create(Fraction64)) + Vector.Create(SqrtHalf64)).As<long, double>();
        var result = LogSum(m - Vector<double>.One, k);

        if (rare != Vector<long>.Zero)
        {
            result = Vector.ConditionalSelect(
                Vector.Equals(x, Vector<double>.Zero),
                Vector.Create(double.NegativeInfinity),
                result
            );
            result = Vector.ConditionalSelect(Vector.Equals(x, Vector.Create(double.PositiveInfinity)), x, result);
            // NaN is not greater than or equal to anything.
            result = Vector.ConditionalSelect(
                Vector.GreaterThanOrEqual(x, Vector<double>.Zero),
                result,
                Vector.Create(double.NaN)
            );
        }

        return result;
    }

    /// <inheritdoc cref="Log{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log(Vector<float> x)
    {
        var rare = ~(
            Vector.GreaterThanOrEqual(x, Vector.Create(1.17549435e-38f))
            & Vector.LessThanOrEqual(x, Vector.Create(float.MaxValue))
        );
        var normal = x;
        var bias = Vector.Create(127);
        if (rare != Vector<int>.Zero)
        {
            var small = Vector.LessThan(x, Vector.Create(1.17549435e-38f));
            normal = Vector.ConditionalSelect(small, x * Vector.Create(33554432f), x);
            bias += small & Vector.Create(25);
        }

        var bits = normal.As<float, int>() + Vector.Create(One32 - SqrtHalf32);
        var k = Vector.ConvertToSingle((bits >>> 23) - bias);
        var m = ((bits & Vector.Create(Fraction32)) + Vector.Create(SqrtHalf32)).As<int, float>();
        var result = LogSum(m - Vector<float>.One, k);

        if (rare != Vector<int>.Zero)
        {
            result = Vector.ConditionalSelect(
                Vector.Equals(x, Vector<float>.Zero),
                Vector.Create(float.NegativeInfinity),
                result
            );
            result = Vector.ConditionalSelect(Vector.Equals(x, Vector.Create(float.PositiveInfinity)), x, result);
            result = Vector.ConditionalSelect(
                Vector.GreaterThanOrEqual(x, Vector<float>.Zero),
                result,
                Vector.Create(float.NaN)
            );
        }

        return result;
    }

    /// <inheritdoc cref="Log1p{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Log1p(Vector<double> x)
    {
        // Rare: -1 and below, NaN, or so large that 2^-k would not be a normal number.
        var rare = ~(Vector.GreaterThan(x, Vector.Create(-1.0)) & Vector.LessThan(x, Vector.Create(1e300)));
        var tiny = IsTiny(x);
        var y = Vector.AndNot(x, tiny);
        var bias = Vector.Create(Exponent64 + 1023.0);
        if (rare != Vector<long>.Zero)
        {
            var large = Vector.GreaterThanOrEqual(x, Vector.Create(1e300));
            y = Vector.ConditionalSelect(large, y * Vector.Create(5.421010862427522e-20), y);
            bias -= Vector.BitwiseAnd(large.As<long, double>(), Vector.Create(64.0));
        }

        // k comes from 1 + x rounded, f = (1 + x) 2^-k - 1 from x itself with one rounding; at k = 0 it is x.
        var bits = (y + Vector<double>.One).As<double, long>() + Vector.Create(One64 - SqrtHalf64);
        var k = ToDouble(bits >>> 52) - bias;
        var power = (Vector.AndNot(Vector.Create(~Fraction64), bits) + Vector.Create(2 * One64 - ~Fraction64)).As<
            long,
            double
        >();
        var result = LogSum(Fma(y, power, power - Vector<double>.One), k);

        if (rare != Vector<long>.Zero)
        {
            result = Vector.ConditionalSelect(
                Vector.Equals(x, Vector.Create(-1.0)),
                Vector.Create(double.NegativeInfinity),
                result
            );
            result = Vector.ConditionalSelect(Vector.Equals(x, Vector.Create(double.PositiveInfinity)), x, result);
            result = Vector.ConditionalSelect(
                Vector.GreaterThanOrEqual(x, Vector.Create(-1.0)),
                result,
                Vector.Create(double.NaN)
            );
        }

        return Vector.ConditionalSelect(tiny, x, result);
    }

    /// <inheritdoc cref="Log1p{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log1p(Vector<float> x)
    {
        var rare = ~(Vector.GreaterThan(x, Vector.Create(-1f)) & Vector.LessThan(x, Vector.Create(1e37f)));
        var tiny = IsTiny(x);
        var y = Vector.AndNot(x, tiny);
        var bias = Vector.Create(127);
        if (rare != Vector<int>.Zero)
        {
            var large = Vector.GreaterThanOrEqual(x, Vector.Create(1e37f));
            y = Vector.ConditionalSelect(large, y * Vector.Create(5.421010862427522e-20f), y);
            bias -= large & Vector.Create(64);
        }

        var bits = (y + Vector<float>.One).As<float, int>() + Vector.Create(One32 - SqrtHalf32);
        var k = Vector.ConvertToSingle((bits >>> 23) - bias);
        var power = (Vector.AndNot(Vector.Create(~Fraction32), bits) + Vector.Create(2 * One32 - ~Fraction32)).As<
            int,
            float
        >();
        var result = LogSum(Fma(y, power, power - Vector<float>.One), k);

        if (rare != Vector<int>.Zero)
        {
            result = Vector.ConditionalSelect(
                Vector.Equals(x, Vector.Create(-1f)),
                Vector.Create(float.NegativeInfinity),
                result
            );
            result = Vector.ConditionalSelect(Vector.Equals(x, Vector.Create(float.PositiveInfinity)), x, result);
            result = Vector.ConditionalSelect(
                Vector.GreaterThanOrEqual(x, Vector.Create(-1f)),
                result,
                Vector.Create(float.NaN)
            );
        }

        return Vector.ConditionalSelect(tiny, x, result);
    }

    // k ln 2 + log(1 + f). G(z) = (2 atanh(s) - 2 s) / (s z) with z = s^2 on [0, 0.02945], degree 6, error 3.1e-16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> LogSum(Vector<double> f, Vector<double> k)
    {
        var s = f / (f + Vector.Create(2.0));
        var z = s * s;
        var z2 = z * z;
        var g01 = Fma(z, 0.399999999998982, 0.666666666666667);
        var g23 = Fma(z, 0.2222221105474741, 0.2857142862651033);
        var g45 = Fma(z, 0.15331553290620012, 0.18182894534505403);
        var g = Fma(Fma(z2, 0.14618411794273534, g45), z2 * z2, Fma(g23, z2, g01));
        var halfSquare = f * f * Vector.Create(0.5);
        var small = Fma(s, Fma(z, g, halfSquare), k * Vector.Create(Ln2Rest));
        return Fma(k, Ln2Head, f - (halfSquare - small));
    }

    // The same, degree 2, error 2e-7: 3e-9 of the result.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> LogSum(Vector<float> f, Vector<float> k)
    {
        var s = f / (f + Vector.Create(2f));
        var z = s * s;
        var g = Fma(Fma(z, 0.29582566f, 0.399887085f), z, 0.666666865f);
        var halfSquare = f * f * Vector.Create(0.5f);
        var small = Fma(s, Fma(z, g, halfSquare), k * Vector.Create(Ln2RestF));
        return Fma(k, Ln2HeadF, f - (halfSquare - small));
    }

    // An integer below 2^52, set into the fraction of 2^52, is that number plus 2^52: the caller subtracts it with its
    // own bias. (AVX2 cannot convert 64-bit integers.)
    private const double Exponent64 = 4503599627370496.0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> ToDouble(Vector<long> exponent) =>
        (exponent | Vector.Create(0x4330000000000000)).As<long, double>();
}
