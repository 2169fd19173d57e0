namespace Alignment.Compiler;

/// <summary>Derivatives of what goes through game trees. The two sweeps are each other's transpose, a sparse contraction its own.</summary>
/// <remarks>
/// A sweep up with best, soft or nearest actions moves like one with the strategy that attains its maximum (the envelope theorem); that
/// strategy is constant as far as second derivatives of the best and of the nearest actions go, and not for soft ones.
/// </remarks>
internal static class Sweeps
{
    /// <summary>The cotangent of argument k of a sweep down (x[, c]).</summary>
    public static int PullDown(Graph graph, Op.SweepDown op, int id, int k, int cotangent)
    {
        // a cotangent of d[s] reaches whatever stands before s
        var behind = Up(graph, op.Treeplex, cotangent, graph[id].Arguments[0]);
        return k == 1 ? behind : Multiply(graph, Actions(graph, op.Treeplex, behind), Before(graph, op.Treeplex, id));
    }

    /// <summary>The cotangent of argument k of a sweep up (g, ...).</summary>
    public static int? PullUp(Graph graph, Op.SweepUp op, int id, int k, int cotangent)
    {
        var strategy = Strategy(graph, op, id);
        var reach = graph.Add(new Op.SweepDown(op.Treeplex), strategy, cotangent);
        if (k == 0)
            return graph[graph[id].Arguments[0]].Axes.Contains(op.Treeplex.Sequences)
                ? reach
                : Actions(graph, op.Treeplex, reach);
        var before = Before(graph, op.Treeplex, reach);
        return Slope(graph, op, id, k, strategy) is { } slope ? Multiply(graph, slope, before) : null;
    }

    /// <summary>The cotangent of argument k of a sparse contraction (v, x1, ...).</summary>
    public static int PullContraction(Graph graph, Op.SparseContract op, int id, int k, int cotangent)
    {
        var (index, arguments) = (op.Index, graph[id].Arguments);
        if (k == 0)
        {
            var product = graph.Add(new Op.Gather(index.To.Axis, index.Over, index.To.Map), cotangent);
            for (var f = 0; f < index.Factors.Count; f++)
                product = Multiply(
                    graph,
                    product,
                    graph.Add(new Op.Gather(index.Factors[f].Axis, index.Over, index.Factors[f].Map), arguments[f + 1])
                );
            return product;
        }

        // the factor and the result change places
        var turned = new SparseIndex(index.Over, index.Factors.SetItem(k - 1, index.To), index.Factors[k - 1]);
        int[] swapped = [.. arguments.Select((a, j) => j == k ? cotangent : a)];
        return graph.Add(new Op.SparseContract(turned), swapped);
    }

    /// <summary>The tangent of a sweep or a sparse contraction from those of its arguments.</summary>
    public static int? Push(Graph graph, int id, int?[] tangents)
    {
        var node = graph[id];
        int? sum = null;
        void Add(int term) => sum = sum is { } s ? graph.Binary(BinaryKind.Add, s, term) : term;
        for (var k = 0; k < tangents.Length; k++)
        {
            if (tangents[k] is not { } tangent)
                continue;
            switch (node.Op)
            {
                case Op.SparseContract:
                    Add(graph.Add(node.Op, [.. node.Arguments.Select((a, j) => j == k ? tangent : a)]));
                    break;
                case Op.SweepDown d:
                    var source =
                        k == 1
                            ? tangent
                            : Sequences(graph, d.Treeplex, Multiply(graph, tangent, Before(graph, d.Treeplex, id)));
                    Add(graph.Add(d, node.Arguments[0], source));
                    break;
                case Op.SweepUp u:
                    var strategy = Strategy(graph, u, id);
                    if (k == 0)
                    {
                        Add(Up(graph, u.Treeplex, tangent, strategy));
                    }
                    else if (Slope(graph, u, id, k, strategy) is { } slope)
                    {
                        // what moves an information set's worth moves the sequence before it, and what is before that
                        var worth = Multiply(graph, slope, tangent);
                        if (graph[worth].Axes.Contains(u.Treeplex.Actions))
                            worth = graph.Add(new Op.Reduce(ReduceKind.Sum, u.Treeplex.Actions), worth);
                        var moved = graph.Add(
                            new Op.SegmentSum(u.Treeplex.InformationSets, u.Treeplex.Sequences, u.Treeplex.Before),
                            graph.Expand(worth, AxisSet.Of(u.Treeplex.InformationSets))
                        );
                        Add(Up(graph, u.Treeplex, moved, strategy));
                    }

                    break;
            }
        }

        return sum;
    }

    /// <summary>The strategy that a sweep up sums by.</summary>
    private static int Strategy(Graph graph, Op.SweepUp op, int id)
    {
        var arguments = graph[id].Arguments;
        if (op.Kind == SweepKind.Strategy)
            return arguments[1];
        var (values, actions) = (Actions(graph, op.Treeplex, id), op.Treeplex.Actions);
        if (op.Kind == SweepKind.Best)
            return graph.Add(new Op.OneHotMax(actions), values);
        var point = graph.Binary(BinaryKind.Add, arguments[1], graph.Binary(BinaryKind.Divide, values, arguments[2]));
        return graph.Add(
            op.Kind == SweepKind.Soft ? new Op.Softmax(actions) : new Op.SimplexProjection(actions),
            point
        );
    }

    /// <summary>How an information set's worth moves with argument k: over actions, or over information sets.</summary>
    private static int? Slope(Graph graph, Op.SweepUp op, int id, int k, int strategy)
    {
        var arguments = graph[id].Arguments;
        var actions = op.Treeplex.Actions;
        int Sum(int x) => graph.Add(new Op.Reduce(ReduceKind.Sum, actions), x);
        var values = Actions(graph, op.Treeplex, id);
        switch (op.Kind, k)
        {
            case (SweepKind.Strategy, 1):
                return values;
            case (SweepKind.Soft, 1):
                return Multiply(graph, strategy, arguments[2]);
            case (SweepKind.Soft, 2):
                // log sum exp(w + q / s) - sum x q / s
                var scaled = graph.Binary(BinaryKind.Divide, values, arguments[2]);
                var level = graph.Add(
                    new Op.Reduce(ReduceKind.LogSumExp, actions),
                    graph.Binary(BinaryKind.Add, arguments[1], scaled)
                );
                return graph.Binary(BinaryKind.Subtract, level, Sum(Multiply(graph, strategy, scaled)));
            case (SweepKind.Nearest, 1):
                return Multiply(graph, arguments[2], graph.Binary(BinaryKind.Subtract, strategy, arguments[1]));
            case (SweepKind.Nearest, 2):
                var away = graph.Binary(BinaryKind.Subtract, strategy, arguments[1]);
                return Multiply(graph, graph.Constant(-0.5), Sum(Multiply(graph, away, away)));
            default:
                return null;
        }
    }

    private static int Up(Graph graph, TreeplexAxes treeplex, int g, int x) =>
        graph.Add(new Op.SweepUp(treeplex, SweepKind.Strategy), g, x);

    /// <summary>A value over sequences at the actions alone.</summary>
    private static int Actions(Graph graph, TreeplexAxes treeplex, int x) =>
        graph.Add(new Op.Slice(treeplex.Sequences, 0, treeplex.Actions), x);

    /// <summary>A value over actions, and 0 at the empty sequence.</summary>
    private static int Sequences(Graph graph, TreeplexAxes treeplex, int x) =>
        graph.Add(
            new Op.SegmentSum(
                treeplex.Actions,
                treeplex.Sequences,
                Enumerable.Range(0, treeplex.Actions.Size).ToValueList()
            ),
            x
        );

    /// <summary>A value over sequences at the sequence before each information set.</summary>
    private static int Before(Graph graph, TreeplexAxes treeplex, int x) =>
        graph.Add(new Op.Gather(treeplex.Sequences, treeplex.InformationSets, treeplex.Before), x);

    private static int Multiply(Graph graph, int a, int b) => graph.Binary(BinaryKind.Multiply, a, b);
}
