namespace Alignment.Reports;

/// <summary>Objectives, and what probes of the author's own measured, or all that a training tells, over steps.</summary>
internal static class ProbeSection
{
    private const int Most = 8;
    private const string Objective = "game/objective/";
    private static readonly string[] Library = ["game/", "constraint/", "solver/"];
    private static readonly string[] First = ["loss", "reward"];

    /// <summary>Adds a chart a metric.</summary>
    /// <returns>Whether there was one to add.</returns>
    public static bool Add(Html html, Subject subject)
    {
        var charts = Charts(subject);
        if (charts.Count == 0)
            return false;
        var hasObjectives = subject.Metrics.Keys.Any(IsObjective);
        var what =
            subject.Training is not null ? "Metrics"
            : !hasObjectives ? "Probes"
            : subject.Metrics.Keys.Any(IsOwn) ? "Objectives and probes"
            : "Objectives";
        html.Add($"<section><h2>{what} over steps</h2>");
        foreach (var (chart, caption) in charts)
        {
            html.Add($"<h3>{chart.Title}</h3>");
            ChartFigure.Add(html, chart, caption);
        }

        html.Add($"</section>\n");
        return true;
    }

    /// <summary>The charts.</summary>
    public static IReadOnlyList<CaptionedChart> Charts(Subject subject)
    {
        var caption = subject.Finding is { Elements.Count: > 1 } batch
            ? $"The mean of {Figures.Count(batch.Elements.Count)} games."
            : "";
        var steps = new AxisScale("steps", IsLog: subject.Training is null);
        return
        [
            .. subject
                .Metrics.Keys.Where(key => IsObjective(key) || IsOwn(key))
                .OrderBy(IsOwn)
                .ThenByDescending(key => First.Contains(key))
                .Take(subject.Training is null ? Most : int.MaxValue)
                .Select(key => Of(subject.Metrics, key, steps))
                .Where(chart => chart.HasCurve)
                .Select(chart => new CaptionedChart(chart, caption)),
        ];
    }

    private static bool IsObjective(string key) => key.StartsWith(Objective, StringComparison.Ordinal);

    private static bool IsOwn(string key) =>
        !Array.Exists(Library, word => key.StartsWith(word, StringComparison.Ordinal));

    private static Chart Of(MetricColumns metrics, string key, AxisScale steps)
    {
        var name = IsObjective(key) ? key[Objective.Length..] : key;
        var axis = new AxisScale(name, IsLog: false);
        var points = metrics.Find(key)!.Select((value, at) => new Point(metrics.Steps[at], value));
        return new(name, steps, axis, [Series.Of(name, "main", "solid", steps, axis, points)]);
    }
}
