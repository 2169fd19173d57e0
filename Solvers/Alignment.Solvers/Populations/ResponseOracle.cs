namespace Alignment;

/// <summary>The oracles of the library, and their texts: <c>regularized(temperature=0.05,diversity=cardinality)</c>.</summary>
public static class ResponseOracle
{
    /// <summary>All of them, with their default settings.</summary>
    public static IReadOnlyList<IResponseOracle> All { get; } = [new BestResponseOracle(), new RegularizedResponse()];

    /// <summary>An oracle with all its settings.</summary>
    public static string Text(IResponseOracle oracle)
    {
        ArgumentNullException.ThrowIfNull(oracle);
        return oracle.Words.Count == 0
            ? oracle.Name
            : $"{oracle.Name}({string.Join(",", oracle.Words.Select(w => $"{w.Key}={w.Value}"))})";
    }

    /// <summary>The oracle that a text names; settings left out have their defaults.</summary>
    /// <exception cref="ArgumentException">There is no such oracle or setting, or a value is none.</exception>
    public static IResponseOracle Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Trim();
        var oracle =
            All.FirstOrDefault(o => o.Name == name)
            ?? throw new ArgumentException(
                $"There is no oracle '{name}'.{Nearest.Hint(name, All.Select(o => o.Name), "There are")}"
            );
        if (open < 0)
            return oracle;
        if (!text.TrimEnd().EndsWith(')'))
            throw new ArgumentException($"'{text}' is not an oracle; write for example regularized(temperature=0.05).");
        foreach (
            var pair in text.Trim()[(open + 1)..^1]
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
        {
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            oracle =
                parts.Length == 2
                    ? oracle.With(parts[0], parts[1])
                    : throw new ArgumentException($"Oracle '{name}': expected name=value, got '{pair}'.");
        }

        return oracle;
    }

    internal static ArgumentException Unknown(IResponseOracle oracle, string name) =>
        new(
            $"The oracle '{oracle.Name}' has no setting '{name}'.{Nearest.Hint(name, oracle.Words.Select(w => w.Key), "It has")}"
        );
}
