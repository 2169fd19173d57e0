namespace Alignment;

/// <summary>Rotary positions: each pair of a head's numbers is turned by an angle that grows with the position.</summary>
/// <remarks>
/// <para>Pair k of d/2 has frequency w_k = base^(-2k/d); at position p the pair (x_k, x_(k + d/2)) is turned by p w_k. A scaling changes w so that a model takes longer
/// texts than it was first trained on.</para>
/// <para>Units: angles in radians.</para>
/// <para>Default: base 10,000, no scaling.</para>
/// <para>Source: Su et al. (2021), "RoFormer", arXiv 2104.09864, with the halves of a head as pairs, as the checkpoints have it.</para>
/// </remarks>
/// <param name="Base">The base of the frequencies.</param>
/// <param name="Scaling">What changes them; null for nothing.</param>
public sealed record RotaryPositions(double Base = 10_000, IRotaryScaling? Scaling = null)
{
    /// <summary>w_k of each pair.</summary>
    /// <param name="headSize">d, even.</param>
    public double[] Frequencies(int headSize)
    {
        var plain = new double[headSize / 2];
        for (var k = 0; k < plain.Length; k++)
            plain[k] = Math.Pow(Base, -2.0 * k / headSize);
        return Scaling is null ? plain : Scaling.Scale(plain, Base);
    }

    /// <summary>What cosines and sines are multiplied by.</summary>
    public double Attention => Scaling?.Attention ?? 1;
}

/// <summary>A change of rotary frequencies for longer texts.</summary>
public interface IRotaryScaling
{
    /// <summary>The changed frequencies.</summary>
    /// <param name="frequencies">w_k, from high to low.</param>
    /// <param name="origin">Their base.</param>
    double[] Scale(double[] frequencies, double origin);

    /// <summary>What cosines and sines are multiplied by.</summary>
    double Attention { get; }
}

/// <summary>All frequencies divided by a factor: positions are pressed together.</summary>
/// <remarks>Source: Chen et al. (2023), "Extending context window of large language models via positional interpolation", arXiv 2306.15595.</remarks>
/// <param name="Factor">At least 1.</param>
public sealed record LinearScaling(double Factor) : IRotaryScaling
{
    /// <inheritdoc/>
    public double Attention => 1;

    /// <inheritdoc/>
    public double[] Scale(double[] frequencies, double origin) => [.. frequencies.Select(w => w / Factor)];
}

/// <summary>Low frequencies divided by a factor, high ones kept, a straight passage between: Llama 3.1's.</summary>
/// <remarks>With the wavelength l = 2 pi / w and n the original context: kept where l &lt; n / high, divided where l &gt; n / low, else
/// w ((1 - s) / factor + s) with s = (n / l - low) / (high - low). Source: the configuration of Llama 3.1 (Meta, 2024).</remarks>
/// <param name="Factor">By how much low frequencies are divided.</param>
/// <param name="Low">low_freq_factor.</param>
/// <param name="High">high_freq_factor, above <paramref name="Low"/>.</param>
/// <param name="Original">n, in tokens.</param>
public sealed record Llama3Scaling(double Factor, double Low, double High, int Original) : IRotaryScaling
{
    /// <inheritdoc/>
    public double Attention => 1;

    /// <inheritdoc/>
    public double[] Scale(double[] frequencies, double origin) =>
        [
            .. frequencies.Select(w =>
            {
                // how often a frequency turns within the original context
                var turns = Original * w / (2 * Math.PI);
                var kept = Math.Clamp((turns - Low) / (High - Low), 0, 1);
                return w * (((1 - kept) / Factor) + kept);
            }),
        ];
}

/// <summary>Frequencies that turn often are kept, those that turn less than once divided by a factor, a ramp over the pairs between; attention is sharpened.</summary>
/// <remarks>The pair that turns r times within the original context n is d ln(n / (2 pi r)) / (2 ln base); the ramp goes from that of <paramref name="Fast"/> to that of
/// <paramref name="Slow"/>. Source: Peng et al. (2023), "YaRN", arXiv 2309.00071, with sqrt(1/t) = 0.1 ln(factor) + 1 on cosines and sines.</remarks>
/// <param name="Factor">By how much slow frequencies are divided.</param>
/// <param name="Original">n, in tokens.</param>
/// <param name="Fast">beta_fast: turns from which on a frequency is kept.</param>
/// <param name="Slow">beta_slow: turns below which it is divided.</param>
/// <param name="Sharpened">What cosines and sines are multiplied by; null for 0.1 ln(factor) + 1.</param>
public sealed record YarnScaling(
    double Factor,
    int Original,
    double Fast = 32,
    double Slow = 1,
    double? Sharpened = null
) : IRotaryScaling
{
    /// <inheritdoc/>
    public double Attention => Sharpened ?? (Factor <= 1 ? 1 : (0.1 * Math.Log(Factor)) + 1);

    /// <inheritdoc/>
    public double[] Scale(double[] frequencies, double origin)
    {
        var pairs = frequencies.Length;
        double Pair(double turns) => pairs * Math.Log(Original / (turns * 2 * Math.PI)) / Math.Log(origin);
        var low = Math.Max(Math.Floor(Pair(Fast)), 0);
        var high = Math.Min(Math.Ceiling(Pair(Slow)), (2 * pairs) - 1);
        var width = high == low ? 0.001 : high - low;
        return
        [
            .. frequencies.Select(
                (w, k) =>
                {
                    var divided = Math.Clamp((k - low) / width, 0, 1);
                    return w * ((divided / Factor) + 1 - divided);
                }
            ),
        ];
    }
}
