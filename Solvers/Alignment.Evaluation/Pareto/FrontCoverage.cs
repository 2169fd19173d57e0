namespace Alignment;

/// <summary>How much of one set of points another one covers: Zitzler's C.</summary>
/// <remarks>
/// <para>C(A, B): the part of the points of B for which some point of A is at least as good in every objective, from 0 to 1. It is not symmetric, and
/// C(A, B) = 1 - C(B, A) does not hold: report both.</para>
/// <para>Errors: sets of different objectives; their order does not matter.</para>
/// <para>Source: Zitzler, Thiele (1999), "Multiobjective evolutionary algorithms: a comparative case study and the strength Pareto approach", IEEE
/// Transactions on Evolutionary Computation 3(4).</para>
/// <para>Not for by how much one is better: a point that is worse by nothing to speak of counts as one that is far behind.</para>
/// </remarks>
public static class FrontCoverage
{
    /// <summary>The part of <paramref name="covered"/> that <paramref name="by"/> covers.</summary>
    /// <exception cref="ArgumentException">The objectives differ.</exception>
    public static double Of(ObjectivePoints covered, ObjectivePoints by)
    {
        ArgumentNullException.ThrowIfNull(covered);
        ArgumentNullException.ThrowIfNull(by);
        var other = by.In(covered.Objectives, "Coverage");
        var count = Enumerable
            .Range(0, covered.Count)
            .Count(k =>
                Enumerable.Range(0, other.Count).Any(i => ParetoFront.IsAtLeast(other.Point(i), covered.Point(k)))
            );
        return (double)count / covered.Count;
    }

    /// <summary>The part of a front that another front covers.</summary>
    /// <exception cref="ArgumentException">The objectives differ.</exception>
    public static double Of(ParetoFront covered, ParetoFront by)
    {
        ArgumentNullException.ThrowIfNull(covered);
        ArgumentNullException.ThrowIfNull(by);
        return Of(covered.Points, by.Points);
    }
}
