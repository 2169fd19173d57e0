namespace Alignment.Reports;

/// <summary>A chart in a document: legend, drawing, the place for a plot, and its data.</summary>
internal static class ChartFigure
{
    /// <summary>Adds the figure.</summary>
    /// <param name="html">The document.</param>
    /// <param name="chart">A chart with a curve.</param>
    /// <param name="caption">Sentences below it.</param>
    public static void Add(Html html, Chart chart, string caption)
    {
        html.Add($"<figure class=\"chart\">");
        ChartDrawing.AddLegend(html, chart.Series);
        html.Add($"<div class=\"plot\" tabindex=\"0\" role=\"img\" aria-label=\"{chart.Title}\"></div>")
            .Add($"<div class=\"static\">");
        ChartDrawing.Of(chart.Sketched()).AddTo(html);
        html.Add($"</div><figcaption>{caption}</figcaption><script type=\"application/json\">")
            .AddVerbatim(ChartData.Of(chart.Thinned()))
            .Add($"</script></figure>\n");
    }
}
