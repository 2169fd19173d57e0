using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>The names of a program's inputs, outputs and state variables, and the order of their numbers at the executor's border.</summary>
internal sealed class Border
{
    private readonly TorchPlan _plan;
    private readonly Dictionary<string, double[]> _inputs = new(StringComparer.Ordinal);

    public Border(TorchPlan plan)
    {
        _plan = plan;
        foreach (var id in Program.Inputs)
            _inputs.Add(((Op.Signal)Program.Graph[id].Op).Name, new double[Program.Graph[id].Axes.Elements]);
    }

    private Program Program => _plan.Program;

    /// <summary>The numbers of an input, over its declared axes.</summary>
    /// <exception cref="ArgumentException">There is no such input; the message holds the nearest one.</exception>
    public double[] Input(string name) =>
        _inputs.TryGetValue(name, out var values) ? values : throw Unknown("input", name, _inputs.Keys);

    /// <summary>The value of an output.</summary>
    /// <exception cref="ArgumentException">There is no such output; the message holds the nearest one.</exception>
    public int Output(string name) =>
        Program.Outputs.FirstOrDefault(o => o.Name == name)?.Value
        ?? throw Unknown("output", name, Program.Outputs.Select(o => o.Name));

    /// <summary>The state variable of a name.</summary>
    /// <exception cref="ArgumentException">There is no such variable; the message holds the nearest one.</exception>
    public StateVariable State(string name) =>
        Program.States.FirstOrDefault(s => s.Name == name)
        ?? throw Unknown("state variable", name, Program.States.Select(s => s.Name));

    /// <summary>The order of a value's numbers: all batch axes, if it holds any of them, then its others.</summary>
    public (string Axis, long Size)[] Axes(int id)
    {
        var batch = Program.Graph[id].Axes.Any(a => Program.Batch.IndexOf(a) >= 0) ? Program.Batch : [];
        return [.. batch.Concat(_plan.EventAxes(id)).Select(a => (a.Name, (long)a.Size))];
    }

    /// <summary>Number of a value's numbers.</summary>
    public int Length(int id) => checked((int)Axes(id).Aggregate(1L, (n, a) => n * a.Size));

    /// <summary>Throws if there is not room for a value's numbers, no less and no more.</summary>
    public void RequireLength(int id, int length)
    {
        if (length != Length(id))
            throw new ArgumentException($"{Program.Name}: expected room for {Length(id)} numbers, got {length}.");
    }

    private ArgumentException Unknown(string what, string name, IEnumerable<string> known) =>
        new($"{Program.Name} has no {what} '{name}'.{Nearest.Hint(name, known, "It has")}");
}
