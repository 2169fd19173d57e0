namespace Alignment;

/// <summary>Masks of attention: what is added to scores before their softmax.</summary>
public static class AttentionMask
{
    /// <summary>0 where a query may attend, -1e9 at keys that stand behind it in the text: their softmax is exactly 0.</summary>
    /// <remarks>Shapes: over queries and keys, to be added to scores over both and any others. For scores within 1e6 of each other.</remarks>
    /// <param name="queries">The positions that attend, in the order of the text.</param>
    /// <param name="keys">The same positions under another name, as those that are attended to: <c>queries.Prime()</c>.</param>
    /// <exception cref="ArgumentException">They differ in number.</exception>
    public static Expr Causal(Axis queries, Axis keys)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        if (queries.Size != keys.Size)
            throw new ArgumentException(
                $"Causal mask: expected the same positions twice, got {queries} and {keys}; use queries.Prime() for keys."
            );
        var positions = Enumerable.Range(0, queries.Size);
        return Expr.Table([queries, keys], [.. positions.SelectMany(q => positions.Select(k => k > q ? -1e9 : 0.0))]);
    }
}
