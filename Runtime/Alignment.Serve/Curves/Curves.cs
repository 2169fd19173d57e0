using Alignment.Reports;
using Alignment.Runtime;

namespace Alignment.Serve;

/// <summary>Makes the curves that a page asks for.</summary>
/// <param name="Key">The metric that is drawn; null where no run has one.</param>
/// <param name="Keys">The metrics that any of the runs has.</param>
/// <param name="Drawn">A curve each run or each group of runs.</param>
/// <param name="IsLogX">Whether the axis to the right is logarithmic: as was asked for, else as the metric is usually read.</param>
/// <param name="IsLogY">Whether the metric is usually read on a logarithmic axis.</param>
/// <param name="Lacking">Ids of runs without this metric, or without what stands on the axis.</param>
internal sealed record Curves(
    string? Key,
    IReadOnlyList<string> Keys,
    IReadOnlyList<Curve> Drawn,
    bool IsLogX,
    bool IsLogY,
    IReadOnlyList<string> Lacking
)
{
    // what tells most: the first of those that most of the runs have
    private static readonly string[] Telling =
    [
        "game/nash_conv",
        "game/stationarity",
        "game/regularized_gap",
        "game/cce_gap",
        "solver/information_sets",
        "reward",
        "loss",
    ];

    // what falls toward 0, by magnitudes
    private static readonly string[] Falling =
    [
        "nash_conv",
        "nash_conv_min",
        "exploitability",
        "stationarity",
        "violation",
        "slackness",
        "gain",
    ];

    /// <summary>Reads the runs' metrics and makes curves of them.</summary>
    public static Curves Of(CurveRequest request, IReadOnlyList<RunFolder> runs, MetricShelf shelf)
    {
        var have = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in runs.SelectMany(run => shelf.Read(run, table => table.Keys.ToList())))
            have[name] = have.GetValueOrDefault(name) + 1;
        var key =
            request.Key ?? Telling.Where(have.ContainsKey).MaxBy(name => have[name]) ?? have.Keys.FirstOrDefault();
        var isLogX = request.IsLogX ?? runs.Any(run => run.Description.Training is null);
        if (key is null)
            return new(null, [], [], isLogX, IsLogY: false, [.. runs.Select(run => run.Id)]);
        var measured = runs.ToDictionary(
            run => run.Id,
            run => shelf.Read(run, table => Measured.Of(run.Id, table, key, request.X)),
            StringComparer.Ordinal
        );
        var drawn = runs.Where(run => measured[run.Id] is { Y.Length: > 0 }).ToList();
        return new(
            key,
            [.. have.Keys],
            [
                .. Groups(drawn, request.Grouping)
                    .Select(group => Thin(One(group, measured, request), isLogX, request.Most)),
            ],
            isLogX,
            IsLogarithmic(key),
            [.. runs.Where(run => measured[run.Id] is not { Y.Length: > 0 }).Select(run => run.Id)]
        );
    }

    private static bool IsLogarithmic(string key) =>
        key.StartsWith("solver/", StringComparison.Ordinal)
        || key.Split('/').Any(part => Falling.Contains(part) || part.EndsWith("_gap", StringComparison.Ordinal));

    /// <summary>Runs by what makes them one curve, in the order of their first.</summary>
    private static IEnumerable<List<RunFolder>> Groups(IReadOnlyList<RunFolder> runs, Grouping grouping) =>
        runs.GroupBy(
                run =>
                    grouping switch
                    {
                        Grouping.Seed => ButForTheSeed(run),
                        Grouping.Group => run.Description.Group is { } group ? $"group {group}" : $"run {run.Id}",
                        _ => run.Id,
                    },
                StringComparer.Ordinal
            )
            .Select(group => group.ToList());

    private static string ButForTheSeed(RunFolder run) =>
        string.Join(
            '\0',
            run.Description.Identity.Where(entry => entry.Key != "seed")
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => $"{entry.Key}\0{entry.Value}")
        );

    private static Curve One(List<RunFolder> group, Dictionary<string, Measured?> measured, CurveRequest request)
    {
        if (request.Grouping != Grouping.None)
            return RunMean.Of([.. group.Select(run => measured[run.Id]!)], request.Spread);
        var run = measured[group[0].Id]!;
        return new([run.Run], run.Y.Length, run.X, run.Y, Band: null, run.Y[^1]);
    }

    // extremes of the mean, and of what stands around it, stay
    private static Curve Thin(Curve curve, bool isLogX, int most)
    {
        var positions = isLogX ? Array.ConvertAll(curve.X, Math.Log10) : curve.X;
        IReadOnlyList<int> kept = curve.Band is not { } band
            ? Downsampling.Extremes(positions, curve.Y, most)
            :
            [
                .. new SortedSet<int>([
                    .. Downsampling.Extremes(positions, curve.Y, most / 3),
                    .. Downsampling.Extremes(positions, band.Low, most / 3),
                    .. Downsampling.Extremes(positions, band.High, most / 3),
                ]),
            ];
        return curve with
        {
            X = Take(curve.X, kept),
            Y = Take(curve.Y, kept),
            Band = curve.Band is { } around
                ? new(Take(around.Low, kept), Take(around.High, kept), Take(around.Count, kept))
                : null,
        };
    }

    private static T[] Take<T>(T[] values, IReadOnlyList<int> kept)
    {
        var taken = new T[kept.Count];
        for (var k = 0; k < taken.Length; k++)
            taken[k] = values[kept[k]];
        return taken;
    }
}
