using Alignment.Runtime;

namespace Alignment.Runs;

/// <summary>The runs in a folder.</summary>
public static class RunIndex
{
    /// <summary>Looks at all of them, the newest first. A folder that is no run is passed over.</summary>
    /// <param name="parent">The folder of all runs.</param>
    /// <param name="broken">Told, in a sentence, of a run that cannot be read.</param>
    public static IReadOnlyList<RunSummary> Read(string parent, Action<string> broken)
    {
        ArgumentNullException.ThrowIfNull(broken);
        var runs = new List<RunSummary>();
        foreach (var path in Directory.EnumerateDirectories(parent).Order(StringComparer.Ordinal))
        {
            // the link to the newest run is a second name, and what has no description is no run
            if (Path.GetFileName(path) == RunFiles.Latest || !File.Exists(Path.Combine(path, RunFiles.Description)))
                continue;
            try
            {
                runs.Add(RunSummary.Of(RunFolder.Open(path)));
            }
            catch (RunStoreException e)
            {
                broken(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                broken($"'{path}' cannot be read: {e.Message}");
            }
        }

        return
        [
            .. runs.OrderByDescending(run => run.Description.Started)
                .ThenByDescending(run => run.Id, StringComparer.Ordinal),
        ];
    }
}
