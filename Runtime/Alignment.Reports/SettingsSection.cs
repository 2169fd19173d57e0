namespace Alignment.Reports;

/// <summary>What was solved, by what, and where.</summary>
internal static class SettingsSection
{
    private const int LongestSpec = 40_000;

    /// <summary>The specification's text.</summary>
    public static void AddSpec(Html html, Subject subject)
    {
        if (subject.Spec is not { } spec)
            return;
        html.Add(
            $"<section><h2>Specification</h2><pre tabindex=\"0\">{(spec.Length > LongestSpec ? spec[..LongestSpec] : spec)}</pre>"
        );
        if (spec.Length > LongestSpec)
            html.Add(
                $"<p class=\"note\">The first {Figures.Count(LongestSpec)} of {Figures.Count(spec.Length)} characters; the run's folder has all.</p>"
            );
        html.Add($"</section>\n");
    }

    /// <summary>Settings and circumstances.</summary>
    public static void Add(Html html, Subject subject)
    {
        html.Add($"<section><h2>Settings</h2><div class=\"columns\">");
        Table(html, "What decides the result", subject.Settings);
        Table(html, "When, where, by what", subject.Circumstances);
        html.Add($"</div></section>\n");
    }

    private static void Table(Html html, string title, IReadOnlyList<Entry> entries)
    {
        if (entries.Count == 0)
            return;
        html.Add($"<div><h3>{title}</h3><table class=\"pairs\"><tbody>");
        foreach (var (name, value) in entries)
            html.Add($"<tr><th scope=\"row\">{name.Replace('_', ' ')}</th><td>{value}</td></tr>");
        html.Add($"</tbody></table></div>");
    }
}
