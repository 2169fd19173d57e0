namespace Alignment;

/// <summary>The points that no other point dominates, all objectives being maximized.</summary>
/// <remarks>
/// <para>A point dominates another if it is at least as good in every objective and better in one. So a point that is as good as another in all but
/// one objective, and worse there (a weakly optimal one), is left out; of equal points the first is kept.</para>
/// <para>Shapes: points of n rows and d objectives. O(n log n) for up to three objectives, O(n^2 d) at worst for more.</para>
/// <para>Errors: those of <see cref="ObjectivePoints"/>.</para>
/// <para>Source: Kung, Luccio, Preparata (1975), "On finding the maxima of a set of vectors", Journal of the ACM 22(4).</para>
/// <para>Not for points that are means of few samples: noise puts points on the front that do not belong there.</para>
/// </remarks>
public sealed record ParetoFront
{
    private ParetoFront(ObjectivePoints points, ValueList<int> members) => (Points, Members) = (points, members);

    /// <summary>The points of the front, in the order in which they were given.</summary>
    public ObjectivePoints Points { get; }

    /// <summary>Which of the given points they are, from 0.</summary>
    public ValueList<int> Members { get; }

    /// <summary>The objectives.</summary>
    public ValueList<string> Objectives => Points.Objectives;

    /// <summary>Number of points, at least 1.</summary>
    public int Count => Points.Count;

    /// <summary>The front of points.</summary>
    public static ParetoFront Of(ObjectivePoints points)
    {
        ArgumentNullException.ThrowIfNull(points);
        // The best by the last objective first: whoever comes later can't dominate, only equal.
        var order = Enumerable.Range(0, points.Count).ToArray();
        Array.Sort(order, (a, b) => Before(points, a, b));
        var members = points.Objectives.Count <= 3 ? Swept(points, order) : Compared(points, order);
        members.Sort();
        return new(points.Pick(members), members.ToValueList());
    }

    /// <summary>Whether the first point dominates the second.</summary>
    /// <exception cref="ArgumentException">They have different objectives.</exception>
    public static bool Dominates(ObjectiveVector first, ObjectiveVector second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (first.Values.ToArray(), second.In(first.Objectives, "Pareto dominance"));
        return IsAtLeast(a, b) && !IsAtLeast(b, a);
    }

    /// <summary>The points.</summary>
    public override string ToString() => Points.ToString();

    /// <summary>Whether the first is at least as good as the second in every objective.</summary>
    internal static bool IsAtLeast(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        for (var k = 0; k < first.Length; k++)
        {
            if (!(first[k] >= second[k]))
                return false;
        }

        return true;
    }

    /// <summary>Lexicographic from the last objective to the first, the largest first; of equal points the one given first.</summary>
    private static int Before(ObjectivePoints points, int a, int b)
    {
        for (var k = points.Objectives.Count - 1; k >= 0; k--)
        {
            if (points[b, k].CompareTo(points[a, k]) is not 0 and var sign)
                return sign;
        }

        return a.CompareTo(b);
    }

    private static List<int> Swept(ObjectivePoints points, int[] order)
    {
        var stairs = new Staircase(double.NegativeInfinity, double.NegativeInfinity);
        var d = points.Objectives.Count;
        // A missing coordinate is one that all points share.
        double At(int point, int k) => k < d ? points[point, k] : 0;
        return [.. order.Where(k => stairs.Add(At(k, 0), At(k, 1)))];
    }

    private static List<int> Compared(ObjectivePoints points, int[] order)
    {
        var members = new List<int>();
        foreach (var candidate in order)
        {
            if (!members.Exists(member => IsAtLeast(points.Point(member), points.Point(candidate))))
                members.Add(candidate);
        }

        return members;
    }
}
