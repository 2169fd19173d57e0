namespace Alignment;

/// <summary>Numbers over axes, stored row-major in float64: the last axis varies fastest. Immutable and value-equal.</summary>
public sealed class NamedTensor : IEquatable<NamedTensor>
{
    private readonly double[] _values;

    private NamedTensor(ValueList<Axis> axes, double[] ownedValues)
    {
        Axes = axes;
        _values = ownedValues;
        Fingerprint = Fingerprint.Of(string.Join(",", axes.Select(a => a.Signature)), [Fingerprint.Of(ownedValues)]);
    }

    /// <summary>The axes in storage order.</summary>
    public ValueList<Axis> Axes { get; }

    /// <summary>The numbers, last axis fastest.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Content hash over axes and numbers.</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>A tensor over <paramref name="axes"/> from numbers in row-major order.</summary>
    /// <exception cref="ArgumentException">The count does not fit, a number is not finite, or an axis occurs twice.</exception>
    public static NamedTensor Of(IEnumerable<Axis> axes, ReadOnlySpan<double> values)
    {
        var list = axes.ToValueList();
        var set = AxisSet.Of([.. list]);
        if (set.Count != list.Count)
            throw new ArgumentException(
                $"A tensor over {list} holds an axis twice; give one of them another name, for example axis.Prime()."
            );
        if (set.Elements != values.Length)
            throw new ArgumentException($"A tensor over {list} needs {set.Elements} numbers, got {values.Length}.");
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                throw new ArgumentException(
                    $"A tensor over {list} holds {Quote.Number(values[i])} at {Describe(list, i)}; expected finite numbers."
                );
        }

        return new(list, values.ToArray());
    }

    /// <summary>A matrix: rows over <paramref name="rows"/>, columns over <paramref name="columns"/>.</summary>
    public static NamedTensor Of(Axis rows, Axis columns, double[,] values)
    {
        if (values.GetLength(0) != rows.Size || values.GetLength(1) != columns.Size)
        {
            throw new ArgumentException(
                $"A matrix over [{rows}, {columns}] needs {rows.Size} x {columns.Size} numbers, got {values.GetLength(0)} x {values.GetLength(1)}."
            );
        }

        return Of([rows, columns], values.Cast<double>().ToArray());
    }

    /// <summary>The same numbers with the axes stored in another order.</summary>
    /// <exception cref="ArgumentException">They are not the same axes.</exception>
    public NamedTensor Along(params IEnumerable<Axis> axes)
    {
        var order = axes.ToValueList();
        if (order.Count != Axes.Count || Axes.Any(axis => order.IndexOf(axis) < 0))
            throw new ArgumentException($"A tensor over {Axes} has no numbers along {order}; name the same axes.");
        return new(order, [.. Places(Axes, order).Select(place => _values[place])]);
    }

    /// <summary>For each cell over axes in one order: its number among those of the same axes in another, the last axis fastest in both.</summary>
    internal static int[] Places(ValueList<Axis> from, IReadOnlyList<Axis> to)
    {
        var strides = to.Select(axis => from.Skip(from.IndexOf(axis) + 1).Aggregate(1, (n, a) => n * a.Size)).ToArray();
        var places = new int[to.Aggregate(1, (n, axis) => n * axis.Size)];
        for (var cell = 0; cell < places.Length; cell++)
        {
            var rest = cell;
            for (var k = to.Count - 1; k >= 0; rest /= to[k].Size, k--)
                places[cell] += rest % to[k].Size * strides[k];
        }

        return places;
    }

    /// <summary>Names the element at a row-major position, such as <c>row=rock, column=paper</c>.</summary>
    public static string Describe(IReadOnlyList<Axis> axes, long position)
    {
        var parts = new string[axes.Count];
        for (var k = axes.Count - 1; k >= 0; k--)
        {
            parts[k] = $"{axes[k].Name}={axes[k].Label((int)(position % axes[k].Size))}";
            position /= axes[k].Size;
        }

        return string.Join(", ", parts);
    }

    /// <inheritdoc/>
    public bool Equals(NamedTensor? other) => other is not null && Fingerprint == other.Fingerprint;

    /// <summary>Equality by content.</summary>
    public static bool operator ==(NamedTensor? a, NamedTensor? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Inequality by content.</summary>
    public static bool operator !=(NamedTensor? a, NamedTensor? b) => !(a == b);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NamedTensor);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode();

    /// <summary>All numbers when there are at most twelve, else their count and content hash.</summary>
    public override string ToString() =>
        $"[{string.Join(", ", Axes.Select(a => a.Name))}] "
        + (
            _values.Length <= 12
                ? $"{{{string.Join(" ", _values.Select(Quote.Number))}}}"
                : $"{{{_values.Length} numbers #{Fingerprint.ToString()[..8]}}}"
        );
}
