namespace Alignment.Reports;

/// <summary>A drawing: what stands in an SVG element, and how large that is.</summary>
/// <param name="Kind">The style's name of such drawings.</param>
/// <param name="Label">What is drawn, in words.</param>
/// <param name="Width">In units of the drawing.</param>
/// <param name="Height">In units of the drawing.</param>
/// <param name="Content">The elements.</param>
internal sealed record Drawing(string Kind, string Label, double Width, double Height, Html Content)
{
    private const double Line = 20;
    private const double Letter = 6.8; // width of one, roughly

    /// <summary>Style of drawings, with its colours.</summary>
    public static string Style { get; } = PlotlyScript.Resource("drawing.css");

    /// <summary>Adds the drawing to a document that has its style.</summary>
    public void AddTo(Html html) =>
        html.Add(
                $"<svg class=\"{Kind}\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"{Label}\">"
            )
            .Add(Content)
            .Add($"</svg>");

    /// <summary>The drawing as a file of its own: title, legend, style and background in it.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="legend">The curves to name; none where they need no names.</param>
    public string Alone(string title, IReadOnlyList<Series> legend)
    {
        var names = new Html();
        var (x, y) = (0.0, 2 * Line);
        foreach (var series in legend)
        {
            var wide = 36 + (Letter * series.Name.Length) + 16;
            if (x > 0 && x + wide > Width)
                (x, y) = (0, y + Line);
            ChartDrawing.AddSample(names, series, x + 8, y);
            names.Add($"<text x=\"{x + 44}\" y=\"{y + 4}\">{series.Name}</text>");
            x += wide;
        }

        var top = legend.Count == 0 ? 1.5 * Line : y + Line;
        var (width, height) = (Math.Max(Width, 16 + (Letter * 1.2 * title.Length)), Height + top);
        return new Html()
            .Add(
                $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{Label}\" font-family=\"system-ui, sans-serif\"><title>{title}</title><style>"
            )
            .AddVerbatim(Style)
            .Add($"</style><rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>")
            .Add($"<text class=\"heading\" x=\"8\" y=\"18\">{title}</text>")
            .Add(names)
            .Add($"<g transform=\"translate(0 {top})\">")
            .Add(Content)
            .Add($"</g></svg>\n")
            .ToString();
    }
}
