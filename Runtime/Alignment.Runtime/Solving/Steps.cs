namespace Alignment.Runtime;

/// <summary>A run that goes step by step: what its loop has to be able to do.</summary>
internal interface IStepwise
{
    /// <summary>Does steps <paramref name="first"/>, first + 1, ... (numbered from 1).</summary>
    void Advance(long first, int count);

    /// <summary>Measures the present state and takes it down in the record.</summary>
    void Measure(long step, bool cancelled);

    /// <summary>Puts the present state into a snapshot; the record is put there by the caller.</summary>
    void Save(Snapshot snapshot);

    /// <summary>Takes the state up from a snapshot; the record is there already.</summary>
    void Load(Snapshot snapshot);
}

/// <summary>Takes a stepwise run to its end: steps in chunks, moments to measure, checkpoints, cancellation.</summary>
internal sealed class Steps(RunRecord record, SolveOptions options, IStepwise run)
{
    /// <summary>Steps done.</summary>
    public long Done { get; private set; }

    /// <summary>Runs until every game has its result.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        record.Begin();
        if (options.Recorder?.Resume is { } snapshot)
        {
            Done = (long)snapshot.Number("step");
            record.Load(snapshot);
            run.Load(snapshot);
            record.Observer.Resumed(Done, snapshot);
        }
        else
        {
            run.Measure(0, cancelled: false);
        }

        var pace = new Pace(options.Chunk);
        while (!record.IsComplete)
        {
            Advance(record.NextMoment, pace, cancellationToken);

            // the moment of a cancellation is no part of the run that goes on
            var cancelled = cancellationToken.IsCancellationRequested;
            if (cancelled)
                Save();
            run.Measure(Done, cancelled);
        }
    }

    private void Advance(long next, Pace pace, CancellationToken cancellationToken)
    {
        using var span = record.Observer.Span("steps")?.SetTag("alignment.first", Done + 1);
        while (Done < next && !cancellationToken.IsCancellationRequested && !record.IsOutOfTime)
        {
            var (first, count) = (Done + 1, pace.Next(next - Done));
            var seconds = record.Run(() => run.Advance(first, count));
            pace.Took(count, seconds);
            Done += count;
            record.Observer.Stepped(count);
            if (pace.HasChanged)
                record.Observer.Paced(pace.Most, Done + 1, count, seconds);
            if (options.Recorder is { IsDue: true })
                Save();
        }

        span?.SetTag("alignment.last", Done);
    }

    private void Save()
    {
        if (options.Recorder is not { } recorder)
            return;
        var snapshot = new Snapshot();
        snapshot.Put("step", (double)Done);
        record.Save(snapshot);
        run.Save(snapshot);
        record.Observer.Save(recorder, Done, record.Gap, snapshot);
    }
}
