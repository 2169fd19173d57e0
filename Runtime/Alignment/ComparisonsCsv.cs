using Alignment.Formats;

namespace Alignment;

/// <summary>Reads comparisons from a comma-separated file with a header, one row a pair or a game.</summary>
public static class ComparisonsCsv
{
    /// <summary>Reads a file; rows about the same pair, in either order, are added up.</summary>
    /// <param name="path">The file, UTF-8; a relative path starts at the current folder.</param>
    /// <param name="first">Column of one competitor's name.</param>
    /// <param name="second">Column of the other's.</param>
    /// <param name="wins">Column of the games that the first won, a number of at least 0.</param>
    /// <param name="losses">Column of the games that the second won.</param>
    /// <param name="ties">Column of the games that nobody won; null for <c>ties</c> if the file has it, and else none.</param>
    /// <exception cref="InputFormatException">The file is no such table; the message names file, line and column.</exception>
    public static Comparisons Read(
        string path,
        string first = "first",
        string second = "second",
        string wins = "wins",
        string losses = "losses",
        string? ties = null
    )
    {
        var table = CsvTable.Read(path);
        ties ??= table.Header.Contains("ties") ? "ties" : null;
        var rows = table.Rows.Select(row =>
        {
            foreach (var column in new[] { first, second })
            {
                if (string.IsNullOrWhiteSpace(row.Text(column)))
                    throw row.Error(column, "expected the name of a competitor, got none");
            }

            if (row.Text(first) == row.Text(second))
                throw row.Error(second, $"expected another competitor than '{row.Text(first)}', got the same");
            return new PairCounts(
                row.Text(first),
                row.Text(second),
                Count(row, wins),
                Count(row, losses),
                ties is null ? 0 : Count(row, ties)
            );
        });
        return Comparisons.Of(rows);
    }

    private static double Count(CsvTableRow row, string column) =>
        row.Number(column) is >= 0 and var count
            ? count
            : throw row.Error(column, $"expected a number of games of at least 0, got {row.Text(column)}");
}
