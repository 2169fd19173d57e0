namespace Alignment.Torch;

/// <summary>Operations along a ragged axis: block by block, each a matrix whose columns are the elements of the parent.</summary>
/// <remarks>What lies over the children is one run of memory in the axis' own order, so everything element by element takes one statement.</remarks>
internal static class Ragged
{
    /// <summary>The statements of an operation along a whole axis; false if it does not go along a ragged one.</summary>
    public static bool TryEmit(Emitter emitter, Op op, View output, View[] inputs, bool negate)
    {
        switch (op)
        {
            case Op.Spread s:
                Movement.Gather(
                    emitter,
                    output,
                    inputs[0],
                    s.Children.Parent!.Name,
                    s.Children.Name,
                    BlockRange.All(s.Children).Parents
                );
                return true;
            case Op.Reduce { Axis.Parent: not null } r:
                var range = BlockRange.All(r.Axis);
                if (r.Kind == ReduceKind.LogSumExp)
                    LogSumExp(emitter, range, output, inputs[0]);
                else
                    Reduce(emitter, range, r.Kind == ReduceKind.Sum, output, inputs[0]);
                return true;
            case Op.Softmax { Axis.Parent: not null } s:
                foreach (var (to, from) in BlockRange.All(s.Axis).Matrices(output, inputs[0]))
                    Along.Softmax(emitter, to, from, View.Rows);
                return true;
            case Op.OneHotMax { Axis.Parent: not null } m:
                foreach (var (to, from) in BlockRange.All(m.Axis).Matrices(output, inputs[0]))
                    Along.OneHotMax(emitter, to, from, View.Rows);
                return true;
            case Op.SimplexProjection { Axis.Parent: not null } p:
                Project(emitter, BlockRange.All(p.Axis), output, inputs[0]);
                return true;
            case Op.CumulativeSum { Axis.Parent: not null } c:
                foreach (var (to, from) in BlockRange.All(c.Axis).Matrices(output, inputs[0]))
                    Along.CumulativeSum(emitter, to, from, View.Rows, c.Reverse);
                return true;
            case Op.Contract { Axes: [{ Parent: not null } axis] }:
                Contract(emitter, BlockRange.All(axis), output, inputs[0], inputs[1], negate);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Sum or largest element of each parent's children.</summary>
    public static void Reduce(Emitter emitter, BlockRange range, bool sum, View output, View x)
    {
        foreach (var (children, parents) in range.Blocks(x, output))
        {
            if (sum)
                Along.Sum(emitter, parents, children, View.Rows);
            else
                Along.Max(emitter, parents, children, View.Rows);
        }
    }

    /// <summary>Projection of each parent's children onto the simplex.</summary>
    public static void Project(Emitter emitter, BlockRange range, View output, View x)
    {
        foreach (var (to, from) in range.Matrices(output, x))
            Along.SimplexProjection(emitter, to, from, View.Rows);
    }

    /// <summary>log sum exp of each parent's children, around the largest.</summary>
    public static void LogSumExp(Emitter emitter, BlockRange range, View output, View x)
    {
        var shift = emitter.Temporary(output.Axes);
        var powers = emitter.Temporary(x.Axes);
        var sum = emitter.Temporary(output.Axes);
        Reduce(emitter, range, sum: false, shift, x);
        Pointwise.Clamp(emitter, shift, shift, emitter.Least, emitter.Largest);
        foreach (var ((to, parents), (_, from)) in range.Blocks(powers, shift).Zip(range.Matrices(powers, x)))
            Pointwise.Binary(emitter, BinaryKind.Subtract, to, from, parents);
        Pointwise.Unary(emitter, UnaryKind.Exp, powers, powers);
        Reduce(emitter, range, sum: true, sum, powers);
        Pointwise.Unary(emitter, UnaryKind.Log, sum, sum);
        Pointwise.Binary(emitter, BinaryKind.Add, output, sum, shift);
    }

    private static void Contract(Emitter emitter, BlockRange range, View output, View a, View b, bool negate)
    {
        var product = emitter.Temporary(Both(a, b));
        Pointwise.Binary(emitter, BinaryKind.Multiply, product, a, b);
        Reduce(emitter, range, sum: true, output, product);
        if (negate)
            Pointwise.Unary(emitter, UnaryKind.Negate, output, output);
    }

    /// <summary>The axes of either view, batch axes last if they are so in both.</summary>
    public static (string Axis, long Size)[] Both(View a, View b)
    {
        var (more, less) = a.Dims.Count >= b.Dims.Count ? (a, b) : (b, a);
        return [.. less.Axes.Where(x => !more.Holds(x.Axis)), .. more.Axes];
    }
}
