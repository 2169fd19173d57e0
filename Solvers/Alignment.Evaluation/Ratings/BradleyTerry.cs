using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>Ratings by the model of Bradley and Terry, which Elo ratings are: each pair's odds are the ratio of two strengths.</summary>
/// <remarks>
/// <para>P(i beats j) = 1 / (1 + exp(r_j - r_i)). The ratings maximize sum_ij w_ij log P(i beats j), and with a Gaussian prior minus
/// sum_i r_i^2 / (2 s^2); differences alone matter, so they have mean 0. Newton's method with a line search; the objective is concave.
/// Covariance: the inverse of the information n_ij P_ij P_ji (and 1/s^2) on ratings of mean 0. Intervals are normal around the estimate
/// (delta method), those of probabilities the images of those of differences.</para>
/// <para>Shapes: one rating a competitor. Units: natural (log-odds); <see cref="PointsPerUnit"/> Elo points are one of them. Ties count as half a
/// win for both, which makes intervals rather too wide.</para>
/// <para>Default: no prior.</para>
/// <para>Errors: games without a finite maximum of the likelihood (Ford 1957): some never lost to the others, or never met them. The message says
/// who; a prior is the remedy, and then their distance is as much the prior's as the games'.</para>
/// <para>Source: Zermelo (1929), "Die Berechnung der Turnier-Ergebnisse"; Bradley, Terry (1952), "Rank analysis of incomplete block designs";
/// Elo (1978), "The rating of chessplayers, past and present"; Hunter (2004), "MM algorithms for generalized Bradley-Terry models".</para>
/// <para>Not where strength is cyclic: rock, paper and scissors are all rated 0, and every game is predicted as even. See
/// <see cref="HodgeDecomposition.CyclicShare"/> for how cyclic results are.</para>
/// </remarks>
public sealed record BradleyTerry
{
    /// <summary>Elo points in one natural unit: 400 / ln 10, about 173.7.</summary>
    public const double PointsPerUnit = 400 / 2.302585092994046;

    /// <summary>Newton's method ends where its next step would change no rating by more than this, in natural units.</summary>
    public const double Tolerance = 1e-10;

    private const int MostSteps = 200;

    private BradleyTerry(
        Comparisons comparisons,
        RatingPrior prior,
        double[] ratings,
        double[] covariance,
        int steps
    ) =>
        (Comparisons, Prior, Ratings, Covariance, Steps) = (
            comparisons,
            prior,
            ratings.ToValueList(),
            covariance.ToValueList(),
            steps
        );

    /// <summary>What was rated.</summary>
    public Comparisons Comparisons { get; }

    /// <summary>What was known before.</summary>
    public RatingPrior Prior { get; }

    /// <summary>Ratings in natural units, of mean 0.</summary>
    public ValueList<double> Ratings { get; }

    /// <summary>Covariance of the ratings in natural units, n x n row after row; its rows sum to 0.</summary>
    public ValueList<double> Covariance { get; }

    /// <summary>Newton steps that it took.</summary>
    public int Steps { get; }

    /// <summary>Ratings in Elo points, of mean 0.</summary>
    public ValueList<double> EloPoints => Ratings.Select(r => r * PointsPerUnit).ToValueList();

    /// <summary>The sum of w_ij log P(i beats j) over the games, the prior left out.</summary>
    public double LogLikelihood => LogLikelihoodOf(Comparisons, [.. Ratings]);

    /// <summary>Fits the ratings.</summary>
    /// <exception cref="ArgumentException">There is no finite maximum of the likelihood.</exception>
    public static BradleyTerry Fit(Comparisons comparisons, RatingPrior? prior = null)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        prior ??= RatingPrior.None;
        var games = prior.Fold(() => comparisons, _ => comparisons, comparisons.Plus);
        var precision = prior.Fold(() => 0.0, deviation => 1 / (deviation * deviation), _ => 0.0);
        if (precision == 0 && ComparisonGraph.WhyUnbounded(games) is { } reason)
        {
            throw new ArgumentException(
                $"Bradley-Terry: expected games with a finite maximum of the likelihood, but {reason}. Give a prior, such as RatingPrior.Gaussian(1), or rate them apart."
            );
        }

        var n = games.Count;
        var ratings = Vector<double>.Build.Dense(n);
        for (var step = 0; step < MostSteps; step++)
        {
            var (gradient, information) = Derivatives(games, ratings, precision);
            // Ratings of mean 0 and nothing else are moved: on the constant vector any curvature will do, and is taken out of the inverse again.
            var curvature = Math.Max(information.Diagonal().Maximum(), double.Epsilon);
            var onSumZero = information + (curvature / n);
            var direction = onSumZero.LU().Solve(gradient);
            direction -= direction.Average();
            if (direction.InfinityNorm() <= Tolerance)
            {
                var covariance = onSumZero.Inverse() - (1 / ((curvature + precision) * n));
                return new(comparisons, prior, ratings.ToArray(), covariance.ToRowMajorArray(), step);
            }

            ratings = Search(games, ratings, direction, gradient * direction, precision);
        }

        throw new InvalidOperationException(
            $"Bradley-Terry: after {MostSteps} Newton steps ratings still change by more than {Text.Number(Tolerance)}; the games are all but one-sided: give a prior, such as RatingPrior.Gaussian(1)."
        );
    }

    /// <summary>P(first beats second).</summary>
    public double WinProbability(int first, int second) => Logistic(Ratings[first] - Ratings[second]);

    /// <summary>Standard error of a rating, relative to the mean of all, in natural units.</summary>
    public double StandardError(int competitor) => Math.Sqrt(Math.Max(Entry(competitor, competitor), 0));

    /// <summary>A rating with its interval, in natural units, relative to the mean of all.</summary>
    public RatingInterval Interval(int competitor, double confidence = 0.95) =>
        RatingInterval.Normal(Ratings[competitor], StandardError(competitor), confidence);

    /// <summary>The rating of the first minus that of the second with its interval, in natural units: what to look at to compare two.</summary>
    public RatingInterval Difference(int first, int second, double confidence = 0.95) =>
        RatingInterval.Normal(
            Ratings[first] - Ratings[second],
            Math.Sqrt(Math.Max(Entry(first, first) + Entry(second, second) - (2 * Entry(first, second)), 0)),
            confidence
        );

    /// <summary>P(first beats second) with its interval.</summary>
    public RatingInterval WinProbabilityInterval(int first, int second, double confidence = 0.95)
    {
        var difference = Difference(first, second, confidence);
        return new(Logistic(difference.Value), Logistic(difference.Low), Logistic(difference.High), confidence);
    }

    /// <summary>A line a competitor, the strongest first, in Elo points with 95 % intervals.</summary>
    public override string ToString() =>
        Text.Table(
            ["", "Elo", "low", "high", "games"],
            Enumerable
                .Range(0, Ratings.Count)
                .OrderByDescending(i => Ratings[i])
                .Select(i =>
                {
                    var elo = Interval(i).InEloPoints;
                    var games = Enumerable.Range(0, Ratings.Count).Sum(j => Comparisons.Games(i, j));
                    return (IReadOnlyList<string>)
                        [
                            Comparisons.Labels[i],
                            Text.Fixed(elo.Value, 1),
                            Text.Fixed(elo.Low, 1),
                            Text.Fixed(elo.High, 1),
                            Text.Number(games),
                        ];
                })
        );

    /// <summary>1 / (1 + exp(-x)).</summary>
    internal static double Logistic(double x)
    {
        var small = Math.Exp(-Math.Abs(x)); // never overflows
        return x >= 0 ? 1 / (1 + small) : small / (1 + small);
    }

    /// <summary>log(1 + x), to all digits where x is small (Kahan): of one-sided games nothing else is left.</summary>
    private static double LogOnePlus(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : x * Math.Log(sum) / (sum - 1);
    }

    private double Entry(int first, int second) => Covariance[(first * Ratings.Count) + second];

    private static (Vector<double> Gradient, Matrix<double> Information) Derivatives(
        Comparisons games,
        Vector<double> ratings,
        double precision
    )
    {
        var n = games.Count;
        var gradient = Vector<double>.Build.Dense(n, i => -precision * ratings[i]);
        var information = Matrix<double>.Build.Dense(n, n);
        for (var i = 0; i < n; i++)
        {
            information[i, i] += precision;
            for (var j = 0; j < n; j++)
            {
                if (i == j)
                    continue;
                var (win, loss) = (Logistic(ratings[i] - ratings[j]), Logistic(ratings[j] - ratings[i]));
                gradient[i] += (games.WinsOf(i, j) * loss) - (games.WinsOf(j, i) * win);
                var weight = games.Games(i, j) * win * loss;
                information[i, i] += weight;
                information[i, j] -= weight;
            }
        }

        return (gradient, information);
    }

    /// <summary>Halves a step until the objective grows as it should (Armijo); a full step where rounding hides any growth.</summary>
    private static Vector<double> Search(
        Comparisons games,
        Vector<double> ratings,
        Vector<double> direction,
        double slope,
        double precision
    )
    {
        double Objective(Vector<double> at) =>
            LogLikelihoodOf(games, at.ToArray()) - (0.5 * precision * at.DotProduct(at));
        var before = Objective(ratings);
        var rounding = 1e-14 * Math.Abs(before);
        for (var length = 1.0; length > 1e-10; length /= 2)
        {
            var next = ratings + (direction * length);
            if (Objective(next) >= before + (1e-4 * length * slope) - rounding)
                return next;
        }

        return ratings + direction;
    }

    private static double LogLikelihoodOf(Comparisons games, double[] ratings)
    {
        var sum = 0.0;
        for (var i = 0; i < ratings.Length; i++)
        {
            for (var j = 0; j < ratings.Length; j++)
            {
                if (i == j || games.WinsOf(i, j) == 0)
                    continue;
                var x = ratings[i] - ratings[j];
                sum += games.WinsOf(i, j) * (Math.Min(x, 0) - LogOnePlus(Math.Exp(-Math.Abs(x))));
            }
        }

        return sum;
    }
}

/// <summary>A number with an interval that holds it at a stated confidence.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">Chance that such an interval holds the true number, between 0 and 1; asymptotic.</param>
public sealed record RatingInterval(double Value, double Low, double High, double Confidence)
{
    /// <summary>The same in Elo points, if it was in natural units.</summary>
    public RatingInterval InEloPoints =>
        new(
            Value * BradleyTerry.PointsPerUnit,
            Low * BradleyTerry.PointsPerUnit,
            High * BradleyTerry.PointsPerUnit,
            Confidence
        );

    internal static RatingInterval Normal(double value, double standardError, double confidence)
    {
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentException(
                $"Rating interval: expected a confidence between 0 and 1, such as 0.95, got {Text.Number(confidence)}."
            );
        var half = standardError * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.5 + (confidence / 2));
        return new(value, value - half, value + half, confidence);
    }
}
