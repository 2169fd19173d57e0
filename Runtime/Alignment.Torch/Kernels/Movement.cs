namespace Alignment.Torch;

/// <summary>Operations that move elements along an axis.</summary>
internal static class Movement
{
    public static void Gather(Emitter emitter, View output, View x, string from, string to, ValueList<int> map)
    {
        var (axes, dim) = Replace(x, from, to, map.Count);
        emitter.Add(
            Instruction.Gather(
                output.Over(axes),
                x.Over(x.Axes),
                emitter.Map(to, map).Repeated(axes),
                dim,
                emitter.Target
            )
        );
    }

    public static void SegmentSum(Emitter emitter, View output, View x, string from, string to, ValueList<int> map)
    {
        var (axes, dim) = Replace(x, from, to, output[to].Size);
        var places = emitter.Map(from, map);
        emitter.Add(Instruction.SegmentSum(output.Over(axes), x.Over(x.Axes), places.Over(places.Axes), dim));
    }

    /// <summary>Adds the elements of x along an axis to those of the output that the map tells.</summary>
    public static void SegmentAdd(Emitter emitter, View output, View x, string axis, ValueList<int> map)
    {
        var (axes, dim) = Replace(x, axis, axis, output[axis].Size);
        var places = emitter.Map(axis, map);
        emitter.Add(Instruction.SegmentAdd(output.Over(axes), x.Over(x.Axes), places.Over(places.Axes), dim));
    }

    /// <summary>result[to] = sum over the terms that belong there of the value times the factors' elements.</summary>
    public static void SparseContract(Emitter emitter, SparseIndex index, View output, View[] inputs)
    {
        var (over, product) = (index.Over.Name, inputs[0]);
        for (var k = 0; k < index.Factors.Count; k++)
        {
            var (factor, from) = (inputs[k + 1], index.Factors[k].Axis.Name);
            var (axes, _) = Replace(factor, from, over, index.Over.Size);
            var elements = emitter.Temporary(axes);
            Gather(emitter, elements, factor, from, over, index.Factors[k].Map);
            var next = emitter.Temporary(Ragged.Both(elements, product));
            Pointwise.Binary(emitter, BinaryKind.Multiply, next, product, elements);
            product = next;
        }

        SegmentSum(emitter, output, product, over, index.To.Axis.Name, index.To.Map);
    }

    public static void Concat(Emitter emitter, View output, View[] pieces, Axis[] along, Axis to)
    {
        var axes = output.Axes;
        var dim = Along.Position(output, to.Name);
        var operands = pieces.Select(
            (piece, k) =>
                piece.Rename(along[k], to).Repeated([.. axes.Select((a, j) => j == dim ? (a.Axis, along[k].Size) : a)])
        );
        emitter.Add(Instruction.Concat(output.Over(axes), [.. operands], dim));
    }

    private static ((string Axis, long Size)[] Axes, int Dim) Replace(View x, string from, string to, long size)
    {
        var axes = x.Axes;
        var dim = Along.Position(x, from);
        axes[dim] = (to, size);
        return (axes, dim);
    }
}
