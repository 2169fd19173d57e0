using Alignment.Compiler;

namespace Alignment.Benchmarks;

/// <summary>A solver compiled for a sequential game.</summary>
internal sealed class TreeCase : IDisposable
{
    private readonly GameSpec _spec;
    private long _step;

    private TreeCase(GameSpec spec, IIterativeSolver solver, Precision precision, int threads)
    {
        _spec = spec;
        Program = SolverProgram.Compile(spec, solver, spec.Batch, withJoint: false);
        Executable = HostExecutor.Instance.Prepare(Program, new(precision, threads));
        Executable.Initialize();
    }

    public Program Program { get; }

    public IExecutable Executable { get; }

    /// <param name="tree">The game.</param>
    /// <param name="solver">The solver's name.</param>
    /// <param name="precision">The type of its numbers.</param>
    /// <param name="games">Games side by side, each with payoffs a little larger than the one before.</param>
    /// <param name="threads">Threads.</param>
    public static TreeCase Of(
        GameTree tree,
        string solver,
        Precision precision = Precision.Float64,
        int games = 1,
        int threads = 1
    )
    {
        var found = (IIterativeSolver)Solver.Find(solver);
        return new(found.Complete(Spec(tree, games)), found, precision, threads);
    }

    /// <summary>Does steps, numbered on from the last one.</summary>
    public void Run(int steps)
    {
        Executable.Run(_step + 1, steps);
        _step += steps;
    }

    /// <summary>For each player: the average strategy, a probability for each action of its treeplex; of a single game.</summary>
    public double[][] Average()
    {
        Executable.Read();
        return
        [
            .. _spec.Players.Select(player =>
            {
                var along = new double[player.Actions.Size];
                Executable.GetOutput(SolverProgram.Output(Iterate.Average, player), along);
                return _spec.Tree!.Treeplex(player).InTreeOrder(along).ToArray();
            }),
        ];
    }

    public void Dispose() => Executable.Dispose();

    private static GameSpec Spec(GameTree tree, int games)
    {
        var spec = Game.FromTree(tree);
        if (games == 1)
            return spec;
        var axis = Axis.Of("games", games);
        var scale = Expr.Vector(axis, [.. Enumerable.Range(0, games).Select(g => 1 + (0.01 * g))]);
        return spec.MapExpressions(payoff => payoff * scale).Over(axis);
    }
}
