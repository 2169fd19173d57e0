using System.Diagnostics.CodeAnalysis;

namespace Alignment;

public sealed partial class LanguageModel
{
    private const string ShippedFolder = "models";

    /// <summary>Names of the small models that come with the library.</summary>
    public static IReadOnlyList<string> Shipped => ShippedIn(ShippedHome);

    /// <summary>The folder of a model.</summary>
    /// <param name="nameOrFolder">A folder, or one of <see cref="Shipped"/>.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static string Find(string nameOrFolder) => Find(nameOrFolder, ShippedHome);

    /// <summary>The numbers in which weights are held: <c>float32</c>, <c>float64</c>, <c>bfloat16</c> or <c>float16</c>.</summary>
    public string Precision => Type.ToString().ToLowerInvariant();

    /// <summary>Where shipped models lie: beside this assembly, or in its package, whose content no build copied for a script.</summary>
    [UnconditionalSuppressMessage(
        "SingleFile",
        "IL3000",
        Justification = "In a single-file program it is empty, and AppContext.BaseDirectory serves."
    )]
    private static string ShippedHome
    {
        get
        {
            var home = typeof(LanguageModel).Assembly.Location is { Length: > 0 } file
                ? Path.GetDirectoryName(file)!
                : AppContext.BaseDirectory;
            var beside = Path.Combine(home, ShippedFolder);
            return Directory.Exists(beside)
                ? beside
                : Path.GetFullPath(Path.Combine(home, "..", "..", "contentFiles", "any", "any", ShippedFolder));
        }
    }

    internal static string Find(string nameOrFolder, string home)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrFolder);
        if (Directory.Exists(nameOrFolder))
            return nameOrFolder;
        var shipped = ShippedIn(home);
        if (shipped.Contains(nameOrFolder, StringComparer.Ordinal))
            return Path.Combine(home, nameOrFolder);
        var isPath = nameOrFolder.AsSpan().IndexOfAny('/', '\\') >= 0;
        throw new ArgumentException(
            isPath
                ? $"There is no folder '{nameOrFolder}'; expected that of a model."
                : $"There is no model '{nameOrFolder}', neither a folder nor a shipped one.{(shipped.Count > 0 ? Nearest.Hint(nameOrFolder, shipped, "There are") : "")}"
        );
    }

    private static List<string> ShippedIn(string home) =>
        Directory.Exists(home)
            ?
            [
                .. Directory
                    .EnumerateDirectories(home)
                    .Select(folder => Path.GetFileName(folder)!)
                    .Order(StringComparer.Ordinal),
            ]
            : [];
}
