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
                var (gap, key) in new[] { (Gap.NashConv, "game/nash_conv"), (Gap.Regularized, "game/regularized_gap") }
            )
            {
                if (Fit(trace, $"{key}/{iterate.ToString().ToLowerInvariant()}") is var (exponent, half, points))
                    fits.Add(new(gap, iterate, exponent, exponent - half, exponent + half, points));
            }
        }

        if (Fit(trace, "game/cce_gap") is var (rate, width, count))
            fits.Add(new(Gap.CoarseCorrelated, Iterate.Average, rate, rate - width, rate + width, count));
        return fits.ToValueList();
    }

    private static (double Exponent, double HalfWidth, int Points)? Fit(IReadOnlyList<TracePoint> trace, string key)
    {
        var end = trace[^1].Step;
        var points = trace
            .Where(t =>
                t.Step > 0
                && t.Step >= end * EarlyShare
                && t.Metrics.TryGetValue(key, out var gap)
                && gap > Floor
                && double.IsFinite(gap)
            )
            .Select(t => (X: Math.Log(t.Step), Y: Math.Log(t.Metrics[key])))
            .ToArray();
        if (points.Length < FewestPoints)
            return null;
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        var spread = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        var slope = points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / spread;
        var residual = points.Sum(p => Math.Pow(p.Y - meanY - (slope * (p.X - meanX)), 2)) / (points.Length - 2);
        return (-slope, StudentT.InvCDF(0, 1, points.Length - 2, 0.975) * Math.Sqrt(residual / spread), points.Length);
    }
}
