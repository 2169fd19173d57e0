namespace Alignment.Compiler;

/// <summary>Forward-mode differentiation as a program transformation: how a value moves when x moves along v.</summary>
/// <remarks>v may have axes that x lacks: one direction an element, all in one pass. Conventions as in <see cref="ReverseMode"/>.</remarks>
public static class ForwardMode
{
    /// <summary>Adds the derivative of y when x moves along v.</summary>
    public static int Derivative(Graph graph, int y, int x, int v)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var influenced = ReverseMode.InfluencedBy(graph, x, y);
        // an axis of directions that values on the way use for something else goes by another name meanwhile
        var captured = graph[v]
            .Axes.Except(graph[x].Axes)
            .Where(axis =>
                Enumerable.Range(0, y).Any(id => influenced[id] && graph[id].Axes.Contains(axis))
                && !graph[y].Axes.Contains(axis)
            )
            .Select(axis => (Axis: axis, Fresh: axis.Named(axis.Name + "~")))
            .ToArray();
        foreach (var (axis, fresh) in captured)
            v = graph.Add(new Op.Rename(axis, fresh), v);
        var derivative = Along(graph, influenced, y, x, v);
        foreach (var (axis, fresh) in captured)
            derivative = graph.Add(new Op.Rename(fresh, axis), derivative);
        return derivative;
    }

    private static int Along(Graph graph, bool[] influenced, int y, int x, int v)
    {
        var directions = graph[v].Axes.Except(graph[x].Axes);
        int Zero(int id) => graph.Expand(graph.Constant(0), graph[id].Axes.Union(directions));
        if (!influenced[y])
            return Zero(y);

        var tangents = new Dictionary<int, int> { [x] = graph.Expand(v, graph[x].Axes) };
        for (var id = x + 1; id <= y; id++)
        {
            if (!influenced[id])
                continue;
            if (Push(graph, id, tangents) is { } tangent)
                tangents[id] = tangent;
        }

        return tangents.TryGetValue(y, out var result)
            ? graph.Expand(result, graph[y].Axes.Union(directions))
            : Zero(y);
    }

    /// <summary>The tangent of a value from those of its arguments; null where it is 0.</summary>
    private static int? Push(Graph graph, int id, Dictionary<int, int> tangents)
    {
        var node = graph[id];
        int? Tangent(int k) => tangents.TryGetValue(node.Arguments[k], out var t) ? t : null;
        var first = node.Arguments.Count > 0 ? Tangent(0) : null;

        switch (node.Op)
        {
            case Op.Unary u:
                return first is { } t && Pointwise.Derivative(graph, u.Kind, node.Arguments[0], id) is { } slope
                    ? ReverseMode.Guarded(graph, t, slope)
                    : null;
            case Op.Binary b:
                return Sum(
                    graph,
                    Enumerable
                        .Range(0, 2)
                        .Select(k =>
                            Tangent(k) is { } t
                            && Pointwise.Derivative(graph, b.Kind, node.Arguments[0], node.Arguments[1], id, k)
                                is { } slope
                                ? ReverseMode.Guarded(graph, t, slope)
                                : (int?)null
                        )
                );
            case Op.Select:
                return Tangent(1) is null && Tangent(2) is null
                    ? null
                    : graph.Add(
                        node.Op,
                        node.Arguments[0],
                        Tangent(1) ?? graph.Constant(0),
                        Tangent(2) ?? graph.Constant(0)
                    );
            case Op.Contract:
                return Sum(
                    graph,
                    [
                        Tangent(0) is { } da
                            ? graph.Add(node.Op, Whole(graph, da, node.Arguments[0]), node.Arguments[1])
                            : null,
                        Tangent(1) is { } db
                            ? graph.Add(node.Op, node.Arguments[0], Whole(graph, db, node.Arguments[1]))
                            : null,
                    ]
                );
            case Op.Concat:
                return graph.Add(
                    node.Op,
                    [.. node.Arguments.Select((a, k) => Whole(graph, Tangent(k) ?? graph.Constant(0), a))]
                );
            case Op.SweepDown or Op.SweepUp or Op.SparseContract:
                return Sweeps.Push(
                    graph,
                    id,
                    [.. node.Arguments.Select((a, k) => Tangent(k) is { } t ? Whole(graph, t, a) : (int?)null)]
                );
        }

        if (first is not { } tangent)
            return null;
        var whole = Whole(graph, tangent, node.Arguments[0]);
        return node.Op switch
        {
            Op.Reduce { Kind: ReduceKind.Max } r => graph.Add(
                new Op.Contract([r.Axis]),
                graph.Add(new Op.OneHotMax(r.Axis), node.Arguments[0]),
                whole
            ),
            Op.Reduce { Kind: ReduceKind.LogSumExp } r => graph.Add(
                new Op.Contract([r.Axis]),
                graph.Add(new Op.Softmax(r.Axis), node.Arguments[0]),
                whole
            ),
            Op.Softmax s => ReverseMode.SoftmaxProduct(graph, id, whole, s.Axis),
            Op.SimplexProjection p => ReverseMode.ProjectionProduct(graph, id, whole, p.Axis),
            Op.Reduce
            or Op.CumulativeSum
            or Op.Gather
            or Op.SegmentSum
            or Op.Slice
            or Op.Rename
            or Op.Expand
            or Op.Spread => graph.Add(node.Op, whole),
            _ => null,
        };
    }

    // a tangent may lack axes along which it is constant; linear operations along an axis need them all
    private static int Whole(Graph graph, int tangent, int argument) => graph.Expand(tangent, graph[argument].Axes);

    private static int? Sum(Graph graph, IEnumerable<int?> terms)
    {
        int? sum = null;
        foreach (var term in terms)
        {
            if (term is { } t)
                sum = sum is { } s ? graph.Binary(BinaryKind.Add, s, t) : t;
        }

        return sum;
    }
}
