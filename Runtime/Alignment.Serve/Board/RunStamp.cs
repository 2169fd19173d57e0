using Alignment.Runtime;

namespace Alignment.Serve;

/// <summary>What tells that a run's files changed without reading them: sizes and times.</summary>
/// <param name="Description">Of what the run is.</param>
/// <param name="Status">Of how far it is.</param>
/// <param name="Metrics">Of its moments.</param>
/// <param name="Solution">Of its result.</param>
/// <param name="IsHeld">Whether a process is at it.</param>
internal readonly record struct RunStamp(
    (long, DateTime) Description,
    (long, DateTime) Status,
    (long, DateTime) Metrics,
    (long, DateTime) Solution,
    bool IsHeld
)
{
    private static readonly string[] Read =
    [
        RunFiles.Description,
        RunFiles.Status,
        RunFiles.Metrics,
        RunFiles.Solution,
        RunFiles.Spec,
        RunFiles.Lock,
    ];

    /// <summary>Looks at a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="run">The run as it was known; whether a process is at it is asked only where its end is not known.</param>
    public static RunStamp Of(string path, RunFolder? run) =>
        new(
            File(path, RunFiles.Description),
            File(path, RunFiles.Status),
            File(path, RunFiles.Metrics),
            File(path, RunFiles.Solution),
            run?.IsHeld == true
        );

    /// <summary>The first of the files that a page reads which is a link, to wherever; null where none is.</summary>
    public static string? LinkIn(string path) =>
        Read.FirstOrDefault(name => new FileInfo(Path.Combine(path, name)).LinkTarget is not null);

    private static (long, DateTime) File(string path, string name)
    {
        var file = new FileInfo(Path.Combine(path, name));
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
    }
}
