namespace Alignment;

/// <summary>Strategies in groups of copies, and the way from a game to that between groups and back.</summary>
internal sealed record CloneGroups(IReadOnlyList<IReadOnlyList<int>> Groups)
{
    private int Strategies => Groups.Sum(g => g.Count);

    /// <summary>Every strategy by itself.</summary>
    public static CloneGroups Apart(int strategies) =>
        new([.. Enumerable.Range(0, strategies).Select(k => (IReadOnlyList<int>)[k])]);

    /// <summary>A strategy joins the first group whose first member's payoffs are its own to within the tolerance.</summary>
    public static CloneGroups Of(double[,] payoffs, double tolerance)
    {
        var n = payoffs.GetLength(0);
        var allowed = tolerance * payoffs.Cast<double>().Max(Math.Abs);
        var groups = new List<List<int>>();
        for (var k = 0; k < n; k++)
        {
            var own = groups.Find(g =>
                Enumerable.Range(0, n).All(j => Math.Abs(payoffs[g[0], j] - payoffs[k, j]) <= allowed)
            );
            if (own is null)
                groups.Add([k]);
            else
                own.Add(k);
        }

        return new(groups);
    }

    /// <summary>The game between groups: mean payoffs.</summary>
    public double[,] Merge(double[,] payoffs)
    {
        var merged = new double[Groups.Count, Groups.Count];
        for (var g = 0; g < Groups.Count; g++)
        {
            for (var h = 0; h < Groups.Count; h++)
                merged[g, h] = g == h ? 0 : Groups[g].Average(i => Groups[h].Average(j => payoffs[i, j]));
        }

        return merged;
    }

    /// <summary>Weights of groups, shared equally within each.</summary>
    public double[] Share(double[] weights) => Spread(weights, (weight, count) => weight / count);

    /// <summary>How far weights reach, shared like them.</summary>
    public ValueList<Reach> SplitReach(Reach[] reach) =>
        Spread(reach, (r, count) => new Reach(r.Low / count, r.High / count)).ToValueList();

    /// <summary>How far ratings reach, which copies have in common.</summary>
    public ValueList<Reach> CopyReach(Reach[] reach, double scale) =>
        Spread(reach, (r, _) => new Reach(r.Low * scale, r.High * scale)).ToValueList();

    private T[] Spread<T>(T[] values, Func<T, int, T> each)
    {
        var all = new T[Strategies];
        for (var g = 0; g < Groups.Count; g++)
        {
            foreach (var k in Groups[g])
                all[k] = each(values[g], Groups[g].Count);
        }

        return all;
    }
}
