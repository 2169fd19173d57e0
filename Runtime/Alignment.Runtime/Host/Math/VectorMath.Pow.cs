using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

// x^y = e^(y log x) for x > 0. The exponent reaches 745, so for a result that is right to 2^-53 the logarithm must
// be right to 2^-63: it is computed as an unevaluated sum of two doubles (T. J. Dekker 1971, "A floating-point
// technique for extending the available precision"). In float a double does the same job.
internal static partial class VectorMath
{
    /// <inheritdoc cref="Pow{T}(Vector{T}, Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Pow(Vector<double> x, Vector<double> y)
    {
        var (high, low) = LogPair(Vector.Abs(x));
        var product = y * high;
        var rest = Fma(y, low, Fma(y, high, -product));

        // Past the ends of the exponent the error terms may be infinite, and the result is 0 or infinity without them;
        // near 0 it is 1.
        product = Clamp(Vector.AndNot(product, IsTiny(product)), -800.0, 800.0);
        var inside = Vector.LessThan(Vector.Abs(product), Vector.Create(800.0)) & ~IsTiny(product).As<double, long>();
        rest = Vector.BitwiseAnd(rest, inside.As<long, double>());

        var shifted = Fma(product, Log2E, Shifter);
        var n = shifted - Vector.Create(Shifter);
        var reduced = Fma(n, -Ln2High, product);
        var rough = Fma(n, -Ln2Low, reduced);
        rest += Fma(n, -Ln2Low, reduced - rough);
        var r = rough + rest;
        var lost = rest - (r - rough);
        var tail = Fma(r, Fma(r, ExpTail(r), lost), lost);
        var power = ScaleByPower(r + tail + Vector<double>.One, shifted, product);
        return PowSpecial(x, y, power);
    }

    /// <inheritdoc cref="Pow{T}(Vector{T}, Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Pow(Vector<float> x, Vector<float> y)
    {
        var lower = PowWide(Vector.WidenLower(x), Vector.WidenLower(y));
        var upper = PowWide(Vector.WidenUpper(x), Vector.WidenUpper(y));
        return Vector.Narrow(lower, upper);
    }

    // Not inlined: two copies side by side share their constants, and the compiler then keeps those on the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<double> PowWide(Vector<double> x, Vector<double> y) =>
        PowSpecial(x, y, Exp(y * Log(Vector.Abs(x))));

    // IEEE 754-2019, 9.2.1, in the cases that |x|^y by logarithms does not give.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> PowSpecial(Vector<double> x, Vector<double> y, Vector<double> power)
    {
        var infinity = Vector.Create(double.PositiveInfinity);
        var size = Vector.Abs(x);
        var rare = ~(
            Vector.GreaterThan(x, Vector<double>.Zero)
            & Vector.LessThan(x, infinity)
            & Vector.LessThan(Vector.Abs(y), infinity)
        );
        if (rare == Vector<long>.Zero)
        {
            return power;
        }

        // 0 and infinity, as base or as exponent: the answer is 0 or infinity, by the directions of both.
        var extreme =
            Vector.Equals(size, Vector<double>.Zero)
            | Vector.Equals(size, infinity)
            | Vector.Equals(Vector.Abs(y), infinity);
        var grows = Vector.GreaterThan(size, Vector<double>.One) ^ Vector.LessThan(y, Vector<double>.Zero);
        power = Vector.ConditionalSelect(extreme, Vector.BitwiseAnd(grows.As<long, double>(), infinity), power);

        // A negative base needs an integer exponent; an odd one carries the sign over. From 2^53 on all are even.
        var negative = Vector.LessThan(x.As<double, long>(), Vector<long>.Zero);
        var half = y * Vector.Create(0.5);
        var odd = Vector.Equals(Vector.Floor(y), y) & ~Vector.Equals(Vector.Floor(half), half);
        var fraction = ~Vector.Equals(Vector.Floor(y), y);
        power = Vector.ConditionalSelect(negative & odd, -power, power);
        power = Vector.ConditionalSelect(
            Vector.LessThan(x, Vector<double>.Zero) & fraction & ~extreme,
            Vector.Create(double.NaN),
            power
        );

        var one = Vector.Equals(size, Vector<double>.One) & Vector.Equals(Vector.Abs(y), infinity);
        power = Vector.ConditionalSelect(one, Vector<double>.One, power);

        // NaN in, NaN out; but 1^y and x^0 are 1 whatever the other is.
        power = Vector.ConditionalSelect(Vector.Equals(x, x) & Vector.Equals(y, y), power, x + y);
        one = Vector.Equals(x, Vector<double>.One) | Vector.Equals(y, Vector<double>.Zero);
        return Vector.ConditionalSelect(one, Vector<double>.One, power);
    }

    // log x for finite x > 0 as high + low, with a relative error near 2^-64: log m = 2 s (1 + z/3 + z^2 W(z)) with
    // z = s^2 as in Log, where s, z and z/3 are pairs and W is small enough for one number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<double> High, Vector<double> Low) LogPair(Vector<double> x)
    {
        var small = Vector.LessThan(x, Vector.Create(2.2250738585072014e-308));
        x = Vector.ConditionalSelect(small, x * Vector.Create(18014398509481984.0), x);
        var bits = x.As<double, long>() + Vector.Create(One64 - SqrtHalf64);
        var k =
            ToDouble(bits >>> 52)
            - Vector.Create(Exponent64 + 1023.0)
            - Vector.BitwiseAnd(small.As<long, double>(), Vector.Create(54.0));
        var f =
            ((bits & Vector.Create(Fraction64)) + Vector.Create(SqrtHalf64)).As<long, double>() - Vector<double>.One;

        var d = f + Vector.Create(2.0);
        var dLow = f - (d - Vector.Create(2.0));
        var inverse = Vector<double>.One / d;
        var s = f * inverse;
        var sLow = Fma(-s, dLow, Fma(-s, d, f)) * inverse;

        var z = s * s;
        var zLow = Fma(s + s, sLow, Fma(s, s, -z));

        // W(z) = (atanh(s)/s - 1 - z/3) / z^2 on [0, 0.02945], degree 7, error 1.3e-17: 1.1e-20 of the logarithm.
        var z2 = z * z;
        var w01 = Fma(z, 0.14285714285714687, 0.2);
        var w23 = Fma(z, 0.09090909168318384, 0.11111111110824969);
        var w45 = Fma(z, 0.06667405507268524, 0.07692297419356721);
        var w67 = Fma(z, 0.058623835144765206, 0.05853038214660271);
        var w = Fma(Fma(w67, z2, w45), z2 * z2, Fma(w23, z2, w01));

        // t + tLow = z/3 + z^2 W, where 1/3 is the sum of two doubles.
        var third = Vector.Create(0.3333333333333333);
        var t = z * third;
        var tLow = Fma(z, third, -t) + Fma(zLow, third, z * Vector.Create(1.850371707708594e-17));
        tLow = Fma(z2, w, tLow);

        // s (1 + t), doubled, plus k ln 2. Both sums have the larger number first, so their errors are exact.
        var st = s * t;
        var stLow = Fma(s, t, -st);
        var sum = s + st;
        var sumLow = s - sum + st + Fma(s, tLow, Fma(sLow, t, stLow + sLow));
        var kLn2 = k * Vector.Create(Ln2High);
        var large = kLn2 + (sum + sum);
        var rest = kLn2 - large + (sum + sum) + Fma(k, Ln2Low, sumLow + sumLow);
        var high = large + rest;
        return (high, rest - (high - large));
    }
}
