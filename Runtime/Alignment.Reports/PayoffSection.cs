using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>The payoffs of a two-player matrix game as heat maps, what the players mix at their sides. Only where these are known.</summary>
internal static class PayoffSection
{
    private const int MostActions = PayoffFile.MostActions;

    public static void Add(Html html, Subject subject)
    {
        var players = Maps(subject);
        if (players.Count == 0)
            return;
        var plays = subject.Finding!.Plays;
        html.Add($"<section><h2>Payoffs</h2>");
        if (subject.Finding.Elements.Count > 1)
            html.Add(
                $"<p>Of the game furthest from equilibrium: {subject.Finding.Elements[subject.Finding.Worst].Game}.</p>"
            );
        foreach (var player in players)
        {
            html.Add($"<h3>Payoff of {plays[player].Player}</h3><div class=\"scroll\" tabindex=\"0\">");
            Map(subject, player).AddTo(html);
            html.Add($"</div>");
        }

        html.Add(
                $"<p class=\"note\">Rows are actions of {plays[0].Player}, columns those of {plays[1].Player}; the darker, the larger the payoff. Bars are what each plays. "
            )
            .Add(
                $"{(subject.Payoffs!.IsConstantSum ? "Payoffs sum to a constant: the other player's follow." : "")}</p></section>\n"
            );
    }

    /// <summary>The players whose payoffs can be drawn, by number: one where the other's follow.</summary>
    public static IReadOnlyList<int> Maps(Subject subject) =>
        Drawn(subject) is null ? []
        : subject.Payoffs!.IsConstantSum ? [0]
        : [0, 1];

    /// <summary>The drawing of a player's payoffs.</summary>
    public static Drawing Map(Subject subject, int player)
    {
        var plays = subject.Finding!.Plays;
        return PayoffDrawing.Of(
            Drawn(subject)![player],
            plays[0].Decisions[0].Actions,
            plays[1].Decisions[0].Actions,
            $"Payoff of {plays[player].Player}"
        );
    }

    private static double[][]? Drawn(Subject subject)
    {
        if (
            subject
                is not {
                    Payoffs: { } payoffs,
                    Finding: { Plays: [{ Decisions: [var first] }, { Decisions: [var second] }] } finding
                }
            || Math.Max(first.Actions.Count, second.Actions.Count) > MostActions
        )
            return null;
        var numbers = payoffs.Of(finding);
        return
            numbers is [var own, var other]
            && own.Length == first.Actions.Count * second.Actions.Count
            && other.Length == own.Length
            ? numbers
            : null;
    }
}
