using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>How much a pair counts.</summary>
public enum PairWeights
{
    /// <summary>As much as it has games.</summary>
    Games,

    /// <summary>All pairs that met alike.</summary>
    Equal,

    /// <summary>One over the sampling variance of its log-odds, 1/(w_ij + a) + 1/(w_ji + a).</summary>
    Precision,
}

/// <summary>The split of pairwise log-odds into a transitive part, which ratings explain, and a cyclic part, which none can.</summary>
/// <remarks>
/// <para>X_ij = log((w_ij + a) / (w_ji + a)) on pairs that met; ratings s of mean 0 minimize sum over pairs of n_ij (X_ij - (s_i - s_j))^2. The
/// transitive part is s_i - s_j; the rest C is cyclic: sum_j n_ij C_ij = 0 for every i. The two are orthogonal, so energies
/// sum n X^2 = sum n (s_i - s_j)^2 + sum n C^2 add up to rounding, on complete and incomplete graphs.</para>
/// <para>Shapes: one rating a competitor, n x n flows row after row, antisymmetric, 0 where a pair never met. Units: natural (log-odds).</para>
/// <para>Defaults: a = 0.5; pairs weigh as much as they have games.</para>
/// <para>Errors: a graph of games that falls apart; no smoothing where somebody won all games of a pair.</para>
/// <para>Source: Jiang, Lim, Yao, Ye (2011), "Statistical ranking and combinatorial Hodge theory", arXiv 0811.1067; Balduzzi et al. (2018),
/// "Re-evaluating evaluation", arXiv 1806.02643. Their harmonic part, of cycles longer than three, is in the cyclic part here.</para>
/// <para>Not to claim cycles from few games: sampling alone makes a cyclic share. <see cref="PValue"/> weighs one against the other.</para>
/// </remarks>
public sealed record HodgeDecomposition
{
    private const string Who = "Hodge decomposition";

    private HodgeDecomposition(ValueList<string> labels, double[] flow, double[] weights, double[] ratings)
    {
        var n = labels.Count;
        Labels = labels;
        Flow = flow.ToValueList();
        Weights = weights.ToValueList();
        Ratings = ratings.ToValueList();
        Cyclic = flow.Select((x, k) => weights[k] > 0 ? x - (ratings[k / n] - ratings[k % n]) : 0).ToValueList();
    }

    /// <summary>The competitors.</summary>
    public ValueList<string> Labels { get; }

    /// <summary>What was split.</summary>
    public ValueList<double> Flow { get; }

    /// <summary>Weights of the pairs, symmetric; 0 where a pair never met.</summary>
    public ValueList<double> Weights { get; }

    /// <summary>The ratings s, of mean 0, in the unit of the flow.</summary>
    public ValueList<double> Ratings { get; }

    /// <summary>The part that no ratings explain.</summary>
    public ValueList<double> Cyclic { get; }

    /// <summary>Sum over pairs of weight times flow squared.</summary>
    public double Energy => EnergyOf(Flow);

    /// <summary>The energy of the transitive part.</summary>
    public double TransitiveEnergy =>
        EnergyOf(Flow.Select((_, k) => Ratings[k / Labels.Count] - Ratings[k % Labels.Count]).ToValueList());

    /// <summary>The energy of the cyclic part.</summary>
    public double CyclicEnergy => EnergyOf(Cyclic);

    /// <summary>Cyclic energy over all energy, from 0 (ratings say all) to 1 (ratings say nothing); 0 where there is no energy at all.</summary>
    public double CyclicShare => Energy == 0 ? 0 : CyclicEnergy / (CyclicEnergy + TransitiveEnergy);

    /// <summary>Independent cycles: pairs that met minus competitors plus one. A graph without any has no cyclic part.</summary>
    public int Cycles => (Weights.Count(weight => weight > 0) / 2) - Labels.Count + 1;

    /// <summary>
    /// The chance of a cyclic energy as large as this if strength were transitive: chi-squared with <see cref="Cycles"/> degrees of freedom,
    /// asymptotically. Null unless pairs weigh <see cref="PairWeights.Precision"/>, or without cycles.
    /// </summary>
    public double? PValue { get; private init; }

    /// <summary>Splits the log-odds of comparisons.</summary>
    /// <param name="comparisons">The comparisons.</param>
    /// <param name="smoothing">What is added to every count of wins: a, at least 0.</param>
    /// <param name="weights">How much a pair counts.</param>
    /// <exception cref="ArgumentException">The graph falls apart, or a pair needs smoothing and has none.</exception>
    public static HodgeDecomposition Of(
        Comparisons comparisons,
        double smoothing = 0.5,
        PairWeights weights = PairWeights.Games
    )
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        if (ComparisonGraph.WhyDisconnected(comparisons) is { } reason)
            throw new ArgumentException($"{Who}: expected a connected graph of games, but {reason}. Split them apart.");
        var (n, flow) = (comparisons.Count, PairFlow.LogOdds(Who, comparisons, smoothing));
        var weight = new double[n * n];
        for (var k = 0; k < weight.Length; k++)
        {
            var (i, j) = (k / n, k % n);
            if (i == j || comparisons.Games(i, j) == 0)
                continue;
            weight[k] = weights switch
            {
                PairWeights.Games => comparisons.Games(i, j),
                PairWeights.Equal => 1,
                _ => 1 / ((1 / (comparisons.WinsOf(i, j) + smoothing)) + (1 / (comparisons.WinsOf(j, i) + smoothing))),
            };
        }

        var split = Split(comparisons.Labels, flow, weight);
        return weights == PairWeights.Precision && split.Cycles > 0
            ? split with
            {
                PValue = SpecialFunctions.GammaUpperRegularized(split.Cycles / 2.0, split.CyclicEnergy / 2),
            }
            : split;
    }

    /// <summary>Splits any antisymmetric table, such as the payoffs of a symmetric zero-sum game, all pairs alike.</summary>
    /// <exception cref="ArgumentException">It is not antisymmetric, or a number is not finite.</exception>
    public static HodgeDecomposition OfFlow(IEnumerable<string> labels, double[,] flow)
    {
        var names = Text.Distinct(Who, labels, 2);
        var flat = PairFlow.Antisymmetric(Who, names, flow);
        var n = names.Count;
        return Split(names, flat, [.. flat.Select((_, k) => k / n == k % n ? 0.0 : 1.0)]);
    }

    /// <summary>The ratings in Elo points, if the flow is log-odds.</summary>
    public ValueList<double> EloPoints => Ratings.Select(r => r * BradleyTerry.PointsPerUnit).ToValueList();

    /// <summary>Ratings, and how cyclic the rest is.</summary>
    public override string ToString() =>
        Text.Table(
            ["", "rating"],
            Enumerable
                .Range(0, Labels.Count)
                .OrderByDescending(i => Ratings[i])
                .Select(i => (IReadOnlyList<string>)[Labels[i], Text.Fixed(Ratings[i], 4)])
        ) + $"cyclic share {Text.Fixed(CyclicShare, 4)}\n";

    private double EnergyOf(ValueList<double> values)
    {
        var sum = 0.0;
        for (var k = 0; k < values.Count; k++)
        {
            if (k / Labels.Count < k % Labels.Count)
                sum += Weights[k] * values[k] * values[k];
        }

        return sum;
    }

    private static HodgeDecomposition Split(ValueList<string> labels, double[] flow, double[] weights)
    {
        // Weighted least squares: the Laplacian of the graph times s is the divergence of the flow; mean 0 as in BradleyTerry.
        var n = labels.Count;
        var laplacian = Matrix<double>.Build.Dense(n, n);
        var divergence = Vector<double>.Build.Dense(n);
        for (var k = 0; k < flow.Length; k++)
        {
            var (i, j) = (k / n, k % n);
            if (i == j)
                continue;
            laplacian[i, i] += weights[k];
            laplacian[i, j] -= weights[k];
            divergence[i] += weights[k] * flow[k];
        }

        var ratings = (laplacian + (laplacian.Diagonal().Maximum() / n)).LU().Solve(divergence);
        ratings -= ratings.Average();
        return new(labels, flow, weights, ratings.ToArray());
    }
}
