using System.Text;

namespace Alignment.Compiler;

/// <summary>A state variable of a program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">The value that reads it.</param>
/// <param name="Initial">The value it starts with.</param>
/// <param name="Next">The value it takes at the end of a step.</param>
public sealed record StateVariable(string Name, int Source, int Initial, int Next);

/// <summary>A named result, computed from the state when it is asked for.</summary>
public sealed record ProgramOutput(string Name, int Value);

/// <summary>A checked, lowered, batched program: what executors run.</summary>
/// <remarks>
/// Inputs (signals) are bound once; then the state takes its initial values, steps are run, and outputs are read.
/// Values that depend on neither state, step nor draws are invariant: executors compute them once.
/// </remarks>
public sealed class Program
{
    internal Program(
        string name,
        Graph graph,
        IEnumerable<Axis> batch,
        IEnumerable<int> inputs,
        IEnumerable<StateVariable> states,
        IEnumerable<ProgramOutput> outputs
    )
    {
        Name = name;
        Graph = graph;
        Batch = batch.ToValueList();
        Inputs = inputs.ToValueList();
        States = states.ToValueList();
        Outputs = outputs.ToValueList();
        Varying = FindVarying();
    }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>The values.</summary>
    public Graph Graph { get; }

    /// <summary>The axes along which independent games lie; no operation mixes elements of different games.</summary>
    public ValueList<Axis> Batch { get; }

    /// <summary>Number of games: the product of the batch axes.</summary>
    public int Games => checked((int)Batch.Aggregate(1L, (n, axis) => n * axis.Size));

    /// <summary>The values that are bound from outside.</summary>
    public ValueList<int> Inputs { get; }

    /// <summary>The state.</summary>
    public ValueList<StateVariable> States { get; }

    /// <summary>The results.</summary>
    public ValueList<ProgramOutput> Outputs { get; }

    /// <summary>The last step that can be run: float32 counts exactly up to 2^24, which matters where a value is computed from the step's number.</summary>
    public long LastStep(Precision precision) =>
        precision == Precision.Float32 && Graph.Nodes.Any(node => node.Op is Op.Step) ? 1L << 24 : long.MaxValue;

    /// <summary>Whether each value depends on state, step or draws.</summary>
    public IReadOnlyList<bool> Varying { get; }

    /// <summary>Values of one step, in order, invariant ones left out.</summary>
    public IReadOnlyList<int> StepValues => [.. Graph.Live(States.Select(s => s.Next)).Where(id => Varying[id])];

    /// <summary>Values that outputs need, in order, invariant ones left out.</summary>
    public IReadOnlyList<int> OutputValues => [.. Graph.Live(Outputs.Select(o => o.Value)).Where(id => Varying[id])];

    /// <summary>Values that initial state needs.</summary>
    public IReadOnlyList<int> InitialValues => Graph.Live(States.Select(s => s.Initial));

    /// <summary>Values computed once: those that steps and outputs need and that do not vary.</summary>
    public IReadOnlyList<int> InvariantValues =>
        [.. Graph.Live([.. States.Select(s => s.Next), .. Outputs.Select(o => o.Value)]).Where(id => !Varying[id])];

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("program ").Append(Name).Append(" over ").Append(AxisSet.Of([.. Batch])).Append('\n');
        void Section(string title, IReadOnlyList<int> ids)
        {
            if (ids.Count > 0)
                text.Append(title).Append(":\n").Append(Graph.Print(ids));
        }

        Section("once", InvariantValues);
        Section("initial", [.. InitialValues.Except(InvariantValues)]);
        foreach (var state in States)
            text.Append("  ").Append(state.Name).Append(" <- %").Append(state.Initial).Append('\n');
        Section("step", StepValues);
        foreach (var state in States)
            text.Append("  ").Append(state.Name).Append(" <- %").Append(state.Next).Append('\n');
        Section("read", [.. OutputValues.Except(StepValues)]);
        foreach (var output in Outputs)
            text.Append("  ").Append(output.Name).Append(" = %").Append(output.Value).Append('\n');
        return text.ToString();
    }

    private bool[] FindVarying()
    {
        var varying = new bool[Graph.Nodes.Count];
        for (var id = 0; id < varying.Length; id++)
        {
            var node = Graph[id];
            varying[id] = node.Op is Op.State or Op.Step or Op.Random || node.Arguments.Any(a => varying[a]);
        }

        return varying;
    }
}
