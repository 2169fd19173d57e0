namespace Alignment.Reports;

/// <summary>Curves over one pair of axes. It is drawn twice: on the spot, and by the plots' script where that runs.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="X">The axis to the right.</param>
/// <param name="Y">The axis upwards.</param>
/// <param name="Series">The curves.</param>
internal sealed record Chart(string Title, AxisScale X, AxisScale Y, IReadOnlyList<Series> Series)
{
    /// <summary>Most points of a curve, where few enough curves share the document.</summary>
    public const int MostPoints = 2000;

    private const int MostPointsDrawn = 400;
    private const int MostPointsOfAll = 60_000;

    /// <summary>Whether there is anything to draw: a curve of at least two points.</summary>
    public bool HasCurve => Series.Any(series => series.Points.Count > 1);

    /// <summary>The same with as many points as a document carries.</summary>
    public Chart Thinned() => Thinned(Math.Clamp(MostPointsOfAll / Math.Max(Series.Count, 1), 100, MostPoints));

    /// <summary>The same with as many points as a drawing on the spot shows.</summary>
    public Chart Sketched() =>
        Thinned(Math.Clamp(MostPointsOfAll / 4 / Math.Max(Series.Count, 1), 50, MostPointsDrawn));

    private Chart Thinned(int most) => this with { Series = [.. Series.Select(series => Thin(series, most))] };

    private Series Thin(Series series, int most)
    {
        var kept = Downsampling.Extremes(
            [.. series.Points.Select(point => X.Position(point.X))],
            [.. series.Points.Select(point => point.Y)],
            most
        );
        return series with { Points = [.. kept.Select(at => series.Points[at])] };
    }
}

/// <summary>A chart and the sentences below it.</summary>
internal sealed record CaptionedChart(Chart Chart, string Caption);

/// <summary>A curve. What cannot stand on its axes, such as a gap of 0 on a logarithmic one, is not among its points.</summary>
/// <param name="Name">As the legend has it.</param>
/// <param name="Colour">The style's name of its colour.</param>
/// <param name="Dash">As the plots' script calls it: solid, dash or dot.</param>
/// <param name="Points">In order.</param>
internal sealed record Series(string Name, string Colour, string Dash, IReadOnlyList<Point> Points)
{
    /// <summary>The curve of measured values over steps, as far as it fits the axes.</summary>
    public static Series Of(
        string name,
        string colour,
        string dash,
        AxisScale x,
        AxisScale y,
        IEnumerable<Point> points
    ) => new(name, colour, dash, [.. points.Where(point => x.Takes(point.X) && y.Takes(point.Y))]);
}

/// <summary>A point of a curve.</summary>
internal readonly record struct Point(double X, double Y);

/// <summary>An axis of a drawing.</summary>
/// <param name="Title">The quantity, with its unit.</param>
/// <param name="IsLog">Whether it is logarithmic.</param>
/// <param name="IsShare">Whether it goes from 0 to 1 whatever stands on it.</param>
internal sealed record AxisScale(string Title, bool IsLog, bool IsShare = false)
{
    /// <summary>Whether a number stands somewhere on the axis.</summary>
    public bool Takes(double value) => double.IsFinite(value) && (!IsLog || value > 0);

    /// <summary>Where.</summary>
    public double Position(double value) => IsLog ? Math.Log10(value) : value;
}
