using System.Diagnostics;

namespace Alignment.Runtime;

/// <summary>What a stepwise run has come to: its measured moments, the verdict on each game, and the clocks.</summary>
/// <remarks>
/// When to measure is decided by step counts alone, so neither chunks, threads nor the clock change a result; only a rule on seconds does, and
/// says so. Each game of a batch freezes its result at the first moment its own rule holds; the others go on.
/// </remarks>
internal sealed partial class RunRecord
{
    private static readonly string[] Gaps = ["game/nash_conv", "game/regularized_gap", "game/stationarity"];

    private static readonly string[] Distances = ["gap", "nash_conv", "stationarity", "violation", "slackness"];

    private readonly BoundGame _game;
    private readonly ISolver _solver;
    private readonly SolveOptions _options;
    private readonly ValueList<Axis> _batch;
    private readonly long _lastStep;
    private readonly long[] _counts;
    private readonly List<TracePoint> _trace = [];
    private readonly GameSolution?[] _done;
    private readonly (Measured Measured, long Step)?[] _good; // of each game, the last moment at which all its figures were finite
    private readonly Stopwatch _running = new();
    private readonly Stopwatch _measuring = new();
    private readonly CyclingDetector _cycling = new();
    private readonly bool _keepsStrategies;
    private readonly string _distance;
    private int _limitsSeen;
    private double _secondsBefore; // of the run that this one goes on from
    private double _measuringBefore;

    /// <param name="game">The game.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="batch">The axes along which the run's games lie.</param>
    /// <param name="lastStep">The last step that can be counted.</param>
    public RunRecord(
        BoundGame game,
        ISolver solver,
        SolveOptions options,
        ValueList<Axis> batch,
        long lastStep = long.MaxValue
    )
    {
        (_game, _solver, _options, _batch, _lastStep) = (game, solver, options, batch, lastStep);
        Observer = new(game, solver, options);
        _counts = [.. StopRules.StepCounts(options.Until)];
        Games = batch.Aggregate(1, (n, axis) => checked(n * axis.Size));
        _done = new GameSolution?[Games];
        _good = new (Measured, long)?[Games];
        _keepsStrategies = StrategyMoments.Keeps(game, solver);
        _distance = Certify.DistanceKey(game.Spec);
    }

    /// <summary>Payoffs looked at, in each game, by the steps done; null where they are not counted.</summary>
    public Func<long, double>? Evaluations { get; init; }

    /// <summary>Told of what the run does.</summary>
    public RunObserver Observer { get; }

    /// <summary>Number of games.</summary>
    public int Games { get; }

    /// <summary>Whether each game has its result.</summary>
    public bool IsComplete => Array.TrueForAll(_done, d => d is not null);

    /// <summary>The games that have no result yet.</summary>
    public bool[] Running => Array.ConvertAll(_done, d => d is null);

    /// <summary>A limit that has passed since the last moment is a reason to measure now; whether it also ends the run is for the rule to say.</summary>
    public bool IsOutOfTime => LimitsPassed() > _limitsSeen;

    /// <summary>What was last measured of the last iterate.</summary>
    public Measured? Last { get; private set; }

    /// <summary>What was last measured of the average.</summary>
    public Measured? Average { get; private set; }

    /// <summary>Steps done when it was last measured.</summary>
    public long Moment { get; private set; }

    private double Seconds => _secondsBefore + _running.Elapsed.TotalSeconds;

    /// <summary>Has the run kept, where somebody keeps it: nothing is left to be refused.</summary>
    public void Begin() => _options.Recorder?.Begin(_game, _solver, _options);

    /// <summary>Refuses a stop rule on what is not measured.</summary>
    /// <exception cref="SpecException">It is not.</exception>
    public void CheckRule(IEnumerable<string> measured)
    {
        var keys = measured.ToHashSet(StringComparer.Ordinal);
        foreach (var gap in Gaps.Where(keys.Contains).ToArray())
        {
            keys.Add($"{gap}/last");
            keys.Add($"{gap}/average");
        }

        StopRules.ThrowUnmeasured(_options.Until, keys);
    }

    /// <summary>The step to measure at next.</summary>
    public long NextMoment => Math.Min(StopRules.NextCheck(Moment, _counts), _lastStep);

    /// <summary>The largest distance from equilibrium of all games when they were last measured.</summary>
    public double Gap => _trace.Count == 0 ? double.PositiveInfinity : _trace[^1].Metrics[_distance];

    /// <summary>Does steps, on the clock; gives their seconds.</summary>
    public double Run(Action steps)
    {
        var before = _running.Elapsed;
        _running.Start();
        steps();
        _running.Stop();
        return (_running.Elapsed - before).TotalSeconds;
    }

    /// <summary>Measures both iterates, takes the moment down, and gives each game its verdict.</summary>
    public void Measure(long step, bool cancelled, Func<(Measured Last, Measured Average)> measure)
    {
        _measuring.Start();
        var (last, average) = (Last, Average) = Observer.Measure(
            step,
            measure,
            measured => Reported(measured.Last, measured.Average).Metrics[_distance].Max()
        );
        var reported = Reported(last, average);
        _cycling.Add(last.Strategies);
        _measuring.Stop();

        Moment = step;
        TakeDown(step, reported, cancelled);
        _limitsSeen = LimitsPassed();
        var seconds = Seconds;
        var ended = new List<(string, Status)>();
        for (var game = 0; game < Games; game++)
        {
            if (_done[game] is not null)
                continue;
            if (reported.IsFinite(game))
                _good[game] = (reported, step);
            if (Verdict(game, step, seconds, reported, cancelled) is var (measured, at, status))
            {
                _done[game] = Certify.Game(_game, Name(game), measured, game, at, status);
                ended.Add((Name(game), status));
            }
        }

        Observer.Ended(ended, _done.Count(done => done is not null), Games, step);
    }

    /// <summary>The solution of a complete run.</summary>
    public Solution Solution(long steps, double compileSeconds, bool averages) =>
        new()
        {
            Game = _game,
            Solver = _solver,
            Options = _options,
            Batch = _batch,
            Games = _done.Select(d => d!).ToValueList(),
            Trace = _trace.ToValueList(),
            Steps = steps,
            Seconds = Seconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = _measuringBefore + _measuring.Elapsed.TotalSeconds,
            Notes = _game.Notes,
            Rates = RateFit.All(_trace, averages),
            Cycling = _cycling.Score,
        };

    private string Name(int game) => Games == 1 ? "" : NamedTensor.Describe(_batch, game);

    private int LimitsPassed() => StopRules.TimeLimits(_options.Until).Count(limit => Seconds >= limit);

    /// <summary>What a game's result is and why; null while it goes on.</summary>
    private (Measured Measured, long Step, Status Status)? Verdict(
        int game,
        long step,
        double seconds,
        Measured measured,
        bool cancelled
    )
    {
        if (!measured.IsFinite(game))
        {
            return _good[game] is var (good, at)
                ? (good, at, Sentences.NonFinite(at, step, _options.Precision))
                : throw new SpecException(
                    $"solver '{_solver.Info.Name}'",
                    $"starts with a non-finite number{(Games > 1 ? $" in game {Name(game)}" : "")}; check its settings"
                );
        }

        double Metric(string key) =>
            (measured.Metrics.TryGetValue(key, out var values) ? values : measured.Metrics["game/" + key])[game];
        Status? status =
            step > 0 && StopRules.Holds(_options.Until, Metric, step, seconds)
                ? Sentences.Stopped(
                    _options.Until,
                    Metric,
                    step,
                    seconds,
                    measured.Metrics.TryGetValue("game/regularized_gap", out var gaps) ? gaps[game] : null
                )
            : step >= _lastStep ? Sentences.Uncountable(_options.Until, Metric, step)
            : cancelled ? Sentences.Cancelled(step)
            : null;
        return status is null ? null : (measured, step, status);
    }

    /// <summary>The iterate that the solver reports, with both iterates' gaps beside it.</summary>
    private Measured Reported(Measured last, Measured average)
    {
        var reported = _solver.Info.Reports == Iterate.Last ? last : average;
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

    /// <summary>Whether the largest over all games is taken down of a figure; of others it is the mean. What authors call their own says nothing.</summary>
    private static bool IsDistance(string key)
    {
        var words = key.Split('/');
        return words[0] switch
        {
            "game" => Distances.Any(distance => words[1].Contains(distance, StringComparison.Ordinal)),
            "constraint" => words[^1] == "violation",
            _ => false,
        };
    }

    private void TakeDown(long step, Measured measured, bool cancelled)
    {
        int[] finite = [.. Enumerable.Range(0, Games).Where(measured.IsFinite)];
        if (finite.Length == 0)
            return;
        var metrics = measured.Metrics.ToDictionary(
            m => m.Key,
            m => IsDistance(m.Key) ? finite.Max(game => m.Value[game]) : finite.Average(game => m.Value[game]),
            StringComparer.Ordinal
        );
        if (Evaluations is { } evaluations)
            metrics.Add("solver/evaluations", evaluations(step));
        var point = new TracePoint(step, Seconds, metrics)
        {
            Strategies =
                _keepsStrategies && _done[0] is null && measured.IsFinite(0)
                    ? Certify.Strategies(_game, measured, 0)
                    : null,
        };
        _trace.Add(point);
        _options.Progress?.Report(point);
        if (!cancelled)
            _options.Recorder?.Measured(point);
    }
}
