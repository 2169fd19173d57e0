namespace Alignment.Compiler;

/// <summary>Constant folding and identities that hold for every value, finite or not.</summary>
/// <remarks>x * 0 is not among them: it is NaN for an infinite x.</remarks>
internal static class Simplify
{
    /// <summary>An existing or simpler value equal to the operation, or null.</summary>
    public static int? Apply(Graph graph, Op op, int[] arguments) =>
        op switch
        {
            Op.Unary u => Fold(graph, u, arguments[0]),
            Op.Binary b => Fold(graph, b, arguments[0], arguments[1]),
            Op.Select when graph.ConstantOf(arguments[0]) is { } condition => Take(
                graph,
                arguments,
                condition != 0 ? 1 : 2
            ),
            Op.Select when arguments[1] == arguments[2] => Take(graph, arguments, 1),
            Op.Expand e when graph[arguments[0]].Op is Op.Expand inner => graph.Add(
                new Op.Expand(inner.Axes.AddRange(e.Axes)),
                graph[arguments[0]].Arguments[0]
            ),
            Op.Contract { Axes.Count: 0 } => graph.Binary(BinaryKind.Multiply, arguments[0], arguments[1]),
            Op.Contract { Axes.Count: > 1 } c when c.Axes.FirstOrDefault(a => a.Parent is not null) is { } ragged => c
                .Axes.Where(a => a != ragged)
                .Aggregate(
                    graph.Add(new Op.Contract([ragged]), arguments),
                    (sum, axis) => graph.Add(new Op.Reduce(ReduceKind.Sum, axis), sum)
                ),
            Op.Contract c when NegatedOperand(graph, c, arguments) is { } negated => negated,
            Op.Reduce { Kind: ReduceKind.Sum } r
                when r.Axis.Parent is null && graph[arguments[0]].Op is Op.Expand e && e.Axes.IndexOf(r.Axis) >= 0 =>
                SumOfExpanded(graph, r.Axis, e, graph[arguments[0]].Arguments[0]),
            Op.Reduce { Kind: ReduceKind.Sum } r when SumOfProduct(graph, r.Axis, arguments[0]) is { } contraction =>
                contraction,
            _ => null,
        };

    private static int? Fold(Graph graph, Op.Unary op, int x)
    {
        if (graph.ConstantOf(x) is { } value)
        {
            var result = Scalar.Apply(op.Kind, value);
            return double.IsNaN(result) ? null : graph.Constant(result);
        }

        return op.Kind == UnaryKind.Negate && graph[x].Op is Op.Unary { Kind: UnaryKind.Negate }
            ? graph[x].Arguments[0]
            : null;
    }

    private static int? Fold(Graph graph, Op.Binary op, int a, int b)
    {
        var (x, y) = (graph.ConstantOf(a), graph.ConstantOf(b));
        if (x is { } left && y is { } right)
        {
            var result = Scalar.Apply(op.Kind, left, right);
            return double.IsNaN(result) ? null : graph.Constant(result);
        }

        return (op.Kind, x, y) switch
        {
            (BinaryKind.Add, _, _) when NegatedBy(graph, b) is { } minus => graph.Binary(BinaryKind.Subtract, a, minus),
            (BinaryKind.Add, _, _) when NegatedBy(graph, a) is { } minus => graph.Binary(BinaryKind.Subtract, b, minus),
            (BinaryKind.Subtract, _, _) when NegatedBy(graph, b) is { } minus => NegatedBy(graph, a) is { } first
                ? graph.Binary(BinaryKind.Subtract, minus, first)
                : graph.Binary(BinaryKind.Add, a, minus),
            (BinaryKind.Add, 0, _) => b,
            (BinaryKind.Add or BinaryKind.Subtract, _, 0) => a,
            (BinaryKind.Subtract, 0, _) => graph.Unary(UnaryKind.Negate, b),
            (BinaryKind.Multiply, 1, _) => b,
            (BinaryKind.Multiply or BinaryKind.Divide or BinaryKind.Power, _, 1) => a,
            _ => null,
        };
    }

    private static int? NegatedBy(Graph graph, int id) =>
        graph[id].Op is Op.Unary { Kind: UnaryKind.Negate } ? graph[id].Arguments[0] : null;

    // A select between whole axes keeps the axes of both branches.
    private static int Take(Graph graph, int[] arguments, int chosen)
    {
        var axes = graph[arguments[0]].Axes.Union(graph[arguments[1]].Axes).Union(graph[arguments[2]].Axes);
        return graph.Expand(arguments[chosen], axes);
    }

    private static int SumOfExpanded(Graph graph, Axis axis, Op.Expand expand, int inner)
    {
        var rest = expand.Axes.Where(a => a != axis).ToValueList();
        var scaled = graph.Binary(BinaryKind.Multiply, inner, graph.Constant(axis.Size));
        return rest.Count == 0 ? scaled : graph.Add(new Op.Expand(rest), scaled);
    }

    // the two sides of a zero-sum game share one payoff array; rounding is symmetric, so no bit changes
    private static int? NegatedOperand(Graph graph, Op.Contract op, int[] arguments)
    {
        for (var k = 0; k < 2; k++)
        {
            if (graph[arguments[k]].Op is not Op.Unary { Kind: UnaryKind.Negate })
                continue;
            var positive = graph[arguments[k]].Arguments[0];
            return graph.Unary(
                UnaryKind.Negate,
                graph.Add(op, k == 0 ? [positive, arguments[1]] : [arguments[0], positive])
            );
        }

        return null;
    }

    // sum[a](x * y) reads each operand once as a contraction; the product is never stored
    private static int? SumOfProduct(Graph graph, Axis axis, int product)
    {
        if (graph[product].Op is not Op.Binary { Kind: BinaryKind.Multiply })
            return null;
        var (x, y) = (graph[product].Arguments[0], graph[product].Arguments[1]);
        return graph[x].Axes.Contains(axis) && graph[y].Axes.Contains(axis)
            ? graph.Add(new Op.Contract([axis]), x, y)
            : null;
    }
}
