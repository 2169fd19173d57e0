using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>The payoffs of a two-player matrix game as heat maps, what the players mix at their sides. Only where these are known.</summary>
internal static class PayoffSection
{
    private const int MostActions = PayoffFile.MostActions;
    private const int MostNumbers = 12;
    private const int MostLarge = 30; // beyond, cells and their names are cut small
    private const double Side = 46; // of the bars beside the map

    public static void Add(Html html, Subject subject)
    {
        var players = Maps(subject);
        if (players.Count == 0)
            return;
        var plays = subject.Finding!.Plays;
        html.Add($"<section><h2>Payoffs</h2>");
        if (subject.Finding.Elements.Count > 1)
            html.Add(
                $"<p>Of the game furthest from equilibrium: {subject.Finding.Elements[subject.Finding.Worst].Game}.</p>"
            );
        foreach (var player in players)
        {
            html.Add($"<h3>Payoff of {plays[player].Player}</h3><div class=\"scroll\" tabindex=\"0\">");
            AddMap(html, subject, player);
            html.Add($"</div>");
        }

        html.Add(
                $"<p class=\"note\">Rows are actions of {plays[0].Player}, columns those of {plays[1].Player}; the darker, the larger the payoff. Bars are what each plays. "
            )
            .Add(
                $"{(subject.Payoffs!.IsConstantSum ? "Payoffs sum to a constant: the other player's follow." : "")}</p></section>\n"
            );
    }

    /// <summary>The players whose payoffs can be drawn, by number: one where the other's follow.</summary>
    public static IReadOnlyList<int> Maps(Subject subject) =>
        Drawn(subject) is null ? []
        : subject.Payoffs!.IsConstantSum ? [0]
        : [0, 1];

    /// <summary>Adds the drawing of a player's payoffs.</summary>
    public static void AddMap(Html html, Subject subject, int player)
    {
        var plays = subject.Finding!.Plays;
        Map(
            html,
            Drawn(subject)![player],
            plays[0].Decisions[0].Actions,
            plays[1].Decisions[0].Actions,
            $"Payoff of {plays[player].Player}"
        );
    }

    private static double[][]? Drawn(Subject subject)
    {
        if (
            subject
                is not {
                    Payoffs: { } payoffs,
                    Finding: { Plays: [{ Decisions: [var first] }, { Decisions: [var second] }] } finding
                }
            || Math.Max(first.Actions.Count, second.Actions.Count) > MostActions
        )
            return null;
        var numbers = payoffs.Of(finding);
        return
            numbers is [var own, var other]
            && own.Length == first.Actions.Count * second.Actions.Count
            && other.Length == own.Length
            ? numbers
            : null;
    }

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
        var (wide, high) =
            hasNumbers ? (Math.Clamp(14 + (6.5 * longest), 64, columns.Count <= 6 ? 130 : 64), 32.0)
            : Math.Max(rows.Count, columns.Count) <= MostLarge ? (20.0, 20.0)
            : (12.0, 12.0);
        var isSmall = wide < 20;
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
            if (!isSmall || i % 2 == 0) // there is no room for every name
                html.Add(
                    $"<text x=\"{label - 4}\" y=\"{y + (high / 2) + 4}\" text-anchor=\"end\">{Cut(rows[i].Name, 22)}<title>{rows[i].Name}</title></text>"
                );
            html.Add(
                $"<rect class=\"bars\" x=\"{label + Side - bar}\" y=\"{y + (high * 0.3)}\" width=\"{bar}\" height=\"{high * 0.4}\"><title>{rows[i].Name} {Figures.Probability(rows[i].Probability)}</title></rect>"
            );
            for (var j = 0; j < columns.Count; j++)
            {
                var payoff = payoffs[(i * columns.Count) + j];
                var share = most > low ? ((payoff / 2) - (low / 2)) / ((most / 2) - (low / 2)) : 0;
                html.Add(
                    $"<rect class=\"cell\" x=\"{left + (j * wide)}\" y=\"{y}\" width=\"{wide - 1}\" height=\"{high - 1}\" fill-opacity=\"{0.04 + (0.5 * share)}\"><title>{Cut(rows[i].Name, 22)}, {Cut(columns[j].Name, 22)}: {Figures.Exact(payoff)}</title></rect>"
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
