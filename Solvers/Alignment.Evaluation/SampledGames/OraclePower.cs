using MathNet.Numerics.Distributions;

namespace Alignment;

/// <summary>A weakness that was put into an opponent on purpose, so that what its exploitation is worth is known.</summary>
/// <typeparam name="T">What the oracle is given: an opponent, a game.</typeparam>
/// <param name="Name">A short name.</param>
/// <param name="Worth">What the best response gains, above 0.</param>
/// <param name="Target">Handed to the oracle.</param>
public sealed record PlantedExploit<T>(string Name, double Worth, T Target);

/// <summary>How much of exploits of known worth an oracle finds: what its finding nothing says.</summary>
/// <remarks>
/// <para>The oracle is run on every exploit in R independent repeats. The share of a repeat is what it gained over what there was to gain,
/// sum of gains / sum of worths; <see cref="Share"/> is their mean, with Student's interval over the repeats. Negative gains count as they are; a gain above the
/// worth, which measurement can make, counts as the worth, so that luck at one exploit never covers for another.</para>
/// <para>An oracle is conclusive where the lower end of the interval is at least <see cref="Enough"/>. That says nothing about exploits of another kind
/// than those planted.</para>
/// <para>Shapes: one name, worth and mean share for each exploit. Units: shares, 1 is all of it.</para>
/// <para>Default: 5 repeats, 95 %.</para>
/// <para>Errors: no exploits, a worth not above 0, fewer than two repeats, a gain that is not finite.</para>
/// <para>Source: Student (1908), "The probable error of a mean", Biometrika 6. Planting known exploits to measure a search's power is ours.</para>
/// <para>Not with gains that were measured on the samples on which the response was chosen; see <see cref="FreshSelection"/>.</para>
/// </remarks>
public sealed record OraclePower
{
    /// <summary>Where an oracle finds less than this share, that it found nothing says nothing.</summary>
    public const double Enough = 0.9;

    private const string Who = "Oracle power";

    private OraclePower(
        ValueList<string> names,
        ValueList<double> shares,
        double share,
        double half,
        double confidence
    ) => (Names, Shares, Share, Low, High, Confidence) = (names, shares, share, share - half, share + half, confidence);

    /// <summary>The exploits.</summary>
    public ValueList<string> Names { get; }

    /// <summary>Mean share of each exploit's worth that was found.</summary>
    public ValueList<double> Shares { get; }

    /// <summary>Share of all worth that was found.</summary>
    public double Share { get; }

    /// <summary>Lower end of the interval.</summary>
    public double Low { get; }

    /// <summary>Upper end.</summary>
    public double High { get; }

    /// <summary>Of the interval.</summary>
    public double Confidence { get; }

    /// <summary>Whether at least <see cref="Enough"/> was shown to be found.</summary>
    public bool IsConclusive => Low >= Enough;

    /// <summary>Runs an oracle on planted exploits.</summary>
    /// <param name="exploits">Of graded worth.</param>
    /// <param name="oracle">Searches a response to a target and measures on fresh samples what it gains; given a seed.</param>
    /// <param name="repeats">At least 2.</param>
    /// <param name="seed">Repeat r of exploit k gets seed + r K + k.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">See <see cref="OraclePower"/>.</exception>
    public static OraclePower Measure<T>(
        IEnumerable<PlantedExploit<T>> exploits,
        Func<T, ulong, double> oracle,
        int repeats = 5,
        ulong seed = 0,
        double confidence = 0.95
    )
    {
        ArgumentNullException.ThrowIfNull(exploits);
        ArgumentNullException.ThrowIfNull(oracle);
        Saddle.RequireConfidence(Who, confidence);
        PlantedExploit<T>[] all = [.. exploits];
        var names = Text.Distinct(Who, all.Select(e => e.Name), 1);
        if (Array.Find(all, e => !(e.Worth > 0 && Text.IsTaken(e.Worth))) is { } bad)
            throw new ArgumentException(
                $"{Who}: expected exploits of a worth above 0, got {Text.Number(bad.Worth)} for '{bad.Name}'."
            );
        if (repeats < 2)
            throw new ArgumentException($"{Who}: expected at least 2 repeats, got {repeats}.");

        var worth = all.Sum(e => e.Worth);
        var (byExploit, byRepeat) = (new double[all.Length], new double[repeats]);
        for (var r = 0; r < repeats; r++)
        {
            for (var k = 0; k < all.Length; k++)
            {
                var gain = oracle(all[k].Target, seed + (ulong)((r * all.Length) + k));
                if (!double.IsFinite(gain))
                    throw new ArgumentException(
                        $"{Who}: expected a finite gain at '{all[k].Name}', got {Text.Number(gain)}."
                    );
                gain = Math.Min(gain, all[k].Worth);
                byExploit[k] += gain / all[k].Worth / repeats;
                byRepeat[r] += gain / worth;
            }
        }

        var mean = byRepeat.Average();
        var error = Math.Sqrt(byRepeat.Sum(share => (share - mean) * (share - mean)) / (repeats - 1) / repeats);
        var half = error * StudentT.InvCDF(0, 1, repeats - 1, (1 + confidence) / 2);
        return new(names, byExploit.ToValueList(), mean, half, confidence);
    }

    /// <summary>A lower bound that says how strong the search was that it comes from.</summary>
    public Certificate.LowerBound Label(Certificate.LowerBound found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found with { Oracle = $"{found.Oracle}; {this}" };
    }

    /// <summary>The share with its interval, and whether that is enough.</summary>
    public override string ToString() =>
        $"found {Percent(Share)} % of planted worth ({Percent(Confidence)} % interval {Percent(Low)} to {Percent(High)} %)"
        + (IsConclusive ? "" : $": inconclusive, below {Percent(Enough)} %");

    private static string Percent(double share) => Text.Fixed(100 * share, 0);
}
