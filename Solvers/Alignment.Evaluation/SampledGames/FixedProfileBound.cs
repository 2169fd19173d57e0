namespace Alignment;

/// <summary>How far a mean of bounded payoffs may be from its estimate.</summary>
public enum MeanWidth
{
    /// <summary>Hoeffding (1963): by the range alone. The smaller one up to some hundred games a cell.</summary>
    Hoeffding,

    /// <summary>Bernstein's inequality with variances bounded from the samples (Maurer, Pontil 2009): where payoffs vary much less than their range allows.</summary>
    EmpiricalBernstein,
}

/// <summary>An upper bound on the NashConv of a profile that was fixed before these samples were drawn.</summary>
/// <remarks>
/// <para>max_i [(Âq)_i + w_i] - min_j [(p'Â)_j - w_j], each of the K = m + n deviations at level (1 - confidence) / K. A deviation's estimate is a
/// weighted mean of independent games. Hoeffding: w = r sqrt(log(K / (1 - c)) / 2 sum_l q_l^2 / n_l). Empirical Bernstein: half of 1 - c goes to the
/// standard deviations of the cells that matter, each at most s + r sqrt(2 log(1/level) / (n - 1)) and r / 2; then w = sqrt(2 V L) + b L / 3 with
/// V = sum_l q_l^2 s_l^2 / n_l, b = max_l q_l r / n_l, L = log(2 K / (1 - c)).</para>
/// <para>Proven at every sample size, in every game, for profiles that do not depend on the samples. On the equilibrium of the same table it is not
/// a bound: <see cref="FreshCertificate"/> draws games for it.</para>
/// <para>Units: those of payoffs. Default: Hoeffding.</para>
/// <para>Source: Hoeffding (1963), "Probability inequalities for sums of bounded random variables", JASA 58; Maurer, Pontil (2009), "Empirical
/// Bernstein bounds and sample variance penalization", arXiv 0907.3740, theorem 10.</para>
/// <para>Not for profiles that were found in the same samples.</para>
/// </remarks>
public sealed record FixedProfileBound : INashConvBound
{
    private const string Who = "Fixed-profile bound";

    /// <summary>How wide an estimate is.</summary>
    public MeanWidth Width { get; init; } = MeanWidth.Hoeffding;

    /// <inheritdoc/>
    public string Basis =>
        Width == MeanWidth.Hoeffding
            ? "Hoeffding's inequality for every deviation, on games drawn after the profile was fixed"
            : "Bernstein's inequality for every deviation with variances bounded from the samples, on games drawn after the profile was fixed";

    /// <inheritdoc/>
    public bool HoldsUnderSelection => false;

    /// <inheritdoc/>
    public Certificate.UpperBound Of(
        SampledPayoffs table,
        ValueList<double> row,
        ValueList<double> column,
        double confidence = 0.95
    )
    {
        Saddle.Require(Who, table, row, column);
        Saddle.RequireConfidence(Who, confidence);
        Saddle.RequireGames(Who, table, row, column);
        var widths = Widths(table, row, column, confidence);
        var rows = Saddle.Rows(table.Means, column).Select((value, i) => value + widths.Rows[i]);
        var columns = Saddle.Columns(table.Means, row).Select((value, j) => value - widths.Columns[j]);
        return new(rows.Max() - columns.Min(), 2, confidence) { Basis = Basis };
    }

    internal (double[] Rows, double[] Columns) Widths(
        SampledPayoffs table,
        ValueList<double> row,
        ValueList<double> column,
        double confidence
    )
    {
        var (m, n) = (row.Count, column.Count);
        double Of(Func<int, int> cell, ValueList<double> weights) =>
            Width == MeanWidth.Hoeffding
                ? Hoeffding(table, cell, weights, Math.Log((m + n) / (1 - confidence)))
                : Bernstein(table, cell, weights, m + n, Used(row, column), 1 - confidence);
        return (
            [.. Enumerable.Range(0, m).Select(i => Of(l => table.Cell(i, l), column))],
            [.. Enumerable.Range(0, n).Select(j => Of(k => table.Cell(k, j), row))]
        );
    }

    private static double Hoeffding(SampledPayoffs table, Func<int, int> cell, ValueList<double> weights, double log)
    {
        var sum = weights.Select((w, k) => w == 0 ? 0 : w * w / table.Counts[cell(k)]).Sum();
        return table.Range.Width * Math.Sqrt(log / 2 * sum);
    }

    private static double Bernstein(
        SampledPayoffs table,
        Func<int, int> cell,
        ValueList<double> weights,
        int deviations,
        int used,
        double level
    )
    {
        var range = table.Range.Width;
        var (variance, most) = (0.0, 0.0);
        for (var k = 0; k < weights.Count; k++)
        {
            var count = table.Counts[cell(k)];
            if (weights[k] == 0)
                continue;
            var spread = table.Variance(cell(k)) is { } seen
                ? Math.Sqrt(seen) + (range * Math.Sqrt(2 * Math.Log(2 * used / level) / (count - 1)))
                : range;
            spread = Math.Min(spread, range / 2);
            variance += weights[k] * weights[k] * spread * spread / count;
            most = Math.Max(most, weights[k] * range / count);
        }

        var log = Math.Log(2 * deviations / level);
        return Math.Sqrt(2 * variance * log) + (most * log / 3);
    }

    /// <summary>How many cells some deviation depends on.</summary>
    private static int Used(ValueList<double> row, ValueList<double> column) =>
        (row.Count * column.Count) - (row.Count(w => w == 0) * column.Count(w => w == 0));
}
