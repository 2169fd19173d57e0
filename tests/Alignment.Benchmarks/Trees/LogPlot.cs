using System.Globalization;
using System.Text;

namespace Alignment.Benchmarks;

/// <summary>Lines over two logarithmic axes, as SVG.</summary>
internal sealed class LogPlot(string title, string horizontal, string vertical)
{
    private const double Width = 1000;
    private const double Height = 600;
    private const double Left = 80;
    private const double Right = 250;
    private const double Top = 48;
    private const double Bottom = 60;

    // of Okabe and Ito (2008), told apart by all; further lines repeat them dashed
    private static readonly string[] Colours =
    [
        "#0072b2",
        "#d55e00",
        "#009e73",
        "#cc79a7",
        "#e69f00",
        "#56b4e9",
        "#000000",
        "#8c6d31",
    ];
    private static readonly string[] Dashes = ["", "7 4", "2 3"];

    private readonly List<(string Name, (double X, double Y)[] Points)> _lines = [];

    /// <summary>Adds a line; points that are not above 0 have no place on it.</summary>
    public void Add(string name, IEnumerable<(double X, double Y)> points)
    {
        var shown = points
            .Where(p => p is { X: > 0, Y: > 0 } && double.IsFinite(p.X) && double.IsFinite(p.Y))
            .ToArray();
        if (shown.Length > 0)
            _lines.Add((name, shown));
    }

    /// <summary>The picture.</summary>
    public string ToSvg()
    {
        var (x0, x1) = Range(_lines.SelectMany(l => l.Points.Select(p => p.X)));
        var (y0, y1) = Range(_lines.SelectMany(l => l.Points.Select(p => p.Y)));
        double X(double x) => Left + ((Math.Log10(x) - x0) / (x1 - x0) * (Width - Left - Right));
        double Y(double y) => Height - Bottom - ((Math.Log10(y) - y0) / (y1 - y0) * (Height - Top - Bottom));
        var svg = new StringBuilder();
        void Out(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Out(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">"
        );
        Out($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Out($"<text x=\"{Left}\" y=\"28\" font-size=\"17\">{title}</text>");
        for (var e = x0; e <= x1; e++)
        {
            var x = X(Math.Pow(10, e));
            Out($"<line x1=\"{x:f1}\" y1=\"{Top}\" x2=\"{x:f1}\" y2=\"{Height - Bottom}\" stroke=\"#ddd\"/>");
            Out($"<text x=\"{x:f1}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">1e{e}</text>");
        }

        for (var e = y0; e <= y1; e++)
        {
            var y = Y(Math.Pow(10, e));
            Out($"<line x1=\"{Left}\" y1=\"{y:f1}\" x2=\"{Width - Right}\" y2=\"{y:f1}\" stroke=\"#ddd\"/>");
            Out($"<text x=\"{Left - 8}\" y=\"{y + 4:f1}\" text-anchor=\"end\">1e{e}</text>");
        }

        Out($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 16}\" text-anchor=\"middle\">{horizontal}</text>");
        Out(
            $"<text transform=\"translate(22 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{vertical}</text>"
        );
        foreach (var (line, k) in _lines.OrderBy(l => l.Points[^1].Y).Select((l, k) => (l, k)))
        {
            var style =
                $"stroke=\"{Colours[k % Colours.Length]}\" stroke-width=\"2\" fill=\"none\" stroke-dasharray=\"{Dashes[k / Colours.Length % Dashes.Length]}\"";
            var path = string.Join(
                ' ',
                line.Points.Select(p => FormattableString.Invariant($"{X(p.X):f1},{Y(p.Y):f1}"))
            );
            var y = Top + 10 + (k * 19);
            Out($"<polyline points=\"{path}\" {style}/>");
            if (line.Points.Length == 1)
                Out(
                    $"<circle cx=\"{X(line.Points[0].X):f1}\" cy=\"{Y(line.Points[0].Y):f1}\" r=\"4\" fill=\"{Colours[k % Colours.Length]}\"/>"
                );
            Out($"<line x1=\"{Width - Right + 14}\" y1=\"{y}\" x2=\"{Width - Right + 42}\" y2=\"{y}\" {style}/>");
            Out($"<text x=\"{Width - Right + 48}\" y=\"{y + 4}\">{line.Name}</text>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static (int Low, int High) Range(IEnumerable<double> values)
    {
        var logs = values.Select(Math.Log10).ToArray();
        if (logs.Length == 0)
            return (0, 1);
        var (low, high) = ((int)Math.Floor(logs.Min()), (int)Math.Ceiling(logs.Max()));
        return (low, Math.Max(high, low + 1));
    }
}
