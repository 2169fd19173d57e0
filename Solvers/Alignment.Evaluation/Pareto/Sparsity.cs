namespace Alignment;

/// <summary>In which unit gaps between points of a front are measured.</summary>
public enum GapScale
{
    /// <summary>In the objectives' own units.</summary>
    Raw,

    /// <summary>In parts of each objective's range over the front; an objective that is the same everywhere counts 0.</summary>
    UnitRange,
}

/// <summary>How far apart the neighbours of a front lie: the mean squared gap; smaller is denser.</summary>
/// <remarks>
/// <para>1/(n - 1) sum over objectives j and places i of (f_j(i) - f_j(i + 1))^2, where f_j(1..n) are the values of objective j over the front, sorted.</para>
/// <para>Units: squared, summed over objectives; or parts of the ranges. There is no default: figures of the two scales are not comparable, and those
/// of <see cref="GapScale.UnitRange"/> compare fronts of about the same range only.</para>
/// <para>Errors: a front of one point, which has no neighbours.</para>
/// <para>Source: Xu, Tian, Ma, Rus, Sueda, Matusik (2020), "Prediction-guided multi-objective reinforcement learning for continuous robot control",
/// ICML, section 3.</para>
/// <para>Not alone: a front that shrinks to two points beside each other is dense. Read it beside <see cref="Hypervolume"/>.</para>
/// </remarks>
public static class Sparsity
{
    /// <summary>The sparsity of a front.</summary>
    /// <exception cref="ArgumentException">The front has one point.</exception>
    public static double Of(ParetoFront front, GapScale scale)
    {
        ArgumentNullException.ThrowIfNull(front);
        if (front.Count < 2)
            throw new ArgumentException(
                "Sparsity: expected a front of at least 2 points, got 1, which has no neighbours to be near to."
            );
        var sum = 0.0;
        for (var j = 0; j < front.Objectives.Count; j++)
        {
            var values = Enumerable.Range(0, front.Count).Select(i => front.Points[i, j]).Order().ToArray();
            var unit = scale == GapScale.Raw ? 1 : values[^1] - values[0];
            for (var i = 0; i + 1 < values.Length && unit > 0; i++)
            {
                var gap = (values[i + 1] - values[i]) / unit;
                sum += gap * gap;
            }
        }

        return sum / (front.Count - 1);
    }
}
