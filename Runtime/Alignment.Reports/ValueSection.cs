namespace Alignment.Reports;

/// <summary>What each player gets, over steps.</summary>
internal static class ValueSection
{
    private const string Prefix = "game/value/";
    private const int MostPlayers = 8;
    private static readonly AxisScale Steps = new("steps", IsLog: true);
    private static readonly AxisScale Value = new("value, in units of payoff", IsLog: false);

    /// <summary>Adds the chart.</summary>
    /// <returns>Whether there was one to add.</returns>
    public static bool Add(Html html, Subject subject)
    {
        if (Of(subject) is not { } drawn)
            return false;
        html.Add($"<section><h2>Values over steps</h2>");
        ChartFigure.Add(html, drawn.Chart, drawn.Caption);
        html.Add($"</section>\n");
        return true;
    }

    /// <summary>The chart with its caption; null where too little was measured.</summary>
    public static CaptionedChart? Of(Subject subject)
    {
        var order = subject.Finding?.Plays.Select(play => play.Player).ToList() ?? [];
        // what those earn who set the prices of constraints is no payoff of the game
        var keys = subject
            .Metrics.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal))
            .Where(key => subject.Finding is not { Limits.Count: > 0 } || order.Contains(key[Prefix.Length..]))
            .ToArray();
        var series = keys.OrderBy(key => order.IndexOf(key[Prefix.Length..]))
            .Take(MostPlayers)
            .Select((key, k) => Curve(subject.Metrics, key, k))
            .ToArray();
        var chart = new Chart("Expected payoff of each player over steps", Steps, Value, series);
        if (!chart.HasCurve)
            return null;
        var mean = subject.Finding is { Elements.Count: > 1 } batch
            ? $" The mean of {Figures.Count(batch.Elements.Count)} games."
            : "";
        var cut = keys.Length > MostPlayers ? $" The first {MostPlayers} of {keys.Length} players." : "";
        return new(
            chart,
            $"Expected payoff at the reported {(subject.IsFirstOrder ? "point" : "strategies")}, without regularizers.{mean}{cut}"
        );
    }

    private static Series Curve(MetricColumns metrics, string key, int k) =>
        Series.Of(
            key[Prefix.Length..],
            k == 0 ? "main" : $"run{k}",
            "solid",
            Steps,
            Value,
            metrics.Find(key)!.Select((value, at) => new Point(metrics.Steps[at], value))
        );
}
