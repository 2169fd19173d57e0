using System.Globalization;

namespace Alignment;

/// <summary>How an entropy is estimated from counts.</summary>
public enum EntropyEstimator
{
    /// <summary>Entropy of the observed shares. Too low on average.</summary>
    PlugIn,

    /// <summary>The same plus (observed answers - 1) / (2 n). Still too low where many answers were not seen.</summary>
    MillerMadow,
}

/// <summary>The entropy of an answer estimated from counts, in nats, with how many samples it is from.</summary>
/// <remarks>
/// <para>Of counts c_y, n their sum: plug-in -sum over y of (c_y / n) log(c_y / n), Miller-Madow that plus (k - 1) / (2 n), k the number of answers with
/// c_y above 0.</para>
/// <para>Both are biased by an amount that depends on the unknown p, so none is known to be right. Over 7 answers with 5 samples the mean of plug-in
/// less the truth is -0.70 for uniform p and -0.46 over p drawn from a Dirichlet(1/2); Miller-Madow leaves -0.42 and -0.27. Differences of entropies
/// from unlike sample sizes go the other way: they read too much, see <see cref="SampledUncertainty"/>.</para>
/// <para>Units: nats, at least 0.</para>
/// <para>Errors: no counts, one below 0, or nothing but 0.</para>
/// <para>Source: Miller (1955), "Note on the bias of information estimates"; Paninski (2003), "Estimation of entropy and mutual information", Neural
/// Computation 15.</para>
/// <para>Not for answers that are texts without a canonical form: every one would be its own, and the entropy log n.</para>
/// </remarks>
public sealed record EntropyEstimate
{
    private EntropyEstimate(double plugIn, long samples, int observed) =>
        (PlugIn, Samples, Observed) = (plugIn, samples, observed);

    /// <summary>Entropy of the observed shares.</summary>
    public double PlugIn { get; }

    /// <summary>Plug-in plus (observed - 1) / (2 samples).</summary>
    public double MillerMadow => PlugIn + ((Observed - 1) / (2.0 * Samples));

    /// <summary>n, the number of samples.</summary>
    public long Samples { get; }

    /// <summary>k, the number of answers that occurred.</summary>
    public int Observed { get; }

    /// <summary>Estimates from the counts of answers.</summary>
    /// <exception cref="ArgumentException">They are no such counts.</exception>
    public static EntropyEstimate Of(IEnumerable<int> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        int[] c = [.. counts];
        if (Array.FindIndex(c, x => x < 0) is >= 0 and var wrong)
            throw new ArgumentException($"Entropy: expected counts of at least 0, got {c[wrong]} of answer {wrong}.");
        var estimate = Of(c.AsSpan());
        return estimate.Samples > 0
            ? estimate
            : throw new ArgumentException($"Entropy: expected at least 1 sample, got none of {c.Length} answers.");
    }

    internal static EntropyEstimate Of(ReadOnlySpan<int> counts)
    {
        var (samples, observed, sum) = (0L, 0, 0.0);
        foreach (var c in counts)
        {
            if (c == 0)
                continue;
            samples += c;
            observed++;
            sum += c * Math.Log(c);
        }

        return new(samples == 0 ? 0 : Math.Max(0, Math.Log(samples) - (sum / samples)), samples, observed);
    }

    /// <summary>The estimate of a kind.</summary>
    public double By(EntropyEstimator estimator) => estimator == EntropyEstimator.PlugIn ? PlugIn : MillerMadow;

    /// <summary><c>1.2345 nats (plug-in 1.1012) from 30 samples of 7 answers</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{MillerMadow:f4} nats (plug-in {PlugIn:f4}) from {Samples} samples of {Observed} answers"
        );
}
