namespace Alignment;

/// <summary>Attention with edges cut, one cut after the other in one batch: what an answer loses by an edge is what flows along it.</summary>
/// <remarks>
/// <para>The axis <see cref="Cuts"/> has an element without any cut, <c>none</c>, and one for each edge. With scores s of a layer, attention is
/// a_qk = keep_qk exp(s_qk) / sum over k of keep_qk exp(s_qk): the keys that are cut get nothing and the others share what they had. A query all of whose keys
/// are cut attends to nothing: its row is 0.</para>
/// <para>Shapes: scores over queries and keys, and any others such as heads or prompts; attention over these and the cuts. Since cuts are an axis, all of them
/// are one program, and each gives what it gives alone.</para>
/// <para>Source: Geva, Bastings, Filippova, Globerson (2023), "Dissecting recall of factual associations in auto-regressive language models", arXiv
/// 2304.14767 (attention knockout).</para>
/// <para>What is redundant is not seen: where two ways carry the same, cutting either loses nothing. Cut both as one edge of several positions.</para>
/// </remarks>
public sealed record EdgeKnockout
{
    private EdgeKnockout(ValueList<AttentionEdge> edges, Axis cuts) => (Edges, Cuts) = (edges, cuts);

    /// <summary>The edges, in the order of their cuts.</summary>
    public ValueList<AttentionEdge> Edges { get; }

    /// <summary>The axis <c>cut</c>: <c>none</c>, then the edges by name.</summary>
    public Axis Cuts { get; }

    /// <summary>No cut, and each of some edges cut alone.</summary>
    /// <exception cref="ArgumentException">There are no edges, or two have one name.</exception>
    public static EdgeKnockout Each(params AttentionEdge[] edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        if (edges.Length == 0)
            throw new ArgumentException("Knockout: expected at least one edge, got none.");
        return new(edges.ToValueList(), Axis.Of("cut", ["none", .. edges.Select(edge => edge.Name)]));
    }

    /// <summary>Every edge between two positions of an axis, in every layer: from any to any that does not stand before it.</summary>
    /// <param name="positions">The positions, in the order of the text.</param>
    /// <param name="layers">Number of layers, at least 1.</param>
    /// <exception cref="ArgumentException">The axis has no labels, or there are no layers.</exception>
    public static EdgeKnockout All(Axis positions, int layers)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        return Each([
            .. from layer in Enumerable.Range(1, layers)
            from query in Enumerable.Range(0, positions.Size)
            from key in Enumerable.Range(0, query + 1)
            select AttentionEdge.Of(layer, positions.Label(key), positions.Label(query)),
        ]);
    }

    /// <summary>Attention of a layer under every cut.</summary>
    /// <param name="scores">s, over queries and keys.</param>
    /// <param name="layer">The layer, counted from 1.</param>
    /// <param name="queries">The positions that attend.</param>
    /// <param name="keys">The positions that are attended to, an axis of its own over the same labels.</param>
    /// <exception cref="ArgumentException">An edge of this layer names a position that is none.</exception>
    public Expr Attention(Expr scores, int layer, Axis queries, Axis keys)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var keep = Keep(layer, queries, keys);
        var weights = keep * (scores - scores.Max(keys)).Exp();
        var total = weights.Sum(keys);
        return weights / total.Above(0).Select(total, 1);
    }

    /// <summary>1 where a query may attend to a key, 0 where that edge is cut: over cuts, queries and keys.</summary>
    /// <inheritdoc cref="Attention"/>
    public Expr Keep(int layer, Axis queries, Axis keys)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        var keep = new double[Cuts.Size * queries.Size * keys.Size];
        Array.Fill(keep, 1);
        for (var cut = 1; cut < Cuts.Size; cut++)
        {
            var edge = Edges[cut - 1];
            if (edge.Layer != layer)
                continue;
            foreach (var query in edge.To.Select(label => Position(edge, queries, label)))
            {
                foreach (var key in edge.From.Select(label => Position(edge, keys, label)))
                    keep[(((cut * queries.Size) + query) * keys.Size) + key] = 0;
            }
        }

        return Expr.Table([Cuts, queries, keys], keep);
    }

    private static int Position(AttentionEdge edge, Axis positions, string label)
    {
        var labels = Enumerable.Range(0, positions.Size).Select(positions.Label).ToList();
        return labels.IndexOf(label) is >= 0 and var at
            ? at
            : throw new ArgumentException(
                $"Edge '{edge.Name}': '{positions.Name}' has no position '{label}'.{Nearest.Hint(label, labels, "It has")}"
            );
    }
}
