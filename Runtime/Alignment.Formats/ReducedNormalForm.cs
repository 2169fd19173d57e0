using System.Runtime.InteropServices;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The reduced normal form of a sequential game: what each combination of whole plans pays, as a table.</summary>
/// <remarks>
/// <para>
/// A reduced pure strategy gives an action at each information set that it does not rule out by its own actions before. Its
/// label lists them in the order of the player's information sets, <c>*</c> where one is ruled out; the table's comment names
/// the information sets. A player that never acts has the tree's one action, <c>-</c>. Strategies stand in lexicographic order, the
/// last information set fastest. Payoffs are expectations over chance.
/// </para>
/// <para>
/// The number of strategies grows exponentially with the tree: Kuhn poker has 27 x 64, Leduc poker more than memory holds. Not
/// for solving a game that a tree solver takes; for a table that a program without trees can read.
/// </para>
/// <para>Source: H. W. Kuhn (1953), "Extensive games and the problem of information"; the sequence form of <see cref="GameTree"/> does the counting.</para>
/// </remarks>
/// <example>
/// <code>
/// string nfg = NfgWriter.Write(ReducedNormalForm.Of(GameTree.Of(new KuhnPoker())));
/// </code>
/// </example>
public static class ReducedNormalForm
{
    /// <summary>Cells of a table at most, unless told otherwise: 1 million.</summary>
    public const int MostCells = 1_000_000;

    /// <summary>The table of a tree.</summary>
    /// <param name="tree">The game.</param>
    /// <param name="mostCells">Cells at most; a larger table is refused before anything is allocated for it.</param>
    /// <returns>The table, of the tree's name.</returns>
    /// <exception cref="RulesException">The table has more cells; the message gives the size.</exception>
    public static NormalFormTable Of(GameTree tree, int mostCells = MostCells)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostCells, 1);
        long[] counts = [.. tree.Players.Select(CountStrategies)];
        CheckSize(tree, counts, mostCells);
        Strategies[] players = [.. tree.Players.Select(player => new Strategies(player))];
        return new NormalFormTable(
            tree.Name,
            $"Reduced normal form; actions at {string.Join("; ", tree.Players.Select(Sets))}",
            tree.Players.Select(player => player.Player),
            players.Select(player => player.Labels),
            Payoffs(tree, players, [.. counts.Select(count => (int)count)])
                .Select(numbers => (IEnumerable<double>)ImmutableCollectionsMarshal.AsImmutableArray(numbers))
        );
    }

    private static string Sets(Treeplex player) =>
        $"{player.Player}: {string.Join(", ", player.InformationSets.Select(set => set.Label))}";

    /// <summary>
    /// After a sequence, the plans of all information sets that follow it are chosen one by one, so their numbers multiply; the
    /// plans of one information set are those after each of its actions, so theirs add up.
    /// </summary>
    private static long CountStrategies(Treeplex player)
    {
        var after = new long[player.Sequences];
        Array.Fill(after, 1);
        for (int i = player.InformationSets.Count - 1; i >= 0; i--)
        {
            InformationSet set = player.InformationSets[i];
            long plans = 0;
            for (int a = 1; a <= set.Actions.Count; a++)
            {
                plans = long.MaxValue - plans < after[set.First + a] ? long.MaxValue : plans + after[set.First + a];
            }
            after[set.Parent] = TableShape.Cells([after[set.Parent], plans]);
        }
        return after[0];
    }

    private static void CheckSize(GameTree tree, long[] counts, int mostCells)
    {
        int most = Math.Min(mostCells, InputLimits.MaxNumbers / counts.Length);
        if (TableShape.Cells(counts) > most)
        {
            string cells = counts.Contains(long.MaxValue) ? "more than 10^18" : TableShape.Describe(counts);
            throw new RulesException(
                $"The reduced normal form of {tree.Name} has {cells} cells; at most {Limit(most)} are made"
                    + ". Make the game smaller, or write the tree itself as .efg."
            );
        }
        // A strategy is a text with a part for each information set, however few strategies there are.
        long parts = tree.Players.Zip(counts, (player, count) => count * player.InformationSets.Count).Sum();
        if (parts > InputLimits.MaxNumbers)
        {
            throw new RulesException(
                $"The strategies of {tree.Name} have {Limit(parts)} actions, more than {Limit(InputLimits.MaxNumbers)}"
                    + ". Make the game smaller, or write the tree itself as .efg."
            );
        }
    }

    private static double[][] Payoffs(GameTree tree, Strategies[] players, int[] shape)
    {
        int[] strides = TableShape.Strides([.. shape]);
        int cells = shape.Aggregate(1, (product, count) => product * count);
        double[][] payoffs = [.. players.Select(_ => new double[cells])];
        var at = new int[players.Length];
        for (int outcome = 0; outcome < tree.Outcomes; outcome++)
        {
            // Every combination of strategies that play the outcome's sequences comes to it.
            List<int>[] playing = [.. players.Select((player, p) => player.Playing(tree.Sequences[p][outcome]))];
            Array.Clear(at);
            for (int moved = 0; moved >= 0; )
            {
                int cell = at.Select((index, p) => playing[p][index] * strides[p]).Sum();
                for (int p = 0; p < players.Length; p++)
                {
                    payoffs[p][cell] += tree.Payoffs[p][outcome];
                }
                for (moved = players.Length - 1; moved >= 0 && ++at[moved] == playing[moved].Count; moved--)
                {
                    at[moved] = 0;
                }
            }
        }
        return payoffs;
    }

    /// <summary>A player's reduced pure strategies: their labels, and which of them play a sequence.</summary>
    private sealed class Strategies
    {
        private const int RuledOut = -1;
        private readonly List<int>[] playing;

        public Strategies(Treeplex player)
        {
            playing = [.. Enumerable.Range(0, player.Sequences).Select(_ => new List<int>())];
            var names = new EfgUniqueNames();
            var choices = new int[player.InformationSets.Count];
            Array.Fill(choices, RuledOut);
            var played = new bool[player.Sequences];
            played[0] = true;
            Complete(player, choices, played, 0);
            do
            {
                playing[0].Add(Labels.Count);
                for (int i = 0; i < choices.Length; i++)
                {
                    if (choices[i] != RuledOut)
                    {
                        playing[Sequence(player, choices, i)].Add(Labels.Count);
                    }
                }
                Labels.Add(names.Of(Label(player, choices)));
            } while (Advance(player, choices, played));
        }

        public List<string> Labels { get; } = [];

        public List<int> Playing(int sequence) => playing[sequence];

        private static int Sequence(Treeplex player, int[] choices, int set) =>
            player.InformationSets[set].First + choices[set] + 1;

        private static string Label(Treeplex player, int[] choices)
        {
            IEnumerable<string> actions = player.InformationSets.Zip(
                choices,
                (set, choice) => choice == RuledOut ? "*" : set.Actions[choice]
            );
            return string.Join(' ', actions);
        }

        /// <summary>Takes the next action at the last information set that has one, and the first at those behind it.</summary>
        private static bool Advance(Treeplex player, int[] choices, bool[] played)
        {
            for (int i = choices.Length - 1; i >= 0; i--)
            {
                if (choices[i] != RuledOut && choices[i] + 1 < player.InformationSets[i].Actions.Count)
                {
                    played[Sequence(player, choices, i)] = false;
                    choices[i]++;
                    played[Sequence(player, choices, i)] = true;
                    Complete(player, choices, played, i + 1);
                    return true;
                }
            }
            return false;
        }

        /// <summary>From an information set on: the first action wherever the choices before do not rule it out.</summary>
        private static void Complete(Treeplex player, int[] choices, bool[] played, int from)
        {
            for (int i = from; i < choices.Length; i++)
            {
                if (choices[i] != RuledOut)
                {
                    played[Sequence(player, choices, i)] = false;
                }
                bool met = played[player.InformationSets[i].Parent];
                choices[i] = met ? 0 : RuledOut;
                if (met)
                {
                    played[Sequence(player, choices, i)] = true;
                }
            }
        }
    }
}
