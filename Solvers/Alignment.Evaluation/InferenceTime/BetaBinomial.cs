namespace Alignment;

/// <summary>Chances of success that differ from prompt to prompt as a Beta distribution, fitted to counts by maximum likelihood.</summary>
/// <remarks>
/// <para>p of a prompt ~ Beta(a, b), successes ~ Binomial(trials, p). With the mean m = a / (a + b) and the correlation r = 1 / (a + b + 1) of two
/// trials at one prompt the log-likelihood is, up to a constant, the sum over prompts of sum over j &lt; s of log(m (1 - r) + j r) + sum over j &lt; n - s of
/// log((1 - m) (1 - r) + j r) - sum over j &lt; n of log(1 - r + j r): it goes on to r = 0, where all prompts are alike. For a given r it is concave in
/// m and maximized by Newton's method; over r by a grid and a golden section.</para>
/// <para>No unit: m from 0 to 1, r from 0 to below 1.</para>
/// <para>Errors: nothing but successes or nothing but failures, from which no spread can be told; only one trial a prompt, likewise.</para>
/// <para>Source: Skellam (1948), "A probability distribution derived from the binomial distribution by regarding the probability of success as variable
/// between the sets of trials", Journal of the Royal Statistical Society B 10; Griffiths (1973), "Maximum likelihood estimation for the beta-binomial
/// distribution", Biometrics 29.</para>
/// <para>Not for prompts of which some can never succeed: a Beta has no such mass, so that success at many tries is overstated.</para>
/// </remarks>
public sealed record BetaBinomial
{
    private const int GridPoints = 40;
    private const double LargestCorrelation = 1 - 1e-9;

    private BetaBinomial(double mean, double correlation) => (Mean, Correlation) = (mean, correlation);

    /// <summary>m = a / (a + b), the chance of one try at a prompt drawn at random.</summary>
    public double Mean { get; }

    /// <summary>r = 1 / (a + b + 1), the correlation of two tries at one prompt: 0 where all prompts are alike.</summary>
    public double Correlation { get; }

    /// <summary>a of the Beta distribution; infinite where all prompts are alike.</summary>
    public double A => Mean * (1 - Correlation) / Correlation;

    /// <summary>b of the Beta distribution; infinite where all prompts are alike.</summary>
    public double B => (1 - Mean) * (1 - Correlation) / Correlation;

    /// <summary>Fits the distribution.</summary>
    /// <exception cref="ArgumentException">The counts do not tell how much prompts differ.</exception>
    public static BetaBinomial Fit(ShotCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Trials.All(n => n == 1))
            throw new ArgumentException(
                "Beta-binomial: expected two trials or more at some prompt, got one each; whether prompts differ shows only in repeated tries."
            );
        if (counts.Rate is 0 or 1)
            throw new ArgumentException(
                $"Beta-binomial: expected successes and failures, got {counts}; give the bound of a binomial instead, or try more often."
            );
        return Of(new Tails(counts));
    }

    /// <summary>The fit where there is one; the limit where all tries ended alike.</summary>
    internal static BetaBinomial Limit(ShotCounts counts) =>
        counts.Rate is 0 or 1 ? new(counts.Rate, 0) : Of(new Tails(counts));

    /// <summary>The chance that at least one of so many tries at a random prompt succeeds: 1 - E[(1 - p)^N] = 1 - product of (b + k) / (a + b + k).</summary>
    /// <param name="shots">N, from 0 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is out of range.</exception>
    public double SuccessWithin(int shots)
    {
        if (shots is < 0 or > ShotExtrapolation.MostShots)
            throw new ArgumentOutOfRangeException(
                nameof(shots),
                shots,
                $"Expected from 0 to {ShotExtrapolation.MostShots} tries."
            );
        var failure = 1.0;
        for (var k = 0; k < shots && failure > 0; k++)
            failure *= (((1 - Mean) * (1 - Correlation)) + (k * Correlation)) / (1 - Correlation + (k * Correlation));
        return 1 - failure;
    }

    private static BetaBinomial Of(Tails tails)
    {
        // a grid that is fine near 0, where most data lie: r = x^2
        double At(int k) => LargestCorrelation * k * k / (GridPoints * GridPoints);
        var best = 0;
        var (mean, top) = tails.Best(0, tails.Rate);
        for (var k = 1; k <= GridPoints; k++)
        {
            var (m, value) = tails.Best(At(k), mean);
            if (value > top)
                (best, top, mean) = (k, value, m);
        }

        var (low, high) = (At(Math.Max(best - 1, 0)), At(Math.Min(best + 1, GridPoints)));
        var section = (Math.Sqrt(5) - 1) / 2;
        var (left, right) = (high - (section * (high - low)), low + (section * (high - low)));
        var (atLeft, atRight) = (tails.Best(left, mean).Value, tails.Best(right, mean).Value);
        while (high - low > 1e-10)
        {
            if (atLeft >= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (section * (high - low));
                atLeft = tails.Best(left, mean).Value;
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (section * (high - low));
                atRight = tails.Best(right, mean).Value;
            }
        }

        var correlation = best == 0 && tails.Best(0, mean).Value >= Math.Max(atLeft, atRight) ? 0 : (low + high) / 2;
        return new(tails.Best(correlation, mean).Mean, correlation);
    }

    /// <summary>For each j how many prompts have more than j successes, failures and trials: all that the likelihood depends on.</summary>
    private sealed class Tails
    {
        private readonly double[] _successes;
        private readonly double[] _failures;
        private readonly double[] _trials;

        public Tails(ShotCounts counts)
        {
            var most = counts.Trials.Max();
            (_successes, _failures, _trials) = (new double[most], new double[most], new double[most]);
            for (var k = 0; k < counts.Prompts; k++)
            {
                Add(_successes, counts.Successes[k]);
                Add(_failures, counts.Trials[k] - counts.Successes[k]);
                Add(_trials, counts.Trials[k]);
            }

            Sum(_successes);
            Sum(_failures);
            Sum(_trials);
            Rate = counts.Rate;
        }

        public double Rate { get; }

        /// <summary>The mean that is likeliest at a correlation, and the log-likelihood there.</summary>
        public (double Mean, double Value) Best(double correlation, double start)
        {
            var free = 1 - correlation;
            var (low, high, mean) = (0.0, 1.0, start);
            // the derivative falls from infinity to minus infinity: Newton's steps, halving where they leave the bracket
            for (var step = 0; step < 100; step++)
            {
                var (slope, curvature) = (0.0, 0.0);
                for (var j = 0; j < _trials.Length; j++)
                {
                    var (s, f) = (_successes[j], _failures[j]);
                    if (s > 0)
                    {
                        var quotient = free / ((mean * free) + (j * correlation));
                        slope += s * quotient;
                        curvature += s * quotient * quotient;
                    }

                    if (f > 0)
                    {
                        var quotient = free / (((1 - mean) * free) + (j * correlation));
                        slope -= f * quotient;
                        curvature += f * quotient * quotient;
                    }
                }

                (low, high) = slope > 0 ? (mean, high) : (low, mean);
                var next = mean + (slope / curvature);
                next = next > low && next < high ? next : (low + high) / 2;
                if (Math.Abs(next - mean) <= 1e-15)
                    break;
                mean = next;
            }

            var value = 0.0;
            for (var j = 0; j < _trials.Length; j++)
            {
                value +=
                    Log(_successes[j], (mean * free) + (j * correlation))
                    + Log(_failures[j], ((1 - mean) * free) + (j * correlation))
                    - Log(_trials[j], free + (j * correlation));
            }

            return (mean, value);
        }

        private static double Log(double count, double x) => count > 0 ? count * Math.Log(x) : 0;

        // one more prompt that has more than j for every j below the count: told at the last j, and summed up from there
        private static void Add(double[] tail, int count)
        {
            if (count > 0)
                tail[count - 1]++;
        }

        private static void Sum(double[] tail)
        {
            for (var j = tail.Length - 2; j >= 0; j--)
                tail[j] += tail[j + 1];
        }
    }
}
