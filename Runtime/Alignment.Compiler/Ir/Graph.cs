using System.Text;

namespace Alignment.Compiler;

/// <summary>One value of a program: an operation, the values it reads and the axes of the result.</summary>
/// <param name="Op">What it does; never a derivative, those are resolved by lowering.</param>
/// <param name="Arguments">Positions of the values read, all smaller than the node's own.</param>
/// <param name="Axes">Axes of the result, batch axes included.</param>
public sealed record Node(Op Op, ValueList<int> Arguments, AxisSet Axes);

/// <summary>A program's values in order: a value stands after those it reads, and equal values stand once.</summary>
/// <remarks>
/// Common subexpressions are found while nodes are added (equal operation, equal arguments), and so are constants to fold and
/// identities such as x + 0. Dead values are left out by whoever walks back from the outputs (<see cref="Live"/>).
/// </remarks>
public sealed class Graph
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<(string Signature, ValueList<int> Arguments), int> _known = [];

    /// <summary>The values so far.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The value at a position.</summary>
    public Node this[int id] => _nodes[id];

    /// <summary>Adds a value, or finds the one that is equal to it.</summary>
    public int Add(Op op, params int[] arguments)
    {
        ArgumentNullException.ThrowIfNull(op);
        ArgumentNullException.ThrowIfNull(arguments);
        arguments = Aligned(op, arguments);
        if (op is Op.Expand expand && expand.Axes.All(_nodes[arguments[0]].Axes.Contains))
            return arguments[0];
        if (Simplify.Apply(this, op, arguments) is { } simpler)
            return simpler;
        var key = (op.Signature, arguments.ToValueList());
        if (_known.TryGetValue(key, out var id))
            return id;
        var axes = op.Infer([.. arguments.Select(a => _nodes[a].Axes)]);
        _nodes.Add(new(op, key.Item2, axes));
        _known.Add(key, _nodes.Count - 1);
        return _nodes.Count - 1;
    }

    /// <summary>A number.</summary>
    public int Constant(double value) => Add(new Op.Constant(value));

    /// <summary>The number that a value is, if it is a constant.</summary>
    public double? ConstantOf(int id) => _nodes[id].Op is Op.Constant c ? c.Value : null;

    /// <summary>Applies a one-argument pointwise function.</summary>
    public int Unary(UnaryKind kind, int x) => Add(new Op.Unary(kind), x);

    /// <summary>Applies a two-argument pointwise function.</summary>
    public int Binary(BinaryKind kind, int a, int b) => Add(new Op.Binary(kind), a, b);

    /// <summary>Brings a value to exactly the given axes: sums those it has too many, repeats along those it lacks.</summary>
    public int Fit(int id, AxisSet axes)
    {
        // what is summed over a ragged axis is left over its parent, which may be one too many itself
        // (and a parent is not too many if it is yet to be repeated along its children)
        bool IsExtra(Axis axis) =>
            !axes.Contains(axis)
            && !axes.Any(child => child.Parent?.Name == axis.Name && !_nodes[id].Axes.Contains(child));
        while (_nodes[id].Axes.FirstOrDefault(IsExtra) is { } axis)
            id = Add(new Op.Reduce(ReduceKind.Sum, axis), id);
        return Expand(id, axes);
    }

    /// <summary>Repeats a value along axes that it lacks.</summary>
    public int Expand(int id, AxisSet axes)
    {
        var missing = axes.Except(axes.Where(_nodes[id].Axes.Covers));
        return missing.Count == 0 ? id : Add(new Op.Expand(missing.ToValueList()), id);
    }

    /// <summary>The values that the given ones depend on, themselves included, in order.</summary>
    public IReadOnlyList<int> Live(IEnumerable<int> roots)
    {
        var live = new bool[_nodes.Count];
        foreach (var root in roots)
            live[root] = true;
        for (var id = _nodes.Count - 1; id >= 0; id--)
        {
            if (!live[id])
                continue;
            foreach (var argument in _nodes[id].Arguments)
                live[argument] = true;
        }

        return [.. Enumerable.Range(0, live.Length).Where(id => live[id])];
    }

    /// <summary>One line a value: <c>%3 = add(%1, %2) : [games=8, row=3]</c>.</summary>
    public string Print(IEnumerable<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            var node = _nodes[id];
            text.Append('%').Append(id).Append(" = ").Append(Describe(node.Op));
            if (node.Arguments.Count > 0)
                text.Append('(').AppendJoin(", ", node.Arguments.Select(a => $"%{a}")).Append(')');
            text.Append(" : ").Append(node.Axes).Append('\n');
        }

        return text.ToString();
    }

    // where a value over a ragged axis meets one over its parent, the latter is repeated along the children
    private int[] Aligned(Op op, int[] arguments)
    {
        if (op is Op.Unary or Op.Reduce or Op.Spread || (arguments.Length < 2 && op is not Op.Expand))
            return arguments;
        var wanted = op is Op.Expand expand ? AxisSet.Of([.. expand.Axes]) : AxisSet.Scalar;
        // what goes along axes of its own looks at each argument's for itself
        var own = op is Op.Contract ? [] : op.Along;
        var ragged = arguments
            .Aggregate(wanted, (all, a) => all.Union(_nodes[a].Axes.Except(own)))
            .Where(axis => axis.Parent is not null)
            .ToArray();
        return ragged.Length == 0
            ? arguments
            :
            [
                .. arguments.Select(a =>
                    ragged.Aggregate(
                        a,
                        (x, axis) => _nodes[x].Axes.Contains(axis.Parent!) ? Add(new Op.Spread(axis), x) : x
                    )
                ),
            ];
    }

    private static string Describe(Op op) =>
        op switch
        {
            Op.Literal l => $"literal {l.Tensor}",
            Op.Expand e => $"expand[{string.Join(", ", e.Axes.Select(a => a.Name))}]",
            Op.State s => $"state {s.Name}",
            Op.Signal s => $"signal {s.Name}",
            _ => op.Signature,
        };
}
