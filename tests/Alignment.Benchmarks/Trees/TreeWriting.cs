namespace Alignment.Benchmarks;

/// <summary>Vanilla CFR as one would write it by hand: one way of several.</summary>
/// <remarks>
/// <para>What all of them do: regret matching in every information set, all players at once with the strategies of before the iteration, the
/// average over iterations weighted by a player's own reach, each iteration alike; float64.</para>
/// <para>Source: M. Zinkevich, M. Johanson, M. Bowling, C. Piccione (2007), "Regret minimization in games with incomplete information".</para>
/// </remarks>
internal abstract class TreeWriting(string name, GameTree tree)
{
    /// <summary>What it is.</summary>
    public string Name { get; } = name;

    /// <summary>The game.</summary>
    public GameTree Tree { get; } = tree;

    /// <summary>Does iterations, on from the last one.</summary>
    public abstract void Run(int iterations);

    /// <summary>For each player: its average strategy, a probability for each action of its treeplex.</summary>
    public double[][] Average()
    {
        var average = new double[Tree.Players.Count][];
        for (var p = 0; p < average.Length; p++)
        {
            average[p] = Sums(p);
            foreach (var set in Tree.Players[p].InformationSets)
                Normalize(average[p].AsSpan(set.First, set.Actions.Count));
        }

        return average;
    }

    /// <summary>A player's strategies summed over iterations, each times a number that is the same for the actions of an information set; a copy.</summary>
    protected abstract double[] Sums(int player);

    /// <summary>Makes weights sum to 1; uniform if all are 0.</summary>
    private static void Normalize(Span<double> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights)
            sum += weight;
        for (var a = 0; a < weights.Length; a++)
            weights[a] = sum > 0 ? weights[a] / sum : 1.0 / weights.Length;
    }
}
