namespace Alignment.Benchmarks;

/// <summary>The command line was wrong; the message says what and what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Options of a benchmark.</summary>
/// <param name="Smoke">Everything once and short.</param>
/// <param name="Out">The file to write the report to, or null.</param>
internal sealed record BenchOptions(bool Smoke, string? Out)
{
    private static readonly string[] Names = ["--out", "--smoke", "--help"];

    /// <exception cref="UsageException">An argument is unknown or incomplete.</exception>
    public static BenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions(Smoke: false, Out: null);
        for (var k = 0; k < arguments.Length; k++)
        {
            var argument = arguments[k];
            options = argument switch
            {
                "--smoke" => options with { Smoke = true },
                "--out" when k + 1 < arguments.Length => options with { Out = Writable(arguments[++k]) },
                "--out" => throw new UsageException("bench: --out expects a file."),
                _ when argument.StartsWith("--out=", StringComparison.Ordinal) => options with
                {
                    Out = Writable(argument["--out=".Length..]),
                },
                _ => throw new UsageException(
                    $"bench: unknown argument '{argument}'.{Nearest.Hint(argument, Names, "There are")}"
                ),
            };
        }

        return options;
    }

    // a run takes minutes: what would fail at its end is said at its start
    private static string Writable(string file)
    {
        if (file.Length == 0)
            throw new UsageException("bench: --out expects a file.");
        var path = Path.GetFullPath(file);
        if (Directory.Exists(path))
            throw new UsageException($"bench: --out expects a file, '{file}' is a folder.");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new UsageException($"bench: the folder of --out '{file}' does not exist.");
        return path;
    }
}
