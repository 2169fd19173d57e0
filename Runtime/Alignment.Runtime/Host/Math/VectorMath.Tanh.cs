using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

// tanh |x| = (E - 1) / (E + 1) with E = e^(2|x|) = 2^n (1 + p). Dividing by 2^n leaves
// (1 - 2^-n + p) / (1 + 2^-n + p): moderate numbers at every n, and p / (2 + p), without cancellation, at n = 0.
// The rounding errors of numerator and denominator are known exactly and are put back after the division.
internal static partial class VectorMath
{
    /// <inheritdoc cref="Tanh{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Tanh(Vector<double> x)
    {
        // tanh 22 rounds to 1.
        var tiny = IsTiny(x);
        var size = Vector.AndNot(Vector.Abs(x), tiny);
        var twice = Clamp(size + size, 0.0, 44.0);
        var shifted = Fma(twice, Log2E, Shifter);
        var n = shifted - Vector.Create(Shifter);
        var (r, tail) = ExpParts(twice, n);
        var p = r + tail;
        var pLost = tail - (p - r);

        var power = ((Vector.Create(1023L) - shifted.As<double, long>()) << 52).As<long, double>();
        var a = Vector<double>.One - power;
        var aLost = Vector<double>.One - a - power;
        var b = Vector<double>.One + power;
        var bLost = Vector<double>.One - b + power;
        var numerator = a + p;
        var numeratorLost = a - numerator + p + (aLost + pLost);
        var denominator = b + p;
        var denominatorLost = b - denominator + p + (bLost + pLost);

        var inverse = Vector<double>.One / denominator;
        var quotient = numerator * inverse;
        var residual = Fma(-quotient, denominator, numerator) + Fma(-quotient, denominatorLost, numeratorLost);
        return Vector.ConditionalSelect(tiny, x, Vector.CopySign(Fma(residual, inverse, quotient), x));
    }

    /// <inheritdoc cref="Tanh{T}(Vector{T})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        // tanh 10 rounds to 1.
        var tiny = IsTiny(x);
        var size = Vector.AndNot(Vector.Abs(x), tiny);
        var twice = Clamp(size + size, 0f, 20f);
        var shifted = Fma(twice, (float)Log2E, ShifterF);
        var n = shifted - Vector.Create(ShifterF);
        var (r, tail) = ExpParts(twice, n);
        var p = r + tail;
        var pLost = tail - (p - r);

        var power = ((Vector.Create(127) - shifted.As<float, int>()) << 23).As<int, float>();
        var a = Vector<float>.One - power;
        var aLost = Vector<float>.One - a - power;
        var b = Vector<float>.One + power;
        var bLost = Vector<float>.One - b + power;
        var numerator = a + p;
        var numeratorLost = a - numerator + p + (aLost + pLost);
        var denominator = b + p;
        var denominatorLost = b - denominator + p + (bLost + pLost);

        var inverse = Vector<float>.One / denominator;
        var quotient = numerator * inverse;
        var residual = Fma(-quotient, denominator, numerator) + Fma(-quotient, denominatorLost, numeratorLost);
        return Vector.ConditionalSelect(tiny, x, Vector.CopySign(Fma(residual, inverse, quotient), x));
    }
}
