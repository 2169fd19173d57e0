namespace Alignment.Reports;

/// <summary>Fewer points of a curve, none of its extremes lost.</summary>
/// <remarks>
/// The axis is cut into (most - 2) / 2 buckets of equal width. Of each bucket the first point of the least value and the first point of the largest
/// value stay, and of the whole curve its first and its last point. Points keep their order and their values: nothing is averaged, so a spike
/// that lasted for one step is drawn, and a flat line has no spike. What is lost is how often a curve went up and down inside of a bucket, which
/// is narrower than a pixel or two of a plot at the 2,000 points that reports ask for.
/// </remarks>
public static class Downsampling
{
    /// <summary>The points to draw, as their indices in ascending order.</summary>
    /// <param name="x">Positions along the axis as it is drawn: the logarithms where the axis is logarithmic.</param>
    /// <param name="y">The values, as many.</param>
    /// <param name="most">How many points to draw at most, at least 4. A curve that has no more is drawn whole.</param>
    /// <returns>Indices; points of which a coordinate is not finite are left out.</returns>
    /// <exception cref="ArgumentException">There are not as many values as positions.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is below 4.</exception>
    public static IReadOnlyList<int> Extremes(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int most)
    {
        if (x.Length != y.Length)
            throw new ArgumentException("Expected a value for each position.", nameof(y));
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 4);
        var finite = new List<int>();
        for (var at = 0; at < x.Length; at++)
        {
            if (double.IsFinite(x[at]) && double.IsFinite(y[at]))
                finite.Add(at);
        }

        return finite.Count <= most ? finite : Bucketed(finite, x, y, (most - 2) / 2);
    }

    private static List<int> Bucketed(List<int> points, ReadOnlySpan<double> x, ReadOnlySpan<double> y, int buckets)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var at in points)
            (low, high) = (Math.Min(low, x[at]), Math.Max(high, x[at]));
        var (least, largest) = (new int[buckets], new int[buckets]);
        Array.Fill(least, -1);
        Array.Fill(largest, -1);
        foreach (var at in points)
        {
            // halves, since the difference of two finite numbers may not be one
            var share = high > low ? ((x[at] / 2) - (low / 2)) / ((high / 2) - (low / 2)) : 0;
            var bucket = Math.Min((int)(share * buckets), buckets - 1);
            if (least[bucket] < 0 || y[at] < y[least[bucket]])
                least[bucket] = at;
            if (largest[bucket] < 0 || y[at] > y[largest[bucket]])
                largest[bucket] = at;
        }

        return
        [
            .. new SortedSet<int>([points[0], .. least.Where(i => i >= 0), .. largest.Where(i => i >= 0), points[^1]]),
        ];
    }
}
