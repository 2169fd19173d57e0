using Alignment.Compiler;

namespace Alignment.Benchmarks;

/// <summary>A batch of random zero-sum games and what solves it.</summary>
/// <param name="Solver">Name of the solver.</param>
/// <param name="Games">Number of games.</param>
/// <param name="Actions">Actions of each player.</param>
/// <param name="Precision">The type that steps run in.</param>
internal sealed record Case(string Solver, int Games, int Actions, Precision Precision)
{
    public static readonly string[] Solvers = ["rm+", "hedge"];

    public static readonly Precision[] Precisions = [Precision.Float32, Precision.Float64];

    /// <summary>The cases that are compared with eager TorchSharp.</summary>
    public static IEnumerable<Case> All =>
        from size in new[] { (Games: 1, Actions: 3), (Games: 1024, Actions: 3), (Games: 1, Actions: 100) }
        from solver in Solvers
        from precision in Precisions
        select new Case(solver, size.Games, size.Actions, precision);

    /// <summary>How many times as fast as the fastest eager writing the Host executor has to be.</summary>
    public double Wanted =>
        (Games, Actions, Solver, Precision) switch
        {
            (1, 3, _, _) => 20,
            (1024, 3, "rm+", Precision.Float32) => 8,
            (1024, 3, "rm+", _) => 5,
            (1024, 3, _, Precision.Float32) => 5,
            (1024, 3, _, _) => 3,
            _ => 1,
        };

    /// <summary>Payoffs of the row player, uniform on [-1, 1), as [games, row actions, column actions].</summary>
    public double[] Payoffs()
    {
        var stream = new RandomStream(1, "bench");
        return [.. Enumerable.Range(0, Games * Actions * Actions).Select(k => (2 * stream.Uniform(0, k)) - 1)];
    }

    /// <summary>The game.</summary>
    public GameSpec Spec(double[] payoffs)
    {
        var (row, column) = Players();
        var batch = Axis.Of("game", Games);
        return Game.Named("bench")
            .ZeroSum(row, column, Expr.Literal(NamedTensor.Of([batch, row.Actions, column.Actions], payoffs)))
            .Over(batch);
    }

    /// <summary>The program that a solver runs on it.</summary>
    public Program Compile(double[] payoffs)
    {
        var spec = Spec(payoffs);
        return SolverProgram.Compile(
            spec,
            (IIterativeSolver)Alignment.Solver.Find(Solver),
            spec.Batch,
            withJoint: false
        );
    }

    /// <summary>Row and column player.</summary>
    public (Player Row, Player Column) Players() => (Player.Of("row", Actions), Player.Of("column", Actions));

    public override string ToString() => $"{Solver}, {Size}, {Type}";

    public string Type => Precision == Precision.Float32 ? "float32" : "float64";

    public string Size => FormattableString.Invariant($"games={Games}, actions={Actions}");
}
