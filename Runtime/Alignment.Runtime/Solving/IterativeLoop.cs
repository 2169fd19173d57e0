using System.Diagnostics;
using Alignment.Compiler;

namespace Alignment.Runtime;

/// <summary>The one loop that runs iterative solvers: a chunk of compiled steps, measure, log, look at the stop rule and the cancellation.</summary>
internal sealed class IterativeLoop : IStepwise, IDisposable
{
    private readonly BoundGame _game;
    private readonly SolveOptions _options;
    private readonly Program _program;
    private readonly IExecutable _executable;
    private readonly Measure _measure;
    private readonly RunRecord _record;
    private readonly bool _averages;
    private readonly HashSet<string> _playOutputs;
    private bool[] _keptGames;

    private IterativeLoop(BoundGame game, ISolver solver, SolveOptions options)
    {
        _game = game;
        _options = options;
        _program = Compile(game, solver);
        _keptGames = [.. Enumerable.Repeat(true, _program.Games)];
        var lastStep = _program.LastStep(options.Precision);
        StopRules.ThrowUncountable(options.Until, lastStep);
        _executable = options.Executor.Prepare(_program, new(options.Precision, options.Threads, options.Seed));
        _measure = new(
            solver.Complete(game.Spec),
            _program.Batch,
            solver is IIterativeSolver && KeepsJoint(game),
            options.Threads
        );
        var evaluations = Evaluations(solver.Complete(game.Spec), solver);
        _record = new(game, solver, options, _program.Batch, lastStep) { Evaluations = step => step * evaluations };
        _playOutputs =
        [
            .. game.Spec.Players.SelectMany(p =>
                (string[])[SolverProgram.EarningsOutput(p), SolverProgram.PayoffOutput(p)]
            ),
        ];
        _averages = game.Spec.Players.Any(p =>
            SolverProgram
                .Parts(p)
                .Any(part => OutputValue(Iterate.Average, p, part) != OutputValue(Iterate.Last, p, part))
        );
    }

    private static double Evaluations(GameSpec spec, ISolver solver) =>
        solver is IGradientSolver gradient
            ? SolverProgram.Evaluations(spec, gradient)
            : SolverProgram.Evaluations(spec, (IIterativeSolver)solver);

    /// <summary>The program that the loop runs.</summary>
    public static Program Compile(BoundGame game, ISolver solver) =>
        solver is IGradientSolver gradient
            ? SolverProgram.Compile(gradient.Complete(game.Spec), gradient, game.Batch)
            : SolverProgram.Compile(solver.Complete(game.Spec), (IIterativeSolver)solver, game.Batch, KeepsJoint(game));

    /// <summary>Runs a solver to its stop rule.</summary>
    public static Solution Run(
        BoundGame game,
        ISolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        var observer = new RunObserver(game, solver, options);
        using var loop = Prepare(game, solver, options, observer, clock);
        loop._record.CheckRule(loop._measure.Keys);
        return loop.Run(clock.Elapsed.TotalSeconds, cancellationToken);
    }

    private static IterativeLoop Prepare(
        BoundGame game,
        ISolver solver,
        SolveOptions options,
        RunObserver observer,
        Stopwatch clock
    )
    {
        using var span = observer.Span("compile");
        var before = clock.Elapsed;
        var loop = new IterativeLoop(game, solver, options);
        observer.Compiled(loop._executable, (clock.Elapsed - before).TotalSeconds);
        return loop;
    }

    public void Dispose()
    {
        _executable.Dispose();
        _measure.Dispose();
    }

    /// <summary>Cells of the joint play up to which its time average is kept for games that are not constant-sum.</summary>
    private const long MostJointCells = 1 << 16;

    private static bool KeepsJoint(BoundGame game) =>
        game.Spec.Tree is null
            ? !game.IsConstantSum && JointCells(game) <= MostJointCells
            : !game.IsConstantSum || game.Spec.Players.Count > 2;

    private static long JointCells(BoundGame game) => game.Spec.Players.Aggregate(1L, (n, p) => n * p.Actions.Size);

    private int OutputValue(Iterate iterate, Player player, PlayPart part) =>
        _program.Outputs.First(o => o.Name == SolverProgram.Output(iterate, player, part)).Value;

    private Solution Run(double compileSeconds, CancellationToken cancellationToken)
    {
        _executable.Initialize();
        var steps = new Steps(_record, _options, this);
        steps.Run(cancellationToken);
        return _record.Solution(steps.Done, compileSeconds, _averages);
    }

    void IStepwise.Advance(long first, int count) => _executable.Run(first, count);

    void IStepwise.Save(Snapshot snapshot)
    {
        foreach (var state in _program.States)
        {
            var values = new double[_executable.StateLength(state.Name)];
            _executable.GetState(state.Name, values);
            snapshot.Put($"state/{state.Name}", values);
        }

        snapshot.Put("kept", _keptGames.Select(kept => kept ? 1L : 0));
    }

    void IStepwise.Load(Snapshot snapshot)
    {
        foreach (var state in _program.States)
            _executable.SetState(state.Name, snapshot.Array($"state/{state.Name}"));
        var kept = Array.ConvertAll(snapshot.Integers("kept"), k => k != 0);
        if (!kept.All(k => k))
            Keep(kept);
    }

    void IStepwise.Measure(long step, bool cancelled)
    {
        _record.Measure(
            step,
            cancelled,
            () =>
            {
                _executable.Read();
                var last = MeasureIterate(Iterate.Last, _record.Last);
                return (last, _averages ? MeasureIterate(Iterate.Average, _record.Average) : last);
            }
        );
        DropDone();
    }

    // Games that are done need not run on: when a quarter of those running are, the rest is packed together.
    private void DropDone()
    {
        var running = _record.Running;
        var count = running.Count(r => r);
        if (count > 0 && count <= _keptGames.Count(k => k) * 3 / 4)
            Keep(running);
    }

    private void Keep(bool[] games)
    {
        _keptGames = games;
        _executable.Keep(games);
        _measure.Keep(games);
    }

    // The places of games that were dropped keep what was measured before. A diverged strategy has no distribution to normalize: it is measured
    // as it is, found non-finite, and dropped.
    private Measured MeasureIterate(Iterate iterate, Measured? earlier)
    {
        var strategies = _game.Spec.Players.Select((p, k) => Played(iterate, p, earlier?.Strategies[k])).ToArray();
        var joint = _program.Outputs.Any(o => o.Name == SolverProgram.JointOutput)
            ? Output(SolverProgram.JointOutput, (int)JointCells(_game), earlier?.Joint)
            : null;
        var play = _program
            .Outputs.Select(o => o.Name)
            .Where(_playOutputs.Contains)
            .ToDictionary(
                name => name,
                name => Output(name, Elements(name), earlier?.Play[name]),
                StringComparer.Ordinal
            );
        return _measure.Of(strategies, joint, earlier, play);
    }

    /// <summary>What a player plays: its strategy, or its weights one behind another, each row-major.</summary>
    private double[] Played(Iterate iterate, Player player, double[]? earlier)
    {
        var length = player.Actions.Size;
        if (player.Weights.Count == 0)
            return Output(SolverProgram.Output(iterate, player), length, earlier);
        var played = new double[_program.Games * length];
        var start = 0;
        foreach (var part in SolverProgram.Parts(player))
        {
            var name = SolverProgram.Output(iterate, player, part);
            var values = AxisOrder.Reordered(
                Output(name, part.Size, null),
                _executable.OutputAxes(name),
                part.Axes,
                _program.Games
            );
            for (var game = 0; game < _program.Games; game++)
                values.AsSpan(game * part.Size, part.Size).CopyTo(played.AsSpan((game * length) + start));
            start += part.Size;
        }

        // the places of games that were dropped are left as they were
        for (var game = 0; earlier is not null && game < _program.Games; game++)
        {
            if (!_keptGames[game])
                earlier.AsSpan(game * length, length).CopyTo(played.AsSpan(game * length));
        }

        return played;
    }

    private double[] Output(string name, int elements, double[]? earlier)
    {
        var values = earlier is null ? new double[_program.Games * elements] : (double[])earlier.Clone();
        _executable.GetOutput(name, values);
        return values;
    }

    private int Elements(string output) =>
        _executable.OutputAxes(output).Aggregate(1, (n, axis) => checked(n * axis.Size));
}
