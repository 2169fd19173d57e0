using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The long form of <see cref="PayoffCsv"/>: a row per cell of the game.</summary>
internal sealed class PayoffRows
{
    private const string ZeroSum = PayoffCsv.ZeroSum;
    private const string PerPlayer = PayoffCsv.PerPlayer;
    private readonly CsvTable csv;
    private readonly ImmutableArray<string> players;
    private readonly bool zeroSum;

    /// <summary>The columns of payoffs: each player's, or the first player's alone when the game is zero-sum.</summary>
    private readonly ImmutableArray<int> payoffColumns;

    public PayoffRows(CsvTable csv)
    {
        this.csv = csv;
        players = [.. csv.Header.TakeWhile(column => !PayoffCsv.IsPayoff(column))];
        zeroSum = csv.Header.Contains(ZeroSum, StringComparer.Ordinal);
        CheckPlayers();
        CheckPayoffColumns();
        payoffColumns = zeroSum ? [players.Length] : [.. players.Select(player => csv.Column(PerPlayer + player))];
    }

    public NormalFormTable Game()
    {
        ActionLabels[] labels = [.. players.Select((player, column) => new ActionLabels(player, column))];
        int[][] actions = [.. csv.Rows.Select(row => Array.ConvertAll(labels, player => player.NumberOf(row)))];
        ImmutableArray<int> shape = [.. labels.Select(player => player.All.Count)];
        long cells = TableShape.Cells(shape.Select(count => (long)count));
        if (cells > InputLimits.MaxNumbers / players.Length)
        {
            throw csv.HeaderError(
                0,
                $"{Size(shape)} cells for {Number(players.Length)} players are more than "
                    + $"{Limit(InputLimits.MaxNumbers)} payoffs, the most that is read; give a smaller game"
            );
        }
        int[] order = CellOfEachRow(actions, TableShape.Strides(shape));
        if (order.Length < cells)
        {
            throw Missing(order, shape, labels);
        }
        double[][] payoffs = [.. payoffColumns.Select(column => Payoffs(column, order))];
        return PayoffCsv.Game(
            csv,
            players,
            labels.Select(player => player.All),
            zeroSum ? [payoffs[0], PayoffCsv.Negated(payoffs[0])] : payoffs
        );
    }

    private static string Size(ImmutableArray<int> shape) => TableShape.Describe(shape.Select(count => (long)count));

    private void CheckPlayers()
    {
        if (players.IsEmpty)
        {
            throw csv.HeaderError(
                0,
                $"{Quote(csv.Header[0])} comes first; expected a column for each player before it"
            );
        }
        if (players.IndexOf("") is >= 0 and var unnamed)
        {
            throw csv.HeaderError(unnamed, "a column before the payoffs has no name; expected a player's name");
        }
        if (zeroSum && players.Length != 2)
        {
            throw csv.HeaderError(
                players.Length,
                $"one column '{ZeroSum}' means a zero-sum game of 2 players, but {Number(players.Length)} come "
                    + $"before it; give a column '{PerPlayer}PLAYER' for each"
            );
        }
    }

    private void CheckPayoffColumns()
    {
        if (csv.Header.Skip(players.Length).FirstOrDefault(name => !PayoffCsv.IsPayoff(name)) is { } stray)
        {
            throw csv.HeaderError(
                csv.Column(stray),
                $"column {Quote(stray)} comes after the payoffs; expected the players first and the payoffs last"
            );
        }
        if (!zeroSum)
        {
            CheckOneColumnPerPlayer();
        }
        else if (csv.Header.Length > players.Length + 1)
        {
            throw csv.HeaderError(
                csv.Column(ZeroSum),
                $"column '{ZeroSum}' is not the only one of payoffs; expected it alone (zero-sum) or a column "
                    + $"'{PerPlayer}PLAYER' for each player"
            );
        }
    }

    private void CheckOneColumnPerPlayer()
    {
        HashSet<string> withoutPayoffs = players.ToHashSet(StringComparer.Ordinal);
        for (int column = players.Length; column < csv.Header.Length; column++)
        {
            string player = csv.Header[column][PerPlayer.Length..];
            if (!withoutPayoffs.Remove(player))
            {
                throw csv.HeaderError(
                    column,
                    $"column {Quote(csv.Header[column])} is of no player{DidYouMean(player, players)}"
                        + $"; the players are: {Shorten(string.Join(", ", players))}"
                );
            }
        }
        if (withoutPayoffs.Count > 0)
        {
            string player = players.First(withoutPayoffs.Contains);
            throw csv.HeaderError(
                csv.Header.Length - 1,
                $"player {Quote(player)} has no payoffs; expected a column {Quote(PerPlayer + player)}"
            );
        }
    }

    /// <summary>The row-major index of each row's cell, once no two rows are found to give the same cell.</summary>
    private int[] CellOfEachRow(int[][] actions, int[] strides)
    {
        var first = new Dictionary<int, CsvTableRow>();
        var order = new int[actions.Length];
        foreach ((int i, CsvTableRow row) in csv.Rows.Index())
        {
            order[i] = actions[i].Zip(strides, (action, stride) => action * stride).Sum();
            if (!first.TryAdd(order[i], row))
            {
                throw row.Error(
                    0,
                    $"cell {PayoffCsv.Cell(players, row.Cells)} is given again, first on line "
                        + $"{Number(first[order[i]].Line)}; give every cell in one row"
                );
            }
        }
        return order;
    }

    /// <summary>The error of the first missing cell, at the last row: there is no better place to put it.</summary>
    private InputFormatException Missing(int[] order, ImmutableArray<int> shape, ActionLabels[] labels)
    {
        HashSet<int> given = [.. order];
        int missing = Enumerable.Range(0, order.Length + 1).First(cell => !given.Contains(cell));
        IEnumerable<string> actions = TableShape
            .Strides(shape)
            .Select((stride, player) => labels[player].All[missing / stride % shape[player]]);
        return csv.Rows[^1]
            .Error(
                0,
                $"cell {PayoffCsv.Cell(players, actions)} is missing: the rows up to here give "
                    + $"{Number(order.Length)} of {Size(shape)} cells; add a row for it"
            );
    }

    private double[] Payoffs(int column, int[] order)
    {
        var payoffs = new double[order.Length];
        foreach ((int i, CsvTableRow row) in csv.Rows.Index())
        {
            payoffs[order[i]] = NumberText.TryParse(row.Cells[column], out double payoff)
                ? payoff
                : throw row.Error(
                    column,
                    $"{Quote(csv.Header[column])} of {PayoffCsv.Cell(players, row.Cells)} is "
                        + $"{Quote(row.Cells[column])}; expected {NumberText.Expected}"
                );
        }
        return payoffs;
    }
}
