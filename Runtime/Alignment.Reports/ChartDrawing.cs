using System.Text;

namespace Alignment.Reports;

/// <summary>A chart as an SVG drawing: what is seen without a script, and on paper.</summary>
internal static class ChartDrawing
{
    private const double Width = 760;
    private const double Height = 340;
    private const double Left = 64;
    private const double Right = 12;
    private const double Top = 10;
    private const double Bottom = 46;

    /// <summary>The drawing.</summary>
    public static Drawing Of(Chart chart)
    {
        var html = new Html();
        var x = Frame.Of(chart.X, chart.Series.SelectMany(s => s.Points).Select(p => p.X), Left, Width - Right);
        var y = Frame.Of(chart.Y, chart.Series.SelectMany(s => s.Points).Select(p => p.Y), Height - Bottom, Top);
        foreach (var (position, label) in Ticks.Of(chart.Y, y.Low, y.High))
        {
            var at = y.At(position);
            html.Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{at}\" y2=\"{at}\"/>")
                .Add($"<text x=\"{Left - 8}\" y=\"{at + 4}\" text-anchor=\"end\">{label}</text>");
        }

        foreach (var (position, label) in Ticks.Of(chart.X, x.Low, x.High))
        {
            var at = x.At(position);
            html.Add($"<line class=\"grid\" x1=\"{at}\" x2=\"{at}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>")
                .Add($"<text x=\"{at}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{label}</text>");
        }

        html.Add(
                $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>"
            )
            .Add(
                $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">{chart.X.Title}</text>"
            )
            .Add($"<text x=\"14\" y=\"{(Top + Height - Bottom) / 2}\" text-anchor=\"middle\" ")
            .Add($"transform=\"rotate(-90 14 {(Top + Height - Bottom) / 2})\">{chart.Y.Title}</text>");
        foreach (var series in chart.Series.Reverse()) // the first lies on top
            html.Add($"<path class=\"series {series.Colour}\"{""}")
                .Add(Dashed(series))
                .Add($" d=\"{Path(chart, series, x, y)}\"/>");
        return new("curves", chart.Title, Width, Height, html);
    }

    /// <summary>Adds a piece of a curve as a legend shows it.</summary>
    public static void AddSample(Html html, Series series, double x, double y) =>
        html.Add($"<path class=\"series {series.Colour}\"").Add(Dashed(series)).Add($" d=\"M{x} {y}H{x + 28}\"/>");

    /// <summary>What the curves are called.</summary>
    public static void AddLegend(Html html, IReadOnlyList<Series> curves)
    {
        html.Add($"<ul class=\"legend\">");
        foreach (var series in curves)
        {
            html.Add($"<li><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\">");
            AddSample(html, series, 0, 5);
            html.Add($"</svg>{series.Name}</li>");
        }

        html.Add($"</ul>");
    }

    private static Html Dashed(Series series) =>
        series.Dash switch
        {
            "dash" => new Html().Add($" stroke-dasharray=\"6 4\""),
            "dot" => new Html().Add($" stroke-dasharray=\"1.5 3.5\""),
            _ => new(),
        };

    private static string Path(Chart chart, Series series, Frame x, Frame y)
    {
        var path = new StringBuilder();
        foreach (var point in series.Points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L')
                .Append(Coordinate(x.At(chart.X.Position(point.X))))
                .Append(' ')
                .Append(Coordinate(y.At(chart.Y.Position(point.Y))));
        }

        return path.ToString();
    }

    private static string Coordinate(double value) =>
        value.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An axis in the drawing: positions between two ends, and where these lie.</summary>
    private readonly record struct Frame(double Low, double High, double From, double To)
    {
        public static Frame Of(AxisScale axis, IEnumerable<double> values, double from, double to)
        {
            var (low, high) = axis.IsShare ? (0.0, 1.0) : (double.PositiveInfinity, double.NegativeInfinity);
            foreach (var value in values)
                (low, high) = (Math.Min(low, axis.Position(value)), Math.Max(high, axis.Position(value)));
            if (low > high)
                (low, high) = (0, 1);
            // halves: the difference of two finite numbers may not be one
            var room = Math.Max(((high / 2) - (low / 2)) * 0.04, Math.Max(Math.Abs(low) * 1e-6, 1e-12));
            return new(Math.Max(low - room, double.MinValue), Math.Min(high + room, double.MaxValue), from, to);
        }

        public double At(double position) =>
            From + ((To - From) * (((position / 2) - (Low / 2)) / ((High / 2) - (Low / 2))));
    }
}
