using System.Collections;

namespace Alignment;

/// <summary>The axes of an expression: a set of names, shown in the order in which they came up.</summary>
public sealed class AxisSet : IReadOnlyList<Axis>, IEquatable<AxisSet>
{
    private readonly Axis[] _axes;

    private AxisSet(Axis[] axes) => _axes = axes;

    /// <summary>No axes: a scalar.</summary>
    public static AxisSet Scalar { get; } = new([]);

    /// <summary>Number of axes.</summary>
    public int Count => _axes.Length;

    /// <summary>The axis at a position of the display order.</summary>
    public Axis this[int index] => _axes[index];

    /// <summary>Product of the sizes.</summary>
    public long Elements => _axes.Aggregate(1L, (product, axis) => product * axis.Size);

    /// <summary>A set of the given axes.</summary>
    public static AxisSet Of(params Axis[] axes) => axes.Length == 0 ? Scalar : Scalar.Union(new AxisSet(axes));

    /// <summary>Whether an axis of this name is in the set.</summary>
    public bool Contains(Axis axis) => Find(axis.Name) is not null;

    /// <summary>The axis of a name, if the set holds it.</summary>
    public Axis? Find(string name) => Array.Find(_axes, a => a.Name == name);

    /// <summary>Whether an axis of this name, or a ragged one that is grouped by it, is in the set.</summary>
    public bool Covers(Axis axis) => Array.Exists(_axes, a => a.Name == axis.Name || a.Parent?.Name == axis.Name);

    /// <summary>All axes of both; a name that is in both is taken from this set. A ragged axis stands for its parent too.</summary>
    public AxisSet Union(AxisSet other)
    {
        List<Axis>? all = null;
        foreach (var axis in other._axes)
        {
            var held = all ?? (IReadOnlyList<Axis>)_axes;
            if (held.Any(a => a.Name == axis.Name || a.Parent?.Name == axis.Name))
                continue;
            all ??= [.. _axes];
            var parent = axis.Parent is null ? -1 : all.FindIndex(a => a.Name == axis.Parent.Name);
            if (parent >= 0)
                all[parent] = axis;
            else
                all.Add(axis);
        }

        return all is null ? this : new([.. all]);
    }

    /// <summary>This set without the axes of the given names.</summary>
    public AxisSet Except(IEnumerable<Axis> axes) => new([.. _axes.Where(a => !axes.Any(b => b.Name == a.Name))]);

    /// <summary>This set with axes summed out: a ragged one leaves its parent.</summary>
    public AxisSet Reduce(IEnumerable<Axis> axes) =>
        new([.. _axes.Select(a => axes.Any(b => b.Name == a.Name) ? a.Parent : a).OfType<Axis>()]);

    /// <summary>This set with one axis replaced by another, at its place.</summary>
    public AxisSet Replace(Axis from, Axis to) => new([.. _axes.Select(a => a.Name == from.Name ? to : a)]);

    /// <inheritdoc/>
    public bool Equals(AxisSet? other) =>
        other is not null && Count == other.Count && _axes.All(a => other.Find(a.Name) is { } b && a.Equals(b));

    /// <summary>Equality by content.</summary>
    public static bool operator ==(AxisSet? a, AxisSet? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Inequality by content.</summary>
    public static bool operator !=(AxisSet? a, AxisSet? b) => !(a == b);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AxisSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _axes.Aggregate(Count, (hash, axis) => hash ^ axis.GetHashCode());

    /// <inheritdoc/>
    public IEnumerator<Axis> GetEnumerator() => ((IEnumerable<Axis>)_axes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _axes.GetEnumerator();

    /// <summary><c>[games=8, actions=3]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _axes.Select(a => a.ToString()))}]";
}
