using System.Diagnostics;

namespace Alignment.Torch;

/// <summary>Functions of single elements, over the axes of their output.</summary>
/// <remarks>At a NaN minimum and maximum differ from the Host's, which return the other operand: here a NaN stays one.</remarks>
internal static class Pointwise
{
    public static void Unary(Emitter emitter, UnaryKind kind, View output, View x)
    {
        var (o, a) = (output.Over(output.Axes), x.Over(output.Axes));
        emitter.Add(
            kind == UnaryKind.Abs
                ? Instruction.Absolute(o, a, emitter.Scalar(1).Over(output.Axes), emitter.Target)
                : Instruction.Pointwise(Name(kind), o, a)
        );
    }

    public static void Binary(Emitter emitter, BinaryKind kind, View output, View a, View b) =>
        emitter.Add(
            Instruction.Pointwise(Name(kind), output.Over(output.Axes), a.Over(output.Axes), b.Over(output.Axes))
        );

    /// <summary>max(x, 0).</summary>
    public static void Positive(Emitter emitter, View output, View x) =>
        emitter.Add(Instruction.Positive(output.Over(output.Axes), x.Over(output.Axes)));

    /// <summary>The nearest number between two others.</summary>
    public static void Clamp(Emitter emitter, View output, View x, View least, View largest) =>
        emitter.Add(
            Instruction.Clamp(
                output.Over(output.Axes),
                x.Over(output.Axes),
                least.Over(output.Axes),
                largest.Over(output.Axes)
            )
        );

    /// <summary>Whether x differs from 0.</summary>
    public static void IsTrue(Emitter emitter, View output, View x) =>
        emitter.Add(
            Instruction.Pointwise(
                "ne",
                output.Over(output.Axes),
                x.Over(output.Axes),
                emitter.Scalar(0).Over(output.Axes)
            )
        );

    public static void Select(Emitter emitter, View output, View condition, View then, View otherwise) =>
        emitter.Add(
            Instruction.Where(
                output.Over(output.Axes),
                condition.Over(output.Axes),
                then.Over(output.Axes),
                otherwise.Over(output.Axes),
                emitter.Target
            )
        );

    public static void Copy(Emitter emitter, View output, View x) =>
        emitter.Add(Instruction.Copy(output.Over(output.Axes), x.Over(output.Axes)));

    private static string Name(UnaryKind kind) =>
        kind switch
        {
            UnaryKind.Negate => "neg",
            UnaryKind.Exp => "exp",
            UnaryKind.Log => "log",
            UnaryKind.Log1p => "log1p",
            UnaryKind.Expm1 => "expm1",
            UnaryKind.Sqrt => "sqrt",
            UnaryKind.Tanh => "tanh",
            UnaryKind.Sign => "sign",
            _ => throw new UnreachableException(),
        };

    private static string Name(BinaryKind kind) =>
        kind switch
        {
            BinaryKind.Add => "add",
            BinaryKind.Subtract => "sub",
            BinaryKind.Multiply => "mul",
            BinaryKind.Divide => "div",
            BinaryKind.Power => "pow",
            BinaryKind.Minimum => "minimum",
            BinaryKind.Maximum => "maximum",
            BinaryKind.Less => "lt",
            BinaryKind.LessOrEqual => "le",
            BinaryKind.Equal => "eq",
            _ => throw new UnreachableException(),
        };
}
