using System.Diagnostics;
using Alignment.Compiler;
using Microsoft.Extensions.Logging;

namespace Alignment.Runtime;

/// <summary>The one loop that runs iterative solvers: a chunk of compiled steps, measure, log, look at the stop rule and the cancellation.</summary>
/// <remarks>
/// When to measure is decided by step counts alone, so neither chunks, threads nor the clock change a result; only a rule on seconds does, and
/// says so. Each game of a batch freezes its result at the first moment its own rule holds; the others go on.
/// </remarks>
internal sealed class IterativeLoop : IDisposable
{
    // Long enough that the call costs nothing beside it, short enough that a cancellation is answered well within a second.
    private const double ChunkSeconds = 0.05;

    private readonly BoundGame _game;
    private readonly IIterativeSolver _solver;
    private readonly SolveOptions _options;
    private readonly IExecutable _executable;
    private readonly Measure _measure;
    private readonly Program _program;
    private readonly int _games;
    private readonly long _lastStep;
    private readonly bool _averages;
    private readonly HashSet<string> _playOutputs;
    private readonly List<TracePoint> _trace = [];
    private readonly GameSolution?[] _done;
    private readonly Stopwatch _running = new();
    private readonly Stopwatch _measuring = new();
    private readonly CyclingDetector _cycling = new();
    private Measured? _last;
    private Measured? _average;
    private int _kept;
    private readonly (Measured Measured, long Step)?[] _good; // of each game, the last moment at which all its figures were finite
    private int _limitsSeen;

    private IterativeLoop(BoundGame game, IIterativeSolver solver, SolveOptions options)
    {
        _game = game;
        _solver = solver;
        _options = options;
        _program = Compile(game, solver);
        _games = _program.Games;
        _lastStep = _program.LastStep(options.Precision);
        StopRules.ThrowUncountable(options.Until, _lastStep);
        _executable = options.Executor.Prepare(_program, new(options.Precision, options.Threads, options.Seed));
        _measure = new(solver.Complete(game.Spec), _program.Batch, KeepsJoint(game), options.Threads);
        _playOutputs =
        [
            .. game.Spec.Players.SelectMany(p =>
                (string[])[SolverProgram.EarningsOutput(p), SolverProgram.PayoffOutput(p)]
            ),
        ];
        _averages = game.Spec.Players.Any(p => OutputValue(Iterate.Average, p) != OutputValue(Iterate.Last, p));
        _done = new GameSolution?[_games];
        _kept = _games;
        _good = new (Measured, long)?[_games];
        if (options.Logger.IsEnabled(LogLevel.Debug))
            options.Logger.LogDebug("{Plan}", _executable.DescribePlan());
    }

    /// <summary>The program that the loop runs.</summary>
    public static Program Compile(BoundGame game, IIterativeSolver solver) =>
        SolverProgram.Compile(solver.Complete(game.Spec), solver, game.Batch, KeepsJoint(game));

    /// <summary>Runs a solver to its stop rule.</summary>
    public static Solution Run(
        BoundGame game,
        IIterativeSolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        using var loop = new IterativeLoop(game, solver, options);
        loop.CheckRule();
        return loop.Run(clock.Elapsed.TotalSeconds, cancellationToken);
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

    private int OutputValue(Iterate iterate, Player player) =>
        _program.Outputs.First(o => o.Name == SolverProgram.Output(iterate, player)).Value;

    private Solution Run(double compileSeconds, CancellationToken cancellationToken)
    {
        _executable.Initialize();
        var step = 0L;
        Check(step, cancelled: false);
        var counts = StopRules.StepCounts(_options.Until).ToArray();
        var pace = 1;
        while (Array.Exists(_done, d => d is null))
        {
            var next = Math.Min(StopRules.NextCheck(step, counts), _lastStep);
            while (step < next && !cancellationToken.IsCancellationRequested && !OutOfTime())
                step += Steps(step, next, ref pace);
            Check(step, cancellationToken.IsCancellationRequested);
        }

        return new()
        {
            Game = _game,
            Solver = _solver,
            Options = _options,
            Batch = _program.Batch,
            Games = _done.Select(d => d!).ToValueList(),
            Trace = _trace.ToValueList(),
            Steps = step,
            Seconds = _running.Elapsed.TotalSeconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = _measuring.Elapsed.TotalSeconds,
            Notes = _game.Notes,
            Rates = RateFit.All(_trace, _averages),
            Cycling = _cycling.Score,
        };
    }

    private long Steps(long step, long next, ref int pace)
    {
        var count = (int)Math.Min(next - step, _options.Chunk ?? pace);
        var before = _running.Elapsed;
        _running.Start();
        _executable.Run(step + 1, count);
        _running.Stop();
        var seconds = (_running.Elapsed - before).TotalSeconds;
        pace = (int)Math.Clamp(ChunkSeconds / Math.Max(seconds / count, 1e-9), 1, 1 << 20);
        return count;
    }

    // A limit that has passed since the last moment is a reason to measure now; whether it also ends the run is for the rule to say.
    private bool OutOfTime() => LimitsPassed() > _limitsSeen;

    private int LimitsPassed() =>
        StopRules.TimeLimits(_options.Until).Count(limit => _running.Elapsed.TotalSeconds >= limit);

    private void Check(long step, bool cancelled)
    {
        _measuring.Start();
        _executable.Read();
        var last = _last = MeasureIterate(Iterate.Last, _last);
        var average = _average = _averages ? MeasureIterate(Iterate.Average, _average) : last;
        var reported = WithBoth(_solver.Info.Reports == Iterate.Last ? last : average, last, average);
        _cycling.Add(last.Strategies);
        _measuring.Stop();

        Record(step, reported);
        _limitsSeen = LimitsPassed();
        var seconds = _running.Elapsed.TotalSeconds;
        for (var game = 0; game < _games; game++)
        {
            if (_done[game] is not null)
                continue;
            if (reported.IsFinite(game))
                _good[game] = (reported, step);
            _done[game] = Judge(game, step, seconds, reported, cancelled);
        }

        DropDone();
    }

    // Games that are done need not run on: when a quarter of those running are, the rest is packed together.
    private void DropDone()
    {
        var running = Array.ConvertAll(_done, d => d is null);
        var count = running.Count(r => r);
        if (count == 0 || count > _kept * 3 / 4)
            return;
        _kept = count;
        _executable.Keep(running);
        _measure.Keep(running);
    }

    private GameSolution? Judge(int game, long step, double seconds, Measured measured, bool cancelled)
    {
        var name = _games == 1 ? "" : NamedTensor.Describe(_program.Batch, game);
        if (!measured.IsFinite(game))
        {
            if (_good[game] is not var (good, at))
            {
                throw new SpecException(
                    $"solver '{_solver.Info.Name}'",
                    $"starts with a non-finite number{(name.Length > 0 ? $" in game {name}" : "")}; check its settings"
                );
            }

            return Certify.Game(_game, name, good, game, at, Sentences.NonFinite(at, step, _options.Precision));
        }

        double Metric(string key) => measured.Metrics[FullName(measured, key)!][game];
        if (step > 0 && StopRules.Holds(_options.Until, Metric, step, seconds))
            return Certify.Game(
                _game,
                name,
                measured,
                game,
                step,
                Sentences.Stopped(_options.Until, Metric, step, seconds)
            );
        if (step >= _lastStep)
            return Certify.Game(_game, name, measured, game, step, Sentences.Uncountable(_options.Until, Metric, step));
        return cancelled ? Certify.Game(_game, name, measured, game, step, Sentences.Cancelled(step)) : null;
    }

    private int Elements(string output) =>
        _executable.OutputAxes(output).Aggregate(1, (n, axis) => checked(n * axis.Size));

    private Measured MeasureIterate(Iterate iterate, Measured? earlier)
    {
        var strategies = _game
            .Spec.Players.Select(
                (p, k) =>
                {
                    var values = earlier is null
                        ? new double[_games * p.Actions.Size]
                        : (double[])earlier.Strategies[k].Clone();
                    _executable.GetOutput(SolverProgram.Output(iterate, p), values);
                    return values;
                }
            )
            .ToArray();
        double[]? joint = null;
        if (_program.Outputs.Any(o => o.Name == SolverProgram.JointOutput))
        {
            joint = earlier?.Joint is { } before
                ? (double[])before.Clone()
                : new double[_games * _game.Spec.Players.Aggregate(1, (n, p) => n * p.Actions.Size)];
            _executable.GetOutput(SolverProgram.JointOutput, joint);
        }

        var play = _program
            .Outputs.Select(o => o.Name)
            .Where(name => _playOutputs.Contains(name))
            .ToDictionary(
                name => name,
                name =>
                {
                    var values = earlier is null
                        ? new double[_games * Elements(name)]
                        : (double[])earlier.Play[name].Clone();
                    _executable.GetOutput(name, values);
                    return values;
                },
                StringComparer.Ordinal
            );

        // a diverged strategy has no distribution to normalize: it is measured as it is, found non-finite, and dropped
        return _measure.Of(strategies, joint, earlier, play);
    }

    // Both iterates' gaps stand beside the reported one.
    private static Measured WithBoth(Measured reported, Measured last, Measured average)
    {
        var metrics = new Dictionary<string, double[]>(reported.Metrics, StringComparer.Ordinal);
        foreach (var gap in Gaps.Where(reported.Metrics.ContainsKey))
        {
            metrics[$"{gap}/last"] = last.Metrics[gap];
            metrics[$"{gap}/average"] = average.Metrics[gap];
        }

        return reported with
        {
            Metrics = metrics,
        };
    }

    private static readonly string[] Gaps = ["game/nash_conv", "game/regularized_gap"];

    private void Record(long step, Measured measured)
    {
        int[] finite = [.. Enumerable.Range(0, _games).Where(measured.IsFinite)];
        if (finite.Length == 0)
            return;
        var metrics = measured.Metrics.ToDictionary(
            m => m.Key,
            m =>
                m.Key.Contains("gap", StringComparison.Ordinal) || m.Key.Contains("nash_conv", StringComparison.Ordinal)
                    ? finite.Max(game => m.Value[game])
                    : finite.Average(game => m.Value[game]),
            StringComparer.Ordinal
        );
        var point = new TracePoint(step, _running.Elapsed.TotalSeconds, metrics);
        _trace.Add(point);
        _options.Progress?.Report(point);
    }

    private void CheckRule()
    {
        StopRules.ThrowUnmeasured(_options.Until, MeasuredKeys());

        HashSet<string> MeasuredKeys()
        {
            var keys = _measure.Keys.ToHashSet(StringComparer.Ordinal);
            foreach (var gap in Gaps.Where(keys.Contains).ToArray())
            {
                keys.Add($"{gap}/last");
                keys.Add($"{gap}/average");
            }

            return keys;
        }
    }

    private static string? FullName(Measured measured, string metric) =>
        measured.Metrics.ContainsKey(metric) ? metric
        : measured.Metrics.ContainsKey("game/" + metric) ? "game/" + metric
        : null;
}
