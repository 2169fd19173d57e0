namespace Alignment;

public sealed partial class Expr
{
    /// <summary>1 at the element of a label, 0 at all others: <c>Expr.Indicator(context, "misleading")</c>.</summary>
    /// <exception cref="ArgumentException">The axis has no such label; with the nearest one.</exception>
    public static Expr Indicator(Axis axis, string label)
    {
        ArgumentNullException.ThrowIfNull(axis);
        return Indicator(axis, axis.IndexOf(label));
    }

    /// <summary>1 at an element, counted from 0, and 0 at all others.</summary>
    /// <exception cref="ArgumentException">The axis has no such element.</exception>
    public static Expr Indicator(Axis axis, int element)
    {
        ArgumentNullException.ThrowIfNull(axis);
        if (element < 0 || element >= axis.Size)
            throw new ArgumentException($"Axis '{axis.Name}' has elements 0 to {axis.Size - 1}, got {element}.");
        return Vector(axis, [.. Enumerable.Range(0, axis.Size).Select(k => k == element ? 1.0 : 0.0)]);
    }

    /// <summary>A table that says for each row which column it has: 1 there, 0 at all others. x.Dot(table, rows) counts or moves, table.Dot(x, columns) looks up.</summary>
    /// <remarks>Shapes: over rows and columns. Default: row k has column k. A permutation where each column occurs once.</remarks>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns; an axis of another name.</param>
    /// <param name="map">For each row its column, counted from 0; none at all for the same number.</param>
    /// <exception cref="ArgumentException">There is not one column for each row, or one that is none.</exception>
    public static Expr Lookup(Axis rows, Axis columns, params IEnumerable<int> map)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(map);
        int[] to = [.. map];
        if (to.Length == 0)
            to = [.. Enumerable.Range(0, rows.Size)];
        if (to.Length != rows.Size || to.Any(c => c < 0 || c >= columns.Size))
            throw new ArgumentException(
                $"Lookup from '{rows.Name}' to '{columns.Name}': expected for each of {rows.Size} rows a column from 0 to {columns.Size - 1}, got {string.Join(", ", to)}."
            );
        return Table(
            [rows, columns],
            [.. to.SelectMany(c => Enumerable.Range(0, columns.Size).Select(k => k == c ? 1.0 : 0.0))]
        );
    }

    /// <summary>The uniform distribution over axes: one over the number of elements at each.</summary>
    public static Expr UniformOver(params Axis[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        return Constant(1.0 / axes.Aggregate(1.0, (n, axis) => n * axis.Size)).Expand(axes);
    }

    /// <summary>What stands at the element of a label; that axis is gone.</summary>
    /// <exception cref="ArgumentException">The axis has no such label; with the nearest one.</exception>
    public Expr At(Axis axis, string label) => Dot(Indicator(axis, label), axis);

    /// <summary>What stands at an element, counted from 0; that axis is gone.</summary>
    /// <exception cref="ArgumentException">The axis has no such element.</exception>
    public Expr At(Axis axis, int element) => Dot(Indicator(axis, element), axis);
}
