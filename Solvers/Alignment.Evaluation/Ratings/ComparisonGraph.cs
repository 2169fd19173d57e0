namespace Alignment;

/// <summary>Who is connected with whom by games and by wins.</summary>
internal static class ComparisonGraph
{
    /// <summary>
    /// Why wins leave ratings without a finite maximum of the likelihood, or null where they do not: Ford's condition is that whoever is split
    /// off, some of the others have won against some of them.
    /// </summary>
    /// <remarks>Source: Ford (1957), "Solution of a ranking problem from binary comparisons", American Mathematical Monthly 64(8).</remarks>
    public static string? WhyUnbounded(Comparisons comparisons)
    {
        if (WhyDisconnected(comparisons) is { } reason)
            return reason;
        // Those who can be reached backwards along wins from one competitor, for each: the smallest such set was never beaten from outside.
        var n = comparisons.Count;
        var best = Enumerable
            .Range(0, n)
            .Select(start => Reach(n, start, (i, j) => comparisons.WinsOf(j, i) > 0))
            .MinBy(set => set.Count(reached => reached))!;
        if (best.All(reached => reached))
            return null;
        var above = Named(comparisons, best, true);
        var below = Named(comparisons, best, false);
        return $"{above} never lost a game to {below}, so the likelihood grows without end as they move apart";
    }

    /// <summary>Who never met whom, where the graph of games falls apart, or null where it does not.</summary>
    public static string? WhyDisconnected(Comparisons comparisons)
    {
        var met = Reach(comparisons.Count, 0, (i, j) => comparisons.Games(i, j) > 0);
        return met.All(reached => reached)
            ? null
            : $"{Named(comparisons, met, true)} never met {Named(comparisons, met, false)}, not even through others, so nothing ties their ratings together";
    }

    private static string Named(Comparisons comparisons, bool[] set, bool which) =>
        Text.Names(comparisons.Labels.Where((_, k) => set[k] == which));

    private static bool[] Reach(int count, int start, Func<int, int, bool> edge)
    {
        var reached = new bool[count];
        reached[start] = true;
        var open = new Stack<int>([start]);
        while (open.TryPop(out var from))
        {
            for (var to = 0; to < count; to++)
            {
                if (reached[to] || !edge(from, to))
                    continue;
                reached[to] = true;
                open.Push(to);
            }
        }

        return reached;
    }
}
