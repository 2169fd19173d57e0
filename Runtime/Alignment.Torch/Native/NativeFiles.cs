using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Alignment.Torch;

/// <summary>Finds the natives of TorchSharp and LibTorch, wherever this process was started from.</summary>
internal static class NativeFiles
{
    private const string Rid = "linux-x64";

    /// <summary>The folders that are searched, in order.</summary>
    /// <remarks>
    /// A program finds them beside itself. `dotnet fsi` and hosted scripts have a base directory of their own: there
    /// they lie beside TorchSharp.dll, or in the packages folder. The host's list comes first because the runtime,
    /// which TorchSharp asks for `torch_cpu` by name, takes it first too: both must come to the same file, or LibTorch
    /// would be loaded twice.
    /// </remarks>
    public static IEnumerable<string> Folders() => Search().Distinct(StringComparer.Ordinal);

    /// <summary>The file in the first of <see cref="Folders"/> that holds it; null if none does.</summary>
    public static string? Find(string fileName) =>
        Folders().Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Search()
    {
        var host = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in host.Split(Path.PathSeparator).Where(Path.IsPathFullyQualified))
            yield return Path.TrimEndingDirectorySeparator(folder);

        var torchSharp = FolderOf(typeof(TorchSharp.torch).Assembly);
        foreach (var folder in new[] { torchSharp, FolderOf(typeof(NativeFiles).Assembly), AppContext.BaseDirectory })
        {
            if (folder is null)
                continue;
            yield return Path.TrimEndingDirectorySeparator(folder);
            yield return Path.Combine(folder, "runtimes", Rid, "native");
        }

        foreach (var packages in PackageFolders(torchSharp))
        {
            var torchSharpPackage = Path.Combine(packages, "torchsharp", KnownTorchSharp.Version);
            yield return Path.Combine(torchSharpPackage, "runtimes", Rid, "native");
            var libTorchPackage = Path.Combine(
                packages,
                KnownTorchSharp.LibTorchPackage,
                KnownTorchSharp.LibTorchVersion
            );
            yield return Path.Combine(libTorchPackage, "runtimes", Rid, "native");
        }
    }

    private static IEnumerable<string> PackageFolders(string? torchSharp)
    {
        // PACKAGES/torchsharp/VERSION/lib/net8.0, where `#r "nuget: ..."` loads it from.
        if (
            torchSharp is not null
            && Path.GetFullPath(Path.Combine(torchSharp, "..", "..", "..")) is var package
            && Path.GetFileName(package) == "torchsharp"
        )
            yield return Path.GetDirectoryName(package)!;
        if (Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured)
            yield return configured;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length > 0)
            yield return Path.Combine(home, ".nuget", "packages");
    }

    [UnconditionalSuppressMessage(
        "SingleFile",
        "IL3000",
        Justification = "In a single-file program it is empty, and AppContext.BaseDirectory serves."
    )]
    private static string? FolderOf(Assembly assembly) =>
        assembly.Location is { Length: > 0 } location ? Path.GetDirectoryName(location) : null;
}
