namespace Alignment.Compiler;

/// <summary>Derivatives of the pointwise functions, as values; null where the derivative is 0.</summary>
internal static class Pointwise
{
    /// <summary>Derivative of a one-argument function at x, where y is its value.</summary>
    public static int? Derivative(Graph g, UnaryKind kind, int x, int y) =>
        kind switch
        {
            UnaryKind.Negate => g.Constant(-1),
            UnaryKind.Exp => y,
            UnaryKind.Log => g.Binary(BinaryKind.Divide, g.Constant(1), x),
            UnaryKind.Log1p => g.Binary(BinaryKind.Divide, g.Constant(1), g.Binary(BinaryKind.Add, g.Constant(1), x)),
            UnaryKind.Expm1 => g.Binary(BinaryKind.Add, y, g.Constant(1)),
            UnaryKind.Sqrt => g.Binary(BinaryKind.Divide, g.Constant(0.5), y),
            UnaryKind.Abs => g.Unary(UnaryKind.Sign, x),
            UnaryKind.Tanh => g.Binary(BinaryKind.Subtract, g.Constant(1), g.Binary(BinaryKind.Multiply, y, y)),
            _ => null,
        };

    /// <summary>Derivative of a two-argument function with respect to its argument k, where y is its value.</summary>
    public static int? Derivative(Graph g, BinaryKind kind, int a, int b, int y, int k) =>
        (kind, k) switch
        {
            (BinaryKind.Add, _) or (BinaryKind.Subtract, 0) => g.Constant(1),
            (BinaryKind.Subtract, 1) => g.Constant(-1),
            (BinaryKind.Multiply, 0) => b,
            (BinaryKind.Multiply, 1) => a,
            (BinaryKind.Divide, 0) => g.Binary(BinaryKind.Divide, g.Constant(1), b),
            (BinaryKind.Divide, 1) => g.Unary(UnaryKind.Negate, g.Binary(BinaryKind.Divide, y, b)),
            (BinaryKind.Power, 0) => g.Binary(
                BinaryKind.Multiply,
                b,
                g.Binary(BinaryKind.Power, a, g.Binary(BinaryKind.Subtract, b, g.Constant(1)))
            ),
            (BinaryKind.Power, 1) => ReverseMode.Guarded(g, y, g.Unary(UnaryKind.Log, a)), // 0^b does not move with b
            (BinaryKind.Minimum, 0) => g.Binary(BinaryKind.LessOrEqual, a, b),
            (BinaryKind.Minimum, 1) => g.Binary(BinaryKind.Less, b, a),
            (BinaryKind.Maximum, 0) => g.Binary(BinaryKind.LessOrEqual, b, a),
            (BinaryKind.Maximum, 1) => g.Binary(BinaryKind.Less, a, b),
            _ => null,
        };
}
