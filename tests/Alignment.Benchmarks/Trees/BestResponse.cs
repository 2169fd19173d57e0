namespace Alignment.Benchmarks;

/// <summary>Exact best responses over the sequence form, for any number of players.</summary>
internal static class BestResponse
{
    /// <summary>What a player gains by a best response, the others' strategies as they are, averaged over players.</summary>
    public static double Exploitability(GameTree tree, double[][] strategies) =>
        NashConv(tree, strategies) / tree.Players.Count;

    /// <summary>What the players gain by best responses, each for itself, summed over players.</summary>
    public static double NashConv(GameTree tree, double[][] strategies)
    {
        var plans = strategies.Select((s, p) => Plan(tree.Players[p], s)).ToArray();
        var sum = 0.0;
        for (var p = 0; p < plans.Length; p++)
        {
            var gains = Gains(tree, plans, p);
            var value = 0.0;
            for (var sequence = 0; sequence < gains.Length; sequence++)
                value += plans[p][sequence] * gains[sequence];
            sum += Best(tree.Players[p], gains) - value;
        }

        return sum;
    }

    /// <summary>For each sequence: the probability that the player makes its moves.</summary>
    private static double[] Plan(Treeplex treeplex, double[] strategy)
    {
        var plan = new double[treeplex.Sequences];
        plan[0] = 1;
        foreach (var set in treeplex.InformationSets) // parents come first
        {
            for (var a = set.First; a < set.First + set.Actions.Count; a++)
                plan[a + 1] = plan[set.Parent] * strategy[a];
        }

        return plan;
    }

    /// <summary>For each of a player's sequences: what games pay it that end there, against the others' plans.</summary>
    private static double[] Gains(GameTree tree, double[][] plans, int player)
    {
        var gains = new double[tree.Players[player].Sequences];
        for (var outcome = 0; outcome < tree.Outcomes; outcome++)
        {
            var payoff = tree.Payoffs[player][outcome];
            for (var other = 0; other < plans.Length; other++)
            {
                if (other != player)
                    payoff *= plans[other][tree.Sequences[other][outcome]];
            }

            gains[tree.Sequences[player][outcome]] += payoff;
        }

        return gains;
    }

    /// <summary>The most a player can get; <paramref name="gains"/> are overwritten by those of all that follows a sequence.</summary>
    private static double Best(Treeplex treeplex, double[] gains)
    {
        for (var i = treeplex.InformationSets.Count - 1; i >= 0; i--) // children come last
        {
            var set = treeplex.InformationSets[i];
            var best = double.NegativeInfinity;
            for (var a = set.First + 1; a <= set.First + set.Actions.Count; a++)
                best = Math.Max(best, gains[a]);
            gains[set.Parent] += best;
        }

        return gains[0];
    }
}
