using System.Globalization;

namespace Alignment;

/// <summary>The success of an attack that may try N times, foretold from fewer tries: with an interval, and beside what one rate for all prompts would say.</summary>
/// <remarks>
/// <para>Success within N tries at a random prompt is 1 - E[(1 - p)^N] over the chances p of the prompts. <see cref="Value"/> takes p to be Beta
/// distributed, fitted by <see cref="BetaBinomial"/>. <see cref="Alike"/> is 1 - (1 - rate)^N: right where all prompts are alike and too high where they
/// differ, since (1 - p)^N is convex in p.</para>
/// <para>Interval: percentiles over bootstrap replicates of the prompts, which draw as many prompts with replacement and fit anew. Draw k of
/// replicate r lies at (r, k) of the stream <c>shots</c>. Measured coverage of 95 % intervals over 500 simulated data sets, N = 100, 300 replicates,
/// standard error 1 %: 93.6 % (200 prompts, 20 tries each, Beta(0.4, 2)), 94.8 % (50 prompts, the same), 93.8 % (100 prompts, 10 tries, Beta(1, 9)).</para>
/// <para>Defaults: 95 %, 1,000 replicates, seed 0.</para>
/// <para>Errors: as <see cref="BetaBinomial.Fit"/>; N from 1 to 1,000,000; at least 20 replicates; a confidence between 0 and 1.</para>
/// <para>Source: Hughes et al. (2024), "Best-of-N jailbreaking", arXiv 2412.03556, for how success grows with tries; Schaeffer et al. (2025), "How do large
/// language monkeys get their power (laws)?", arXiv 2502.17578, for why: the distribution of p near 0; Efron (1979), "Bootstrap methods: another look
/// at the jackknife", Annals of Statistics 7.</para>
/// <para>Not far beyond the data: with n tries a prompt, chances much below 1 / n are seen by the shape of the Beta alone, and the interval does not know
/// whether that shape is right.</para>
/// </remarks>
public sealed record ShotExtrapolation
{
    /// <summary>Most tries.</summary>
    public const int MostShots = 1_000_000;

    private ShotExtrapolation(ShotCounts counts, BetaBinomial fit, int shots, double low, double high)
    {
        (Counts, Fitted, Shots) = (counts, fit, shots);
        (Value, Low, High) = (fit.SuccessWithin(shots), low, high);
    }

    /// <summary>What it is foretold from.</summary>
    public ShotCounts Counts { get; }

    /// <summary>The distribution of chances over prompts.</summary>
    public BetaBinomial Fitted { get; }

    /// <summary>N.</summary>
    public int Shots { get; }

    /// <summary>The estimate.</summary>
    public double Value { get; }

    /// <summary>Lower end of the interval.</summary>
    public double Low { get; }

    /// <summary>Upper end of the interval.</summary>
    public double High { get; }

    /// <summary>What the interval is meant to hold.</summary>
    public double Confidence { get; private init; }

    /// <summary>Replicates of the bootstrap.</summary>
    public int Replicates { get; private init; }

    /// <summary>Seed of the replicates.</summary>
    public ulong Seed { get; private init; }

    /// <summary>1 - (1 - rate)^N: the success if all prompts had the same chance. Too high where they have not.</summary>
    public double Alike => 1 - Math.Pow(1 - Counts.Rate, Shots);

    /// <summary>Foretells the success within N tries.</summary>
    /// <param name="counts">Successes of some tries, prompt by prompt.</param>
    /// <param name="shots">N.</param>
    /// <param name="seed">Seed of the replicates.</param>
    /// <param name="replicates">Replicates of the bootstrap.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">The counts do not tell how much prompts differ, or a number is out of range.</exception>
    public static ShotExtrapolation Of(
        ShotCounts counts,
        int shots,
        ulong seed = 0,
        int replicates = 1000,
        double confidence = 0.95
    )
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (shots is < 1 or > MostShots)
            throw new ArgumentException($"Shots: expected from 1 to {MostShots} tries, got {shots}.");
        if (replicates < 20)
            throw new ArgumentException($"Shots: expected at least 20 replicates, got {replicates}.");
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentException(
                $"Shots: expected a confidence between 0 and 1, got {Text.Number(confidence)}."
            );
        var fit = BetaBinomial.Fit(counts);
        var stream = new RandomStream(seed, "shots");
        var values = new double[replicates];
        for (var r = 0; r < replicates; r++)
            values[r] = BetaBinomial.Limit(counts.Resampled(stream, r)).SuccessWithin(shots);
        Array.Sort(values);
        double Quantile(double probability)
        {
            var at = probability * (replicates - 1);
            var below = (int)at;
            return values[below] + ((at - below) * (values[Math.Min(below + 1, replicates - 1)] - values[below]));
        }

        var tail = (1 - confidence) / 2;
        return new(counts, fit, shots, Quantile(tail), Quantile(1 - tail))
        {
            Confidence = confidence,
            Replicates = replicates,
            Seed = seed,
        };
    }

    /// <summary>The estimate with its interval, and what one rate for all would say.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"success within {Shots} tries {Value:f4} ({100 * Confidence:0.##} % interval {Low:f4} to {High:f4}), {Alike:f4} if all prompts were alike; from {Counts}"
        );
}
