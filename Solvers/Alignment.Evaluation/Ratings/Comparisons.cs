namespace Alignment;

/// <summary>Results of pairs: how often each competitor (a model, a policy, an answer) won against each other one.</summary>
/// <remarks>
/// <para>Wins are numbers w_ij of at least 0, i before j; w_ij + w_ji is the number of games n_ij of the pair. A tie is half a win for both.
/// Pairs that never met have 0 games. Everything that rates works on this one value.</para>
/// <para>Shapes: n labels, n x n wins row after row. Units: games. Counts need not be whole.</para>
/// <para>Errors: fewer than two competitors, two of one name, wins below 0 or not finite, wins against oneself.</para>
/// <para>Not for games of more than two, nor for scores on a common scale, which are no comparisons.</para>
/// </remarks>
public sealed record Comparisons
{
    private const string Who = "Comparisons";

    private Comparisons(ValueList<string> labels, ValueList<double> wins) => (Labels, Wins) = (labels, wins);

    /// <summary>The competitors.</summary>
    public ValueList<string> Labels { get; }

    /// <summary>Wins of the row against the column, row after row.</summary>
    public ValueList<double> Wins { get; }

    /// <summary>Number of competitors.</summary>
    public int Count => Labels.Count;

    /// <summary>All games of all pairs.</summary>
    public double TotalGames => Wins.Sum();

    /// <summary>Comparisons from a table of wins of the row against the column; its diagonal is 0.</summary>
    /// <exception cref="ArgumentException">See <see cref="Comparisons"/>.</exception>
    public static Comparisons Of(IEnumerable<string> labels, double[,] wins)
    {
        var names = Text.Distinct(Who, labels, 2);
        var flat = Text.Square(Who, names, wins);
        for (var k = 0; k < flat.Length; k++)
        {
            var (i, j) = (k / names.Count, k % names.Count);
            if (flat[k] < 0)
                throw new ArgumentException(
                    $"{Who}: expected wins of at least 0, got {Text.Number(flat[k])} of '{names[i]}' against '{names[j]}'."
                );
            if (i == j && flat[k] != 0)
                throw new ArgumentException(
                    $"{Who}: expected 0 on the diagonal, got {Text.Number(flat[k])} wins of '{names[i]}' against itself."
                );
        }

        return new(names, flat.ToValueList());
    }

    /// <summary>Comparisons from rows of counts, as a file or a log has them; rows about the same pair, in either order, are added up.</summary>
    /// <remarks>Competitors stand in the order in which the rows name them first.</remarks>
    /// <exception cref="ArgumentException">See <see cref="Comparisons"/>.</exception>
    public static Comparisons Of(IEnumerable<PairCounts> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var all = rows.ToArray();
        var labels = all.SelectMany(row => new[] { row.First, row.Second }).Distinct(StringComparer.Ordinal).ToArray();
        var names = Text.Distinct(Who, labels, 2);
        var at = names.Select((name, k) => (name, k)).ToDictionary(p => p.name, p => p.k, StringComparer.Ordinal);
        var wins = new double[names.Count, names.Count];
        foreach (var row in all)
        {
            if (row.First == row.Second)
                throw new ArgumentException(
                    $"{Who}: expected two competitors in a row, got '{row.First}' against itself."
                );
            foreach (var (count, what) in new[] { (row.Wins, "wins"), (row.Losses, "losses"), (row.Ties, "ties") })
            {
                if (!(count >= 0 && double.IsFinite(count)))
                    throw new ArgumentException(
                        $"{Who}: expected {what} of at least 0, got {Text.Number(count)} of '{row.First}' against '{row.Second}'."
                    );
            }

            wins[at[row.First], at[row.Second]] += row.Wins + (row.Ties / 2);
            wins[at[row.Second], at[row.First]] += row.Losses + (row.Ties / 2);
        }

        return Of(names, wins);
    }

    /// <summary>Comparisons from a table of win rates of the row against the column, each from the same number of games.</summary>
    /// <param name="labels">The competitors.</param>
    /// <param name="rates">Rates from 0 to 1; those of a pair sum to 1 (to 1e-9). The diagonal is not read.</param>
    /// <param name="games">Games of each pair, above 0.</param>
    /// <exception cref="ArgumentException">A rate is out of range, those of a pair do not sum to 1, or there are no games.</exception>
    public static Comparisons OfRates(IEnumerable<string> labels, double[,] rates, double games)
    {
        var names = Text.Distinct(Who, labels, 2);
        var flat = Text.Square(Who, names, rates);
        if (!(games > 0 && double.IsFinite(games)))
            throw new ArgumentException(
                $"{Who}: expected a number of games above 0 for each pair, got {Text.Number(games)}."
            );
        var n = names.Count;
        var wins = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (i == j)
                    continue;
                var (rate, back) = (flat[(i * n) + j], flat[(j * n) + i]);
                if (!(rate >= 0 && rate <= 1 && Math.Abs(rate + back - 1) <= 1e-9))
                    throw new ArgumentException(
                        $"{Who}: expected win rates from 0 to 1 that sum to 1 for each pair, got {Text.Number(rate)} of '{names[i]}' against '{names[j]}' and {Text.Number(back)} the other way round."
                    );
                wins[i, j] = rate * games;
            }
        }

        return Of(names, wins);
    }

    /// <summary>How often the first won against the second, ties as halves.</summary>
    public double WinsOf(int first, int second) => Wins[(first * Count) + second];

    /// <summary>How often a pair met.</summary>
    public double Games(int first, int second) => WinsOf(first, second) + WinsOf(second, first);

    /// <summary>The part of its games that the first won against the second; null where they never met.</summary>
    public double? WinRate(int first, int second) =>
        Games(first, second) is > 0 and var games ? WinsOf(first, second) / games : null;

    /// <summary>The number of a competitor, from 0.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public int IndexOf(string label) => Text.Find(Who, Labels, label);

    /// <summary>The same with counts added to every win of every pair, so that all pairs met and everyone won once against everyone.</summary>
    internal Comparisons Plus(double count) =>
        new(Labels, Wins.Select((w, k) => k / Count == k % Count ? 0 : w + count).ToValueList());

    /// <summary>A table of wins of the row against the column.</summary>
    public override string ToString() =>
        Text.Table(
            ["wins against", .. Labels],
            Enumerable
                .Range(0, Count)
                .Select(i =>
                    (IReadOnlyList<string>)
                        [Labels[i], .. Enumerable.Range(0, Count).Select(j => i == j ? "" : Text.Number(WinsOf(i, j)))]
                )
        );
}

/// <summary>The games of one pair.</summary>
/// <param name="First">A competitor.</param>
/// <param name="Second">Another.</param>
/// <param name="Wins">Games that the first won, at least 0.</param>
/// <param name="Losses">Games that the second won, at least 0.</param>
/// <param name="Ties">Games that nobody won, at least 0; half a win for both.</param>
public sealed record PairCounts(string First, string Second, double Wins, double Losses, double Ties = 0);
