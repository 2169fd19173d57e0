using Alignment.Compiler;

namespace Alignment.Benchmarks;

/// <summary>What a step asks of the processor for each game, however it is written: counted from the program.</summary>
/// <param name="Operations">Additions, multiplications, multiply-adds (one each), comparisons and choices.</param>
/// <param name="Divisions">Divisions and square roots.</param>
/// <param name="Exps">Exponentials.</param>
/// <param name="Numbers">Numbers read from memory and written to it: the state, before and after, and what is given (payoffs).</param>
internal readonly record struct Work(double Operations, double Divisions, double Exps, double Numbers)
{
    public static Work operator +(Work a, Work b) =>
        new(a.Operations + b.Operations, a.Divisions + b.Divisions, a.Exps + b.Exps, a.Numbers + b.Numbers);

    public static Work operator *(double n, Work a) =>
        new(n * a.Operations, n * a.Divisions, n * a.Exps, n * a.Numbers);
}

/// <summary>Counts the work of a step.</summary>
internal static class Floor
{
    /// <summary>The work of a step for each game.</summary>
    public static Work Of(Program program)
    {
        var graph = program.Graph;
        var step = program.StepValues;
        var work = new Work();
        foreach (var id in step)
            work += Of(program, graph[id]);

        // each state variable is read, and written unless it stays as it is
        foreach (var state in program.States)
        {
            if (step.Contains(state.Source))
                work += new Work { Numbers = PerGame(program, graph[state.Source]) };
            if (state.Next != state.Source)
                work += new Work { Numbers = PerGame(program, graph[state.Next]) };
        }

        // what does not vary and the step reads, such as payoffs; a constant sits in a register
        var given = step.SelectMany(id => graph[id].Arguments).Where(id => !program.Varying[id]).Distinct();
        foreach (var id in given.Where(id => graph[id].Axes.Count > 0))
            work += new Work { Numbers = PerGame(program, graph[id]) };
        return work;
    }

    private static Work Of(Program program, Node node)
    {
        var results = PerGame(program, node);
        var arguments = node.Arguments.Count == 0 ? 0 : PerGame(program, program.Graph[node.Arguments[0]]);
        return node.Op switch
        {
            Op.State or Op.Step or Op.Expand or Op.Rename or Op.Slice or Op.StopGradient => new(),
            Op.Unary { Kind: UnaryKind.Negate or UnaryKind.Abs or UnaryKind.Sign } => new() { Operations = results },
            Op.Unary { Kind: UnaryKind.Sqrt } => new() { Divisions = results },
            Op.Unary { Kind: UnaryKind.Exp } => new() { Exps = results },
            Op.Binary { Kind: BinaryKind.Divide } => new() { Divisions = results },
            Op.Binary { Kind: not BinaryKind.Power } or Op.Select => new() { Operations = results },
            Op.Reduce { Kind: ReduceKind.Sum or ReduceKind.Max } => new() { Operations = arguments - results },
            // each result is a sum of products, a multiply-add for each
            Op.Contract c => new() { Operations = c.Axes.Aggregate(results, (n, axis) => n * axis.Size) },
            // the largest, its distance to each, their exponentials, the sum of those, 1 / sum, and that times each
            Op.Softmax s => (results / s.Axis.Size)
                * new Work((4 * s.Axis.Size) - 2, Divisions: 1, Exps: s.Axis.Size, Numbers: 0),
            _ => throw new NotSupportedException($"The floor of '{node.Op}' has not been written down."),
        };
    }

    // a value that is the same for all games is computed once for all
    private static double PerGame(Program program, Node node) => (double)node.Axes.Elements / program.Games;
}
