namespace Alignment;

/// <summary>Solvers as text: a name, and in brackets the settings, as in <c>double_oracle(inner=hedge(stepSize=0.5))</c>.</summary>
public static class SolverText
{
    /// <summary>A solver with all its settings. Reads back as an equal solver, unless a setting is swept.</summary>
    public static string Of(ISolver solver)
    {
        ArgumentNullException.ThrowIfNull(solver);
        var settings = solver.Settings;
        return settings.Count == 0
            ? solver.Info.Name
            : $"{solver.Info.Name}({string.Join(",", settings.Select(s => $"{s.Name}={s.Value}"))})";
    }

    /// <summary>The solver that a text names; settings left out have their defaults.</summary>
    /// <param name="text">The text.</param>
    /// <param name="find">The solver of a name, with its default settings; refuses a name that is none.</param>
    /// <exception cref="ArgumentException">The text is not of that form, a name is none, or a value is out of range.</exception>
    public static ISolver Parse(string text, Func<string, ISolver> find)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(find);
        var whole = text.Trim();
        var open = whole.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
            return whole.AsSpan().ContainsAny(",=)") ? throw NotASolver(text) : find(whole);
        if (!whole.EndsWith(')'))
            throw NotASolver(text);

        var solver = find(whole[..open].Trim());
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in Pairs(whole[(open + 1)..^1]) ?? throw NotASolver(text))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw NotASolver(text);
            var (name, value) = (pair[..equals].Trim(), pair[(equals + 1)..].Trim());
            var setting =
                solver.Settings.FirstOrDefault(s => s.Name == name)
                ?? throw new ArgumentException(
                    $"The solver '{solver.Info.Name}' has no setting '{name}'.{Nearest.Hint(name, solver.Settings.Select(s => s.Name), "It has")}"
                );
            if (!given.Add(name))
                throw new ArgumentException($"'{text}': the setting '{name}' is given twice.");
            solver = setting.TakesSolver ? setting.With(Parse(value, find)) : setting.With(value);
        }

        return solver;
    }

    /// <summary>What stands between commas that are in no brackets; null where brackets do not match.</summary>
    private static List<string>? Pairs(string text)
    {
        var pairs = new List<string>();
        var (start, depth) = (0, 0);
        for (var at = 0; at < text.Length; at++)
        {
            depth += text[at] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (depth < 0)
                return null;
            if (text[at] != ',' || depth > 0)
                continue;
            pairs.Add(text[start..at]);
            start = at + 1;
        }

        if (text.Trim().Length > 0)
            pairs.Add(text[start..]);
        return depth == 0 ? pairs : null;
    }

    private static ArgumentException NotASolver(string text) =>
        new(
            $"'{text}' is not a solver; write a name, with settings in brackets, such as hedge(stepSize=0.5,averaging=linear)."
        );
}
