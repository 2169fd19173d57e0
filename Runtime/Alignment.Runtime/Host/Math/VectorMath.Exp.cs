using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

// e^x = 2^n e^r with n = round(x / ln 2), so |r| <= ln 2 / 2, and e^r = 1 + r + r^2 Q(r).
internal static partial class VectorMath
{
    internal const double Log2E = 1.4426950408889634;

    // ln 2 = High + Low with 42 and 15 leading bits in High, so n * High is exact for every n that occurs and so is
    // x - n * High (Cody and Waite 1980, "Software manual for the elementary functions", chapter 6).
    internal const double Ln2High = 0.6931471805598903;
    internal const double Ln2Low = 5.497923018708371e-14;
    internal const float Ln2HighF = 0.693145751953125f;
    internal const float Ln2LowF = 1.428606765330187e-06f;

    // Adding 1.5 * 2^52 (1.5 * 2^23) rounds to an integer and leaves it in the low bits of the sum.
    internal const double Shifter = 6755399441055744.0;
    internal const float ShifterF = 12582912f;

    // Below, e^x for x <= 0 is taken for 0: the smallest normal number is not far.
    internal const double Lowest = -708;
    internal const float LowestF = -87f;

    // Q(r) = (e^r - 1 - r) / r^2 on |r| <= 0.3467: degree 9, error 1.1e-16, which is 1.3e-17 of e^r; degree 4, error 6.7e-8, 8e-9 of e^r.
    internal const double Q0 = 0.5000000000000001;
    internal const double Q1 = 0.16666666666666674;
    internal const double Q2 = 0.04166666666662399;
    internal const double Q3 = 0.008333333333322186;
    internal const double Q4 = 0.0013888888917281531;
    internal const double Q5 = 0.00019841269886655216;
    internal const double Q6 = 2.4801521190738833e-05;
    internal const double Q7 = 2.7557242270154317e-06;
    internal const double Q8 = 2.76201384775962e-07;
    internal const double Q9 = 2.5110072603417673e-08;
    internal const float Q0F = 0.5f;
    internal const float Q1F = 0.166665763f;
    internal const float Q2F = 0.0416663736f;
    internal const float Q3F = 0.00836320501f;
    internal const float Q4F = 0.00139411609f;

    /// <inheritdoc cref="Exp{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Exp(Vector<double> x)
    {
        var y = Vector.AndNot(x, IsTiny(x));
        var shifted = Fma(y, Log2E, Shifter);
        var n = shifted - Vector.Create(Shifter);
        var r = Fma(n, -Ln2Low, Fma(n, -Ln2High, y));
        return ScaleByPower(Fma(r * r, ExpTail(r), r) + Vector<double>.One, shifted, x);
    }

    /// <inheritdoc cref="Exp{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        var y = Vector.AndNot(x, IsTiny(x));
        var shifted = Fma(y, (float)Log2E, ShifterF);
        var n = shifted - Vector.Create(ShifterF);
        var r = Fma(n, -Ln2LowF, Fma(n, -Ln2HighF, y));
        return ScaleByPower(Fma(r * r, ExpTail(r), r) + Vector<float>.One, shifted, x);
    }

    /// <inheritdoc cref="ExpDown{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> ExpDown(Vector<double> x)
    {
        var shifted = Fma(x, Log2E, Shifter);
        var n = shifted - Vector.Create(Shifter);
        var r = Fma(n, -Ln2Low, Fma(n, -Ln2High, x));
        var value = Fma(r * r, ExpTail(r), r) + Vector<double>.One;
        var bits = value.As<double, long>() + (shifted.As<double, long>() << 52);
        return Vector.AndNot(bits, Vector.LessThan(x, Vector.Create(Lowest))).As<long, double>();
    }

    /// <inheritdoc cref="ExpDown{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ExpDown(Vector<float> x)
    {
        var shifted = Fma(x, (float)Log2E, ShifterF);
        var n = shifted - Vector.Create(ShifterF);
        var r = Fma(n, -Ln2LowF, Fma(n, -Ln2HighF, x));
        var value = Fma(r * r, ExpTail(r), r) + Vector<float>.One;
        var bits = value.As<float, int>() + (shifted.As<float, int>() << 23);
        return Vector.AndNot(bits, Vector.LessThan(x, Vector.Create(LowestF))).As<int, float>();
    }

    /// <inheritdoc cref="Expm1{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Expm1(Vector<double> x)
    {
        var tiny = IsTiny(x);
        var y = Clamp(Vector.AndNot(x, tiny), -40.0, 710.0);
        var shifted = Fma(y, Log2E, Shifter);
        var n = shifted - Vector.Create(Shifter);
        var (r, tail) = ExpParts(y, n);

        // 2^1024 is not a number; where n is that large, take half and double at the end.
        var huge = Vector.GreaterThan(n, Vector.Create(1023.0));
        var bits = shifted.As<double, long>() + Vector.Create(1023L) + huge;
        var power = (bits << 52).As<long, double>();

        // 2^n (1 + r + tail) - 1. The inner sum is exact at n = 0, where the result is small.
        var result = Fma(tail, power, Fma(r, power, power - Vector<double>.One));
        result += Vector.BitwiseAnd(result, huge.As<long, double>());
        return Vector.ConditionalSelect(tiny, x, result);
    }

    /// <inheritdoc cref="Expm1{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Expm1(Vector<float> x)
    {
        var tiny = IsTiny(x);
        var y = Clamp(Vector.AndNot(x, tiny), -20f, 89f);
        var shifted = Fma(y, (float)Log2E, ShifterF);
        var n = shifted - Vector.Create(ShifterF);
        var (r, tail) = ExpParts(y, n);
        var huge = Vector.GreaterThan(n, Vector.Create(127f));
        var bits = shifted.As<float, int>() + Vector.Create(127) + huge;
        var power = (bits << 23).As<int, float>();
        var result = Fma(tail, power, Fma(r, power, power - Vector<float>.One));
        result += Vector.BitwiseAnd(result, huge.As<int, float>());
        return Vector.ConditionalSelect(tiny, x, result);
    }

    // e^(x - n ln 2) - 1 as r + tail, where r is x - n ln 2 rounded and the tail holds what that rounding lost.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<double> R, Vector<double> Tail) ExpParts(Vector<double> x, Vector<double> n)
    {
        var high = Fma(n, -Ln2High, x);
        var r = Fma(n, -Ln2Low, high);
        var lost = Fma(n, -Ln2Low, high - r);
        return (r, Fma(r, Fma(r, ExpTail(r), lost), lost));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> R, Vector<float> Tail) ExpParts(Vector<float> x, Vector<float> n)
    {
        var high = Fma(n, -Ln2HighF, x);
        var r = Fma(n, -Ln2LowF, high);
        var lost = Fma(n, -Ln2LowF, high - r);
        return (r, Fma(r, Fma(r, ExpTail(r), lost), lost));
    }

    // In pairs of pairs (G. Estrin 1960), since a chain of ten dependent operations would leave the processor waiting.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> ExpTail(Vector<double> r)
    {
        var r2 = r * r;
        var r4 = r2 * r2;
        var q01 = Fma(r, Q1, Q0);
        var q23 = Fma(r, Q3, Q2);
        var q45 = Fma(r, Q5, Q4);
        var q67 = Fma(r, Q7, Q6);
        var q89 = Fma(r, Q9, Q8);
        return Fma(Fma(q89, r4, Fma(q67, r2, q45)), r4, Fma(q23, r2, q01));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ExpTail(Vector<float> r)
    {
        var r2 = r * r;
        var q01 = Fma(r, Q1F, Q0F);
        var q23 = Fma(r, Q3F, Q2F);
        return Fma(Fma(r2, Q4F, q23), r2, q01);
    }

    // e^x = value * 2^n, value in [0.7, 1.42]. Adding n to the exponent does it unless the result is subnormal, infinite
    // or NaN; a lane that is certainly 0, as in a softmax that has made up its mind, is masked on the way. A subnormal result is made as an integer count of the smallest one, rounded in the low bits of 2^52 + count:
    // arithmetic that yields subnormal numbers would be a hundred times slower on some processors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> ScaleByPower(Vector<double> value, Vector<double> shifted, Vector<double> x)
    {
        var power = shifted.As<double, long>() << 52;
        var bits = value.As<double, long>() + power;
        var result = bits.As<long, double>();
        var zero = Vector.LessThan(x, Vector.Create(-746.0));
        if ((Vector.LessThanOrEqual(Vector.Abs(x), Vector.Create(708.0)) | zero) == Vector<long>.AllBitsSet)
        {
            return Vector.AndNot(result, zero.As<long, double>());
        }

        var unit = Vector.Create(4503599627370496.0);
        var scale = (power + Vector.Create((1023L + 1074L) << 52)).As<long, double>();
        var count = Fma(value, scale, unit).As<double, long>() - unit.As<double, long>();
        var subnormal = Vector.LessThan(bits, Vector.Create(1L << 52));
        result = Vector.ConditionalSelect(subnormal, count.As<long, double>(), result);

        var infinity = Vector.Create(double.PositiveInfinity);
        var overflow =
            Vector.GreaterThanOrEqual(bits, infinity.As<double, long>()) | Vector.GreaterThan(x, Vector.Create(710.0));
        result = Vector.ConditionalSelect(overflow, infinity, result);
        result = Vector.AndNot(result, zero.As<long, double>());
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ScaleByPower(Vector<float> value, Vector<float> shifted, Vector<float> x)
    {
        var power = shifted.As<float, int>() << 23;
        var bits = value.As<float, int>() + power;
        var result = bits.As<int, float>();
        var zero = Vector.LessThan(x, Vector.Create(-105f));
        if ((Vector.LessThanOrEqual(Vector.Abs(x), Vector.Create(87f)) | zero) == Vector<int>.AllBitsSet)
        {
            return Vector.AndNot(result, zero.As<int, float>());
        }

        var unit = Vector.Create(8388608f);
        var scale = (power + Vector.Create((127 + 149) << 23)).As<int, float>();
        var count = Fma(value, scale, unit).As<float, int>() - unit.As<float, int>();
        var subnormal = Vector.LessThan(bits, Vector.Create(1 << 23));
        result = Vector.ConditionalSelect(subnormal, count.As<int, float>(), result);

        var infinity = Vector.Create(float.PositiveInfinity);
        var overflow =
            Vector.GreaterThanOrEqual(bits, infinity.As<float, int>()) | Vector.GreaterThan(x, Vector.Create(89f));
        result = Vector.ConditionalSelect(overflow, infinity, result);
        result = Vector.AndNot(result, zero.As<int, float>());
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }
}
