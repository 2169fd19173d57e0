namespace Alignment.Compiler;

/// <summary>Turns expressions into program values: shares what is equal, resolves derivatives, spreads batch axes into the state.</summary>
public sealed class Lowering
{
    private readonly Dictionary<Expr, int> _done = [];
    private readonly IReadOnlyDictionary<string, AxisSet> _stateAxes;
    private readonly List<string> _faults = [];

    private Lowering(IReadOnlyDictionary<string, AxisSet> stateAxes) => _stateAxes = stateAxes;

    /// <summary>The values so far.</summary>
    public Graph Graph { get; } = new();

    /// <summary>Lowers expressions without state; for evaluation and tests.</summary>
    /// <exception cref="SpecException">An operation is applied to axes that it cannot take.</exception>
    public static (Graph Graph, int[] Values) Expressions(params IEnumerable<Expr> expressions)
    {
        var lowering = new Lowering(new Dictionary<string, AxisSet>());
        int[] values = [.. expressions.Select(lowering.Lower)];
        lowering.ThrowFaults("expression");
        return (lowering.Graph, values);
    }

    /// <summary>Lowers a solver's state, step and outputs to a program.</summary>
    /// <remarks>
    /// The axes of a state variable are found by iteration: it starts with those of its initial value and takes on every axis of the value
    /// assigned to it, until nothing changes. That is all there is to batching: a batch axis in a payoff spreads to whatever depends on it.
    /// </remarks>
    /// <param name="name">Name for messages.</param>
    /// <param name="batch">The axes along which independent games lie; every output is brought to hold them all.</param>
    /// <param name="initial">Starting values.</param>
    /// <param name="next">What the variables become in a step, in terms of the variables.</param>
    /// <param name="outputs">Named results, in terms of the variables.</param>
    /// <exception cref="SpecException">An operation is applied to axes that it cannot take.</exception>
    public static Program Program(
        string name,
        IEnumerable<Axis> batch,
        SolverState initial,
        SolverState next,
        IEnumerable<KeyValuePair<string, Expr>> outputs
    )
    {
        var batchAxes = AxisSet.Of([.. batch]);
        var results = outputs.ToArray();
        var axes = initial.Variables.ToDictionary(v => v.Key, v => v.Value.Axes, StringComparer.Ordinal);
        while (true)
        {
            var lowering = new Lowering(axes);
            var assignments = initial
                .Variables.Select(v =>
                    (
                        v.Key,
                        Initial: lowering.Lower(v.Value),
                        Next: lowering.Lower(next.Variables.First(n => n.Key == v.Key).Value)
                    )
                )
                .ToArray();
            var values = results.Select(r => (r.Key, Value: lowering.Lower(r.Value))).ToArray();
            lowering.ThrowFaults(name);

            var graph = lowering.Graph;
            var wider = assignments.ToDictionary(
                a => a.Key,
                a => axes[a.Key].Union(graph[a.Initial].Axes).Union(graph[a.Next].Axes),
                StringComparer.Ordinal
            );
            if (wider.All(w => w.Value == axes[w.Key]))
            {
                var states = assignments
                    .Select(a => new StateVariable(
                        a.Key,
                        lowering.LowerState(a.Key),
                        graph.Expand(a.Initial, axes[a.Key]),
                        graph.Expand(a.Next, axes[a.Key])
                    ))
                    .ToArray();
                var read = values.Select(v => new ProgramOutput(v.Key, graph.Expand(v.Value, batchAxes))).ToArray();
                var inputs = Enumerable.Range(0, graph.Nodes.Count).Where(id => graph[id].Op is Op.Signal).ToArray();
                var program = new Program(name, graph, batchAxes, inputs, states, read);
                ThrowMixedGames(program);
                return program;
            }

            axes = wider;
        }
    }

    private int LowerState(string name) => Graph.Add(new Op.State(name, _stateAxes[name].ToValueList()));

    private int Lower(Expr expression)
    {
        foreach (var node in Expr.Topological(expression))
        {
            if (_done.ContainsKey(node))
                continue;
            int[] arguments = [.. node.Arguments.Select(a => _done[a])];
            if (node.Op.Fault([.. arguments.Select(a => Graph[a].Axes)]) is { } fault)
                _faults.Add(fault);
            _done[node] = node.Op switch
            {
                Op.State s => LowerState(s.Name),
                Op.Parameter p => Graph.Constant(p.Declaration.Value),
                Op.Data d => throw new InvalidOperationException(
                    $"The data of {d.Table} must be bound before lowering."
                ),
                Op.Gradient => ReverseMode.Gradient(Graph, arguments[0], arguments[1]),
                Op.DirectionalDerivative => ForwardMode.Derivative(Graph, arguments[0], arguments[1], arguments[2]),
                _ => Graph.Add(node.Op, arguments),
            };
        }

        return _done[expression];
    }

    /// <summary>Executors keep games apart, so no operation may look along a batch axis; a derivative by what all games share would.</summary>
    private static void ThrowMixedGames(Program program)
    {
        var roots = program
            .States.SelectMany(s => (int[])[s.Initial, s.Next])
            .Concat(program.Outputs.Select(o => o.Value));
        var faults = program
            .Graph.Live(roots)
            .Select(id => program.Graph[id].Op)
            .SelectMany(op =>
                op.Along.Where(axis => program.Batch.IndexOf(axis) >= 0)
                    .Select(axis => $"{op.Signature} would mix the games of the batch axis '{axis.Name}'")
            )
            .Distinct(StringComparer.Ordinal)
            .Select(fault => new Diagnostic(program.Name, fault))
            .ToValueList();
        if (faults.Count > 0)
            throw new SpecException(faults);
    }

    private void ThrowFaults(string where)
    {
        if (_faults.Count > 0)
            throw new SpecException(_faults.Select(f => new Diagnostic(where, f)).ToValueList());
    }
}
