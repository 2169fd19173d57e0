namespace Alignment;

/// <summary>An upper bound on NashConv that holds for all profiles at once, at every sample size and in every game: proven, and wide.</summary>
/// <remarks>
/// <para>A pair of deviations (i, j) gains L_ij = (Aq)_i - (p'A)_j: a weighted sum of the m + n - 1 cells of row i and column j, with weights q_l in the row,
/// -p_k in the column, q_j - p_i where they cross. By Hoeffding's lemma a cell's mean is sub-Gaussian with deviation s_c = r / (2 sqrt(n_c)), r the width of
/// the range; so by Cauchy-Schwarz the error of L_ij is at most sqrt(sum_c w_c^2 s_c^2) times the norm of m + n - 1 independent 1-sub-Gaussian
/// numbers, for all weights at once. That norm's square is at most D = d + 2 sqrt(d x) + 2 x with probability 1 - exp(-x), d = m + n - 1. With
/// x = log(m n / (1 - confidence)) it holds for all pairs, and the bound is the maximum over pairs of the estimated gain and its error.</para>
/// <para>Units: those of payoffs. No settings.</para>
/// <para>Source: Hoeffding (1963), "Probability inequalities for sums of bounded random variables", JASA 58; Hsu, Kakade, Zhang (2012), "A tail inequality
/// for quadratic forms of subgaussian random vectors", arXiv 1110.2842, theorem 2.1.</para>
/// <para>Not where a bound within a few times of the truth is wanted at small samples: in 8 x 8 games of 50 games a cell it is five times the truth or more.
/// Fresh games for the profile found (<see cref="FreshCertificate"/>) are worth more than these.</para>
/// </remarks>
public sealed record SimultaneousBound : INashConvBound
{
    private const string Who = "Simultaneous bound";

    /// <inheritdoc/>
    public string Basis => "sub-Gaussian means of all cells, holds for all profiles at once";

    /// <inheritdoc/>
    public bool HoldsUnderSelection => true;

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
        var (m, n) = (row.Count, column.Count);
        var (d, x) = (m + n - 1, Math.Log(m * n / (1 - confidence)));
        var norm = Math.Sqrt(d + (2 * Math.Sqrt(d * x)) + (2 * x));
        var (rows, columns) = (Saddle.Rows(table.Means, column), Saddle.Columns(table.Means, row));
        var bound = double.NegativeInfinity;
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
                bound = Math.Max(bound, rows[i] - columns[j] + (norm * Deviation(table, row, column, i, j)));
        }

        return new(bound, 2, confidence) { Basis = Basis };
    }

    private static double Deviation(SampledPayoffs table, ValueList<double> row, ValueList<double> column, int i, int j)
    {
        var sum = 0.0;
        void Add(int cell, double weight) => sum += weight == 0 ? 0 : weight * weight / table.Counts[cell];
        for (var l = 0; l < column.Count; l++)
            Add(table.Cell(i, l), l == j ? column[j] - row[i] : column[l]);
        for (var k = 0; k < row.Count; k++)
        {
            if (k != i)
                Add(table.Cell(k, j), row[k]);
        }

        return table.Range.Width / 2 * Math.Sqrt(sum);
    }
}
