using System.Diagnostics;

namespace Alignment.Runtime;

/// <summary>The loop of sampling solvers: a chunk of iterations, measure on the exact tree, log, look at the stop rule
/// and the cancellation.</summary>
/// <remarks>
/// <para>When to measure is decided by step counts alone, as in <see cref="IterativeLoop"/>, so neither chunks nor the
/// clock change a result; only a rule on seconds does, and says so.</para>
/// <para>All games of a batch have the payoffs of the rules, so one run serves them all. They are measured one by one,
/// since probes may tell them apart, and each freezes its result at the first moment its own rule holds.</para>
/// </remarks>
internal sealed class SampledLoop : IDisposable
{
    // Long enough that the call costs nothing beside it, short enough that a cancellation is answered well within a second.
    private const double ChunkSeconds = 0.05;

    private static readonly string[] Gaps = ["game/nash_conv", "game/regularized_gap"];

    private readonly BoundGame _game;
    private readonly ISampledSolver _solver;
    private readonly SolveOptions _options;
    private readonly SampledGame _sampled;
    private readonly SampledState _state;
    private readonly Measure _measure;
    private readonly List<TracePoint> _trace = [];
    private readonly GameSolution?[] _done;
    private readonly (Measured Measured, long Step)?[] _good; // of each game, the last moment at which all its figures were finite
    private readonly Stopwatch _running = new();
    private readonly Stopwatch _measuring = new();
    private readonly CyclingDetector _cycling = new();
    private int _limitsSeen;

    private SampledLoop(BoundGame game, ISampledSolver solver, SolveOptions options)
    {
        (_game, _solver, _options) = (game, solver, options);
        _sampled = SampledGame.Of(game.Spec.Tree!)!; // Capability has refused games without
        _state = solver.Init(_sampled);
        _measure = new(solver.Complete(game.Spec), game.Batch, withJoint: false, options.Threads);
        _done = new GameSolution?[game.Games];
        _good = new (Measured, long)?[game.Games];
    }

    /// <summary>Runs a solver to its stop rule.</summary>
    public static Solution Run(
        BoundGame game,
        ISampledSolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        using var loop = new SampledLoop(game, solver, options);
        StopRules.ThrowUnmeasured(options.Until, loop.MeasuredKeys());
        return loop.Run(clock.Elapsed.TotalSeconds, cancellationToken);
    }

    public void Dispose() => _measure.Dispose();

    private Solution Run(double compileSeconds, CancellationToken cancellationToken)
    {
        Check(cancelled: false);
        var counts = StopRules.StepCounts(_options.Until).ToArray();
        var pace = 1L;
        while (Array.Exists(_done, d => d is null))
        {
            var next = StopRules.NextCheck(_state.Iterations, counts);
            while (_state.Iterations < next && !cancellationToken.IsCancellationRequested && !OutOfTime())
                pace = Step(next, pace);
            Check(cancellationToken.IsCancellationRequested);
        }

        return new()
        {
            Game = _game,
            Solver = _solver,
            Options = _options,
            Batch = _game.Batch,
            Games = _done.Select(d => d!).ToValueList(),
            Trace = _trace.ToValueList(),
            Steps = _state.Iterations,
            Seconds = _running.Elapsed.TotalSeconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = _measuring.Elapsed.TotalSeconds,
            Notes = _game.Notes,
            Rates = RateFit.All(_trace, averages: true),
            Cycling = _cycling.Score,
        };
    }

    /// <summary>One chunk; gives the number of iterations that the next one may have.</summary>
    private long Step(long next, long pace)
    {
        var count = Math.Min(next - _state.Iterations, _options.Chunk ?? pace);
        var before = _running.Elapsed;
        _running.Start();
        _solver.Step(_sampled, _state, count, _options.Seed);
        _running.Stop();
        var seconds = (_running.Elapsed - before).TotalSeconds;
        return (long)Math.Clamp(ChunkSeconds / Math.Max(seconds / count, 1e-9), 1, 1 << 20);
    }

    // A limit that has passed since the last moment is a reason to measure now; whether it also ends the run is for the rule to say.
    private bool OutOfTime() => LimitsPassed() > _limitsSeen;

    private int LimitsPassed() =>
        StopRules.TimeLimits(_options.Until).Count(limit => _running.Elapsed.TotalSeconds >= limit);

    private void Check(bool cancelled)
    {
        _measuring.Start();
        var read = _solver.Read(_sampled, _state);
        var (last, average) = (MeasureIterate(read.Last), MeasureIterate(read.Average));
        var reported = WithBoth(_solver.Info.Reports == Iterate.Last ? last : average, last, average);
        _cycling.Add(last.Strategies);
        _measuring.Stop();

        Record(reported);
        _limitsSeen = LimitsPassed();
        for (var game = 0; game < _done.Length; game++)
        {
            if (_done[game] is not null)
                continue;
            if (reported.IsFinite(game))
                _good[game] = (reported, _state.Iterations);
            _done[game] = Judge(game, reported, cancelled);
        }
    }

    private GameSolution? Judge(int game, Measured measured, bool cancelled)
    {
        var (name, step) = (_game.DescribeGame(game), _state.Iterations);
        if (!measured.IsFinite(game))
        {
            return _good[game] is var (good, at)
                ? Certify.Game(_game, name, good, game, at, Sentences.NonFinite(at, step, Precision.Float64))
                : throw new SpecException(
                    $"solver '{_solver.Info.Name}'",
                    $"starts with a non-finite number{(name.Length > 0 ? $" in game {name}" : "")}; check its settings"
                );
        }

        var seconds = _running.Elapsed.TotalSeconds;
        double Metric(string key) =>
            (measured.Metrics.TryGetValue(key, out var values) ? values : measured.Metrics["game/" + key])[game];
        var status =
            step > 0 && StopRules.Holds(_options.Until, Metric, step, seconds)
                ? Sentences.Stopped(_options.Until, Metric, step, seconds)
            : cancelled ? Sentences.Cancelled(step)
            : null;
        return status is null ? null : Certify.Game(_game, name, measured, game, step, status);
    }

    private Measured MeasureIterate(ValueList<ValueList<double>> strategies)
    {
        var tree = _game.Spec.Tree!;
        var values = _game.Spec.Players.Select(p => new double[_game.Games * p.Actions.Size]).ToArray();
        for (var p = 0; p < values.Length; p++)
        {
            for (var at = 0; at < values[p].Length; at += strategies[p].Count)
                tree.Treeplexes[p].InAxisOrder(strategies[p].AsSpan(), values[p].AsSpan(at, strategies[p].Count));
        }

        return _measure.Of(values, null);
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

    private HashSet<string> MeasuredKeys()
    {
        var keys = _measure.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var gap in Gaps.Where(keys.Contains).ToArray())
        {
            keys.Add($"{gap}/last");
            keys.Add($"{gap}/average");
        }

        return keys;
    }

    private void Record(Measured measured)
    {
        int[] finite = [.. Enumerable.Range(0, _done.Length).Where(measured.IsFinite)];
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
        var point = new TracePoint(_state.Iterations, _running.Elapsed.TotalSeconds, metrics);
        _trace.Add(point);
        _options.Progress?.Report(point);
    }
}
