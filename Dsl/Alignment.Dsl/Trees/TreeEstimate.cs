namespace Alignment;

/// <summary>About how large a tree is, from a sample of its positions.</summary>
/// <remarks>
/// Of the positions of one depth, those with the same actor and as many actions stand for each other: one of them, drawn with their weights, is
/// walked on from, with all their weight together. The estimate has the true size for its expectation, and is exact where positions of one kind
/// have trees of one size below them. The mean of several walks is taken. Source: P. C. Chen (1992), "Heuristic sampling: a method for
/// predicting the performance of tree searching programs", SIAM Journal on Computing 21.
/// </remarks>
/// <param name="Histories">Histories.</param>
/// <param name="Ends">Those at which the game is over.</param>
internal sealed record TreeEstimate(double Histories, double Ends)
{
    private const int Walks = 20;
    private const int MostMoves = 10_000;

    /// <summary>Memory of a run: the tree, a solver's program for it and the certificate's. Measured with two players, between 370 bytes an end
    /// (leduc_poker with 26 ranks) and, where information sets are many and their texts long, 1,250 (goofspiel with 6 cards).</summary>
    public double Bytes(int players) => Ends * (400 + (50 * players));

    public static TreeEstimate Of<TState>(IRules<TState> rules)
    {
        var draws = new RandomStream(0, "tree estimate");
        var (histories, ends) = (0.0, 0.0);
        for (var walk = 0; walk < Walks; walk++)
        {
            var drawn = 0L;
            var level = new Dictionary<(int Actor, int Actions), (TState State, double Weight)>();
            void Meet(TState state, double weight)
            {
                histories += weight;
                if (Kind(rules, state) is not { } kind)
                {
                    ends += weight;
                    return;
                }

                var (there, total) = level.TryGetValue(kind, out var met) ? met : (state, 0);
                total += weight;
                level[kind] = (draws.Uniform(walk, drawn++) * total < weight ? state : there, total);
            }

            Meet(rules.Initial, 1);
            for (var move = 0; move < MostMoves && level.Count > 0; move++)
            {
                var before = level;
                level = [];
                foreach (var (state, weight) in before.Values)
                {
                    foreach (var next in Followers(rules, state))
                        Meet(next, weight);
                }
            }
        }

        return new(histories / Walks, ends / Walks);
    }

    /// <summary>What positions have in common that stand for each other; null where the game is over.</summary>
    private static (int Actor, int Actions)? Kind<TState>(IRules<TState> rules, TState state) =>
        Tried(() =>
            rules.Actor(state) switch
            {
                { IsOver: true } => ((int, int)?)null,
                { IsChance: true } => (-1, rules.Actions(state).Count),
                var turn => (turn.Player, rules.Actions(state).Count),
            }
        );

    private static IEnumerable<TState> Followers<TState>(IRules<TState> rules, TState state) =>
        Tried<TState[]?>(() =>
        {
            var chance = rules.Actor(state).IsChance ? rules.Chance(state) : null;
            return
            [
                .. Enumerable
                    .Range(0, rules.Actions(state).Count)
                    .Where(a => chance is null || (a < chance.Count && chance[a] > 0))
                    .Select(a => rules.Next(state, a)),
            ];
        }) ?? [];

    // rules that break are told with their history when the tree is enumerated
    private static T? Tried<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return default;
        }
    }
}
