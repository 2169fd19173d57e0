namespace Alignment;

/// <summary>A way that information may take in a transformer: in a layer, from some positions to some that attend to them.</summary>
/// <remarks>Errors: a layer below 1, a blank name, no positions.</remarks>
public sealed record AttentionEdge
{
    private AttentionEdge(string name, int layer, ValueList<string> from, ValueList<string> to) =>
        (Name, Layer, From, To) = (name, layer, from, to);

    /// <summary>Name in results, such as <c>subject to bridge, layer 1</c>.</summary>
    public string Name { get; }

    /// <summary>The layer, counted from 1.</summary>
    public int Layer { get; }

    /// <summary>Labels of the positions that are attended to (keys).</summary>
    public ValueList<string> From { get; }

    /// <summary>Labels of the positions that attend (queries).</summary>
    public ValueList<string> To { get; }

    /// <summary>From one position to one.</summary>
    /// <param name="layer">The layer, counted from 1.</param>
    /// <param name="from">The position that is attended to.</param>
    /// <param name="to">The position that attends.</param>
    /// <exception cref="ArgumentException">The layer is below 1.</exception>
    public static AttentionEdge Of(int layer, string from, string to) =>
        Of($"{from} to {to}, layer {layer}", layer, [from], [to]);

    /// <summary>A type of edges, such as all from the subject's tokens to the last one.</summary>
    /// <param name="name">Name in results.</param>
    /// <param name="layer">The layer, counted from 1.</param>
    /// <param name="from">The positions that are attended to.</param>
    /// <param name="to">The positions that attend.</param>
    /// <exception cref="ArgumentException">The name is blank, the layer is below 1, or there are no positions.</exception>
    public static AttentionEdge Of(string name, int layer, IEnumerable<string> from, IEnumerable<string> to)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var (keys, queries) = (from.ToValueList(), to.ToValueList());
        return layer >= 1 && keys.Count > 0 && queries.Count > 0
            ? new(name, layer, keys, queries)
            : throw new ArgumentException(
                $"Edge '{name}': expected a layer of at least 1 and positions on both sides, got layer {layer}, {keys.Count} and {queries.Count} positions."
            );
    }
}
