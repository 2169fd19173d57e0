namespace Alignment.Benchmarks;

/// <summary>All histories of a game of two players in arrays: those after one history side by side, and every one behind the one before it.</summary>
/// <remarks>
/// Probabilities stand in one array: the actions of the first player's information sets, those of the second's, and what chance does, which
/// never changes. So every history that is not an end has a range of probabilities and a range of histories after it.
/// </remarks>
internal sealed class Histories
{
    /// <summary>A history at which something is done.</summary>
    /// <param name="Number">Its number among all histories.</param>
    /// <param name="Actor">The player; 2 for chance.</param>
    /// <param name="Count">How many actions there are.</param>
    /// <param name="Next">The history after the first action.</param>
    /// <param name="Probabilities">Where the actions' probabilities stand.</param>
    public readonly record struct Inner(int Number, int Actor, int Count, int Next, int Probabilities);

    private Histories(Inner[] all, double[] payoffs, double[] chanceReaches, double[] chance, Inner[] first)
    {
        (All, Payoffs, ChanceReaches, Chance, First) = (all, payoffs, chanceReaches, chance, first);
    }

    /// <summary>All but the ends.</summary>
    public Inner[] All { get; }

    /// <summary>For every history: what an end pays the first player; 0 at others.</summary>
    public double[] Payoffs { get; }

    /// <summary>For every history: the probability that chance moves so.</summary>
    public double[] ChanceReaches { get; }

    /// <summary>The probabilities of what chance does.</summary>
    public double[] Chance { get; }

    /// <summary>A history of every information set that can be met, those of the first player first.</summary>
    public Inner[] First { get; }

    /// <summary>How many there are, ends included.</summary>
    public int Count => Payoffs.Length;

    /// <exception cref="ArgumentException">The game has not two players, or is not zero-sum.</exception>
    public static Histories Of<TState>(IRules<TState> rules, GameTree tree)
    {
        if (tree.Players.Count != 2)
            throw new ArgumentException($"{rules.Name} has {tree.Players.Count} players, expected two.", nameof(rules));
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var offset = 0;
        foreach (var treeplex in tree.Players)
        {
            foreach (var set in treeplex.InformationSets)
                places.TryAdd(set.Label, offset + set.First);
            offset += treeplex.Actions;
        }

        var states = new List<TState> { rules.Initial };
        var reaches = new List<double> { 1 };
        var payoffs = new List<double>();
        var inner = new List<Inner>();
        var chance = new List<double>();
        var first = new SortedDictionary<int, Inner>();
        for (var number = 0; number < states.Count; number++)
        {
            var state = states[number];
            var turn = rules.Actor(state);
            payoffs.Add(turn.IsOver ? Payoff(rules, state) : 0);
            if (turn.IsOver)
                continue;
            var count = rules.Actions(state).Count;
            var next = states.Count;
            if (turn.IsChance)
            {
                var probabilities = rules.Chance(state);
                inner.Add(new(number, 2, probabilities.Count(p => p > 0), next, offset + chance.Count));
                for (var a = 0; a < count; a++)
                {
                    if (probabilities[a] == 0)
                        continue;
                    chance.Add(probabilities[a]);
                    states.Add(rules.Next(state, a));
                    reaches.Add(reaches[number] * probabilities[a]);
                }

                continue;
            }

            inner.Add(new(number, turn.Player, count, next, places[rules.InformationState(state)]));
            first.TryAdd(inner[^1].Probabilities, inner[^1]);
            for (var a = 0; a < count; a++)
            {
                states.Add(rules.Next(state, a));
                reaches.Add(reaches[number]);
            }
        }

        return new([.. inner], [.. payoffs], [.. reaches], [.. chance], [.. first.Values]);
    }

    private static double Payoff<TState>(IRules<TState> rules, TState state)
    {
        var returns = rules.Returns(state);
        return Math.Abs(returns[0] + returns[1]) <= 1e-12 * Math.Abs(returns[0])
            ? returns[0]
            : throw new ArgumentException($"{rules.Name} is not zero-sum.", nameof(rules));
    }
}
