namespace Alignment.Reports;

/// <summary>Bars to the right, a row a label: those of several series below one another, or one behind the other as parts of one bar.</summary>
internal static class BarDrawing
{
    private const double Width = 760;
    private const double Right = 16;
    private const double Top = 10;
    private const double Bottom = 46;
    private const double Thick = 10;
    private const double Gap = 10; // between rows
    private const int MostLetters = 34;

    /// <summary>The drawing.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="unit">The quantity, with its unit.</param>
    /// <param name="labels">Names of the rows.</param>
    /// <param name="series">A colour and a value each row for each series.</param>
    /// <param name="isStacked">Whether values are parts of one bar.</param>
    public static Drawing Of(
        string title,
        string unit,
        IReadOnlyList<string> labels,
        IReadOnlyList<(string Colour, IReadOnlyList<double> Values)> series,
        bool isStacked
    )
    {
        var most = Enumerable
            .Range(0, labels.Count)
            .Max(row => isStacked ? series.Sum(s => s.Values[row]) : series.Max(s => s.Values[row]));
        var left = 20 + (7 * Math.Min(MostLetters, labels.Max(label => label.Length)));
        double X(double value) => left + (value / (most > 0 ? most : 1) * (Width - Right - left));
        var (thick, high) = isStacked ? (1.6 * Thick, 1.6 * Thick) : (Thick - 1, Thick * series.Count);
        var bottom = Top + (labels.Count * (high + Gap));

        var html = new Html();
        foreach (var (position, label) in Ticks.Of(new(unit, IsLog: false), 0, most))
            html.Add($"<line class=\"grid\" x1=\"{X(position)}\" x2=\"{X(position)}\" y1=\"{Top}\" y2=\"{bottom}\"/>")
                .Add($"<text x=\"{X(position)}\" y=\"{bottom + 18}\" text-anchor=\"middle\">{label}</text>");
        html.Add($"<text x=\"{(left + Width - Right) / 2}\" y=\"{bottom + 38}\" text-anchor=\"middle\">{unit}</text>");
        for (var row = 0; row < labels.Count; row++)
        {
            var y = Top + (row * (high + Gap)) + (Gap / 2);
            var name = labels[row].Length <= MostLetters ? labels[row] : labels[row][..(MostLetters - 1)] + "…";
            html.Add($"<text x=\"{left - 8}\" y=\"{y + (high / 2) + 4}\" text-anchor=\"end\">{name}</text>");
            var start = 0.0;
            for (var k = 0; k < series.Count; k++)
            {
                var value = series[k].Values[row];
                var middle = isStacked ? y + (high / 2) : y + (Thick * (k + 0.5));
                html.Add($"<path class=\"bar {series[k].Colour}\" stroke-width=\"{thick}\"")
                    .Add($" d=\"M{X(start)} {middle}H{X(start + value)}\"/>");
                start += isStacked ? value : 0;
            }
        }

        return new("bar-chart", title, Width, bottom + Bottom, html);
    }
}
