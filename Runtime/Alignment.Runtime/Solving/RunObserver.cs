using System.Diagnostics;
using System.Diagnostics.Metrics;
using Alignment.Compiler;
using Microsoft.Extensions.Logging;

namespace Alignment.Runtime;

/// <summary>Tells the logger and the listeners of <see cref="Telemetry"/> what a run does; where nobody listens, nothing is done.</summary>
internal sealed class RunObserver
{
    /// <summary>Games up to which the end of each is a line of Information.</summary>
    private const int FewGames = 20;

    private readonly ILogger _logger;
    private readonly bool _isInner;
    private readonly string _figure;
    private readonly Gauge<double> _gauge;
    private readonly TagList _tags;

    public RunObserver(BoundGame game, ISolver solver, SolveOptions options)
        : this(
            game.Spec.Name,
            solver.Info.NameOn(game.Spec),
            options.Logger,
            options.IsInner,
            game.Spec.IsDifferentiable
        ) { }

    public RunObserver(string game, string solver, ILogger logger, bool isInner, bool isSmooth = false)
    {
        (_logger, _isInner) = (logger, isInner);
        (_figure, _gauge) = isSmooth ? ("stationarity", Telemetry.Stationarity) : ("nash_conv", Telemetry.NashConv);
        _tags = new() { { "alignment.game", game }, { "alignment.solver", solver } };
    }

    /// <summary>Whether lines are logged that only Debug is for.</summary>
    public bool LogsDetails => _logger.IsEnabled(LogLevel.Debug);

    /// <summary>A span, if somebody listens.</summary>
    public Activity? Span(string name) => _isInner ? null : Start(name, _tags);

    /// <summary>The span of a whole solve.</summary>
    public static Activity? Solve(SolveOptions options) =>
        options.IsInner ? null : Telemetry.Source.StartActivity("solve");

    /// <summary>Names the span of a solve once its game is bound.</summary>
    public void Name(Activity? span)
    {
        foreach (var (key, value) in _tags)
            span?.SetTag(key, value);
    }

    /// <summary>Says what was compiled.</summary>
    public void Compiled(IExecutable executable, double seconds)
    {
        if (_logger.IsEnabled(LogLevel.Information))
        {
            var program = executable.Program;
            _logger.Compiled(
                seconds,
                program.StepValues.Count,
                program.States.Sum(state => (long)executable.StateLength(state.Name)),
                program.Games
            );
        }

        if (LogsDetails)
            _logger.Planned(executable.DescribePlan());
    }

    /// <summary>Says that steps were done.</summary>
    public void Stepped(int count)
    {
        if (!_isInner && Telemetry.Steps.Enabled)
            Telemetry.Steps.Add(count, _tags);
    }

    /// <summary>Says that another number of steps is done in one call.</summary>
    public void Paced(int steps, long first, int count, double seconds) => _logger.Paced(steps, first, count, seconds);

    /// <summary>Measures, and says so.</summary>
    public T Measure<T>(long step, Func<T> measure, Func<T, double> distance)
    {
        if (!LogsDetails && (_isInner || !IsMeasured))
            return measure();
        using var span = Span("measure");
        var start = Stopwatch.GetTimestamp();
        var measured = measure();
        var (seconds, figure) = (Stopwatch.GetElapsedTime(start).TotalSeconds, distance(measured));
        _logger.Measured(step, _figure, figure, seconds);
        if (_isInner)
            return measured;
        span?.SetTag("alignment.step", step);
        Telemetry.Moments.Add(1, _tags);
        Telemetry.MeasureDuration.Record(seconds, _tags);
        if (!double.IsFinite(figure))
            return measured;
        span?.SetTag(_gauge.Name, figure);
        _gauge.Record(figure, _tags);
        return measured;
    }

    private bool IsMeasured =>
        Telemetry.Source.HasListeners()
        || Telemetry.Moments.Enabled
        || Telemetry.MeasureDuration.Enabled
        || _gauge.Enabled;

    /// <summary>Has a checkpoint saved, and says so.</summary>
    public void Save(IRunRecorder recorder, long step, double gap, Snapshot snapshot)
    {
        using var span = Span("checkpoint");
        recorder.Save(step, gap, snapshot);
        if (span is null && !IsSaveTold)
            return;
        var (elapsed, bytes) = (Stopwatch.GetElapsedTime(snapshot.Began), SnapshotFile.Length(snapshot));
        _logger.Saved(step, bytes, elapsed.TotalMilliseconds);
        span?.SetTag("alignment.step", step).SetTag("alignment.bytes", bytes);
        Telemetry.Checkpoints.Add(1, _tags);
        Telemetry.CheckpointDuration.Record(elapsed.TotalSeconds, _tags);
        Telemetry.CheckpointSize.Record(bytes, _tags);
    }

    private bool IsSaveTold =>
        _logger.IsEnabled(LogLevel.Information)
        || Telemetry.Checkpoints.Enabled
        || Telemetry.CheckpointDuration.Enabled
        || Telemetry.CheckpointSize.Enabled;

    /// <summary>Says where a run goes on.</summary>
    public void Resumed(long step, Snapshot snapshot)
    {
        if (_logger.IsEnabled(LogLevel.Information))
            _logger.Resumed(step, SnapshotFile.Length(snapshot));
    }

    /// <summary>Says which games have got their results: each of a few by its stop rule's verdict, of many their number.</summary>
    /// <param name="games">The games by name, empty for an only one.</param>
    /// <param name="done">Games done in all.</param>
    /// <param name="all">All games.</param>
    /// <param name="step">Steps done.</param>
    public void Ended(IReadOnlyList<(string Name, Status Status)> games, int done, int all, long step)
    {
        var level = all <= FewGames ? LogLevel.Information : LogLevel.Debug;
        if (_logger.IsEnabled(level) && all > 1)
        {
            foreach (var (name, status) in games)
                _logger.GameDone(level, name, status.Sentence);
        }

        if (games.Count > 0 && all > FewGames)
            _logger.GamesDone(done, all, step);
    }

    /// <summary>Says how far a population is.</summary>
    public void Grown(long step, string game, Population population, double nashConv)
    {
        if (LogsDetails)
            _logger.Grown(
                step,
                game.Length == 0 ? "1" : game,
                string.Join(" and ", population.Members.Select(members => members.Count)),
                nashConv
            );
    }

    private static Activity? Start(string name, TagList tags)
    {
        var span = Telemetry.Source.StartActivity(name);
        if (span is not null)
        {
            foreach (var (key, value) in tags)
                span.SetTag(key, value);
        }

        return span;
    }
}
