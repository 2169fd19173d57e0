namespace Alignment;

/// <summary>The best of several candidates, chosen on some games and measured on others.</summary>
/// <remarks>
/// <para>The largest of several noisy means is too large: of 20 checkpoints that all win 30 % of games, the best of 64 games each reads 41 %. So the
/// choice is made by means over the first games, and <see cref="Mean"/> is the mean of the chosen candidate over games that come after.</para>
/// <para>Units: those of payoffs. Ties go to the first. Errors: no candidates, fewer than two games of either kind, a payoff that is not finite.</para>
/// <para>Source: the error is known as the winner's curse; Capen, Clapp, Campbell (1971), "Competitive bidding in high-risk situations", Journal of
/// Petroleum Technology 23.</para>
/// <para>Not to compare the chosen one with the others: the fresh games are the chosen one's alone.</para>
/// </remarks>
/// <param name="Index">The candidate chosen, from 0.</param>
/// <param name="Chosen">Its mean on the games that chose it: too large on average.</param>
/// <param name="Mean">Its mean on fresh games.</param>
/// <param name="StandardError">Of that mean (ddof 1).</param>
public sealed record FreshSelection(int Index, double Chosen, double Mean, double StandardError)
{
    private const string Who = "Fresh selection";

    /// <summary>Chooses and measures.</summary>
    /// <param name="candidates">Their names.</param>
    /// <param name="sample">What a candidate gets in a game of a number: games 0 to <paramref name="selection"/> - 1 choose, those after measure.</param>
    /// <param name="selection">Games of each candidate that choose.</param>
    /// <param name="fresh">Games of the chosen one that measure.</param>
    /// <exception cref="ArgumentException">See <see cref="FreshSelection"/>.</exception>
    public static FreshSelection Of(
        IEnumerable<string> candidates,
        Func<int, long, double> sample,
        int selection,
        int fresh
    )
    {
        ArgumentNullException.ThrowIfNull(sample);
        var names = Text.Distinct(Who, candidates, 1);
        if (selection < 2 || fresh < 2)
            throw new ArgumentException(
                $"{Who}: expected at least 2 games to choose on and 2 fresh ones, got {selection} and {fresh}."
            );
        double Payoff(int candidate, long game)
        {
            var payoff = sample(candidate, game);
            return double.IsFinite(payoff)
                ? payoff
                : throw new ArgumentException(
                    $"{Who}: expected finite payoffs, got {Text.Number(payoff)} of '{names[candidate]}' in game {game}."
                );
        }

        double[] Games(int candidate, long first, int count) =>
            [.. Enumerable.Range(0, count).Select(k => Payoff(candidate, first + k))];

        var means = names.Select((_, k) => Games(k, 0, selection).Average()).ToArray();
        var index = Array.IndexOf(means, means.Max());
        var measured = Games(index, selection, fresh);
        var mean = measured.Average();
        var error = Math.Sqrt(measured.Sum(x => (x - mean) * (x - mean)) / (fresh - 1.0) / fresh);
        return new(index, means[index], mean, error);
    }
}
