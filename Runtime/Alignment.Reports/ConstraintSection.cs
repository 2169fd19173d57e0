namespace Alignment.Reports;

/// <summary>What constraints came to: a table, and their costs and prices over steps.</summary>
internal static class ConstraintSection
{
    private const int Most = 8;
    private static readonly AxisScale Steps = new("steps", IsLog: true);

    /// <summary>Adds table and charts.</summary>
    /// <returns>Whether there was a chart to add.</returns>
    public static bool Add(Html html, Subject subject)
    {
        if (subject.Finding is not { Limits: { Count: > 0 } limits } finding)
            return false;
        html.Add($"<section><h2>Constraints</h2>");
        if (finding.Elements.Count > 1)
            html.Add($"<p>Of the game furthest from equilibrium: {finding.Elements[finding.Worst].Game}.</p>");
        html.Add(
            $"<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>constraint</th><th>of</th><th class=\"n\">cost</th><th class=\"n\">at most</th><th class=\"n\">multiplier</th><th class=\"n\">violation</th></tr></thead><tbody>"
        );
        foreach (var limit in limits)
        {
            html.Add($"<tr><td>{limit.Name}</td><td>{limit.Player}</td>");
            foreach (var number in (double[])[limit.Value, limit.Bound, limit.Multiplier, limit.Violation])
                html.Add($"<td class=\"n\">{Figures.Brief(number)}</td>");
            html.Add($"</tr>");
        }

        html.Add(
            $"</tbody></table></div><p class=\"note\">The multiplier is the constraint's price, in units of payoff per unit of cost; 0 where it does not bind.</p>"
        );
        var charts = Charts(subject);
        foreach (var (chart, caption) in charts)
        {
            html.Add($"<h3>{chart.Title}</h3>");
            ChartFigure.Add(html, chart, caption);
        }

        html.Add($"</section>\n");
        return charts.Count > 0;
    }

    /// <summary>Costs with their bounds, and multipliers, over steps.</summary>
    public static IReadOnlyList<CaptionedChart> Charts(Subject subject)
    {
        if (subject.Finding is not { Limits: { Count: > 0 } limits } finding)
            return [];
        Limit[] shown = [.. limits.Take(Most)];
        var caption = finding.Elements.Count > 1 ? $"The mean of {Figures.Count(finding.Elements.Count)} games." : "";
        if (shown.Length < limits.Count)
            caption += $" The first {Most} of {limits.Count} constraints.";
        var cost = new AxisScale("expected cost", IsLog: false);
        var price = new AxisScale("multiplier", IsLog: false);
        return [.. new[]
            {
                new Chart(
                    "Costs over steps",
                    Steps,
                    cost,
                    [
                        .. shown.SelectMany(
                            (limit, k) =>
                            {
                                var curve = Curve(subject, limit, "value", k, cost);
                                return curve is { Points.Count: > 1 } ? (Series[])[curve, Bound(limit, curve, k)] : [];
                            }
                        ),
                    ]
                ),
                new Chart(
                    "Multipliers over steps",
                    Steps,
                    price,
                    [.. shown.Select((limit, k) => Curve(subject, limit, "multiplier", k, price)).OfType<Series>()]
                ),
            }.Where(chart => chart.HasCurve).Select(chart => new CaptionedChart(chart, caption.TrimStart()))];
    }

    private static Series? Curve(Subject subject, Limit limit, string what, int k, AxisScale axis) =>
        subject.Metrics.Find($"constraint/{limit.Name}/{what}") is { } column
            ? Series.Of(
                limit.Name,
                Colour(k),
                "solid",
                Steps,
                axis,
                column.Select((value, at) => new Point(subject.Metrics.Steps[at], value))
            )
            : null;

    private static Series Bound(Limit limit, Series curve, int k) =>
        new(
            $"bound of {limit.Name}",
            Colour(k),
            "dot",
            [new(curve.Points[0].X, limit.Bound), new(curve.Points[^1].X, limit.Bound)]
        );

    private static string Colour(int k) => k == 0 ? "main" : $"run{k}";
}
