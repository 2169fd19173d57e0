namespace Alignment.Reports;

/// <summary>What came out, as a sentence, before anything else; then what that means, and the figures.</summary>
internal static class VerdictSection
{
    /// <summary>Above this the last iterate goes in circles rather than settle.</summary>
    private const double NoteworthyCycling = 0.5;

    private static readonly (string Key, string Name)[] OtherGaps =
    [
        ("game/regularized_gap", "regularized gap"),
        ("game/agent_gap", "agent gap"),
        ("game/cce_gap", "CCE gap"),
        ("game/nfcce_gap", "normal-form CCE gap"),
        ("game/ce_gap", "CE gap"),
    ];

    public static void Add(Html html, Subject subject)
    {
        html.Add($"<header><p class=\"kicker\">{Kicker(subject)}</p><h1>{Sentence(subject)}</h1>");
        AddBody(html, subject);
        html.Add($"</header>\n");
    }

    /// <summary>The same within a document that has a heading of its own.</summary>
    public static void AddPart(Html html, Subject subject)
    {
        html.Add($"<section><h2>{Sentence(subject)}</h2><p class=\"kicker\">{Kicker(subject)}</p>");
        AddBody(html, subject);
        html.Add($"</section>\n");
    }

    private static string Kicker(Subject subject) =>
        string.Join(
            " · ",
            new[] { subject.Name, subject.Finding?.Game, subject.Finding?.Solver, subject.State }
                .OfType<string>()
                .Distinct()
        );

    private static void AddBody(Html html, Subject subject)
    {
        foreach (var sentence in Meaning(subject))
            html.Add($"<p>{sentence}</p>");
        foreach (var sentence in Ends(subject))
            html.Add($"<p>{sentence}</p>");
        if (subject.Finding is { } finding)
            Figures(html, finding);
        Notes(html, subject);
    }

    /// <summary>The verdict in one sentence.</summary>
    public static string Sentence(Subject subject)
    {
        if (subject.Finding is not { } finding)
            return $"No certificate: the run {Became(subject.State)}.";
        var certificate = finding.Certificate;
        var all =
            finding.Elements.Count > 1
                ? $"In the worst of {Reports.Figures.Plural(finding.Elements.Count, "game")}, "
                : "";
        var gap = Reports.Figures.Brief(certificate.NashConv);
        var sentence = certificate switch
        {
            { NashConv: var number } when !double.IsFinite(number) => "no certificate: NashConv is not a finite number",
            { Kind: "lower_bound", StandardError: { } error } =>
                $"deviations that were found gain {gap} ± {Reports.Figures.Brief(error)} in sum; others may gain more",
            { Kind: "lower_bound" } => $"deviations that were found gain {gap} in sum; others may gain more",
            { Kind: "upper_bound" } =>
                $"players could gain at most {gap} in sum, each deviating alone from the strategies found",
            { NashConv: 0 } => "no player could gain anything by deviating alone from the strategies found",
            _ => $"players could gain {gap} in sum, each deviating alone from the strategies found",
        };
        sentence = all + sentence;
        return $"{char.ToUpperInvariant(sentence[0])}{sentence[1..]}.";
    }

    /// <summary>Words as a sentence.</summary>
    private static string Whole(string? words) =>
        string.IsNullOrEmpty(words) ? "" : $"{char.ToUpperInvariant(words[0])}{words[1..].TrimEnd('.')}.";

    private static string Became(string state) =>
        state switch
        {
            "running" => "goes on",
            "failed" => "failed",
            "finished" => "ended without a result that can be read",
            var word => $"was {word}",
        };

    private static IEnumerable<string> Meaning(Subject subject)
    {
        if (subject.Finding is not { } finding)
        {
            if (subject.Metrics.Last("game/nash_conv") is var (step, gap))
                yield return $"What was last measured: NashConv {Reports.Figures.Brief(gap)} at step {Reports.Figures.Count(step)}. That is a figure of the log, not a certificate of a result.";
            else if (subject.Metrics.Last(InformationSetSection.Key) is var (at, sets))
                yield return $"What was last measured: {Reports.Figures.Plural((long)sets, "information set")} met by step {Reports.Figures.Count(at)}. How far from equilibrium the strategies are is searched for at the end.";
            yield break;
        }

        yield return finding.Certificate.Kind switch
        {
            "exact" =>
                "The certificate is exact: best responses to these strategies were computed in float64, on the game without regularizers. NashConv is the sum of what each player could gain alone, exploitability the same over the number of players; both are 0 at a Nash equilibrium.",
            "lower_bound" =>
                $"The certificate is a lower bound on NashConv: it says how far from equilibrium the strategies are at least, and not how far at most. {Whole(finding.Certificate.Oracle)}",
            "upper_bound" => "The certificate is an upper bound on NashConv, which is 0 at a Nash equilibrium.",
            var kind => $"The certificate is of kind '{kind}'.",
        };
        if (finding.Joint.Count > 0)
            yield return "The answer is a distribution over the players' joint actions; NashConv is that of its marginals, played independently.";
    }

    /// <summary>How the run ended: of a batch, the worst outcome, and that of the game which the certificate is of.</summary>
    private static IEnumerable<string> Ends(Subject subject)
    {
        if (subject.Sentence.Length == 0)
            yield break;
        if (subject.Finding is not { Elements.Count: > 1 } finding)
        {
            yield return subject.Sentence;
            yield break;
        }

        var worst = finding.Elements[finding.Worst];
        yield return $"That game, {worst.Game}: {worst.Status}";
        if (
            finding.Elements.Select(element => element.Status.Split(' ')[0]).Distinct(StringComparer.Ordinal).Count()
            > 1
        )
            yield return $"The worst end of any game: {subject.Sentence}";
    }

    private static void Figures(Html html, Finding finding)
    {
        var certificate = finding.Certificate;
        html.Add($"<dl class=\"figures\">");
        Figure(html, "certificate", certificate.Words);
        Figure(html, "NashConv", Reports.Figures.Brief(certificate.NashConv));
        Figure(html, "exploitability", Reports.Figures.Brief(certificate.Exploitability));
        foreach (var (key, name) in OtherGaps)
        {
            if (finding.Metrics.TryGetValue(key, out var gap))
                Figure(html, name, Reports.Figures.Brief(gap));
        }

        Figure(html, "steps", Reports.Figures.Count(finding.Steps));
        Figure(html, "time", Reports.Figures.Seconds(finding.Seconds));
        html.Add($"</dl>");
    }

    private static void Figure(Html html, string name, string value) =>
        html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    private static void Notes(Html html, Subject subject)
    {
        var notes = subject.Notes.ToList();
        if (subject.Finding is { } finding)
        {
            if (finding.Metrics.TryGetValue("game/cycling", out var cycling) && cycling >= NoteworthyCycling)
                notes.Add($"The last iterate goes in circles: cycling {Reports.Figures.Brief(cycling)} of at most 1.");
            if (finding.Settings.Any(entry => entry is { Name: "precision", Value: "float32" }))
                notes.Add("Steps ran in float32; the certificate is computed in float64 all the same.");
        }

        foreach (var note in notes)
            html.Add($"<p class=\"warning\">{note}</p>");
    }
}
