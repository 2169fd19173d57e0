namespace Alignment.Torch;

/// <summary>Sums of products over axes: as a matrix product where the memory allows it and it is cheap, else as a product and a sum.</summary>
/// <remarks>
/// The costs are microseconds, fitted to measurements of one thread and float32; only their order matters. Batched matrix products of
/// LibTorch are slow for many small matrices, so with games innermost a product and a sum win from about a hundred games on, and where
/// the product would not fit into the cache, a loop over the summed axis does.
/// </remarks>
internal static class Contraction
{
    private const long CachedElements = 1 << 18;

    /// <summary>Estimated cost of a sum of so many elements.</summary>
    public static double SumCost(long elements) => 0.8 + (0.2e-3 * elements);

    public static void Emit(Emitter emitter, View output, View a, View b, string[] summed, bool negate)
    {
        var terms = summed.Aggregate(1L, (n, s) => n * (a.Holds(s) ? a[s] : b[s]).Size);
        var elements = output.Elements * terms;
        var apart = elements <= CachedElements ? 1.3 + (0.25e-3 * elements) : 1e-3 * elements;
        var inTurn =
            summed.Length == 1 && a.Holds(summed[0]) && b.Holds(summed[0])
                ? (2 * terms) + (0.2e-3 * elements)
                : double.PositiveInfinity;
        if (TryProduct(emitter, output, a, b, summed, negate, Math.Min(apart, inTurn)))
            return;

        if (inTurn < apart)
        {
            var axes = output.Axes.Prepend((summed[0], terms)).ToArray();
            emitter.Add(Instruction.ProductLoop(output.Over(output.Axes), a.Over(axes), b.Over(axes)));
        }
        else
        {
            var product = emitter.Temporary([
                .. summed.Select(s => (s, (a.Holds(s) ? a[s] : b[s]).Size)),
                .. output.Axes,
            ]);
            Pointwise.Binary(emitter, BinaryKind.Multiply, product, a, b);
            emitter.Add(Instruction.SumFirst(output.Over(output.Axes), product.Over(product.Axes), summed.Length));
        }

        if (negate)
            Pointwise.Unary(emitter, UnaryKind.Negate, output, output);
    }

    /// <summary>Emits a matrix product if it can be one, and costs less than the given limit.</summary>
    public static bool TryProduct(
        Emitter emitter,
        View output,
        View a,
        View b,
        string[] summed,
        bool negate,
        double limit
    )
    {
        if (!summed.All(s => a.Holds(s) && b.Holds(s)))
            return false;
        var both = output.Axes.Where(x => x.Size > 1 && a.Holds(x.Axis) && b.Holds(x.Axis)).ToArray();
        // an axis that only one operand holds is one of rows or columns, or of matrices where rows or columns do not lie evenly
        foreach (var extra in output.Axes.Except(both).Select(x => ((string, long)[])[x]).Prepend([]))
        {
            if (
                Match(output, a, b, summed, [.. output.Axes.Where(x => both.Contains(x) || extra.Contains(x))])
                is not { } match
            )
                continue;
            if (match.Cost >= limit)
                return false;
            emitter.Add(Instruction.Product(match.Output, match.A, match.B, negate));
            return true;
        }

        return false;
    }

    private static (Operand Output, Operand A, Operand B, double Cost)? Match(
        View output,
        View a,
        View b,
        string[] summed,
        (string Axis, long Size)[] batch
    )
    {
        var rows = output.Axes.Where(x => a.Holds(x.Axis) && !batch.Contains(x)).ToArray();
        var columns = output.Axes.Where(x => b.Holds(x.Axis) && !batch.Contains(x)).ToArray();
        var inner = a.Axes.Where(x => summed.Contains(x.Axis)).ToArray();
        (View View, (string, long)[][] Groups)[] shapes =
        [
            (output, [batch, rows, columns]),
            (a, [batch, rows, inner]),
            (b, [batch, inner, columns]),
        ];
        var operands = new List<Operand>();
        foreach (var (view, groups) in shapes)
        {
            var dims = groups.Select(g => Merge(view, g)).ToArray();
            if (dims.Any(d => d is null))
                return null;
            var merged = dims.Select(d => d!.Value).Skip(batch.Length == 0 ? 1 : 0).ToArray();
            operands.Add(view.Over(view.Axes).Shaped(merged));
        }

        return (
            operands[0],
            operands[1],
            operands[2],
            ProductCost(Count(batch), Count(rows), Count(columns), Count(inner))
        );
    }

    // few matrices with long rows run at the speed of vectors; many small ones go through a plain loop
    private static double ProductCost(long matrices, long rows, long columns, long inner)
    {
        var each = rows * columns * inner;
        var rate =
            columns >= 16 ? 0.12e-3
            : matrices > 1 || rows * columns == 1 ? 1e-3
            : 0.3e-3;
        return 0.3 + (matrices == 1 || each < 400 ? 0 : 0.1 * matrices) + (matrices * each * rate);
    }

    private static long Count((string Axis, long Size)[] axes) => axes.Aggregate(1L, (n, x) => n * x.Size);

    /// <summary>Several axes of a view as one dimension, if they lie nested in memory; stride 0 if the view holds none of them.</summary>
    private static (long Size, long Stride)? Merge(View view, (string Axis, long Size)[] axes)
    {
        var size = Count(axes);
        if (!axes.Any(x => view.Holds(x.Axis)))
            return (size, size == 1 ? 1 : 0);
        long? due = null;
        foreach (var (axis, length) in axes.Reverse().Where(x => x.Size > 1))
        {
            if (!view.Holds(axis) || (due is { } stride && view[axis].Stride != stride))
                return null;
            due = view[axis].Stride * length;
        }

        // the innermost axis's own stride is that of the merged dimension
        var innermost = axes.LastOrDefault(x => x.Size > 1);
        return (size, innermost.Axis is null ? 1 : view[innermost.Axis].Stride);
    }
}
