using Alignment.Runtime;

namespace Alignment.Serve;

/// <summary>The files of a run that may be read: those that the run wrote, each a file and no link.</summary>
/// <remarks>A path is compared with theirs and never opened as it came, so none leads elsewhere.</remarks>
internal static class RunContents
{
    private static readonly EnumerationOptions Options = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 8,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>Paths below the run's folder, with <c>/</c> between their parts, in order.</summary>
    public static IReadOnlyList<(string Path, long Bytes)> Of(RunFolder run) =>
        [
            .. new DirectoryInfo(run.Path)
                .EnumerateFiles("*", Options)
                .Where(file => file.LinkTarget is null)
                .Select(file => (Path.GetRelativePath(run.Path, file.FullName).Replace('\\', '/'), file.Length))
                .Where(file => file.Item1 is not (RunFiles.Lock or RunFiles.Stop))
                .OrderBy(file => file.Item1, StringComparer.Ordinal),
        ];

    /// <summary>Where a file lies; null where it is none of the run's.</summary>
    public static string? Find(RunFolder run, string path) =>
        Of(run).Any(file => file.Path == path) ? Path.Combine(run.Path, path) : null;
}
