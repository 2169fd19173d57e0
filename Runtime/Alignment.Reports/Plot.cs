using System.Globalization;
using System.Text;
using Alignment.Reports;
using Alignment.Runtime;

namespace Alignment;

/// <summary>A drawing of a result, as a value: made by <see cref="Plots"/>, <see cref="Curves"/> or <see cref="Bars"/>, written as SVG or HTML.</summary>
/// <remarks>Immutable. Colours follow the reader's light or dark scheme; nothing in either form asks the network for anything.</remarks>
public sealed class Plot
{
    private const int MostCurves = 8;
    private const int MostRows = 64;

    private readonly Drawing _drawing;
    private readonly Chart? _chart; // drawn by the plots' script too
    private readonly string _caption;
    private readonly IReadOnlyList<Series> _legend;

    internal Plot(string title, Drawing drawing, string caption = "", IReadOnlyList<Series>? legend = null)
    {
        (Title, _drawing, _caption, _legend) = (title, drawing, caption, legend ?? []);
    }

    internal Plot(CaptionedChart captioned)
        : this(
            captioned.Chart.Title,
            ChartDrawing.Of(captioned.Chart.Sketched()),
            captioned.Caption,
            captioned.Chart.Series
        )
    {
        _chart = captioned.Chart;
    }

    /// <summary>A plot of curves that a script has computed, in the look of the reports.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="x">The axis to the right.</param>
    /// <param name="y">The axis upwards.</param>
    /// <param name="curves">From 1 to 8, each with at least two points that the axes take.</param>
    /// <exception cref="ArgumentException">There are too few or too many, or one has not a value for each place or too few points.</exception>
    public static Plot Curves(string title, PlotAxis x, PlotAxis y, params PlotCurve[] curves)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Length is < 1 or > MostCurves)
            throw new ArgumentException(
                $"Plot '{title}': expected from 1 to {MostCurves} curves, got {curves.Length}.",
                nameof(curves)
            );
        var (right, up) = (new AxisScale(x.Title, x.IsLog), new AxisScale(y.Title, y.IsLog));
        var series = curves.Select((curve, k) => Curve(title, curve, $"run{k}", right, up)).ToArray();
        return new(new CaptionedChart(new(title, right, up, series), ""));
    }

    private static Series Curve(string title, PlotCurve curve, string colour, AxisScale x, AxisScale y)
    {
        if (curve.X.Count != curve.Y.Count)
            throw new ArgumentException(
                $"Plot '{title}': expected a value for each place of '{curve.Name}', got {curve.Y.Count} for {curve.X.Count}."
            );
        var series = Series.Of(
            curve.Name,
            colour,
            "solid",
            x,
            y,
            curve.X.Zip(curve.Y, (a, b) => new Reports.Point(a, b))
        );
        return series.Points.Count >= 2
            ? series
            : throw new ArgumentException(
                $"Plot '{title}': expected at least two points of '{curve.Name}' that its axes take, got {series.Points.Count}."
            );
    }

    /// <summary>A plot of bars, a row a label: those of several series below one another, or as parts of one bar.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="unit">The quantity, with its unit.</param>
    /// <param name="labels">Names of the rows, from 1 to 64.</param>
    /// <param name="isStacked">Whether the series' values are parts of one bar.</param>
    /// <param name="series">From 1 to 8, each with a finite number of at least 0 for each row.</param>
    /// <exception cref="ArgumentException">There are too few or too many, or a number is missing, below 0 or not finite.</exception>
    public static Plot Bars(
        string title,
        string unit,
        IReadOnlyList<string> labels,
        bool isStacked,
        params PlotBars[] series
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(series);
        if (labels.Count is < 1 or > MostRows || series.Length is < 1 or > MostCurves)
            throw new ArgumentException(
                $"Plot '{title}': expected from 1 to {MostRows} rows and from 1 to {MostCurves} series, got {labels.Count} and {series.Length}."
            );
        foreach (var bars in series)
        {
            if (bars.Values.Count != labels.Count || bars.Values.Any(v => !(v >= 0 && double.IsFinite(v))))
                throw new ArgumentException(
                    $"Plot '{title}': expected a finite number of at least 0 of '{bars.Name}' for each of {labels.Count} rows, got {string.Join(", ", bars.Values.Select(v => v.ToString(CultureInfo.InvariantCulture)))}."
                );
        }

        var colours = series.Select((bars, k) => ($"run{k}", bars.Values)).ToArray();
        var legend = series.Select((bars, k) => new Series(bars.Name, $"run{k}", "solid", [])).ToArray();
        return new(
            title,
            BarDrawing.Of(title, unit, labels, colours, isStacked),
            legend: legend.Length > 1 ? legend : []
        );
    }

    /// <summary>What is drawn.</summary>
    public string Title { get; }

    /// <summary>The drawing as an SVG document, with title, legend and colours in it. A curve has at most 400 points, its extremes among them.</summary>
    public string ToSvg() => _drawing.Alone(Title, _legend);

    /// <summary>
    /// The plot as one HTML file: curves can be zoomed and read off, by a script that the file carries and that its content security policy names; without
    /// scripts and on paper the drawing is seen.
    /// </summary>
    public string ToHtml()
    {
        var html = new Html().Add($"<header><h1>{Title}</h1></header>\n");
        AddTo(html);
        using var stream = new MemoryStream();
        Page.Write(Title, html, HasScript, stream);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Writes a file: <c>.svg</c> or <c>.html</c>, as its ending says. What stands there is replaced; the file is whole or not there.</summary>
    /// <exception cref="ArgumentException">It ends in neither.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.Write(
            path,
            Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".svg" => ToSvg(),
                ".html" => ToHtml(),
                _ => throw new ArgumentException($"A plot is written as .svg or .html, got '{path}'.", nameof(path)),
            }
        );
    }

    /// <inheritdoc/>
    public override string ToString() => Title;

    /// <summary>Whether a document with this plot carries the plots' script.</summary>
    internal bool HasScript => _chart is not null;

    /// <summary>Adds the plot to a document, without its title.</summary>
    internal void AddTo(Html html)
    {
        if (_chart is not null)
        {
            ChartFigure.Add(html, _chart, _caption);
            return;
        }

        if (_legend.Count > 0)
            ChartDrawing.AddLegend(html, _legend);
        html.Add($"<figure class=\"{_drawing.Kind}\"><div class=\"scroll\" tabindex=\"0\">");
        _drawing.AddTo(html);
        html.Add($"</div><figcaption>{_caption}</figcaption></figure>\n");
    }
}
