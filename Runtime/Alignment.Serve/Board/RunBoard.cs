using Alignment.Runs;
using Alignment.Runtime;

namespace Alignment.Serve;

/// <summary>The runs of a folder as last looked at. A run is read again only after one of its files changed.</summary>
/// <remarks>
/// A folder or a file of a run that is a link is refused, wherever it leads, so nothing outside of the folder is read. Safe for use by several
/// threads at once.
/// </remarks>
internal sealed class RunBoard(string folder)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _gone = new(StringComparer.Ordinal);
    private SortedDictionary<string, string> _faults = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Looks at the folder.</summary>
    /// <param name="since">The version that is known already; 0 for none.</param>
    /// <returns>What changed since.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public BoardChange Look(long since)
    {
        lock (_gate)
        {
            var next = _version + 1;
            var (present, faults) = (
                new HashSet<string>(StringComparer.Ordinal),
                new SortedDictionary<string, string>()
            );
            foreach (var path in Directory.EnumerateDirectories(Folder))
            {
                var id = Path.GetFileName(path);
                if (id == RunFiles.Latest || !File.Exists(Path.Combine(path, RunFiles.Description)))
                    continue;
                if (Fault(path) is { } fault)
                    faults.Add(id, fault);
                else
                    LookAt(id, path, next, present, faults);
            }

            foreach (var id in _runs.Keys.Except(present, StringComparer.Ordinal).ToList())
            {
                _ = _runs.Remove(id);
                _gone[id] = next;
            }

            var changed = _runs.Values.Where(entry => entry.Version > since).Select(entry => entry.Summary).ToList();
            var gone = since == 0 ? [] : _gone.Where(entry => entry.Value > since).Select(entry => entry.Key).ToList();
            if (
                _gone.ContainsValue(next)
                || _runs.Values.Any(entry => entry.Version == next)
                || !faults.SequenceEqual(_faults)
            )
                _version = next;
            _faults = faults;
            return new(_version, changed, gone, [.. faults.Values]);
        }
    }

    /// <summary>A run by its id; null where there is none that may be read.</summary>
    public RunFolder? Find(string id)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(id, out var entry))
            {
                _ = Look(0);
                if (!_runs.TryGetValue(id, out entry))
                    return null;
            }

            return Fault(entry.Run.Path) is null ? entry.Run : null;
        }
    }

    private void LookAt(
        string id,
        string path,
        long next,
        HashSet<string> present,
        SortedDictionary<string, string> faults
    )
    {
        try
        {
            var known = _runs.GetValueOrDefault(id);
            var stamp = RunStamp.Of(path, known?.Summary.State is RunState.Finished ? null : known?.Run);
            if (known is null || known.Stamp != stamp)
            {
                // what a run is is written once
                var run =
                    known is not null && known.Stamp.Description == stamp.Description
                        ? known.Run
                        : RunFolder.Open(path);
                var summary = RunSummary.Of(run);
                _runs[id] = new(run, stamp, summary, next);
            }

            _ = present.Add(id);
            _ = _gone.Remove(id);
        }
        catch (Exception e) when (e is RunStoreException or IOException or UnauthorizedAccessException)
        {
            faults.Add(id, e.Message);
        }
    }

    private static string? Fault(string path) =>
        new DirectoryInfo(path).LinkTarget is not null
            ? $"'{Path.GetFileName(path)}' is a link, and links are not followed."
        : RunStamp.LinkIn(path) is { } name
            ? $"'{Path.GetFileName(path)}' is passed over: its {name} is a link, and links are not followed."
        : null;

    private sealed record Entry(RunFolder Run, RunStamp Stamp, RunSummary Summary, long Version);
}

/// <summary>What became of the runs of a folder since a version.</summary>
/// <param name="Version">What is known now.</param>
/// <param name="Changed">Runs that are new or have changed.</param>
/// <param name="Gone">Ids of runs that are not there any more.</param>
/// <param name="Faults">Sentences about what is there and cannot be read.</param>
internal sealed record BoardChange(
    long Version,
    IReadOnlyList<RunSummary> Changed,
    IReadOnlyList<string> Gone,
    IReadOnlyList<string> Faults
);
