using MathNet.Numerics.Distributions;

namespace Alignment;

/// <summary>A volume by random draws, with the interval of Clopper and Pearson.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">Such intervals hold the true volume at least this often.</param>
/// <param name="Samples">Draws.</param>
/// <param name="Hits">Draws that some point dominates.</param>
/// <remarks>Source: Clopper, Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26(4).</remarks>
public sealed record HypervolumeEstimate(
    double Value,
    double Low,
    double High,
    double Confidence,
    int Samples,
    int Hits
)
{
    /// <summary>Value, interval, draws.</summary>
    public override string ToString() =>
        $"{Text.Number(Value)} ({Text.Number(100 * Confidence)} % interval {Text.Number(Low)} to {Text.Number(High)}, {Hits} of {Samples} draws)";

    internal static HypervolumeEstimate Of(double all, int hits, int samples, double confidence)
    {
        var tail = (1 - confidence) / 2;
        var low = hits == 0 ? 0 : Beta.InvCDF(hits, samples - hits + 1, tail);
        var high = hits == samples ? 1 : Beta.InvCDF(hits + 1, samples - hits, 1 - tail);
        return new(all * hits / samples, all * low, all * high, confidence, samples, hits);
    }
}
