using System.Text.RegularExpressions;

namespace Alignment.Reports;

/// <summary>The games of a batch: how their gaps spread, intervals over replicates, and a table with the worst first.</summary>
internal static partial class BatchSection
{
    private const int MostRows = 300;
    private const int MostPlayers = 6;
    private const int Bins = 30;

    public static void Add(Html html, Subject subject)
    {
        if (subject.Finding is not { Elements.Count: > 1 } finding)
            return;
        html.Add($"<section><h2>{Figures.Plural(finding.Elements.Count, "game")}</h2>");
        Spread(html, finding);
        if (subject.HasDraws)
            Intervals(html, finding);
        Rows(html, finding);
        html.Add($"</section>\n");
    }

    private static void Spread(Html html, Finding finding)
    {
        double[] gaps = [.. finding.Elements.Select(e => e.Certificate.Distance).Where(double.IsFinite).Order()];
        if (gaps.Length == 0)
            return;
        var certificate = finding.Certificate;
        html.Add($"<h3>How {(certificate.IsFirstOrder ? "the residual" : "NashConv")} spreads</h3>");
        Histogram(html, certificate, [.. gaps.Where(gap => gap > 0)]);
        var zeros = gaps.Count(gap => gap <= 0);
        if (zeros > 0)
            html.Add(
                $"<p class=\"note\">{Figures.Plural(zeros, "game")} at 0, which has no place on a logarithmic axis.</p>"
            );
        if (gaps.Length < finding.Elements.Count)
            html.Add(
                $"<p class=\"warning\">{Figures.Plural(finding.Elements.Count - gaps.Length, "game")} without a finite {certificate.Figure}.</p>"
            );
        html.Add(
            $"<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th></th><th class=\"n\">least</th><th class=\"n\">2.5 %</th><th class=\"n\">median</th><th class=\"n\">97.5 %</th><th class=\"n\">largest</th></tr></thead><tbody>"
        );
        Quantiles(html, certificate.Figure, gaps);
        if (certificate.Violation is not null)
            Quantiles(
                html,
                "violation",
                [.. finding.Elements.Select(e => e.Certificate.Violation).OfType<double>().Order()]
            );
        for (var p = 0; p < Math.Min(finding.Plays.Count, MostPlayers); p++)
            Quantiles(
                html,
                $"value of {finding.Plays[p].Player}",
                [.. finding.Elements.Select(e => e.Values[p]).OfType<double>().Order()]
            );
        html.Add($"</tbody></table></div>");
    }

    private static void Quantiles(Html html, string name, double[] sorted)
    {
        if (sorted.Length == 0)
            return;
        html.Add($"<tr><td>{name}</td>");
        foreach (var probability in (double[])[0, 0.025, 0.5, 0.975, 1])
            html.Add($"<td class=\"n\">{Figures.Brief(Quantile(sorted, probability))}</td>");
        html.Add($"</tr>");
    }

    /// <summary>Linear between order statistics.</summary>
    private static double Quantile(double[] sorted, double probability)
    {
        var at = probability * (sorted.Length - 1);
        var low = (int)at;
        return sorted[low] + ((at - low) * (sorted[Math.Min(low + 1, sorted.Length - 1)] - sorted[low]));
    }

    private static void Histogram(Html html, Certified certificate, double[] gaps)
    {
        if (gaps.Length < 2 || !(gaps[^1] > gaps[0]))
            return;
        var (low, high) = (Math.Log10(gaps[0]), Math.Log10(gaps[^1]));
        var counts = new int[Bins];
        foreach (var gap in gaps)
            counts[Math.Min((int)((Math.Log10(gap) - low) / (high - low) * Bins), Bins - 1)]++;
        const double Left = 64,
            Right = 748,
            Top = 20,
            Bottom = 150;
        var (step, most) = ((Right - Left) / Bins, counts.Max());
        html.Add(
            $"<div class=\"static\"><svg viewBox=\"0 0 760 196\" role=\"img\" aria-label=\"Number of games by {certificate.Figure}, a logarithmic axis\">"
        );
        for (var k = 0; k < Bins; k++)
        {
            var bar = (Bottom - Top) * counts[k] / most;
            if (counts[k] > 0)
                html.Add(
                    $"<rect class=\"bars\" x=\"{Left + (k * step) + 0.5}\" y=\"{Bottom - bar}\" width=\"{step - 1}\" height=\"{bar}\"><title>{Figures.Plural(counts[k], "game")}</title></rect>"
                );
        }

        html.Add(
                $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Bottom}\" y2=\"{Bottom}\"/><text x=\"{Left - 8}\" y=\"{Top + 4}\" text-anchor=\"end\">{Figures.Count(most)}</text>"
            )
            .Add($"<text x=\"{Left - 8}\" y=\"{Bottom + 4}\" text-anchor=\"end\">0</text>");
        foreach (var (position, label) in Ticks.Of(new("", IsLog: true), low, high))
            html.Add(
                $"<text x=\"{Left + ((position - low) / (high - low) * (Right - Left))}\" y=\"{Bottom + 18}\" text-anchor=\"middle\">{label}</text>"
            );
        html.Add(
                $"<text x=\"{(Left + Right) / 2}\" y=\"{Bottom + 40}\" text-anchor=\"middle\">{certificate.Measured}</text>"
            )
            .Add(
                $"<text x=\"14\" y=\"{(Top + Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {(Top + Bottom) / 2})\">games</text></svg></div>"
            );
    }

    private static void Intervals(Html html, Finding finding)
    {
        var groups = finding
            .Elements.Select(element => (Element: element, Draw: DrawOf().Match(element.Game)))
            .Where(entry => entry.Draw.Success)
            .GroupBy(entry => DrawOf().Replace(entry.Element.Game, "").TrimStart(',', ' '), StringComparer.Ordinal)
            .ToArray();
        if (groups.Length == 0)
            return;
        html.Add($"<h3>Uncertainty of the data</h3><div class=\"scroll\" tabindex=\"0\"><table><thead><tr>")
            .Add(
                $"<th>{(groups.Length == 1 ? "" : "game")}</th><th>player</th><th class=\"n\">at the point estimate</th><th class=\"n\">95 % interval</th><th class=\"n\">draws</th></tr></thead><tbody>"
            );
        foreach (var group in groups.Take(MostRows))
        {
            for (var p = 0; p < Math.Min(finding.Plays.Count, MostPlayers); p++)
            {
                var point = group.FirstOrDefault(entry => entry.Draw.Groups["draw"].Value == "0").Element?.Values[p];
                double[] draws =
                [
                    .. group
                        .Where(entry => entry.Draw.Groups["draw"].Value != "0")
                        .Select(entry => entry.Element.Values[p])
                        .OfType<double>()
                        .Order(),
                ];
                html.Add(
                        $"<tr><td>{group.Key}</td><td>{finding.Plays[p].Player}</td><td class=\"n\">{(point is { } value ? Figures.Brief(value) : "")}</td>"
                    )
                    .Add(
                        $"<td class=\"n\">{(draws.Length < 2 ? "" : $"{Figures.Brief(Quantile(draws, 0.025))} to {Figures.Brief(Quantile(draws, 0.975))}")}</td><td class=\"n\">{Figures.Count(draws.Length)}</td></tr>"
                    );
            }
        }

        html.Add(
            $"</tbody></table></div><p class=\"note\">A player's value at the solution: at the data's point estimate, and the 2.5 % and 97.5 % quantiles over the solutions of the replicates.</p>"
        );
    }

    private static void Rows(Html html, Finding finding)
    {
        var worst = finding
            .Elements.OrderByDescending(e => Finding.Further(e.Certificate.Distance))
            .Take(MostRows)
            .ToArray();
        var players = Math.Min(finding.Plays.Count, MostPlayers);
        var hasLimits = finding.Certificate.Violation is not null;
        html.Add(
                $"<h3>{(worst.Length < finding.Elements.Count ? $"The {Figures.Plural(worst.Length, "game")} furthest from equilibrium" : "Every game, the worst first")}</h3>"
            )
            .Add(
                $"<div class=\"scroll\" tabindex=\"0\"><table class=\"sortable\"><thead><tr><th>game</th><th class=\"n\" aria-sort=\"descending\">{finding.Certificate.Figure}</th>"
            );
        if (hasLimits)
            html.Add($"<th class=\"n\">violation</th>");
        html.Add($"<th class=\"n\">steps</th>");
        foreach (var play in finding.Plays.Take(players))
            html.Add($"<th class=\"n\">value of {play.Player}</th>");
        html.Add($"<th>how it ended</th></tr></thead><tbody>");
        foreach (var element in worst)
        {
            html.Add($"<tr><td>{element.Game}</td>");
            Number(html, element.Certificate.Distance);
            if (hasLimits)
                Number(html, element.Certificate.Violation ?? double.NaN);
            html.Add($"<td class=\"n\" data-value=\"{element.Steps}\">{Figures.Count(element.Steps)}</td>");
            for (var p = 0; p < players; p++)
                Number(html, element.Values[p] ?? double.NaN);
            html.Add($"<td>{element.Status}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void Number(Html html, double value) =>
        html.Add(
            $"<td class=\"n\" data-value=\"{Figures.Exact(value).Replace("∞", "Infinity", StringComparison.Ordinal)}\">{Figures.Brief(value)}</td>"
        );

    [GeneratedRegex("(^|, )draw=(?<draw>[0-9]+)(?=$|, )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DrawOf();
}
