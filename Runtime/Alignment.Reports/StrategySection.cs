namespace Alignment.Reports;

/// <summary>What the players play: bars over actions, or a table of information sets; of players that set weights, their numbers.</summary>
internal static class StrategySection
{
    private const int MostActions = 30;
    private const int MostSets = 200;

    public static void Add(Html html, Subject subject)
    {
        if (subject.Finding is not { Plays.Count: > 0 } finding)
            return;
        html.Add($"<section><h2>{Heading(finding.Plays.Select(play => play.Weights.Count > 0))}</h2>");
        if (finding.Elements.Count > 1)
            html.Add($"<p>Of the game furthest from equilibrium: {finding.Elements[finding.Worst].Game}.</p>");
        var rows = Shared(finding.Plays.Select(play => play.IsSequential ? play.Decisions.Count : 0), MostSets);
        var isSequential = finding.Plays.Any(play => play.IsSequential);
        html.Add(isSequential ? new Html() : new Html().Add($"<div class=\"columns\">"));
        foreach (var (play, most) in finding.Plays.Zip(rows))
        {
            html.Add($"<div><h3>{play.Player}</h3><p class=\"note\">{Value(play)}</p>");
            if (play.IsSequential)
                InformationSets(html, play, most);
            else if (play.Weights.Count > 0)
                TensorTable.Add(html, play.Weights);
            else if (play.Decisions.Count > 0)
                Actions(html, play.Decisions[0].Actions);
            html.Add($"</div>");
        }

        html.Add(isSequential ? new Html() : new Html().Add($"</div>"));
        if (finding.Plays.All(play => play.Decisions.Count == 0 && play.Weights.Count == 0))
            html.Add($"<p>The strategies stand in a file of their own in the run's folder.</p>");
        Joint(html, finding.Joint);
        html.Add($"</section>\n");
    }

    /// <summary>What is played, by whether each player sets weights.</summary>
    public static string Heading(IEnumerable<bool> sets)
    {
        bool[] all = [.. sets];
        return Array.TrueForAll(all, set => set) ? "Weights"
            : all.Contains(true) ? "Strategies and weights"
            : "Strategies";
    }

    /// <summary>How many rows each of several tables gets when all together may have so many: the longest are cut first.</summary>
    public static int[] Shared(IEnumerable<int> lengths, int most)
    {
        int[] wanted = [.. lengths];
        var limit = wanted.DefaultIfEmpty(0).Max();
        if (wanted.Sum(n => (long)n) > most)
        {
            // the largest length to cut at that keeps within the sum
            for (limit = 0; wanted.Sum(n => (long)Math.Min(n, limit + 1)) <= most; )
                limit++;
        }

        return Array.ConvertAll(wanted, n => Math.Min(n, Math.Max(limit, 1)));
    }

    private static string Value(Play play) =>
        play switch
        {
            { Value: null } => "value not finite",
            { Interval: { } interval } =>
                $"value {Figures.Brief(play.Value.Value)}, 95 % interval {Figures.Brief(interval.Low)} to {Figures.Brief(interval.High)}",
            _ => $"value {Figures.Brief(play.Value.Value)}",
        };

    private static void Actions(Html html, IReadOnlyList<Share> actions)
    {
        var shown =
            actions.Count <= MostActions
                ? actions
                : [.. actions.OrderByDescending(a => a.Probability).Take(MostActions)];
        html.Add(
            $"<table class=\"mix\"><thead><tr><th>action</th><th></th><th class=\"n\">probability</th></tr></thead><tbody>"
        );
        foreach (var (name, probability) in shown)
        {
            html.Add($"<tr><td class=\"wide\">{name}</td><td class=\"bar\">");
            Bar(html, [probability]);
            html.Add($"</td><td class=\"n\">{Figures.Probability(probability)}</td></tr>");
        }

        html.Add($"</tbody></table>");
        if (shown.Count < actions.Count)
        {
            var rest = Math.Max(0, 1 - shown.Sum(a => a.Probability));
            html.Add(
                $"<p class=\"note\">The {MostActions} most probable of {Figures.Count(actions.Count)} actions; the others have {Figures.Probability(rest)} together.</p>"
            );
        }
    }

    private static void InformationSets(Html html, Play play, int most)
    {
        html.Add(
            $"<div class=\"scroll\" tabindex=\"0\"><table class=\"mix\"><thead><tr><th>information set</th><th></th><th>probabilities</th></tr></thead><tbody>"
        );
        foreach (var decision in play.Decisions.Take(most))
        {
            html.Add($"<tr><td>{decision.InformationSet}</td><td class=\"bar\">");
            Bar(html, [.. decision.Actions.Select(action => action.Probability)]);
            html.Add(
                $"</td><td class=\"wide\">{string.Join(", ", decision.Actions.Select(a => $"{a.Name} {Figures.Probability(a.Probability)}"))}</td></tr>"
            );
        }

        html.Add(
            $"</tbody></table></div><p class=\"note\">A bar's parts are the actions in their order, each fainter than the one before.</p>"
        );
        if (most < play.Decisions.Count)
            html.Add(
                $"<p class=\"note\">The first {Figures.Count(most)} of {Figures.Count(play.Decisions.Count)} information sets; solution.json has all.</p>"
            );
    }

    /// <summary>Probabilities as lengths one after the other, each fainter than the one before; the rest of the line is empty.</summary>
    private static void Bar(Html html, IReadOnlyList<double> probabilities)
    {
        html.Add(
            $"<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"rest\" width=\"100\" height=\"10\"/>"
        );
        var at = 0.0;
        for (var k = 0; k < probabilities.Count; k++)
        {
            var width = double.IsFinite(probabilities[k])
                ? Math.Clamp(probabilities[k] * 100, 0, Math.Max(100 - at, 0))
                : 0;
            var opacity = probabilities.Count == 1 ? 1 : 1 - (0.85 * k / (probabilities.Count - 1));
            if (width > 0)
                html.Add($"<rect x=\"{at}\" width=\"{width}\" height=\"10\" fill-opacity=\"{opacity}\"/>");
            at += width;
        }

        html.Add($"</svg>");
    }

    private static void Joint(Html html, IReadOnlyList<Share> joint)
    {
        if (joint.Count == 0)
            return;
        html.Add($"<h3>Joint distribution</h3>");
        Actions(html, joint);
    }
}
