using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>Elementary functions of whole vectors: exp, expm1, log, log1p, tanh and pow, in <c>float</c> and <c>double</c>.</summary>
/// <remarks>
/// <para>
/// Why our own: the Host executor promises that a batch of N gives the bits of N single runs. So a lane's result may
/// depend on that lane alone, never on its position, its neighbours or the length of a span; and a solver that drives
/// a probability to zero must not fall off a cliff at exp(-708). The kernels are straight lines of IEEE operations.
/// Where a rare lane (a zero, a subnormal, an infinity) needs more, a block runs for the whole vector and selects; a
/// lane that does not need the block comes out of it with the bits it went in with.
/// </para>
/// <para>
/// The meaning of <see cref="Vector.FusedMultiplyAdd(Vector{double}, Vector{double}, Vector{double})"/> is one
/// rounding, always. A processor without that instruction runs it in software: the same bits, about fifty times slower.
/// No estimate instructions and no calls into the C library: the bits depend neither on the width of a vector nor on
/// the operating system. Only which NaN comes out is left open.
/// </para>
/// <para>
/// Largest errors found, in units in the last place of the result (0.5 is the best possible). Float was measured on all
/// of its 2^32 values; double against 160-bit arithmetic on half a million points a function, most of them where the
/// error peaks, and is stated with some room.
/// </para>
/// <list type="table">
/// <listheader><term>function</term><description>double, float</description></listheader>
/// <item><term>exp</term><description>1.2, 1.11</description></item>
/// <item><term>expm1</term><description>1.6, 1.46</description></item>
/// <item><term>log</term><description>0.9, 0.86</description></item>
/// <item><term>log1p</term><description>1.5, 1.42</description></item>
/// <item><term>tanh</term><description>1.2, 1.13</description></item>
/// <item><term>pow</term><description>1.3, 0.51 (5 million points)</description></item>
/// </list>
/// <para>
/// The polynomials are minimax fits, found for this file by Remez exchange in 200-bit arithmetic and rounded to the
/// type; each comment names the function fitted, the interval and the error.
/// </para>
/// </remarks>
internal static partial class VectorMath
{
    /// <summary>e^x of each lane: overflow gives infinity, underflow goes gradually through the subnormal numbers to 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Exp<T>(Vector<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return Exp(x.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float) ? Exp(x.As<T, float>()).As<float, T>() : throw Unsupported<T>();
    }

    /// <summary>e^x of each lane for x of at most 0; below -708 (float: -87), where e^x nears the smallest normal number, it is 0.</summary>
    /// <remarks>
    /// The exponential of a softmax: no rare lane, so no branch. On that range the bits of <see cref="Exp{T}(Vector{T})"/>. A NaN stays one:
    /// adding to its exponent the low bits of another NaN, which are 0 unless someone hid a message there, leaves it as it is.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> ExpDown<T>(Vector<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return ExpDown(x.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float) ? ExpDown(x.As<T, float>()).As<float, T>() : throw Unsupported<T>();
    }

    /// <summary>e^x - 1 of each lane, accurate near 0; the sign of a zero is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Expm1<T>(Vector<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return Expm1(x.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float) ? Expm1(x.As<T, float>()).As<float, T>() : throw Unsupported<T>();
    }

    /// <summary>The natural logarithm of each lane: -infinity at either zero, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Log<T>(Vector<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return Log(x.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float) ? Log(x.As<T, float>()).As<float, T>() : throw Unsupported<T>();
    }

    /// <summary>log(1 + x) of each lane, accurate near 0: -infinity at -1, NaN below; the sign of a zero is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Log1p<T>(Vector<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return Log1p(x.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float) ? Log1p(x.As<T, float>()).As<float, T>() : throw Unsupported<T>();
    }

    /// <summary>The hyperbolic tangent of each lane; the sign of a zero is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Tanh<T>(Vector<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return Tanh(x.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float) ? Tanh(x.As<T, float>()).As<float, T>() : throw Unsupported<T>();
    }

    /// <summary>x to the power y of each lane, with the special cases of IEEE 754 (those of <see cref="Math.Pow"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Pow<T>(Vector<T> x, Vector<T> y)
    {
        if (typeof(T) == typeof(double))
        {
            return Pow(x.As<T, double>(), y.As<T, double>()).As<double, T>();
        }

        return typeof(T) == typeof(float)
            ? Pow(x.As<T, float>(), y.As<T, float>()).As<float, T>()
            : throw Unsupported<T>();
    }

    private static NotSupportedException Unsupported<T>() =>
        new($"VectorMath computes with float or double, not with {typeof(T).Name}.");

    // a * b + c with one rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Fma(Vector<double> a, Vector<double> b, Vector<double> c) =>
        Vector.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Fma(Vector<double> a, double b, Vector<double> c) =>
        Vector.FusedMultiplyAdd(a, Vector.Create(b), c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Fma(Vector<double> a, double b, double c) =>
        Vector.FusedMultiplyAdd(a, Vector.Create(b), Vector.Create(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Fma(Vector<float> a, Vector<float> b, Vector<float> c) =>
        Vector.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Fma(Vector<float> a, Vector<float> b, float c) =>
        Vector.FusedMultiplyAdd(a, b, Vector.Create(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Fma(Vector<float> a, float b, Vector<float> c) =>
        Vector.FusedMultiplyAdd(a, Vector.Create(b), c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Fma(Vector<float> a, float b, float c) =>
        Vector.FusedMultiplyAdd(a, Vector.Create(b), Vector.Create(c));

    // Lanes so near 0 that exp is 1 and the other functions are x to the last bit. They are computed as 0 instead: the
    // powers of a tiny number are subnormal, and arithmetic on those is up to a hundred times slower.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> IsTiny(Vector<double> x) =>
        Vector.LessThan(Vector.Abs(x), Vector.Create(8.673617379884035e-19)).As<long, double>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> IsTiny(Vector<float> x) =>
        Vector.LessThan(Vector.Abs(x), Vector.Create(9.313225746154785e-10f)).As<int, float>();

    // Comparisons with NaN are false, so NaN passes through: Vector.Min and Max promise that too, but cost more, and
    // what their native twins do with NaN differs between processors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Clamp(Vector<double> x, double low, double high)
    {
        x = Vector.ConditionalSelect(Vector.LessThan(x, Vector.Create(low)), Vector.Create(low), x);
        return Vector.ConditionalSelect(Vector.GreaterThan(x, Vector.Create(high)), Vector.Create(high), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Clamp(Vector<float> x, float low, float high)
    {
        x = Vector.ConditionalSelect(Vector.LessThan(x, Vector.Create(low)), Vector.Create(low), x);
        return Vector.ConditionalSelect(Vector.GreaterThan(x, Vector.Create(high)), Vector.Create(high), x);
    }
}
