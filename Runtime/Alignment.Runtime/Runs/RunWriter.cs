using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Alignment.Runtime;

/// <summary>Writes a run into a folder of its own: what it is, how far it is, its moments and checkpoints. One process at a time.</summary>
public sealed class RunWriter : IRunRecorder, IDisposable
{
    private readonly FileStream _lock;
    private readonly MetricsLog _metrics;
    private readonly TensorBoardWriter _board;
    private StrategyLog? _strategies; // of games that are small enough
    private readonly RunWriterOptions _options;
    private readonly Stopwatch _sinceCheckpoint = Stopwatch.StartNew();
    private readonly int _resumed;
    private readonly Dictionary<long, double> _gaps = []; // of the checkpoints that are kept
    private TimeSpan _pause; // until a checkpoint is due again
    private long _step;

    private RunWriter(RunFolder folder, RunWriterOptions options, FileStream held, Snapshot? resume)
    {
        (Folder, _options, _lock, Resume) = (folder, options, held, resume);
        _pause = Pause(options.Interval, took: TimeSpan.Zero);
        _step = resume is null ? 0 : (long)resume.Number("step");
        _resumed = File.Exists(folder.File(RunFiles.Status)) ? folder.Status.Resumed + 1 : 0;
        foreach (var (step, path) in folder.Checkpoints)
            _gaps[step] = resume is not null && step == _step ? resume.Number(Gap) : GapOf(path);
        (_metrics, _board) = Kept(
            "its metrics cannot be written",
            () =>
                (
                    new MetricsLog(folder.File(RunFiles.Metrics), resume is null ? 0 : (long)resume.Number(Lines)),
                    new TensorBoardWriter(folder.Path, resume is null ? 0 : (long)resume.Number(Records), options.Clock)
                )
        );
        Say(RunState.Running, "");
    }

    // a checkpoint that cannot be read is not kept as the best
    private static double GapOf(string path)
    {
        try
        {
            return SnapshotFile.Read(path, name => name == Gap).Number(Gap);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return double.PositiveInfinity;
        }
    }

    /// <summary>How long a run goes on until the next checkpoint: as was asked for, or half a minute, and then at least ten times as long as the
    /// last one took.</summary>
    internal static TimeSpan Pause(TimeSpan? interval, TimeSpan took) =>
        interval ?? TimeSpan.FromTicks(Math.Max(TimeSpan.FromSeconds(30).Ticks, 10 * took.Ticks));

    private const string Gap = "run/gap";
    private const string Lines = "run/metrics_bytes";
    private const string Records = "run/event_bytes";
    private const string Moves = "run/strategies_bytes";

    /// <summary>The folder.</summary>
    public RunFolder Folder { get; }

    /// <inheritdoc/>
    public Snapshot? Resume { get; private set; }

    /// <inheritdoc/>
    public bool IsDue => _sinceCheckpoint.Elapsed >= _pause;

    /// <summary>Whether somebody asked the run to stop, by the file <see cref="RunFiles.Stop"/>.</summary>
    public bool IsAskedToStop => File.Exists(Folder.File(RunFiles.Stop));

    /// <summary>Starts a run in a new folder below another.</summary>
    /// <exception cref="RunStoreException">No folder can be made there.</exception>
    /// <exception cref="ArgumentException">Less than one checkpoint is to be kept.</exception>
    /// <param name="parent">The folder below which runs are kept.</param>
    /// <param name="description">What the run is.</param>
    /// <param name="spec">The specification's canonical text.</param>
    /// <param name="files">More files of the run, by their names in its folder.</param>
    /// <param name="options">How checkpoints are kept.</param>
    public static RunWriter Begin(
        string parent,
        RunDescription description,
        string spec,
        IReadOnlyDictionary<string, byte[]>? files = null,
        RunWriterOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(description);
        options = Checked(options);
        var path = Path.Combine(Path.GetFullPath(parent), NewId(description));
        FileStream? held = null;
        try
        {
            return Kept(
                $"no run can be kept below '{parent}'",
                () =>
                {
                    Directory.CreateDirectory(path);
                    held = Hold(path)!;
                    Fill(path, description, spec, files ?? new Dictionary<string, byte[]>());
                    AtomicFile.Link(Path.Combine(parent, RunFiles.Latest), Path.GetFileName(path));
                    return new RunWriter(RunFolder.Open(path), options, held, null);
                }
            );
        }
        catch (RunStoreException)
        {
            held?.Dispose();
            TryDeleteFolder(path);
            throw;
        }
    }

    private static RunWriterOptions Checked(RunWriterOptions? options) =>
        options is null ? new()
        : options.Keep >= 1 ? options
        : throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"Keep: expected at least 1 checkpoint, got {options.Keep}."),
            nameof(options)
        );

    private static void Fill(
        string path,
        RunDescription description,
        string spec,
        IReadOnlyDictionary<string, byte[]> files
    )
    {
        AtomicFile.Write(Path.Combine(path, RunFiles.Spec), spec + "\n");
        foreach (var (name, bytes) in files)
        {
            var file = Path.Combine(path, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, stream => stream.Write(bytes));
        }

        // with this file, which comes last, the folder is a run
        AtomicFile.Write(
            Path.Combine(path, RunFiles.Description),
            stream => JsonSerializer.Serialize(stream, description, RunJson.Readable.RunDescription)
        );
    }

    /// <summary>Takes away what was begun and could not be finished; what stays is no run.</summary>
    private static void TryDeleteFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a reader passes it over
        }
    }

    /// <summary>Takes a run up where its newest whole checkpoint stands, or from the beginning where there is none.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="options">How checkpoints are kept.</param>
    /// <param name="warn">Told of checkpoints that are not whole.</param>
    /// <exception cref="RunStoreException">It has ended, or a process is at it.</exception>
    /// <exception cref="ArgumentException">Less than one checkpoint is to be kept.</exception>
    public static RunWriter GoOn(RunFolder folder, RunWriterOptions? options, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options = Checked(options);
        var held =
            Kept($"the run '{folder.Id}' cannot be written to", () => Hold(folder.Path))
            ?? throw new RunStoreException(
                $"The run '{folder.Id}' is running: process {folder.Status.Process} on {folder.Status.Host} is at it."
            );
        // looked at under the lock: another process may have ended it a moment ago
        if (folder.Status is { State: RunState.Finished } status)
        {
            held.Dispose();
            throw new RunStoreException($"The run '{folder.Id}' has ended: {status.Sentence}");
        }

        AtomicFile.TryDelete(folder.File(RunFiles.Stop));
        return new(folder, options, held, folder.Newest(warn));
    }

    // the folder is there from the beginning; what the report of a small game needs is added
    void IRunRecorder.Begin(BoundGame game, ISolver solver, SolveOptions options)
    {
        if (PayoffFile.Keeps(game) && !File.Exists(Folder.File(RunFiles.Payoffs)))
            Add(RunFiles.Payoffs, stream => PayoffFile.Write(game, stream));
        if (!StrategyMoments.Keeps(game, solver))
            return;
        // checkpoints of earlier versions know nothing of strategies: their lines come from here on
        var kept = Resume?.Has(Moves) == true ? (long)Resume.Number(Moves) : 0;
        _strategies = Kept(
            "its strategies cannot be written",
            () => new StrategyLog(Folder.File(RunFiles.Strategies), kept, game.Spec, solver.Info.Reports)
        );
    }

    // rules have no table of payoffs, and strategies of games that are too large for a tree are not kept on the way
    void IRunRecorder.Begin(RunSubject subject, ILogger logger) { }

    /// <inheritdoc/>
    public void Measured(TracePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        Kept(
            "its metrics cannot be written",
            () =>
            {
                _metrics.Add(point);
                _strategies?.Add(point);
                _board.Add(point);
            }
        );
    }

    /// <inheritdoc/>
    public void Save(long step, double gap, Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var folder = Folder.File(RunFiles.Checkpoints);
        Kept(
            "a checkpoint cannot be written",
            () =>
            {
                _metrics.Flush();
                _strategies?.Flush();
                _board.Flush();
                snapshot.Put(Lines, _metrics.Length);
                if (_strategies is not null)
                    snapshot.Put(Moves, _strategies.Length);
                snapshot.Put(Records, _board.Length);
                snapshot.Put(Gap, gap);
                Directory.CreateDirectory(folder);
                SnapshotFile.Write(Named(step), snapshot);
            }
        );
        Resume = null; // it may be large, and whoever went on from it has done so
        _gaps[step] = gap;
        _step = step;
        Forget();
        Say(RunState.Running, "");
        _pause = Pause(_options.Interval, Stopwatch.GetElapsedTime(snapshot.Began));
        _sinceCheckpoint.Restart();
    }

    /// <summary>Says how the run ended; a run that can be taken up again keeps its checkpoints.</summary>
    /// <param name="state">What became of it.</param>
    /// <param name="sentence">What happened and what to try.</param>
    /// <param name="step">Steps done, where there were more than at the last checkpoint.</param>
    public void End(RunState state, string sentence, long step = 0)
    {
        _step = Math.Max(_step, step);
        Say(state, sentence);
        if (state != RunState.Finished)
            return;
        _metrics.Flush();
        _strategies?.Flush();
        _board.Flush();
    }

    /// <summary>Adds a file to the run, complete or not at all.</summary>
    public void Add(string name, Action<Stream> write) =>
        Kept($"{name} cannot be written", () => AtomicFile.Write(Folder.File(name), write));

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _strategies?.Dispose();
        _board.Dispose();
        _lock.Dispose();
    }

    private string Named(long step) =>
        Path.Combine(
            Folder.File(RunFiles.Checkpoints),
            string.Create(CultureInfo.InvariantCulture, $"{step:D12}.checkpoint")
        );

    // the newest are kept, and the one with the smallest gap, if any is known
    private void Forget()
    {
        var best = _gaps.MinBy(entry => entry.Value);
        var kept = _gaps.Keys.OrderDescending().Take(_options.Keep).ToHashSet();
        if (double.IsFinite(best.Value))
            kept.Add(best.Key);
        foreach (var step in _gaps.Keys.Where(step => !kept.Contains(step)).ToArray())
        {
            AtomicFile.TryDelete(Named(step));
            _gaps.Remove(step);
        }
    }

    private void Say(RunState state, string sentence)
    {
        var status = new RunStatus
        {
            State = state,
            Sentence = sentence,
            Step = _step,
            Updated = _options.Clock.GetUtcNow(),
            Process = Environment.ProcessId,
            Host = Environment.MachineName,
            Resumed = _resumed,
        };
        Add(RunFiles.Status, stream => JsonSerializer.Serialize(stream, status, RunJson.Readable.RunStatus));
    }

    private static string NewId(RunDescription description)
    {
        var plain = string.Concat(description.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '-'));
        var name = plain[..Math.Min(41, plain.Length)].Trim('-');
        var time = description.Started.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return $"{time}-{name}-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..7]}";
    }

    /// <summary>The lock of a run; null while another process has it. It goes with the process, however that ends.</summary>
    private static FileStream? Hold(string path)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new(
                    Path.Combine(path, RunFiles.Lock),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None
                );
            }
            catch (IOException) when (File.Exists(Path.Combine(path, RunFiles.Lock)))
            {
                // a reader that looks whether the lock is held holds it for a moment
                if (tries == 5)
                    return null;
                Thread.Sleep(50);
            }
        }
    }

    private static void Kept(string what, Action action) =>
        Kept(
            what,
            () =>
            {
                action();
                return true;
            }
        );

    private static T Kept<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException($"{char.ToUpperInvariant(what[0])}{what[1..]}: {e.Message}", e);
        }
    }
}

/// <summary>How a run's checkpoints are kept.</summary>
public sealed record RunWriterOptions
{
    /// <summary>Time between checkpoints; default: null, which is 30 seconds, or ten times as long as the last one took where that is longer, so
    /// that they take at most an eleventh of a run's time.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>How many of the newest are kept, at least 1, beside the best; default 2.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>The clock that status files are dated by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
