namespace Alignment;

/// <summary>Antisymmetric tables over pairs, made of counts or checked.</summary>
internal static class PairFlow
{
    /// <summary>Largest part of the largest entry by which a table may miss antisymmetry.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>log((w_ij + a) / (w_ji + a)), 0 where a pair never met.</summary>
    public static double[] LogOdds(string who, Comparisons comparisons, double smoothing)
    {
        if (!(smoothing >= 0 && double.IsFinite(smoothing)))
            throw new ArgumentException(
                $"{who}: expected a smoothing of at least 0 wins, got {Text.Number(smoothing)}."
            );
        var n = comparisons.Count;
        var flow = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                if (comparisons.Games(i, j) == 0)
                    continue;
                var (wins, losses) = (comparisons.WinsOf(i, j) + smoothing, comparisons.WinsOf(j, i) + smoothing);
                if (wins == 0 || losses == 0)
                {
                    throw new ArgumentException(
                        $"{who}: expected wins on both sides of every pair, but all games of '{comparisons.Labels[i]}' against '{comparisons.Labels[j]}' were won by one; ask for a smoothing above 0, such as 0.5."
                    );
                }

                flow[(i * n) + j] = Math.Log(wins / losses);
                flow[(j * n) + i] = -flow[(i * n) + j];
            }
        }

        return flow;
    }

    /// <summary>(w_ij - w_ji) / n_ij, from -1 to 1.</summary>
    public static double[] Margins(string who, Comparisons comparisons)
    {
        RequireComplete(who, comparisons);
        var n = comparisons.Count;
        var flow = new double[n * n];
        for (var k = 0; k < flow.Length; k++)
        {
            var (i, j) = (k / n, k % n);
            if (i != j)
                flow[k] = (comparisons.WinsOf(i, j) - comparisons.WinsOf(j, i)) / comparisons.Games(i, j);
        }

        return flow;
    }

    /// <exception cref="ArgumentException">Some pair never met.</exception>
    public static void RequireComplete(string who, Comparisons comparisons)
    {
        for (var i = 0; i < comparisons.Count; i++)
        {
            for (var j = i + 1; j < comparisons.Count; j++)
            {
                if (comparisons.Games(i, j) == 0)
                    throw new ArgumentException(
                        $"{who}: expected games of every pair, but '{comparisons.Labels[i]}' never met '{comparisons.Labels[j]}'; let them meet, or leave one of them out."
                    );
            }
        }
    }

    /// <summary>A table that is antisymmetric to rounding, made so exactly.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static double[] Antisymmetric(string who, ValueList<string> labels, double[,] table)
    {
        var flat = Text.Square(who, labels, table);
        var n = labels.Count;
        var largest = flat.Max(Math.Abs);
        var exact = new double[flat.Length];
        for (var k = 0; k < flat.Length; k++)
        {
            var (i, j) = (k / n, k % n);
            var back = flat[(j * n) + i];
            if (Math.Abs(flat[k] + back) > Tolerance * largest)
            {
                throw new ArgumentException(
                    $"{who}: expected an antisymmetric table, what the row gets being what the column loses, got {Text.Number(flat[k])} for '{labels[i]}' against '{labels[j]}' and {Text.Number(back)} the other way round."
                );
            }

            exact[k] = (flat[k] - back) / 2;
        }

        return exact;
    }
}
