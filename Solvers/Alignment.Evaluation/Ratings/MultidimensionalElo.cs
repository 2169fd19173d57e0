using System.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>Elo ratings with cycles: a rating and k places on circles for each competitor (mElo_2k).</summary>
/// <remarks>
/// <para>logit P(i beats j) = r_i - r_j + sum_m strength_m (x_mi y_mj - y_mi x_mj). Ratings are the transitive part of the smoothed log-odds, and
/// the circles the k largest pairs of the cyclic part's real Schur form: of all antisymmetric tables of rank 2k none is closer to
/// it (in the sum of squares). With k = n/2, rounded down, the log-odds are met exactly; with k = 0 it is Elo.</para>
/// <para>Shapes: one rating a competitor; x and y of each circle are orthonormal over competitors, and turned so that whoever lies farthest out has
/// y = 0 and x above 0. Units: natural (log-odds).</para>
/// <para>Defaults: one circle; a = 0.5.</para>
/// <para>Errors: a pair that never met; more circles than n/2.</para>
/// <para>Source: Balduzzi, Tuyls, Perolat, Graepel (2018), "Re-evaluating evaluation", NeurIPS, arXiv 1806.02643, section 3; fitted here from the
/// whole table, where the paper has an online update.</para>
/// <para>Not from few games: it then predicts the noise. Where strengths of circles tie, which of them come first is arbitrary.</para>
/// </remarks>
public sealed record MultidimensionalElo
{
    private const string Who = "Multidimensional Elo";

    private MultidimensionalElo(HodgeDecomposition split, ValueList<EloCircle> circles) =>
        (Split, Circles) = (split, circles);

    /// <summary>The transitive and cyclic parts that it stands on.</summary>
    public HodgeDecomposition Split { get; }

    /// <summary>The circles, the strongest first.</summary>
    public ValueList<EloCircle> Circles { get; }

    /// <summary>The competitors.</summary>
    public ValueList<string> Labels => Split.Labels;

    /// <summary>The ratings, of mean 0, in natural units.</summary>
    public ValueList<double> Ratings => Split.Ratings;

    /// <summary>The part of the cyclic energy that the circles hold, from 0 to 1; 1 where there is none.</summary>
    public double CyclicEnergyHeld
    {
        get
        {
            var all = Split.Cyclic.Sum(c => c * c);
            return all == 0 ? 1 : Circles.Sum(circle => 2 * circle.Strength * circle.Strength) / all;
        }
    }

    /// <summary>Fits ratings and circles to comparisons in which every pair met, all pairs alike.</summary>
    /// <exception cref="ArgumentException">A pair never met, or there are more circles than half of the competitors.</exception>
    public static MultidimensionalElo Fit(Comparisons comparisons, int circles = 1, double smoothing = 0.5)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        PairFlow.RequireComplete(Who, comparisons);
        return Of(HodgeDecomposition.Of(comparisons, smoothing, PairWeights.Equal), circles);
    }

    /// <summary>Adds circles to a split of a complete table.</summary>
    /// <exception cref="ArgumentException">There are more circles than half of the competitors, or a pair never met.</exception>
    public static MultidimensionalElo Of(HodgeDecomposition split, int circles)
    {
        ArgumentNullException.ThrowIfNull(split);
        var n = split.Labels.Count;
        if (circles < 0 || circles > n / 2)
            throw new ArgumentException(
                $"{Who}: expected from 0 to {n / 2} circles, half of the {n} competitors, got {circles}."
            );
        if (split.Weights.Count(weight => weight > 0) < n * (n - 1))
            throw new ArgumentException(
                $"{Who}: expected a split of games of every pair, got one of {split.Weights.Count(w => w > 0) / 2} pairs; let all pairs meet."
            );
        return new(split, Schur(split.Cyclic, n).Take(circles).ToValueList());
    }

    /// <summary>P(first beats second).</summary>
    public double WinProbability(int first, int second) => BradleyTerry.Logistic(LogOdds(first, second));

    /// <summary>log P(first beats second) - log P(second beats first).</summary>
    public double LogOdds(int first, int second) =>
        Ratings[first] - Ratings[second] + Circles.Sum(circle => circle.Advantage(first, second));

    /// <summary>Ratings and places on the circles, the highest rating first.</summary>
    public override string ToString() =>
        Text.Table(
            ["", "rating", .. Circles.SelectMany((_, m) => new[] { $"x{m + 1}", $"y{m + 1}" })],
            Enumerable
                .Range(0, Labels.Count)
                .OrderByDescending(i => Ratings[i])
                .Select(i =>
                    (IReadOnlyList<string>)
                        [
                            Labels[i],
                            Text.Fixed(Ratings[i], 4),
                            .. Circles.SelectMany(c => new[] { Text.Fixed(c.X[i], 4), Text.Fixed(c.Y[i], 4) }),
                        ]
                )
        ) + string.Concat(Circles.Select((c, m) => $"circle {m + 1} has strength {Text.Fixed(c.Strength, 4)}\n"));

    /// <remarks>
    /// -i times an antisymmetric table is Hermitian: its eigenvalues come in pairs s and -s, whose eigenvectors (x + iy) / sqrt 2 and its
    /// conjugate are orthogonal. So x and y are an orthonormal pair, orthogonal to all others even where strengths tie.
    /// </remarks>
    private static IEnumerable<EloCircle> Schur(ValueList<double> cyclic, int n)
    {
        var hermitian = Matrix<Complex>.Build.Dense(n, n, (i, j) => new(0, -cyclic[(i * n) + j]));
        var eigen = hermitian.Evd(Symmetricity.Hermitian);
        return Enumerable
            .Range(0, n)
            .OrderByDescending(k => eigen.EigenValues[k].Real)
            .Take(n / 2)
            .Select(k =>
            {
                var vector = eigen.EigenVectors.Column(k);
                var farthest = vector.AbsoluteMaximumIndex();
                var turned = vector * (Complex.Conjugate(vector[farthest]) / vector[farthest].Magnitude);
                return new EloCircle(
                    Math.Max(eigen.EigenValues[k].Real, 0),
                    turned.Select(z => Math.Sqrt(2) * z.Real).ToValueList(),
                    turned.Select(z => Math.Sqrt(2) * z.Imaginary).ToValueList()
                );
            });
    }
}

/// <summary>A circle of competitors, of whom each does well against those a quarter of a turn behind it.</summary>
/// <param name="Strength">The weight of the circle in log-odds, at least 0.</param>
/// <param name="X">First coordinates, of Euclidean length 1 over competitors.</param>
/// <param name="Y">Second coordinates, of length 1 and orthogonal to the first.</param>
public sealed record EloCircle(double Strength, ValueList<double> X, ValueList<double> Y)
{
    /// <summary>What it adds to the log-odds of the first against the second.</summary>
    public double Advantage(int first, int second) => Strength * ((X[first] * Y[second]) - (Y[first] * X[second]));
}
