namespace Alignment.Compiler;

/// <summary>Reverse-mode differentiation as a program transformation: the derivative is made of ordinary values.</summary>
/// <remarks>
/// Hence it can be differentiated again. Conventions: max and abs take the first index at a tie, comparisons, one-hot and sign have
/// derivative 0. A cotangent of 0 stays 0 whatever it is multiplied with, so the branch that a select did not take never leaks a NaN.
/// </remarks>
public static class ReverseMode
{
    /// <summary>Adds the gradient of the sum of all elements of y with respect to x, over the axes of x.</summary>
    public static int Gradient(Graph graph, int y, int x)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var influenced = InfluencedBy(graph, x, y);
        if (!influenced[y])
            return graph.Expand(graph.Constant(0), graph[x].Axes);

        var cotangents = new Dictionary<int, int> { [y] = graph.Expand(graph.Constant(1), graph[y].Axes) };
        for (var id = y; id > x; id--)
        {
            if (!influenced[id] || !cotangents.TryGetValue(id, out var cotangent))
                continue;
            var node = graph[id];
            for (var k = 0; k < node.Arguments.Count; k++)
            {
                var argument = node.Arguments[k];
                if (!influenced[argument] || Pull(graph, id, k, cotangent) is not { } pulled)
                    continue;
                pulled = graph.Fit(pulled, graph[argument].Axes);
                cotangents[argument] = cotangents.TryGetValue(argument, out var earlier)
                    ? graph.Binary(BinaryKind.Add, earlier, pulled)
                    : pulled;
            }
        }

        return cotangents.TryGetValue(x, out var gradient) ? gradient : graph.Expand(graph.Constant(0), graph[x].Axes);
    }

    /// <summary>Which values up to <paramref name="last"/> depend on x, x itself included.</summary>
    internal static bool[] InfluencedBy(Graph graph, int x, int last)
    {
        var influenced = new bool[Math.Max(x, last) + 1];
        influenced[x] = true;
        for (var id = x + 1; id <= last; id++)
            influenced[id] = graph[id].Op is not Op.StopGradient && graph[id].Arguments.Any(a => influenced[a]);
        return influenced;
    }

    /// <summary>factor * weight, and 0 wherever factor is 0.</summary>
    internal static int Guarded(Graph graph, int factor, int weight) =>
        graph.Add(
            new Op.Select(),
            graph.Binary(BinaryKind.Equal, factor, graph.Constant(0)),
            graph.Constant(0),
            graph.Binary(BinaryKind.Multiply, factor, weight)
        );

    /// <summary>The cotangent of argument k of a value, before it is fitted to the argument's axes; null where it is 0.</summary>
    private static int? Pull(Graph graph, int id, int k, int cotangent)
    {
        var node = graph[id];
        var a = node.Arguments[k];
        return node.Op switch
        {
            Op.Unary u => Pointwise.Derivative(graph, u.Kind, a, id) is { } slope
                ? Guarded(graph, cotangent, slope)
                : null,
            Op.Binary b => Pointwise.Derivative(graph, b.Kind, node.Arguments[0], node.Arguments[1], id, k) is { } slope
                ? Guarded(graph, cotangent, slope)
                : null,
            Op.Select => k switch
            {
                1 => graph.Add(node.Op, node.Arguments[0], cotangent, graph.Constant(0)),
                2 => graph.Add(node.Op, node.Arguments[0], graph.Constant(0), cotangent),
                _ => null,
            },
            Op.Reduce { Kind: ReduceKind.Sum } r => graph.Add(new Op.Expand([r.Axis]), cotangent),
            Op.Reduce { Kind: ReduceKind.Max } r => Multiply(graph, cotangent, graph.Add(new Op.OneHotMax(r.Axis), a)),
            Op.Reduce { Kind: ReduceKind.LogSumExp } r => Multiply(
                graph,
                cotangent,
                graph.Add(new Op.Softmax(r.Axis), a)
            ),
            Op.Softmax s => SoftmaxProduct(graph, id, cotangent, s.Axis),
            Op.SimplexProjection p => ProjectionProduct(graph, id, cotangent, p.Axis),
            Op.CumulativeSum c => graph.Add(c with { Reverse = !c.Reverse }, cotangent),
            Op.Contract => PullContraction(graph, cotangent, a, node.Arguments[1 - k]),
            Op.Gather g => graph.Add(new Op.SegmentSum(g.To, g.From, g.Map), cotangent),
            Op.SegmentSum s => graph.Add(new Op.Gather(s.To, s.From, s.Map), cotangent),
            Op.Slice s => graph.Add(
                new Op.SegmentSum(s.To, s.From, Enumerable.Range(s.Start, s.To.Size).ToValueList()),
                cotangent
            ),
            Op.Concat c => graph.Add(new Op.Slice(c.To, c.Pieces.Take(k).Sum(p => p.Size), c.Pieces[k]), cotangent),
            Op.Rename r => graph.Add(new Op.Rename(r.To, r.From), cotangent),
            Op.Expand => cotangent,
            Op.Spread p => graph.Add(new Op.Reduce(ReduceKind.Sum, p.Children), cotangent),
            Op.SweepDown d => Sweeps.PullDown(graph, d, id, k, cotangent),
            Op.SweepUp u => Sweeps.PullUp(graph, u, id, k, cotangent),
            Op.SparseContract c => Sweeps.PullContraction(graph, c, id, k, cotangent),
            _ => null,
        };
    }

    /// <summary>The Jacobian of softmax is symmetric: p * (v - sum(p * v)) serves both modes.</summary>
    internal static int SoftmaxProduct(Graph graph, int p, int v, Axis axis)
    {
        var mean = graph.Add(new Op.Contract([axis]), p, v);
        return Multiply(graph, p, graph.Binary(BinaryKind.Subtract, v, mean));
    }

    /// <summary>The Jacobian of the projection is symmetric: the support's centering matrix serves both modes.</summary>
    internal static int ProjectionProduct(Graph graph, int projected, int v, Axis axis)
    {
        var support = graph.Binary(BinaryKind.Less, graph.Constant(0), projected);
        var size = graph.Add(new Op.Reduce(ReduceKind.Sum, axis), support);
        var mean = graph.Binary(BinaryKind.Divide, graph.Add(new Op.Contract([axis]), support, v), size);
        return Multiply(graph, support, graph.Binary(BinaryKind.Subtract, v, mean));
    }

    // cotangent [axes of the result] times the other operand, summed over everything that the argument lacks
    private static int PullContraction(Graph graph, int cotangent, int argument, int other)
    {
        var held = graph[argument].Axes;
        var summed = graph[cotangent].Axes.Union(graph[other].Axes).Where(axis => !held.Covers(axis)).ToValueList();
        return graph.Add(new Op.Contract(summed), cotangent, other);
    }

    private static int Multiply(Graph graph, int a, int b) => graph.Binary(BinaryKind.Multiply, a, b);
}
