using System.Diagnostics;

namespace Alignment.Compiler;

/// <summary>The pointwise operations on numbers: their meaning, in one place.</summary>
public static class Scalar
{
    /// <summary>Applies a one-argument function.</summary>
    public static double Apply(UnaryKind kind, double x) =>
        kind switch
        {
            UnaryKind.Negate => -x,
            UnaryKind.Exp => Math.Exp(x),
            UnaryKind.Log => Math.Log(x),
            UnaryKind.Log1p => double.LogP1(x),
            UnaryKind.Expm1 => double.ExpM1(x),
            UnaryKind.Sqrt => Math.Sqrt(x),
            UnaryKind.Abs => Math.Abs(x),
            UnaryKind.Tanh => Math.Tanh(x),
            UnaryKind.Sign => x > 0 ? 1
            : x < 0 ? -1
            : x, // keeps 0, -0 and NaN
            _ => throw new UnreachableException(),
        };

    /// <summary>Applies a two-argument function; comparisons give 1 or 0.</summary>
    public static double Apply(BinaryKind kind, double a, double b) =>
        kind switch
        {
            BinaryKind.Add => a + b,
            BinaryKind.Subtract => a - b,
            BinaryKind.Multiply => a * b,
            BinaryKind.Divide => a / b,
            BinaryKind.Power => Math.Pow(a, b),
            BinaryKind.Minimum => b < a ? b : a,
            BinaryKind.Maximum => b > a ? b : a,
            BinaryKind.Less => a < b ? 1 : 0,
            BinaryKind.LessOrEqual => a <= b ? 1 : 0,
            BinaryKind.Equal => a == b ? 1 : 0,
            _ => throw new UnreachableException(),
        };
}
