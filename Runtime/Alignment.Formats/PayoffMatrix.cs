using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The matrix form of <see cref="PayoffCsv"/>: a row per action of one player, a column per action of the other.</summary>
internal static class PayoffMatrix
{
    private const string LongFormHint =
        $"a column '{PayoffCsv.ZeroSum}' or '{PayoffCsv.PerPlayer}PLAYER' if each row is one cell of the game";

    public static NormalFormTable Game(CsvTable csv)
    {
        string[] players = Players(csv);
        ImmutableArray<string> columns = Columns(csv, players[1]);
        ImmutableArray<string> rows = Rows(csv, players[0]);
        var payoffs = new double[rows.Length * columns.Length];
        for (int cell = 0; cell < payoffs.Length; cell++)
        {
            (int i, int j) = Math.DivRem(cell, columns.Length);
            string text = csv.Rows[i].Cells[1 + j];
            payoffs[cell] = NumberText.TryParse(text, out double payoff)
                ? payoff
                : throw csv.Rows[i]
                    .Error(
                        1 + j,
                        $"the payoff of {PayoffCsv.Cell(players, [rows[i], columns[j]])} is {Quote(text)}"
                            + $"; expected {NumberText.Expected}, or {LongFormHint}"
                    );
        }
        return PayoffCsv.Game(csv, players, [rows, columns], [payoffs, PayoffCsv.Negated(payoffs)]);
    }

    private static string[] Players(CsvTable csv)
    {
        string corner = csv.Header[0];
        string[] players = corner.Length == 0 ? ["row", "column"] : corner.Split('\\');
        bool named = players is [{ Length: > 0 }, { Length: > 0 }];
        return named && !string.Equals(players[0], players[1], StringComparison.Ordinal)
            ? players
            : throw csv.HeaderError(
                0,
                $"the header starts with {Quote(corner)}; expected an empty cell or the two players' names "
                    + $"as 'ROW\\COLUMN', or {LongFormHint}"
            );
    }

    private static ImmutableArray<string> Columns(CsvTable csv, string player)
    {
        ImmutableArray<string> columns = csv.Header[1..];
        return columns.IsEmpty
                ? throw csv.HeaderError(
                    0,
                    $"the header names no action of player {Quote(player)}; expected at least one"
                )
            : columns.IndexOf("") is >= 0 and var unnamed
                ? throw csv.HeaderError(1 + unnamed, $"an action of player {Quote(player)} has no label; expected one")
            : columns;
    }

    private static ImmutableArray<string> Rows(CsvTable csv, string player)
    {
        var labels = new ActionLabels(player, column: 0);
        foreach ((int i, CsvTableRow row) in csv.Rows.Index())
        {
            int action = labels.NumberOf(row);
            if (action < i)
            {
                throw row.Error(
                    0,
                    $"action {Quote(row.Cells[0])} of player {Quote(player)} is given again, first on line "
                        + $"{Number(csv.Rows[action].Line)}; give every action a label of its own"
                );
            }
        }
        return [.. labels.All];
    }
}
