using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Alignment.Serve;

/// <summary>What makes several runs one curve.</summary>
internal enum Grouping
{
    /// <summary>Nothing: a curve a run.</summary>
    None,

    /// <summary>That they are the same but for the seed.</summary>
    Seed,

    /// <summary>That they were started as one group.</summary>
    Group,
}

/// <summary>What stands around the mean of several runs.</summary>
internal enum Spread
{
    /// <summary>From the least to the largest.</summary>
    Range,

    /// <summary>A standard deviation, with n - 1, to either side.</summary>
    Deviation,
}

/// <summary>What a page wants drawn.</summary>
/// <param name="Runs">Ids of the runs.</param>
/// <param name="Key">The metric; null for the first of those that a page would begin with.</param>
/// <param name="X">What stands on the axis to the right: <c>step</c>, <c>seconds</c>, or a metric.</param>
/// <param name="Grouping">What makes several runs one curve.</param>
/// <param name="Spread">What stands around their mean.</param>
/// <param name="IsLogX">Whether the axis to the right is logarithmic, which decides what points stay; null for as the metric is usually read.</param>
/// <param name="Most">Most points of a curve.</param>
internal sealed record CurveRequest(
    IReadOnlyList<string> Runs,
    string? Key,
    string X,
    Grouping Grouping,
    Spread Spread,
    bool? IsLogX,
    int Most
)
{
    private const int MostRuns = 200;

    /// <summary>Reads a query such as <c>?run=a&amp;run=b&amp;key=game/nash_conv&amp;x=step&amp;group=seed</c>.</summary>
    /// <exception cref="BadHttpRequestException">It asks for what cannot be.</exception>
    public static CurveRequest Of(IQueryCollection query)
    {
        var runs = query["run"].OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (runs.Count > MostRuns)
            throw new BadHttpRequestException($"run: expected at most {MostRuns} of them, found {runs.Count}.");
        return new(
            runs,
            Single(query, "key"),
            Single(query, "x") ?? "step",
            Choice(query, "group", Grouping.None),
            Choice(query, "spread", Spread.Range),
            Single(query, "scale") is null ? null : Choice(query, "scale", AxisKind.Linear) == AxisKind.Log,
            Points(query)
        );
    }

    private static int Points(IQueryCollection query) =>
        Single(query, "points") is not { } text ? 1000
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var points)
        && points is >= 12 and <= 20_000
            ? points
        : throw new BadHttpRequestException($"points: expected a whole number from 12 to 20000, found '{text}'.");

    private static T Choice<T>(IQueryCollection query, string name, T usual)
        where T : struct, Enum
    {
        if (Single(query, name) is not { } text)
            return usual;
        var names = Enum.GetNames<T>();
        var at = Array.FindIndex(names, word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
        return at >= 0
            ? Enum.GetValues<T>()[at]
            : throw new BadHttpRequestException(
                $"{name}: expected {string.Join(" or ", names.Select(word => word.ToLowerInvariant()))}, found '{text}'."
            );
    }

    private static string? Single(IQueryCollection query, string name) =>
        query[name] switch
        {
            [] or [""] => null,
            [{ } text] => text,
            _ => throw new BadHttpRequestException($"{name}: expected once."),
        };

    private enum AxisKind
    {
        Linear,
        Log,
    }
}
