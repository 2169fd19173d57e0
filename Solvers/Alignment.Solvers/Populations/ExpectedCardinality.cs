namespace Alignment;

/// <summary>How many members more a population seems to have with a strategy: the gain in expected cardinality of a determinantal point process.</summary>
/// <remarks>
/// <para>EC = tr(I - (L + I)^-1), L = M M' of row-normalized payoffs: row k of M is what member k gets against each member of the others, divided by
/// its Euclidean norm. A population whose members get the same has EC = k / (k + 1), one of k orthogonal rows k / 2. With G = (L + I)^-1, r the strategy's own
/// row and b = M r: EC rises by 1 - (1 + b'G^2 b) / (2 - b'G b). A row of zeros raises it by 0.</para>
/// <para>Shapes: payoffs are those against each choice of one member for every other player, in a sequential game expected ones. Range: from 0 to 1 (eigenvalues of a
/// bordered matrix interlace). Not concave.</para>
/// <para>Errors: payoffs that are not finite. No settings.</para>
/// <para>Source: Perez-Nieves, Yang, Slumbers, Mguni, Wen, Wang (2021), "Modelling behavioural diversity for learning in open-ended games", arXiv
/// 2103.07927; Kulesza, Taskar (2012), "Determinantal point processes for machine learning", arXiv 1207.6083.</para>
/// <para>Not as a sign of a smaller distance from equilibrium, which it is not. Adding a constant to all payoffs changes it.</para>
/// </remarks>
public sealed record ExpectedCardinality : IDiversity
{
    private const double Smallest = 1e-12;

    /// <inheritdoc/>
    public string Name => "cardinality";

    /// <inheritdoc/>
    public double Range(ResponseContext context) => 1;

    /// <inheritdoc/>
    public Func<double[], DiversityValue> From(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var against = context.Against;
        double[][] rows = [.. context.MemberPlans.Select(plan => Normal(Payoffs(against, plan)).Row)];
        var inverse = InverseOf(rows);
        return plan => Added(plan, against, rows, inverse);
    }

    private static DiversityValue Added(
        double[] plan,
        IReadOnlyList<double[]> against,
        double[][] rows,
        double[][] inverse
    )
    {
        var (row, norm) = Normal(Payoffs(against, plan));
        if (norm <= Smallest)
            return new(0, new double[plan.Length]);
        double[] b = [.. rows.Select(r => Dot(r, row))];
        double[] gb = Times(inverse, b);
        double[] ggb = Times(inverse, gb);
        var (rest, square) = (2 - Dot(b, gb), Dot(gb, gb));
        // by b, then by the normalized row, then by the row, then by each action's probability
        double[] byB = [.. b.Select((_, k) => (-2 * ggb[k] / rest) - (2 * (1 + square) * gb[k] / (rest * rest)))];
        var byRow = new double[row.Length];
        for (var k = 0; k < rows.Length; k++)
        {
            for (var j = 0; j < row.Length; j++)
                byRow[j] += byB[k] * rows[k][j];
        }

        var along = Dot(byRow, row);
        var gradient = new double[plan.Length];
        for (var j = 0; j < row.Length; j++)
        {
            for (var a = 0; a < gradient.Length; a++)
                gradient[a] += (byRow[j] - (along * row[j])) / norm * against[j][a];
        }

        return new(1 - ((1 + square) / rest), gradient);
    }

    /// <summary>Expected cardinality of a population: one row of payoffs a member.</summary>
    /// <exception cref="ArgumentException">There are no rows, or they differ in length.</exception>
    public static double Of(IEnumerable<ValueList<double>> payoffs)
    {
        ArgumentNullException.ThrowIfNull(payoffs);
        double[][] rows = [.. payoffs.Select(row => Normal([.. row]).Row)];
        if (rows.Length == 0 || rows.Any(r => r.Length != rows[0].Length))
            throw new ArgumentException("Expected cardinality: expected at least one row, all of one length.");
        var inverse = InverseOf(rows);
        return Enumerable.Range(0, rows.Length).Sum(k => 1 - inverse[k][k]);
    }

    private static double[] Payoffs(IReadOnlyList<double[]> against, double[] plan) =>
        [.. against.Select(values => Dot(values, plan))];

    private static (double[] Row, double Norm) Normal(double[] row)
    {
        var norm = Math.Sqrt(Dot(row, row));
        return norm > Smallest ? ([.. row.Select(x => x / norm)], norm) : (new double[row.Length], norm);
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++)
            sum += a[k] * b[k];
        return sum;
    }

    private static double[] Times(double[][] matrix, double[] vector) => [.. matrix.Select(row => Dot(row, vector))];

    /// <summary>(M M' + I)^-1 by elimination; its eigenvalues lie between 1 / (1 + k) and 1, so no pivot is small.</summary>
    private static double[][] InverseOf(double[][] rows)
    {
        var n = rows.Length;
        var left = rows.Select((r, i) => rows.Select((s, j) => Dot(r, s) + (i == j ? 1 : 0)).ToArray()).ToArray();
        var right = rows.Select((_, i) => rows.Select((_, j) => i == j ? 1.0 : 0).ToArray()).ToArray();
        for (var k = 0; k < n; k++)
        {
            var pivot = left[k][k];
            for (var j = 0; j < n; j++)
                (left[k][j], right[k][j]) = (left[k][j] / pivot, right[k][j] / pivot);
            for (var i = 0; i < n; i++)
            {
                if (i == k)
                    continue;
                var factor = left[i][k];
                for (var j = 0; j < n; j++)
                {
                    left[i][j] -= factor * left[k][j];
                    right[i][j] -= factor * right[k][j];
                }
            }
        }

        return right;
    }
}
