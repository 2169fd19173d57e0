namespace Alignment.Reports;

/// <summary>What came out, as a sentence, before anything else; then what that means, and the figures.</summary>
internal static class VerdictSection
{
    /// <summary>Above this the last iterate goes in circles rather than settle.</summary>
    private const double NoteworthyCycling = 0.5;

    /// <summary>From here on a residual or a violation is no longer called small; the figure stands beside the word.</summary>
    private const double Settled = 1e-3;

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
        if (subject.Training is { } method)
            return Trained(subject, method);
        if (subject.Finding is not { } finding)
            return $"No certificate: the run {Became(subject.State, "ended without a result that can be read")}.";
        var certificate = finding.Certificate;
        var all =
            finding.Elements.Count > 1
                ? $"In the worst of {Reports.Figures.Plural(finding.Elements.Count, "game")}, "
                : "";
        var gap = Reports.Figures.Brief(certificate.Distance);
        var sentence = certificate switch
        {
            { Distance: var number } when !double.IsFinite(number) =>
                $"no certificate: {(certificate.IsFirstOrder ? "the residual" : "NashConv")} is not a finite number",
            { IsFirstOrder: true } => FirstOrder(certificate, gap),
            { Kind: "lower_bound", StandardError: { } error } =>
                $"deviations that were found gain {gap} ± {Reports.Figures.Brief(error)} in sum; others may gain more",
            { Kind: "lower_bound" } => $"deviations that were found gain {gap} in sum; others may gain more",
            { Kind: "upper_bound", Confidence: var confidence } =>
                $"players could gain at most {gap} in sum, each deviating alone from the strategies found{(confidence is { } c ? $", with confidence {Reports.Figures.Brief(100 * c)} %" : "")}",
            { Distance: 0 } => "no player could gain anything by deviating alone from the strategies found",
            _ => $"players could gain {gap} in sum, each deviating alone from the strategies found",
        };
        sentence = all + sentence;
        return $"{char.ToUpperInvariant(sentence[0])}{sentence[1..]}.";
    }

    private static string Trained(Subject subject, string method)
    {
        // a loss of samples drawn anew says nothing about how good they are
        var told = subject.Metrics.Last("reward") is null ? "loss" : "reward";
        var last = subject.Metrics.Last(told) is var (step, value)
            ? $"; at step {Reports.Figures.Count(step)} the {told} was {Reports.Figures.Brief(value)}"
            : "";
        return $"The training by {method} {Became(subject.State, "is done")}{last}.";
    }

    /// <summary>What small steps tell, and of constraints whether they hold.</summary>
    private static string FirstOrder(Certified certificate, string residual)
    {
        var steps =
            certificate.Distance == 0 ? "no player gains to first order by a small step of its own"
            : certificate.Distance < Settled
                ? $"no player gains to first order by a small step of its own, up to a residual of {residual}"
            : $"players still gain to first order by small steps of their own: the residual is {residual}";
        var limits = certificate.Violation switch
        {
            null => "",
            0 => "the constraints hold, and ",
            < Settled and var violation => $"the constraints hold within {Reports.Figures.Brief(violation)}, and ",
            var violation => $"a constraint is violated by {Reports.Figures.Brief(violation.Value)}, and ",
        };
        return $"{limits}{steps}{(certificate.Distance < Settled ? "; larger deviations are not excluded" : "")}";
    }

    /// <summary>Words as a sentence.</summary>
    private static string Whole(string? words) =>
        string.IsNullOrEmpty(words) ? "" : $"{char.ToUpperInvariant(words[0])}{words[1..].TrimEnd('.')}.";

    private static string Became(string state, string finished) =>
        state switch
        {
            "running" => "goes on",
            "failed" => "failed",
            "finished" => finished,
            var word => $"was {word}",
        };

    private static IEnumerable<string> Meaning(Subject subject)
    {
        if (subject.Finding is not { } finding)
        {
            if (subject.Metrics.Last("game/nash_conv") is var (step, gap))
                yield return LastMeasured("NashConv", gap, step);
            else if (subject.Metrics.Last("game/stationarity") is var (at, residual))
                yield return LastMeasured("residual", residual, at);
            else if (subject.Metrics.Last(InformationSetSection.Key) is var (met, sets))
                yield return $"What was last measured: {Reports.Figures.Plural((long)sets, "information set")} met by step {Reports.Figures.Count(met)}. How far from equilibrium the strategies are is searched for at the end.";
            yield break;
        }

        yield return finding.Certificate.Kind switch
        {
            "exact" =>
                "The certificate is exact: best responses to these strategies were computed in float64, on the game without regularizers. NashConv is the sum of what each player could gain alone, exploitability the same over the number of players; both are 0 at a Nash equilibrium.",
            "lower_bound" =>
                $"The certificate is a lower bound on NashConv: it says how far from equilibrium the strategies are at least, and not how far at most. {Whole(finding.Certificate.Oracle)}",
            "stationary" => Stationary,
            "kkt" =>
                $"{Stationary} Violation is by how much the most violated constraint is, slackness the largest |multiplier times (cost − bound)|; where all three are 0, the conditions of Karush, Kuhn and Tucker hold.",
            "upper_bound" => "The certificate is an upper bound on NashConv, which is 0 at a Nash equilibrium.",
            var kind => $"The certificate is of kind '{kind}'.",
        };
        if (finding.Joint.Count > 0)
            yield return "The answer is a distribution over the players' joint actions; NashConv is that of its marginals, played independently.";
    }

    private const string Stationary =
        "The certificate is of first order, computed in float64: the residual is how far the projected unit step along the players' gradients goes, in the coordinate where it goes furthest. It is 0 at a stationary point, which a local Nash equilibrium is, and some points are that are none. NashConv is not known in a game of smooth payoffs.";

    private static string LastMeasured(string figure, double value, long step) =>
        $"What was last measured: {figure} {Reports.Figures.Brief(value)} at step {Reports.Figures.Count(step)}. That is a figure of the log, not a certificate of a result.";

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
        Figure(html, certificate.Figure, Reports.Figures.Brief(certificate.Distance));
        if (certificate.Exploitability is { } exploitability)
            Figure(html, "exploitability", Reports.Figures.Brief(exploitability));
        if (certificate.Violation is { } violation)
            Figure(html, "violation", Reports.Figures.Brief(violation));
        if (certificate.Slackness is { } slackness)
            Figure(html, "slackness", Reports.Figures.Brief(slackness));
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
