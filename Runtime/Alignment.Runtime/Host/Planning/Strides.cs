namespace Alignment.Runtime.Host;

/// <summary>Arithmetic of positions: how far apart the elements of a value lie along its axes.</summary>
internal static class Strides
{
    /// <summary>Strides of a value whose last axis is innermost.</summary>
    public static Dictionary<string, long> RowMajor(IReadOnlyList<Axis> axes)
    {
        var strides = new Dictionary<string, long>(StringComparer.Ordinal);
        var stride = 1L;
        for (var k = axes.Count - 1; k >= 0; k--)
        {
            strides[axes[k].Name] = stride;
            stride *= axes[k].Size;
        }

        return strides;
    }

    /// <summary>Offsets of a value over the row-major product of axes.</summary>
    /// <param name="places">How far each element of an axis lies from the first.</param>
    /// <param name="axes">The axes.</param>
    public static int[] Offsets(Func<Axis, int[]> places, IReadOnlyList<Axis> axes)
    {
        var offsets = new int[axes.Aggregate(1, (n, axis) => checked(n * axis.Size))];
        var span = 1;
        for (var k = axes.Count - 1; k >= 0; k--)
        {
            var steps = places(axes[k]);
            for (var position = 0; position < offsets.Length; position++)
                offsets[position] = checked(offsets[position] + steps[position / span % axes[k].Size]);
            span *= axes[k].Size;
        }

        return offsets;
    }

    /// <summary>The same for a value with the given strides; an axis without one does not move it.</summary>
    public static int[] Offsets(Dictionary<string, long> strides, IReadOnlyList<Axis> axes) =>
        Offsets(axis => Even(axis.Size, strides.GetValueOrDefault(axis.Name)), axes);

    /// <summary>Places of elements that lie evenly.</summary>
    public static int[] Even(int count, long stride)
    {
        var places = new int[count];
        for (var k = 0; k < count; k++)
            places[k] = checked((int)(k * stride));
        return places;
    }
}
