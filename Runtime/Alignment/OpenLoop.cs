using System.Diagnostics;
using Alignment.Runtime;

namespace Alignment;

/// <summary>Takes a run without a tree to the end of its steps: moments to measure, checkpoints, cancellation.</summary>
/// <remarks>When to measure is decided by step counts alone, so neither checkpoints nor the clock change a result; only a rule on seconds does,
/// and says so.</remarks>
internal sealed class OpenLoop(IOpenRun run, Stop until, OpenOptions options, RunObserver observer)
{
    private readonly long[] _counts = [.. StopRules.StepCounts(until)];
    private readonly List<TracePoint> _trace = [];
    private readonly Stopwatch _running = new();
    private double _secondsBefore; // of the run that this one goes on from
    private long _moment; // steps done when it was last measured
    private long _saved = -1; // steps done when it was last saved

    /// <summary>Steps done.</summary>
    public long Done { get; private set; }

    /// <summary>Time in steps.</summary>
    public double Seconds => _secondsBefore + _running.Elapsed.TotalSeconds;

    /// <summary>The measured moments.</summary>
    public ValueList<TracePoint> Trace => _trace.ToValueList();

    /// <summary>Does steps until the stop rule holds, no more information sets are to be kept, or it is cancelled.</summary>
    /// <returns>How it ended.</returns>
    public Status Run(CancellationToken cancellationToken)
    {
        if (options.Recorder?.Resume is { } snapshot)
            Load(snapshot);
        else
            Measure();
        using var span = observer.Span("steps")?.SetTag("alignment.first", Done + 1);
        while (true)
        {
            if (Verdict() is { } status)
            {
                if (_moment < Done)
                    Measure();
                span?.SetTag("alignment.last", Done);
                return status;
            }

            if (!Step(cancellationToken))
            {
                Save();
                span?.SetTag("alignment.last", Done);
                return OpenSentences.Cancelled(Done);
            }

            Done++;
            observer.Stepped(1);
            options.Progress?.Report(new("solving", Done, StepLimit(until), run.InformationSets));
            if (Done == StopRules.NextCheck(_moment, _counts))
                Measure();
            if (options.Recorder is { IsDue: true })
                Save();
        }
    }

    // an inner solver that is cancelled ends its step
    private bool Step(CancellationToken cancellationToken)
    {
        _running.Start();
        try
        {
            return run.Step(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            _running.Stop();
        }
    }

    private Status? Verdict() =>
        Done == 0 ? null
        : OpenSentences.Stopped(until, Done, Seconds) is { } stopped ? stopped
        : run.InformationSets >= options.MostInformationSets ? OpenSentences.Full(Done, run.InformationSets)
        : null;

    private void Measure()
    {
        _moment = Done;
        var point = new TracePoint(
            Done,
            Seconds,
            new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["solver/evaluations"] = run.Evaluations,
                ["solver/information_sets"] = run.InformationSets,
            }
        );
        _trace.Add(point);
        options.Recorder?.Measured(point);
    }

    /// <summary>Saves a checkpoint, where somebody keeps the run and none stands at this step.</summary>
    public void Save()
    {
        if (options.Recorder is not { } recorder || _saved == Done)
            return;
        var (snapshot, state) = (new Snapshot(), new Snapshot());
        run.Save(state);
        snapshot.Put("state", state);
        snapshot.Put("step", (double)Done);
        snapshot.Put("moment", (double)_moment);
        snapshot.Put("seconds", Seconds);
        Traces.Save(snapshot, _trace);
        observer.Save(recorder, Done, double.PositiveInfinity, snapshot);
        _saved = Done;
    }

    private void Load(Snapshot snapshot)
    {
        try
        {
            run.Load(snapshot.Part("state"));
        }
        catch (KeyNotFoundException e)
        {
            throw new RunStoreException(
                $"The run cannot go on, since another version saved it: {e.Message} Begin a new run.",
                e
            );
        }

        Done = _saved = (long)snapshot.Number("step");
        _moment = (long)snapshot.Number("moment");
        _secondsBefore = snapshot.Number("seconds");
        _trace.AddRange(Traces.Load(snapshot));
        observer.Resumed(Done, snapshot);
    }

    private static long? StepLimit(Stop rule) =>
        rule.Fold<long?>(
            _ => null,
            steps => steps.Count,
            _ => null,
            (a, b) => a is null || b < a ? b ?? a : a,
            (a, b) => a is null || b is null ? null : Math.Max(a.Value, b.Value)
        );
}
