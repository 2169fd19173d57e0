using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Alignment.Runtime;

/// <summary>Keeps one solve as a run: begins a folder or takes an earlier one up when the solve starts, and says how it ended.</summary>
/// <param name="plan">Where and under what name.</param>
/// <param name="tell">Told what a user should know: what is taken up, what was passed over.</param>
/// <param name="begun">Told of the folder as soon as there is one.</param>
public sealed class RunSession(RunPlan plan, Action<string> tell, Action<RunFolder>? begun = null)
    : IRunRecorder,
        IDisposable
{
    private RunWriter? _writer;

    /// <summary>The run's folder; null before the solve started.</summary>
    public RunFolder? Folder => _writer?.Folder;

    /// <summary>Whether somebody asked the run to stop.</summary>
    public bool IsAskedToStop => _writer?.IsAskedToStop == true;

    /// <inheritdoc/>
    public Snapshot? Resume => Writer.Resume;

    /// <inheritdoc/>
    public bool IsDue => Writer.IsDue;

    private RunWriter Writer => _writer ?? throw new InvalidOperationException("The run has not begun.");

    /// <inheritdoc/>
    public void Begin(BoundGame game, ISolver solver, SolveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Start(
            RunSubject.Of(game, solver, options),
            options.Logger,
            writer => ((IRunRecorder)writer).Begin(game, solver, options)
        );
    }

    /// <inheritdoc/>
    public void Begin(RunSubject subject, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(logger);
        Start(subject, logger, writer => ((IRunRecorder)writer).Begin(subject, logger));
    }

    private void Start(RunSubject subject, ILogger logger, Action<RunWriter> begin)
    {
        var machine = RunIdentity.Machine();
        if (Earlier(subject.Identity) is { } earlier)
        {
            _writer = RunWriter.GoOn(earlier, plan.Writing, tell);
            var moved = RunIdentity.Differences(earlier.Description.Machine, machine);
            if (moved.Count > 0)
                tell($"the run goes on elsewhere, and its last bits may differ: {string.Join("; ", moved)}");
            tell(
                Resume is { } snapshot
                    ? $"going on with {earlier.Id} after {(long)snapshot.Number("step"):N0} steps"
                    : $"going on with {earlier.Id} from its beginning, as it has no checkpoint"
            );
        }
        else
        {
            var description = new RunDescription
            {
                Name = plan.Name ?? subject.Game,
                Tags = plan.Tags,
                Note = plan.Note,
                Group = plan.Group,
                Started = plan.Writing.Clock.GetUtcNow(),
                Identity = subject.Identity,
                Files = subject.Files,
                Start = plan.Start,
                Machine = machine,
                Commit = plan.Commit,
            };
            if (plan.Resume == ResumeFrom.Newest && logger.IsEnabled(LogLevel.Information))
                logger.NoneToResume(RunFolder.All(plan.Parent).Count(), plan.Parent);
            _writer = RunWriter.Begin(plan.Parent, description, subject.Spec, plan.Files, plan.Writing);
        }

        begin(_writer);
        begun?.Invoke(_writer.Folder);
        logger.Kept(_writer.Folder.Path);
        if (Activity.Current is { Source.Name: Telemetry.Name } span)
            span.SetTag("alignment.run", _writer.Folder.Id);
    }

    /// <inheritdoc/>
    public void Measured(TracePoint point) => Writer.Measured(point);

    /// <inheritdoc/>
    public void Save(long step, double gap, Snapshot snapshot) => Writer.Save(step, gap, snapshot);

    /// <summary>Adds a file to the run, complete or not at all.</summary>
    public void Add(string name, Action<Stream> write) => Writer.Add(name, write);

    /// <summary>Says how the run ended, if it began.</summary>
    public void End(RunState state, string sentence, long step = 0) => _writer?.End(state, sentence, step);

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private RunFolder? Earlier(IReadOnlyDictionary<string, string> identity)
    {
        switch (plan.Resume)
        {
            case ResumeFrom.Newest:
                return RunFolder
                    .All(plan.Parent)
                    .FirstOrDefault(run =>
                        RunIdentity.Differences(run.Description.Identity, identity).Count == 0
                        && run.Status.State is RunState.Interrupted or RunState.Cancelled or RunState.Failed
                    );
            case ResumeFrom.Run:
                var named = RunFolder.Open(plan.Run!);
                var differences = RunIdentity.Differences(named.Description.Identity, identity);
                return differences.Count == 0
                    ? named
                    : throw new RunStoreException(
                        $"The run '{named.Id}' cannot go on, since this is another one: {string.Join("; ", differences)}. Start it with what it had, or begin a new run."
                    );
            default:
                return null;
        }
    }
}
