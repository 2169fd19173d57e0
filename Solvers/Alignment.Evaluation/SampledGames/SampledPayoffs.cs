namespace Alignment;

/// <summary>The payoff table of a two-player zero-sum game that is known from samples: of each cell how many, their mean and variance.</summary>
/// <remarks>
/// <para>A_ij, what row i gets from column j, is the mean of n_ij independent games; the column player gets -A_ij. A value: what adds samples
/// returns another table. Games have numbers, and a cell never asks for one twice: <see cref="Fresh"/> goes on where this table ends.</para>
/// <para>It is a game (<see cref="IGameData"/>), so that solvers take it; what they find is an equilibrium of the means, and its NashConv in
/// that same table is 0 by construction, whatever the truth. Ask an <see cref="INashConvBound"/>.</para>
/// <para>Shapes: rows by columns, row after row. Units: those of payoffs, in the declared range.</para>
/// <para>Errors: a payoff outside of the range, a cell without samples where its mean is asked for, names that are empty or twice there.</para>
/// <para>Not for games of more players, nor where both can gain: one number a cell says what both get.</para>
/// </remarks>
public sealed record SampledPayoffs : IGameData
{
    private const string Who = "Sampled payoffs";

    private readonly ValueList<double> _sums; // of squared deviations from the mean
    private readonly ValueList<long> _next; // number of the next game of each cell

    private SampledPayoffs(
        ValueList<string> rows,
        ValueList<string> columns,
        PayoffRange range,
        long[] counts,
        double[] means,
        double[] sums,
        long[] next
    )
    {
        (Rows, Columns, Range) = (rows, columns, range);
        (Counts, Means, _sums, _next) = (
            counts.ToValueList(),
            means.ToValueList(),
            sums.ToValueList(),
            next.ToValueList()
        );
        Players = [Player.Of("row", [.. rows]), Player.Of("column", [.. columns])];
    }

    /// <summary>Strategies of the row player.</summary>
    public ValueList<string> Rows { get; }

    /// <summary>Strategies of the column player.</summary>
    public ValueList<string> Columns { get; }

    /// <summary>Where every single payoff lies.</summary>
    public PayoffRange Range { get; }

    /// <summary>Games of each cell, row after row.</summary>
    public ValueList<long> Counts { get; }

    /// <summary>Mean payoff of each cell, row after row; 0 where there are no games.</summary>
    public ValueList<double> Means { get; }

    /// <inheritdoc/>
    public ValueList<Player> Players { get; }

    /// <summary>All games.</summary>
    public long Total => Counts.Sum();

    /// <summary>A table without samples.</summary>
    /// <exception cref="ArgumentException">A name is empty or there twice.</exception>
    public static SampledPayoffs Empty(IEnumerable<string> rows, IEnumerable<string> columns, PayoffRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        var (r, c) = (Text.Distinct(Who, rows, 1), Text.Distinct(Who, columns, 1));
        var cells = r.Count * c.Count;
        return new(r, c, range, new long[cells], new double[cells], new double[cells], new long[cells]);
    }

    /// <summary>A table without samples, strategies called by their numbers.</summary>
    /// <exception cref="ArgumentException">A player has no strategy.</exception>
    public static SampledPayoffs Empty(int rows, int columns, PayoffRange range) =>
        Empty(Enumerable.Range(1, rows).Select(k => $"r{k}"), Enumerable.Range(1, columns).Select(k => $"c{k}"), range);

    /// <summary>The cell of a row and a column in <see cref="Counts"/> and <see cref="Means"/>.</summary>
    public int Cell(int row, int column) => (row * Columns.Count) + column;

    /// <summary>Variance of single payoffs in a cell (ddof 1); null with fewer than two games.</summary>
    public double? Variance(int cell) => Counts[cell] < 2 ? null : _sums[cell] / (Counts[cell] - 1);

    /// <summary>The table with so many games more in every cell.</summary>
    /// <exception cref="ArgumentException">A payoff is outside of the range.</exception>
    public SampledPayoffs Draw(PayoffSampler sampler, long each) =>
        Draw(sampler, Enumerable.Repeat(each, Counts.Count).ToValueList());

    /// <summary>The table with more games, a number for each cell.</summary>
    /// <exception cref="ArgumentException">A payoff is outside of the range, or there is not one number of at least 0 a cell.</exception>
    public SampledPayoffs Draw(PayoffSampler sampler, ValueList<long> games)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(games);
        if (games.Count != Counts.Count || games.Any(n => n < 0))
            throw new ArgumentException(
                $"{Who}: expected a number of games of at least 0 for each of {Counts.Count} cells, got {games.Count} numbers, the smallest {games.DefaultIfEmpty().Min()}."
            );
        long[] counts = [.. Counts];
        double[] means = [.. Means];
        double[] sums = [.. _sums];
        long[] next = [.. _next];
        for (var cell = 0; cell < counts.Length; cell++)
        {
            for (var k = 0L; k < games[cell]; k++)
            {
                var payoff = sampler(cell / Columns.Count, cell % Columns.Count, next[cell]++);
                Range.Require(
                    $"{Who}, '{Rows[cell / Columns.Count]}' against '{Columns[cell % Columns.Count]}'",
                    payoff
                );
                var deviation = payoff - means[cell];
                means[cell] += deviation / ++counts[cell];
                sums[cell] += deviation * (payoff - means[cell]);
            }
        }

        return new(Rows, Columns, Range, counts, means, sums, next);
    }

    /// <summary>A table of the same strategies without samples, whose games come after those of this one.</summary>
    public SampledPayoffs Fresh()
    {
        var cells = Counts.Count;
        return new(Rows, Columns, Range, new long[cells], new double[cells], new double[cells], [.. _next]);
    }

    /// <summary>The table with strategies more, which nobody has played yet; the games of the others stay.</summary>
    /// <exception cref="ArgumentException">A name is empty or there twice.</exception>
    public SampledPayoffs Grown(IEnumerable<string> rows, IEnumerable<string> columns)
    {
        var grown = Empty(Rows.Concat(rows), Columns.Concat(columns), Range);
        T[] Place<T>(ValueList<T> old)
        {
            var all = new T[grown.Counts.Count];
            for (var i = 0; i < Rows.Count; i++)
            {
                for (var j = 0; j < Columns.Count; j++)
                    all[grown.Cell(i, j)] = old[Cell(i, j)];
            }

            return all;
        }

        return new(grown.Rows, grown.Columns, Range, Place(Counts), Place(Means), Place(_sums), Place(_next));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A cell has no samples.</exception>
    public ReadOnlySpan<double> Payoff(int player)
    {
        RequireSamples();
        return player == 0 ? Means.AsSpan() : Means.Select(mean => 0 - mean).ToArray();
    }

    /// <summary>NashConv of a profile in this very table: of the equilibrium that was found in it 0 by construction, whatever the truth.</summary>
    /// <exception cref="ArgumentException">The mixtures do not fit the table, or a cell that matters has no samples.</exception>
    public double PlugInNashConv(ValueList<double> row, ValueList<double> column)
    {
        Saddle.Require(Who, this, row, column);
        Saddle.RequireGames(Who, this, row, column);
        return Saddle.Rows(Means, column).Max() - Saddle.Columns(Means, row).Min();
    }

    /// <summary>Strategies, games, range.</summary>
    public override string ToString() =>
        $"{Rows.Count} x {Columns.Count} payoffs {Range}, {Counts.Min()} to {Counts.Max()} games a cell, {Total} in all";

    private void RequireSamples()
    {
        if (Counts.IndexOf(0) is >= 0 and var empty)
            throw new InvalidOperationException(
                $"{Who}: '{Rows[empty / Columns.Count]}' against '{Columns[empty % Columns.Count]}' has no games yet; draw some in every cell."
            );
    }
}
