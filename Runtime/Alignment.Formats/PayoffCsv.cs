using System.Runtime.InteropServices;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>Reads a normal-form game from a .csv table of payoffs, in one of two forms.</summary>
/// <remarks>
/// <para>
/// <b>Long form</b>, one row per cell of the game: first a column per player, named after it, whose cells are
/// actions; then either a column <c>payoff:PLAYER</c> per player, or one column <c>payoff</c>, which means a
/// zero-sum game of two players and pays the first. Rows may come in any order, each cell of the product once.
/// Actions are numbered in order of first appearance.
/// </para>
/// <para>
/// <b>Matrix form</b>, when no column is named so: a zero-sum game of two players. The header names the
/// column player's actions, the first column the row player's, and a cell pays the row player. The first cell
/// of the header is empty or <c>ROW\COLUMN</c>, the players' names, which are <c>row</c> and <c>column</c> when
/// not given.
/// </para>
/// <para>The title is the file's name without its extension. Not for estimates with errors: payoffs are exact.</para>
/// </remarks>
/// <example>
/// <code>
/// NormalFormTable pennies = PayoffCsv.Parse("me\\you,heads,tails\nheads,1,-1\ntails,-1,1\n", "pennies.csv");
/// </code>
/// </example>
public static class PayoffCsv
{
    internal const string ZeroSum = "payoff";
    internal const string PerPlayer = "payoff:";
    private const int MostPlayersNamed = 6;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The game.</returns>
    /// <exception cref="InputFormatException">The file cannot be read, or is not a payoff table.</exception>
    public static NormalFormTable Read(string path) => Game(CsvTable.Read(path));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The content of a .csv file.</param>
    /// <param name="fileName">The name that error messages begin with.</param>
    /// <returns>The game.</returns>
    /// <exception cref="InputFormatException">The text is not a payoff table.</exception>
    public static NormalFormTable Parse(string text, string fileName) => Game(CsvTable.Parse(text, fileName));

    internal static bool IsPayoff(string column) =>
        string.Equals(column, ZeroSum, StringComparison.Ordinal)
        || column.StartsWith(PerPlayer, StringComparison.Ordinal);

    internal static NormalFormTable Game(
        CsvTable csv,
        IEnumerable<string> players,
        IEnumerable<IEnumerable<string>> actions,
        IEnumerable<double[]> payoffs
    ) =>
        new(
            Path.GetFileNameWithoutExtension(csv.FileName),
            comment: "",
            players,
            actions,
            payoffs.Select(numbers => (IEnumerable<double>)ImmutableCollectionsMarshal.AsImmutableArray(numbers))
        );

    // 0 - x and not -x: the opposite of 0 is then 0 and not -0, which would be printed.
    internal static double[] Negated(double[] payoffs) => Array.ConvertAll(payoffs, payoff => 0 - payoff);

    /// <summary>A cell of the game as messages name it: <c>(red 'a', blue 'x')</c>, of many players the first.</summary>
    internal static string Cell(IReadOnlyCollection<string> players, IEnumerable<string> actions)
    {
        IEnumerable<string> parts = players.Zip(actions, (player, action) => $"{Shorten(player)} {Quote(action)}");
        return $"({string.Join(", ", parts.Take(MostPlayersNamed))}{(players.Count > MostPlayersNamed ? ", ..." : "")})";
    }

    private static NormalFormTable Game(CsvTable csv) =>
        csv.Header.Any(IsPayoff) ? new PayoffRows(csv).Game() : PayoffMatrix.Game(csv);
}
