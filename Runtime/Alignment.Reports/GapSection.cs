using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>Gaps over steps on logarithmic axes, each with the line fitted to it and the rate that the solver claims.</summary>
internal static class GapSection
{
    private static readonly AxisScale Steps = new("steps", IsLog: true);

    private const string Payoff = "gap, in units of payoff";

    private static readonly (string Key, string Title, Gap? Gap, string Axis)[] Gaps =
    [
        ("game/nash_conv", "NashConv", Gap.NashConv, Payoff),
        ("game/stationarity", "Residual of stationarity", Gap.Stationarity, "residual"),
        ("game/violation", "Violation of constraints", null, "violation, in units of cost"),
        ("game/slackness", "Complementary slackness", null, "|multiplier × (cost − bound)|"),
        ("game/regularized_gap", "Regularized gap", Gap.Regularized, Payoff),
        ("game/agent_gap", "Agent gap", null, Payoff),
        ("game/cce_gap", "Coarse correlated gap", Gap.CoarseCorrelated, Payoff),
        ("game/nfcce_gap", "Normal-form coarse correlated gap", null, Payoff),
        ("game/ce_gap", "Correlated gap", null, Payoff),
    ];

    /// <summary>What such curves are called: residuals are no gaps of payoff.</summary>
    private static string Heading(Subject subject) => $"{(subject.IsFirstOrder ? "Residuals" : "Gaps")} over steps";

    /// <summary>A chart for each gap that was measured, and the table of rates.</summary>
    /// <returns>Whether a chart was added.</returns>
    public static bool Add(Html html, Subject subject)
    {
        var rates = new List<Rate>();
        var charts = Charts(subject, rates);
        html.Add($"<section><h2>{Heading(subject)}</h2>");
        if (charts.Count == 0)
        {
            html.Add($"<p>{Why(subject.Metrics)}</p></section>\n");
            return false;
        }

        foreach (var (chart, caption) in charts)
        {
            html.Add($"<h3>{chart.Title}</h3>");
            ChartFigure.Add(html, chart, caption);
        }

        Table(html, rates, subject.IsFirstOrder ? "residual" : "gap");
        html.Add($"</section>\n");
        return true;
    }

    /// <summary>Why there is no chart.</summary>
    private static string Why(MetricColumns metrics) =>
        metrics.Steps.Count == 0 ? "Nothing was measured on the way."
        : metrics.Find(InformationSetSection.Key) is not null
            ? "No gap is known on the way: the game was played by its rules, and gaps take its tree."
        : "Too few moments were measured for a curve.";

    /// <summary>A chart for each gap that was measured, with a caption.</summary>
    public static IReadOnlyList<CaptionedChart> Charts(Subject subject) => Charts(subject, []);

    private static IReadOnlyList<CaptionedChart> Charts(Subject subject, List<Rate> rates) =>
        [.. Gaps.Select(gap => Of(subject, gap.Key, gap.Title, gap.Gap, gap.Axis, rates)).OfType<CaptionedChart>()];

    private static CaptionedChart? Of(
        Subject subject,
        string key,
        string title,
        Gap? gap,
        string axis,
        List<Rate> rates
    )
    {
        var metrics = subject.Metrics;
        if (metrics.Find(key) is not { } reported)
            return null;
        var (last, average) = (metrics.Find($"{key}/last"), metrics.Find($"{key}/average"));
        var curves = new List<(Series Curve, Iterate Iterate)>();
        if (last is null || average is null || last.SequenceEqual(average))
            curves.Add(
                (
                    Curve(metrics, reported, title, "main", "solid"),
                    gap == Gap.CoarseCorrelated ? Iterate.Average : subject.Solver?.Reports ?? Iterate.Last
                )
            );
        else
        {
            var isLast = reported.SequenceEqual(last);
            curves.Add(
                (
                    Curve(
                        metrics,
                        isLast ? last : average,
                        isLast ? "last iterate, reported" : "average iterate, reported",
                        "main",
                        "solid"
                    ),
                    isLast ? Iterate.Last : Iterate.Average
                )
            );
            curves.Add(
                (
                    Curve(
                        metrics,
                        isLast ? average : last,
                        isLast ? "average iterate" : "last iterate",
                        "other",
                        "solid"
                    ),
                    isLast ? Iterate.Average : Iterate.Last
                )
            );
        }

        var series = curves.Select(curve => curve.Curve).ToList();
        foreach (var (curve, iterate) in curves)
        {
            var claim = gap is { } distance
                ? subject.Solver?.Claims.FirstOrDefault(c => c.Gap == distance && c.Iterate == iterate)
                : null;
            series.AddRange(Lines(title, curve, iterate, claim, metrics, rates));
        }

        if (metrics.Find($"{key}_min") is { } least)
            series.Add(Curve(metrics, least, "running minimum", "other", "dash"));
        var chart = new Chart(
            $"{title} over steps, both axes logarithmic",
            Steps,
            new(axis, IsLog: true),
            [.. series.Where(s => s.Points.Count > 0)]
        );
        return chart.HasCurve ? new(chart with { Title = title }, Caption(subject, reported)) : null;
    }

    private static IEnumerable<Series> Lines(
        string title,
        Series curve,
        Iterate iterate,
        RateClaim? claim,
        MetricColumns metrics,
        List<Rate> rates
    )
    {
        if (curve.Points.Count == 0)
            yield break;
        var line = RateFit.Fit(curve.Points.Select(p => ((long)p.X, p.Y)), metrics.Steps[^1]);
        if (line is not null && !double.IsFinite(line.Exponent))
            line = null;
        if (line is not null || claim is not null)
            rates.Add(new(title, iterate, line, claim));
        if (line is null)
            yield break;
        var (first, end) = (line.FirstStep, curve.Points[^1].X);
        var main = curve.Colour == "main";
        yield return Line(
            $"fit of the {Word(iterate)}, T^{Power(line.Exponent)}",
            main ? "fit" : "other",
            "dash",
            first,
            end,
            line.At
        );
        if (main && claim is { Exponent: > 0 } && double.IsFinite(claim.Exponent))
            yield return Line(
                $"claimed slope T^{Power(claim.Exponent)}, for {claim.Condition.Split(';')[0]}",
                "claim",
                "dot",
                first,
                end,
                step => line.At(first) * Math.Pow(step / first, -claim.Exponent)
            );
    }

    private static Series Line(
        string name,
        string colour,
        string dash,
        double first,
        double end,
        Func<double, double> at
    ) => Series.Of(name, colour, dash, Steps, Steps, [new(first, at(first)), new(end, at(end))]);

    private static Series Curve(MetricColumns metrics, List<double> column, string name, string colour, string dash) =>
        Series.Of(name, colour, dash, Steps, Steps, column.Select((value, at) => new Point(metrics.Steps[at], value)));

    private static string Power(double exponent) =>
        exponent < 0 ? Figures.Brief(Math.Round(-exponent, 2)) : $"−{Figures.Brief(Math.Round(exponent, 2))}";

    private static string Caption(Subject subject, List<double> reported)
    {
        var zeros = reported.Count(value => value == 0);
        var lost = reported.Count(value => !double.IsFinite(value));
        return string.Join(
            ' ',
            new[]
            {
                subject.Finding is { Elements.Count: > 1 } batch
                    ? $"The largest of {Figures.Plural(batch.Elements.Count, "game")} at each moment."
                    : "",
                $"{Figures.Plural(subject.Metrics.Steps.Count, "measured moment")}.",
                subject.Metrics.Steps.Count > Chart.MostPoints
                    ? "Drawn from the least and the largest value of each of about 1,000 stretches of the axis; no extreme is left out."
                    : "",
                zeros > 0
                    ? $"{(subject.IsFirstOrder ? "A value" : "A gap")} of 0, {Figures.Plural(zeros, "moment")}, has no place on a logarithmic axis."
                    : "",
                lost > 0
                    ? $"{Figures.Plural(lost, "moment")} without a finite number {(lost == 1 ? "is" : "are")} left out."
                    : "",
            }.Where(sentence => sentence.Length > 0)
        );
    }

    private static void Table(Html html, List<Rate> rates, string figure)
    {
        if (rates.Count == 0)
            return;
        html.Add(
                $"<h3>Rates</h3><div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>{figure}</th><th>iterate</th><th class=\"n\">fitted exponent</th>"
            )
            .Add(
                $"<th class=\"n\">95 % interval</th><th class=\"n\">claimed</th><th>the claim holds for</th></tr></thead><tbody>"
            );
        foreach (var (title, iterate, line, claim) in rates)
        {
            html.Add($"<tr><td>{title}</td><td>{iterate.ToString().ToLowerInvariant()}</td>");
            if (line is null)
                html.Add($"<td class=\"n\">too few points</td><td class=\"n\"></td>");
            else
                html.Add(
                    $"<td class=\"n\">{Two(line.Exponent)}</td><td class=\"n\">{Two(line.Exponent - line.HalfWidth)} to {Two(line.Exponent + line.HalfWidth)}</td>"
                );
            html.Add($"<td class=\"n\">{Claimed(claim)}</td><td class=\"wide\">{claim?.Condition}</td></tr>");
        }

        html.Add(
                $"</tbody></table></div><p class=\"note\">{(figure == "gap" ? "Gap" : "Residual")} about steps^−exponent: least squares over the measured moments behind the first 2 % of the run. "
            )
            .Add($"The interval takes residuals for independent, which successive moments are not quite.</p>");
    }

    private static string Word(Iterate iterate) => iterate == Iterate.Last ? "last iterate" : "average";

    private static string Two(double number) =>
        number.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);

    private static string Claimed(RateClaim? claim) =>
        claim is null ? "none"
        : double.IsPositiveInfinity(claim.Exponent) ? "linear"
        : claim.Exponent == 0 ? "no rate"
        : Figures.Brief(claim.Exponent);

    private sealed record Rate(string Title, Iterate Iterate, FittedLine? Line, RateClaim? Claim);
}
