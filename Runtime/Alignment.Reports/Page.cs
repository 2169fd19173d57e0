using System.Text;

namespace Alignment.Reports;

/// <summary>A whole document around a body: styles, scripts, and the policy by which it asks the network for nothing.</summary>
/// <remarks>
/// The policy allows, each by its hash: our style, our script, the plots' script as it is once unpacked, the empty style element that the plots fill
/// with rules through the object model, and the one style that they write into an attribute. Everything else, any address among it, is refused.
/// Without a script the drawings that stand in the body are seen.
/// </remarks>
internal static class Page
{
    private static readonly string Style = Drawing.Style + PlotlyScript.Resource("report.css");

    private static readonly string Script = PlotlyScript.Resource("report.js");

    /// <summary>Writes a document.</summary>
    public static void Write(string title, Html body, bool hasPlots, Stream stream)
    {
        var scripts = hasPlots ? $"{PlotlyScript.HashOf(Script)} {PlotlyScript.Hash}" : PlotlyScript.HashOf(Script);
        var policy =
            $"default-src 'none'; script-src {scripts}; style-src {PlotlyScript.HashOf(Style)} {PlotlyScript.HashOf("")}; style-src-attr 'unsafe-hashes' {PlotlyScript.HashOf(PlotlyScript.SmallRaised)}; base-uri 'none'; form-action 'none'";
        var html = new Html()
            .Add($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
            .Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"")
            .AddVerbatim(policy) // hashes of our own, and single quotes that it needs
            .Add($"\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
            .Add($"<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>{title}</title>\n<style>")
            .AddVerbatim(Style)
            .Add($"</style>\n</head>\n<body>\n<main>\n")
            .Add(body)
            .Add($"</main>\n");
        if (hasPlots)
            html.Add($"<script type=\"application/gzip\" id=\"plotly\">")
                .AddVerbatim(PlotlyScript.Packed)
                .Add($"</script>\n");
        html.Add($"<script>").AddVerbatim(Script).Add($"</script>\n</body>\n</html>\n");
        stream.Write(Encoding.UTF8.GetBytes(html.ToString()));
    }
}
