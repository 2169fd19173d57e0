using System.Globalization;
using System.Text.Json;

namespace Alignment.Runtime;

/// <summary>A run's folder, as a reader sees it: while the run goes on, after it ended, or broke off.</summary>
public sealed class RunFolder
{
    private RunFolder(string path, RunDescription description)
    {
        Path = path;
        Description = description;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The folder's name, which no other run has.</summary>
    public string Id => System.IO.Path.GetFileName(Path);

    /// <summary>What the run is.</summary>
    public RunDescription Description { get; }

    /// <summary>A file of the run.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Opens a run's folder.</summary>
    /// <exception cref="RunStoreException">There is no run; the message says what is missing.</exception>
    public static RunFolder Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(full))
            throw new RunStoreException($"There is no run '{path}'.");
        if (new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true) is { } target)
            full = target.FullName;
        return TryOpen(full, out var why) ?? throw new RunStoreException($"'{path}' is no run: {why}.");
    }

    /// <summary>The runs in a folder, the newest first; what is no run is passed over.</summary>
    public static IEnumerable<RunFolder> All(string parent) =>
        Directory.Exists(parent)
            ? Directory
                .EnumerateDirectories(parent)
                .Where(path => System.IO.Path.GetFileName(path) != RunFiles.Latest)
                .Select(path => TryOpen(path, out _))
                .OfType<RunFolder>()
                .OrderByDescending(run => run.Description.Started)
                .ThenByDescending(run => run.Id, StringComparer.Ordinal)
            : [];

    /// <summary>How far the run is. One whose process is gone without a word is <see cref="RunState.Interrupted"/>.</summary>
    public RunStatus Status
    {
        get
        {
            var status =
                Json(RunFiles.Status, RunJson.Readable.RunStatus)
                ?? new RunStatus { State = RunState.Running, Updated = Description.Started };
            return status.State == RunState.Running && !IsHeld ? status with { State = RunState.Interrupted } : status;
        }
    }

    /// <summary>Whether a process is at the run.</summary>
    public bool IsHeld
    {
        get
        {
            try
            {
                using var held = new FileStream(File(RunFiles.Lock), FileMode.Open, FileAccess.Read, FileShare.Read);
                return false;
            }
            catch (FileNotFoundException)
            {
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    /// <summary>Asks the process that is at the run to stop; it does after its next measured moment, and leaves a checkpoint.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public void AskToStop() => System.IO.File.Create(File(RunFiles.Stop)).Dispose();

    /// <summary>The measured moments, in order.</summary>
    public IEnumerable<TracePoint> Metrics => MetricsLog.Read(File(RunFiles.Metrics));

    /// <summary>The checkpoints by the steps that were done, the newest first.</summary>
    public IEnumerable<(long Step, string Path)> Checkpoints =>
        Directory.Exists(File(RunFiles.Checkpoints))
            ? Directory
                .EnumerateFiles(File(RunFiles.Checkpoints), "*.checkpoint")
                .Select(path =>
                    (
                        long.TryParse(
                            System.IO.Path.GetFileNameWithoutExtension(path),
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out var step
                        )
                            ? step
                            : -1,
                        path
                    )
                )
                .Where(checkpoint => checkpoint.Item1 >= 0)
                .OrderByDescending(checkpoint => checkpoint.Item1)
            : [];

    /// <summary>The newest whole checkpoint; null where there is none.</summary>
    /// <param name="broken">Told of each that is not whole.</param>
    public Snapshot? Newest(Action<string> broken)
    {
        ArgumentNullException.ThrowIfNull(broken);
        foreach (var (_, path) in Checkpoints)
        {
            try
            {
                return SnapshotFile.Read(path);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                broken(e.Message);
            }
        }

        return null;
    }

    private T? Json<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => Read(File(name), type, out _);

    private static RunFolder? TryOpen(string path, out string why)
    {
        var description = Read(
            System.IO.Path.Combine(path, RunFiles.Description),
            RunJson.Readable.RunDescription,
            out why
        );
        if (description is null)
            return null;
        if (description.Schema == RunDescription.Version)
            return new(path, description);
        why =
            $"its {RunFiles.Description} is of schema '{description.Schema}', and this program reads '{RunDescription.Version}'";
        return null;
    }

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, out string why)
        where T : class
    {
        try
        {
            using var stream = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            why = $"its {System.IO.Path.GetFileName(path)} is empty";
            return JsonSerializer.Deserialize(stream, type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            why = $"it has no {System.IO.Path.GetFileName(path)}";
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            why = $"its {System.IO.Path.GetFileName(path)} cannot be read: {e.Message}";
        }

        return null;
    }
}
