namespace Alignment.Reports;

/// <summary>How many information sets a run has met over its steps, where it plays by rules without a tree.</summary>
internal static class InformationSetSection
{
    /// <summary>The metric.</summary>
    public const string Key = "solver/information_sets";

    private static readonly AxisScale Steps = new("steps", IsLog: true);
    private static readonly AxisScale Count = new("information sets", IsLog: true);

    /// <summary>Adds the chart.</summary>
    /// <returns>Whether there was one to add.</returns>
    public static bool Add(Html html, Subject subject)
    {
        if (Of(subject) is not { } drawn)
            return false;
        html.Add($"<section><h2>Information sets over steps</h2>");
        ChartFigure.Add(html, drawn.Chart, drawn.Caption);
        html.Add($"</section>\n");
        return true;
    }

    /// <summary>The chart with its caption; null where too little was measured.</summary>
    public static CaptionedChart? Of(Subject subject)
    {
        var metrics = subject.Metrics;
        if (metrics.Find(Key) is not { } met)
            return null;
        var points = met.Select((value, at) => new Point(metrics.Steps[at], value));
        var chart = new Chart(
            "Information sets over steps",
            Steps,
            Count,
            [Series.Of("information sets", "main", "solid", Steps, Count, points)]
        );
        return chart.HasCurve
            ? new(
                chart,
                "Those that the run keeps something of, both axes logarithmic; of populations those of each member. Everywhere else play is uniform."
            )
            : null;
    }
}
