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
