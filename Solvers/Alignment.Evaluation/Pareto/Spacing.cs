namespace Alignment;

/// <summary>How evenly the points of a front are spread: the deviation of the distances to the nearest neighbour; 0 is even.</summary>
/// <remarks>
/// <para>sqrt(1/(n - 1) sum_i (d_i - mean d)^2) with d_i the smallest sum over objectives of |f_j(i) - f_j(k)| over all other points k.</para>
/// <para>Units: those of the objectives, summed; or parts of their ranges. There is no default scale.</para>
/// <para>Errors: a front of one point.</para>
/// <para>Source: Schott (1995), "Fault tolerant design using single and multicriteria genetic algorithm optimization", thesis, MIT.</para>
/// <para>Not for how much of the front is covered: three even points at one end have spacing 0, as have any two points.</para>
/// </remarks>
public static class Spacing
{
    /// <summary>The spacing of a front.</summary>
    /// <exception cref="ArgumentException">The front has one point.</exception>
    public static double Of(ParetoFront front, GapScale scale)
    {
        ArgumentNullException.ThrowIfNull(front);
        var (n, points) = (front.Count, front.Points);
        if (n < 2)
            throw new ArgumentException(
                "Spacing: expected a front of at least 2 points, got 1, which has no nearest neighbour."
            );
        var units = front
            .Objectives.Select(
                (_, j) =>
                {
                    var values = Enumerable.Range(0, n).Select(i => points[i, j]).ToArray();
                    return scale == GapScale.Raw ? 1 : values.Max() - values.Min();
                }
            )
            .ToArray();
        var nearest = Enumerable
            .Range(0, n)
            .Select(i => Enumerable.Range(0, n).Where(k => k != i).Min(k => Distance(i, k)))
            .ToArray();
        var mean = nearest.Average();
        return Math.Sqrt(nearest.Sum(d => (d - mean) * (d - mean)) / (n - 1));

        double Distance(int i, int k)
        {
            var sum = 0.0;
            for (var j = 0; j < units.Length; j++)
                sum += units[j] > 0 ? Math.Abs(points[i, j] - points[k, j]) / units[j] : 0;
            return sum;
        }
    }
}
