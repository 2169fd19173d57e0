using System.Numerics;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Chooses how values lie in memory, and how kernels walk over them.</summary>
/// <param name="program">The program.</param>
/// <param name="lanes">Games of a block, a multiple of the vector length; 0 for a single game.</param>
internal sealed class Layouts<T>(Program program, int lanes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements of a vector.</summary>
    public static int Width => Vector<T>.Count;

    /// <summary>Games of a block; 0 for a single game.</summary>
    public int Lanes => lanes;

    /// <summary>Whether a value differs between the games of a block.</summary>
    public bool HasLanes(Node node) => lanes > 0 && node.Axes.Any(a => program.Batch.IndexOf(a) >= 0);

    /// <summary>The axes of a node that are not batch axes, in order.</summary>
    public Axis[] EventAxes(Node node) => [.. node.Axes.Where(a => program.Batch.IndexOf(a) < 0)];

    /// <summary>A view of new memory for a node's value.</summary>
    /// <param name="node">The node.</param>
    /// <param name="invariant">Whether the value never changes.</param>
    /// <param name="innermost">The axis to put innermost; default: the last.</param>
    public View New(Node node, bool invariant, string? innermost = null)
    {
        var side = HasLanes(node);
        var axes = EventAxes(node);
        if (innermost is not null)
            axes = [.. axes.Where(a => a.Name != innermost), .. axes.Where(a => a.Name == innermost)];
        var strides = new List<KeyValuePair<string, long>>();
        var length = side ? lanes : 1L;
        for (var k = axes.Length - 1; k >= 0; k--)
        {
            strides.Insert(0, KeyValuePair.Create(axes[k].Name, length));
            length *= View.Extent(axes[k], side, Width);
            if (!side && k == axes.Length - 1)
                length = Pad(length);
        }

        var storage = new Storage
        {
            Segment = invariant && !side ? Segment.Shared : Segment.Block,
            Length = Pad(length),
            Lanes = side,
        };
        // sorted by name, so that equal layouts are equal values
        return new(storage, 0, strides.OrderBy(s => s.Key, StringComparer.Ordinal).ToValueList(), side, Width);
    }

    /// <summary>Numbers along axes.</summary>
    public static int Elements(IEnumerable<Axis> axes) => axes.Aggregate(1, (n, axis) => checked(n * axis.Size));

    /// <summary>The outer loops and the length of the inner run for an output.</summary>
    public (Axis[] Loops, int Run) Loops(Axis[] axes, View output)
    {
        if (output.Lanes)
            return (axes, lanes);
        var inner = Array.Find(axes, a => a.Name == output.Innermost && output.Holds(a));
        return inner is null
            ? (axes, Width)
            : ([.. axes.Where(a => a != inner)], checked((int)Pad(View.Extent(inner, lanes: false, Width))));
    }

    /// <summary>A view as an operand of a kernel that loops as its output does.</summary>
    public static Operand Bind(View view, Axis[] loops, View output)
    {
        var runs =
            output.Lanes ? view.Lanes
            : output.Innermost is { } inner ? view.Innermost == inner
            : view.IsScalar;
        return new(view, view.Offsets(loops), runs);
    }

    /// <summary>Offsets of a view over axes, each followed by further steps.</summary>
    public static int[] Moved(View view, Axis[] others, int[] moves) =>
        [.. view.Offsets(others).SelectMany(offset => moves.Select(step => checked(offset + step)))];

    /// <summary>Whether the rounds of the outer nest follow each other without a gap, so that one run can do them all.</summary>
    public static bool Merges(Operand operand, int run)
    {
        for (var k = 0; k < operand.Outer.Length; k++)
        {
            if (operand.Outer[k] != (operand.Runs ? k * run : 0))
                return false;
        }

        return true;
    }

    private static long Pad(long length) => (length + Width - 1) / Width * Width;
}
