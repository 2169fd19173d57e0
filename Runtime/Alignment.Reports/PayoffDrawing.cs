namespace Alignment.Reports;

/// <summary>Payoffs of a two-player matrix game as a map, the darker the larger, and what both play as bars at its sides.</summary>
internal static class PayoffDrawing
{
    private const int MostNumbers = 12;
    private const int MostLarge = 30; // beyond, cells and their names are cut small
    private const double Side = 46; // of the bars beside the map

    /// <summary>The drawing.</summary>
    /// <param name="payoffs">A player's payoffs, row by row.</param>
    /// <param name="rows">What the first player plays.</param>
    /// <param name="columns">What the second player plays.</param>
    /// <param name="title">What is drawn.</param>
    public static Drawing Of(
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

        var html = new Html();
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

        return new("map", title, width, height, html);
    }

    private static double Length(Share share) =>
        double.IsFinite(share.Probability) ? Math.Clamp(share.Probability, 0, 1) * (Side - 4) : 0;

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
}
