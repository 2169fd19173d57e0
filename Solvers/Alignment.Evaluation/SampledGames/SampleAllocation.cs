namespace Alignment;

/// <summary>Spends games on the cells that decide the equilibrium of a sampled table.</summary>
/// <remarks>
/// <para>A cell matters to a deviation of the row player by q_j, to one of the column player by p_i, and by the standard deviation s of its payoffs. With the
/// equilibrium (p, q) of the means, its score is s max(q_j [row i may be best], p_i [column j may be best]); a strategy may be best where its value plus
/// <see cref="Reach"/> standard errors comes up to the best one's. Counts are brought up towards proportionality with the scores, as far as the games go
/// (n_ij proportional to q_j s_ij makes the variance of sum_j q_j A_ij smallest for a given number of games); cells beyond keep what they have.</para>
/// <para>s^2 counts one game more than there are, at the largest variance that the range allows, so that a cell that has always paid the same is not given
/// up.</para>
/// <para>Units: games. Default: two standard errors; <see cref="Spend"/> does it in rounds, solving anew before each.</para>
/// <para>Source: Neyman (1934), "On the two different aspects of the representative method", JRSS 97, for the shares; its use for meta-games is ours.</para>
/// <para>Not for the fresh games of a certificate, which follow a plan that does not look at payoffs: <see cref="FreshCertificate.Games"/>.</para>
/// </remarks>
public sealed record SampleAllocation
{
    private const string Who = "Sample allocation";

    /// <summary>Standard errors by which a strategy may lie below the best one and still be played; at least 0.</summary>
    public double Reach { get; init; } = 2;

    /// <summary>How many games more each cell gets, row after row; they sum to the budget.</summary>
    /// <exception cref="ArgumentException">A mixture does not fit the table, or the budget is below 0.</exception>
    public ValueList<long> Next(SampledPayoffs table, ValueList<double> row, ValueList<double> column, long budget)
    {
        Saddle.Require(Who, table, row, column);
        if (budget < 0)
            throw new ArgumentException($"{Who}: expected a number of games of at least 0, got {budget}.");
        var scores = Scores(table, row, column);
        var level = Level(table, scores, budget);
        var wanted = scores.Select((score, cell) => Math.Max(0, (level * score) - table.Counts[cell])).ToArray();
        long[] games = [.. wanted.Select(w => (long)Math.Floor(w))];
        var left = budget - games.Sum();
        var order = Enumerable.Range(0, games.Length).OrderByDescending(c => wanted[c] - games[c]).ToArray();
        for (var k = 0; left > 0; k = (k + 1) % order.Length, left--)
            games[order[k]]++;
        return games.ToValueList();
    }

    /// <summary>Spends a budget in rounds of equal size: solve the means, decide which cells matter, play them.</summary>
    /// <param name="table">At least one game in every cell.</param>
    /// <param name="sampler">Plays the games.</param>
    /// <param name="solver">An equilibrium of the means, such as <c>lp</c>.</param>
    /// <param name="budget">Games in all.</param>
    /// <param name="rounds">At least 1.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public SampledPayoffs Spend(
        SampledPayoffs table,
        PayoffSampler sampler,
        IDirectSolver solver,
        long budget,
        int rounds
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(solver);
        if (rounds < 1)
            throw new ArgumentException($"{Who}: expected at least 1 round, got {rounds}.");
        for (var round = 0; round < rounds; round++)
        {
            var profile = solver.Solve(table, CancellationToken.None).Strategies;
            var share = (budget * (round + 1) / rounds) - (budget * round / rounds);
            table = table.Draw(sampler, Next(table, profile[0], profile[1], share));
        }

        return table;
    }

    private double[] Scores(SampledPayoffs table, ValueList<double> row, ValueList<double> column)
    {
        var (m, n) = (row.Count, column.Count);
        double[] spread = [.. table.Counts.Select((_, cell) => Spread(table, cell))];
        double Error(IEnumerable<(int Cell, double Weight)> parts) =>
            Math.Sqrt(parts.Sum(p => Math.Pow(p.Weight * spread[p.Cell], 2) / Math.Max(1, table.Counts[p.Cell])));
        var (rows, columns) = (Saddle.Rows(table.Means, column), Saddle.Columns(table.Means, row));
        var (best, worst) = (rows.Max(), columns.Min());
        bool[] rowMay =
        [
            .. rows.Select((v, i) => v + (Reach * Error(column.Select((q, j) => (table.Cell(i, j), q)))) >= best),
        ];
        bool[] columnMay =
        [
            .. columns.Select((v, j) => v - (Reach * Error(row.Select((p, i) => (table.Cell(i, j), p)))) <= worst),
        ];
        return
        [
            .. spread.Select(
                (s, cell) =>
                    s * Math.Max(rowMay[cell / n] ? column[cell % n] : 0, columnMay[cell % n] ? row[cell / n] : 0)
            ),
        ];
    }

    private static double Spread(SampledPayoffs table, int cell)
    {
        var (count, range) = (table.Counts[cell], table.Range.Width);
        var squares = (table.Variance(cell) ?? 0) * Math.Max(0, count - 1);
        return Math.Sqrt((squares + (range * range / 4)) / (count + 1));
    }

    /// <summary>The level up to which counts over scores are brought, so that it takes the budget.</summary>
    private static double Level(SampledPayoffs table, double[] scores, long budget)
    {
        var (low, high) = (0.0, (table.Total + budget) / scores.Where(s => s > 0).Min());
        for (var k = 0; k < 200; k++)
        {
            var middle = (low + high) / 2;
            if (scores.Select((s, c) => Math.Max(0, (middle * s) - table.Counts[c])).Sum() > budget)
                high = middle;
            else
                low = middle;
        }

        return low;
    }
}
