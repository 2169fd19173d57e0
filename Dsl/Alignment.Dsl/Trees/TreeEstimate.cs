namespace Alignment;

/// <summary>About how large a tree is, from random games through it.</summary>
/// <remarks>
/// A random game that met n1, n2, ... actions counts n1 n2 ... ends; the mean over games has the number of ends for its expectation, with a
/// variance that grows with how uneven the tree is. Source: D. E. Knuth (1975), "Estimating the efficiency of backtrack programs", Mathematics
/// of Computation 29.
/// </remarks>
/// <param name="Histories">Histories.</param>
/// <param name="Ends">Those at which the game is over.</param>
internal sealed record TreeEstimate(double Histories, double Ends)
{
    private const int Games = 200;
    private const int MostMoves = 10_000;

    /// <summary>Memory for the tree and a solver's program for it: measured at some 60 bytes an end, and 20 for each player.</summary>
    public double Bytes(int players) => Ends * (60 + (20 * players));

    public static TreeEstimate Of<TState>(IRules<TState> rules)
    {
        var draws = new RandomStream(0, "tree estimate");
        var (histories, ends) = (0.0, 0.0);
        for (var game = 0; game < Games; game++)
        {
            try
            {
                var state = rules.Initial;
                var weight = 1.0;
                histories++;
                for (var move = 0; move < MostMoves && !rules.Actor(state).IsOver; move++)
                {
                    var actions = Possible(rules, state);
                    if (actions.Length == 0)
                        break;
                    weight *= actions.Length;
                    histories += weight;
                    state = rules.Next(state, actions[(int)(draws.Uniform(game, move) * actions.Length)]);
                }

                ends += weight;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // rules that break are told with their history when the tree is enumerated
                continue;
            }
        }

        return new(histories / Games, ends / Games);
    }

    private static int[] Possible<TState>(IRules<TState> rules, TState state)
    {
        var count = rules.Actions(state).Count;
        if (!rules.Actor(state).IsChance)
            return [.. Enumerable.Range(0, count)];
        var chance = rules.Chance(state);
        return [.. Enumerable.Range(0, count).Where(a => a < chance.Count && chance[a] > 0)];
    }
}
