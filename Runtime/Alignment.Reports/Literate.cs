using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>An F# script that was run, as a document: its prose, its code, what it printed, and the report of its run.</summary>
/// <remarks>
/// Comments <c>(** ... *)</c> that begin a line are prose in Markdown; markup in them is text, pictures are their words, and links lead to the web only.
/// What was printed and the report stand behind the last piece of code. The document is one file under the same policy as a report's.
/// </remarks>
public static class Literate
{
    /// <summary>Writes the document.</summary>
    /// <param name="source">The script's text.</param>
    /// <param name="name">What the document is called if no prose begins with a heading: the script's file name.</param>
    /// <param name="printed">What the script printed.</param>
    /// <param name="run">The run that the script's experiment was kept as; null where there is none.</param>
    /// <param name="stream">Where the file goes, in UTF-8.</param>
    /// <param name="solver">The solver, for the rates that it claims. Default: null, no claims.</param>
    public static void Write(
        string source,
        string name,
        string printed,
        RunFolder? run,
        Stream stream,
        SolverInfo? solver = null
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(printed);
        ArgumentNullException.ThrowIfNull(stream);
        var parts = LiterateSource.Parse(source);
        var lastCode = parts.Select((part, k) => part.IsProse ? -1 : k).DefaultIfEmpty(-1).Max();
        var (html, title, hasPlots) = (new Html(), (string?)null, false);
        for (var k = 0; k < parts.Count; k++)
        {
            if (parts[k].IsProse)
            {
                var (markup, heading) = Prose.Of(parts[k].Text);
                title ??= heading;
                html.AddVerbatim(markup);
            }
            else
                html.Add($"<pre class=\"code\" tabindex=\"0\">{parts[k].Text}</pre>\n");

            if (k == lastCode)
                hasPlots = Results(html, printed, run, solver);
        }

        if (hasPlots)
            Report.AddUsage(html);
        var heads = title is null ? new Html().Add($"<header><h1>{name}</h1></header>\n") : new();
        Page.Write(title ?? name, heads.Add(html), hasPlots, stream);
    }

    private static bool Results(Html html, string printed, RunFolder? run, SolverInfo? solver)
    {
        if (printed.Trim().Length > 0)
            html.Add($"<pre class=\"printed\" tabindex=\"0\">{printed.TrimEnd()}</pre>\n");
        if (run is null)
            return false;
        var subject = Subject.Of(run, null, solver);
        VerdictSection.AddPart(html, subject);
        var hasPlots = Report.AddFindings(html, subject);
        SettingsSection.Add(html, subject);
        return hasPlots;
    }
}
