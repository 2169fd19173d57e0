using Alignment.Compiler;

namespace Alignment.Benchmarks;

/// <summary>A case prepared by an executor.</summary>
internal sealed class Compiled : IDisposable
{
    private readonly Case _case;
    private readonly long _lastStep;
    private long _step;

    public Compiled(Case it, double[] payoffs, IExecutor executor, int threads = 1)
    {
        _case = it;
        Program = it.Compile(payoffs);
        _lastStep = Program.LastStep(it.Precision);
        Executable = executor.Prepare(Program, new(it.Precision, threads));
        Executable.Initialize();
    }

    public Program Program { get; }

    public IExecutable Executable { get; }

    /// <summary>Does steps, numbered on from the last one; from 1 again where the type can count no further.</summary>
    public void Run(int steps)
    {
        if (_step + steps > _lastStep)
            _step = 0;
        Executable.Run(_step + 1, steps);
        _step += steps;
    }

    /// <summary>The players' average strategies, [games, actions].</summary>
    public (double[] Row, double[] Column) Average()
    {
        Executable.Read();
        var (row, column) = _case.Players();
        return (Output(row), Output(column));
    }

    public void Dispose() => Executable.Dispose();

    private double[] Output(Player player)
    {
        var values = new double[_case.Games * _case.Actions];
        Executable.GetOutput(SolverProgram.Output(Iterate.Average, player), values);
        return values;
    }
}
