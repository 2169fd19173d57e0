namespace Alignment.Reports;

/// <summary>The payoffs of a two-player matrix game as heat maps, what the players mix at their sides. Only where the game is known.</summary>
internal static class PayoffSection
{
    private const int MostActions = 30;
    private const int MostNumbers = 12;
    private const double Side = 46; // of the bars beside the map

    public static void Add(Html html, Subject subject)
    {
        if (
            subject is not { Game: { } game, Finding: { } finding }
            || game.Spec.Tree is not null
            || game.Spec.Players.Count != 2
            || finding.Plays.Count != 2
            || finding.Plays.Any(play => play.Decisions.Count != 1)
            || Index(game, finding) is not { } index
        )
            return;
        var (rows, columns) = (finding.Plays[0].Decisions[0].Actions, finding.Plays[1].Decisions[0].Actions);
        var data = game.Data(index);
        if (data.Payoff(0).Length != rows.Count * columns.Count || Math.Max(rows.Count, columns.Count) > MostActions)
            return;
        html.Add($"<section><h2>Payoffs</h2>");
        for (var player = 0; player < (game.IsConstantSum ? 1 : 2); player++)
        {
            html.Add($"<h3>Payoff of {finding.Plays[player].Player}</h3><div class=\"scroll\" tabindex=\"0\">");
            Map(html, data.Payoff(player), rows, columns, $"Payoff of {finding.Plays[player].Player}");
            html.Add($"</div>");
        }

        html.Add(
                $"<p class=\"note\">Rows are actions of {finding.Plays[0].Player}, columns those of {finding.Plays[1].Player}; the darker, the larger the payoff. Bars are what each plays. "
            )
            .Add(
                $"{(game.IsConstantSum ? "Payoffs sum to a constant: the other player's follow." : "")}</p></section>\n"
            );
    }

    /// <summary>The game's number among the batch; null where the solver added games of its own.</summary>
    private static int? Index(BoundGame game, Finding finding) =>
        finding.Elements.Count is var n && (n == game.Games || (n == 0 && game.Games == 1)) ? finding.Worst
        : game.Games == 1 ? 0
        : null;

    private static void Map(
        Html html,
        ReadOnlySpan<double> payoffs,
        IReadOnlyList<Share> rows,
        IReadOnlyList<Share> columns,
        string title
    )
    {
        var hasNumbers = Math.Max(rows.Count, columns.Count) <= MostNumbers;
        var longest = columns.Max(column => column.Name.Length);
        var (wide, high) = hasNumbers
            ? (Math.Clamp(14 + (6.5 * longest), 64, columns.Count <= 6 ? 130 : 64), 32.0)
            : (20.0, 20.0);
        var label = 8 + (7 * Math.Min(22, rows.Max(row => row.Name.Length)));
        var (left, top) = (label + Side + 6, Side + 24);
        var (width, height) = (left + (columns.Count * wide) + 2, top + (rows.Count * high) + 4);
        var (low, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var payoff in payoffs)
            (low, most) = (Math.Min(low, payoff), Math.Max(most, payoff));

        html.Add(
            $"<svg class=\"map\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\">"
        );
        for (var j = 0; j < columns.Count; j++)
        {
            var (x, bar) = (left + (j * wide), Length(columns[j]));
            html.Add(
                $"<rect class=\"bars\" x=\"{x + (wide * 0.3)}\" y=\"{Side - bar}\" width=\"{wide * 0.4}\" height=\"{bar}\"><title>{columns[j].Name} {Figures.Probability(columns[j].Probability)}</title></rect>"
            );
            if (hasNumbers)
                html.Add(
                    $"<text x=\"{x + (wide / 2)}\" y=\"{top - 8}\" text-anchor=\"middle\">{Cut(columns[j].Name, (int)((wide - 6) / 6.5))}<title>{columns[j].Name}</title></text>"
                );
        }

        for (var i = 0; i < rows.Count; i++)
        {
            var (y, bar) = (top + (i * high), Length(rows[i]));
            html.Add(
                    $"<text x=\"{label - 4}\" y=\"{y + (high / 2) + 4}\" text-anchor=\"end\">{Cut(rows[i].Name, 22)}<title>{rows[i].Name}</title></text>"
                )
                .Add(
                    $"<rect class=\"bars\" x=\"{label + Side - bar}\" y=\"{y + (high * 0.3)}\" width=\"{bar}\" height=\"{high * 0.4}\"><title>{rows[i].Name} {Figures.Probability(rows[i].Probability)}</title></rect>"
                );
            for (var j = 0; j < columns.Count; j++)
            {
                var payoff = payoffs[(i * columns.Count) + j];
                var share = most > low ? ((payoff / 2) - (low / 2)) / ((most / 2) - (low / 2)) : 0;
                html.Add(
                    $"<rect class=\"cell\" x=\"{left + (j * wide)}\" y=\"{y}\" width=\"{wide - 1}\" height=\"{high - 1}\" fill-opacity=\"{0.04 + (0.5 * share)}\"><title>{rows[i].Name}, {columns[j].Name}: {Figures.Exact(payoff)}</title></rect>"
                );
                if (hasNumbers)
                    html.Add(
                        $"<text class=\"value\" x=\"{left + (j * wide) + (wide / 2)}\" y=\"{y + (high / 2) + 4}\" text-anchor=\"middle\">{Figures.Brief(payoff)}</text>"
                    );
            }
        }

        html.Add($"</svg>");
    }

    private static double Length(Share share) =>
        double.IsFinite(share.Probability) ? Math.Clamp(share.Probability, 0, 1) * (Side - 4) : 0;

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
}
