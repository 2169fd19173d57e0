namespace Alignment;

/// <summary>What strategies are worth against mixtures, in a table of the row player's payoffs.</summary>
internal static class Saddle
{
    private const double Tolerance = 1e-9;

    /// <summary>(A q)_i for every row.</summary>
    public static double[] Rows(IReadOnlyList<double> payoffs, ValueList<double> column)
    {
        var values = new double[payoffs.Count / column.Count];
        for (var cell = 0; cell < payoffs.Count; cell++)
            values[cell / column.Count] += payoffs[cell] * column[cell % column.Count];
        return values;
    }

    /// <summary>(p'A)_j for every column.</summary>
    public static double[] Columns(IReadOnlyList<double> payoffs, ValueList<double> row)
    {
        var values = new double[payoffs.Count / row.Count];
        for (var cell = 0; cell < payoffs.Count; cell++)
            values[cell % values.Length] += payoffs[cell] * row[cell / values.Length];
        return values;
    }

    /// <exception cref="ArgumentException">A mixture has not one weight a strategy, or is no distribution.</exception>
    public static void Require(string who, SampledPayoffs table, ValueList<double> row, ValueList<double> column)
    {
        ArgumentNullException.ThrowIfNull(table);
        Require(who, "row", row, table.Rows.Count);
        Require(who, "column", column, table.Columns.Count);
    }

    /// <exception cref="ArgumentException">Not between 0 and 1.</exception>
    public static void RequireConfidence(string who, double confidence)
    {
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentException(
                $"{who}: expected a confidence between 0 and 1, got {Text.Number(confidence)}."
            );
    }

    /// <exception cref="ArgumentException">Some cell that the profile's value or a deviation from it depends on has no games.</exception>
    public static void RequireGames(string who, SampledPayoffs table, ValueList<double> row, ValueList<double> column)
    {
        for (var cell = 0; cell < table.Counts.Count; cell++)
        {
            var (i, j) = (cell / column.Count, cell % column.Count);
            if (table.Counts[cell] == 0 && (row[i] > 0 || column[j] > 0))
                throw new ArgumentException(
                    $"{who}: '{table.Rows[i]}' against '{table.Columns[j]}' matters to a deviation and has no games; draw some."
                );
        }
    }

    private static void Require(string who, string player, ValueList<double> mixture, int strategies)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        if (mixture.Count != strategies)
            throw new ArgumentException(
                $"{who}: expected a mixture of {strategies} strategies of the {player} player, got {mixture.Count} weights."
            );
        if (!mixture.All(w => w >= 0) || !(Math.Abs(mixture.Sum() - 1) <= Tolerance))
            throw new ArgumentException(
                $"{who}: expected weights of at least 0 that sum to 1 for the {player} player, got {string.Join(", ", mixture.Select(Text.Number))}."
            );
    }
}
