using MathNet.Numerics.Distributions;

namespace Alignment.Runtime;

/// <summary>Fits straight lines to log gap over log step.</summary>
internal static class RateFit
{
    // Early steps are no asymptote, and below this gap there is only rounding.
    private const double EarlyShare = 1.0 / 50;
    private const double Floor = 1e-13;
    private const int FewestPoints = 8;

    /// <summary>All fits that a trace allows.</summary>
    public static ValueList<FittedRate> All(IReadOnlyList<TracePoint> trace, bool averages)
    {
        var fits = new List<FittedRate>();
        foreach (var iterate in averages ? [Iterate.Last, Iterate.Average] : (Iterate[])[Iterate.Last])
        {
            foreach (
                var (gap, key) in new[]
                {
                    (Gap.NashConv, "game/nash_conv"),
                    (Gap.Regularized, "game/regularized_gap"),
                    (Gap.Stationarity, "game/stationarity"),
                }
            )
            {
                if (Fit(trace, $"{key}/{iterate.ToString().ToLowerInvariant()}") is { } line)
                    fits.Add(line.As(gap, iterate));
            }
        }

        if (Fit(trace, "game/cce_gap") is { } coarse)
            fits.Add(coarse.As(Gap.CoarseCorrelated, Iterate.Average));
        return fits.ToValueList();
    }

    private static FittedLine? Fit(IReadOnlyList<TracePoint> trace, string key) =>
        Fit(trace.Select(t => (t.Step, t.Metrics.TryGetValue(key, out var gap) ? gap : double.NaN)), trace[^1].Step);

    /// <summary>The line through a gap's later values; null where too few of them can be fitted.</summary>
    /// <param name="gaps">Steps and gaps; what is not a number or not above 0 is passed over.</param>
    /// <param name="end">The run's last step.</param>
    public static FittedLine? Fit(IEnumerable<(long Step, double Gap)> gaps, long end)
    {
        var points = gaps.Where(t =>
                t.Step > 0 && t.Step >= end * EarlyShare && t.Gap > Floor && double.IsFinite(t.Gap)
            )
            .Select(t => (X: Math.Log(t.Step), Y: Math.Log(t.Gap)))
            .ToArray();
        if (points.Length < FewestPoints)
            return null;
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        var spread = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        var slope = points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / spread;
        var residual = points.Sum(p => Math.Pow(p.Y - meanY - (slope * (p.X - meanX)), 2)) / (points.Length - 2);
        var half = StudentT.InvCDF(0, 1, points.Length - 2, 0.975) * Math.Sqrt(residual / spread);
        return new(-slope, half, points.Length, Math.Exp(points[0].X), meanX, meanY);
    }
}

/// <summary>A line fitted to log gap over log step.</summary>
/// <param name="Exponent">Minus its slope.</param>
/// <param name="HalfWidth">Half the width of the exponent's 95 % interval.</param>
/// <param name="Points">Number of moments fitted.</param>
/// <param name="FirstStep">The step of the first of them.</param>
/// <param name="MeanLogStep">Mean of the logarithms of steps: with the next, a point on the line.</param>
/// <param name="MeanLogGap">Mean of the logarithms of gaps.</param>
internal sealed record FittedLine(
    double Exponent,
    double HalfWidth,
    int Points,
    double FirstStep,
    double MeanLogStep,
    double MeanLogGap
)
{
    /// <summary>The line's gap at a step.</summary>
    public double At(double step) => Math.Exp(MeanLogGap - (Exponent * (Math.Log(step) - MeanLogStep)));

    /// <summary>The rate of a gap and an iterate.</summary>
    public FittedRate As(Gap gap, Iterate iterate) =>
        new(gap, iterate, Exponent, Exponent - HalfWidth, Exponent + HalfWidth, Points);
}
