namespace Alignment.Reports;

/// <summary>What probes of the author's own measured, over steps.</summary>
internal static class ProbeSection
{
    private const int Most = 8;
    private static readonly string[] Own = ["game/", "constraint/", "solver/"];
    private static readonly AxisScale Steps = new("steps", IsLog: true);

    /// <summary>Adds a chart a metric.</summary>
    /// <returns>Whether there was one to add.</returns>
    public static bool Add(Html html, Subject subject)
    {
        var charts = Charts(subject);
        if (charts.Count == 0)
            return false;
        html.Add($"<section><h2>Probes over steps</h2>");
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
        return
        [
            .. subject
                .Metrics.Keys.Where(key => !Array.Exists(Own, own => key.StartsWith(own, StringComparison.Ordinal)))
                .Take(Most)
                .Select(key => Of(subject.Metrics, key))
                .Where(chart => chart.HasCurve)
                .Select(chart => new CaptionedChart(chart, caption)),
        ];
    }

    private static Chart Of(MetricColumns metrics, string key)
    {
        var axis = new AxisScale(key, IsLog: false);
        var points = metrics.Find(key)!.Select((value, at) => new Point(metrics.Steps[at], value));
        return new(key, Steps, axis, [Series.Of(key, "main", "solid", Steps, axis, points)]);
    }
}
