namespace Alignment.Benchmarks;

/// <summary>Whether the writings of CFR are the same update: after the same iterations they have the same average strategies.</summary>
internal static class TreeAgreement
{
    /// <summary>Iterations after which averages are compared.</summary>
    public const int Iterations = 100;

    /// <summary>The writings of CFR for a game of two players, zero-sum.</summary>
    public static TreeWriting[] Writings<TState>(IRules<TState> rules, GameTree tree) =>
        [
            new RecursiveCfr<TState>(rules, tree),
            new FlatCfr(Histories.Of(rules, tree), tree),
            new SequenceFormCfr(tree),
        ];

    /// <summary>Lets all writings run on Kuhn and Leduc poker.</summary>
    /// <exception cref="InvalidOperationException">One of them is another update, or does not come near an equilibrium.</exception>
    public static void RequireOfPoker()
    {
        Require(new KuhnPoker(), Iterations, tolerance: 1e-12, exploitable: 0.03);
        Require(new LeducPoker(), Iterations, tolerance: 1e-9, exploitable: 0.5);
    }

    /// <param name="rules">A game of two players, zero-sum.</param>
    /// <param name="iterations">How many iterations to do.</param>
    /// <param name="tolerance">How far probabilities may be apart.</param>
    /// <param name="exploitable">How exploitable the averages may be.</param>
    /// <exception cref="InvalidOperationException">One of them is another update, or does not come near an equilibrium.</exception>
    public static void Require<TState>(IRules<TState> rules, int iterations, double tolerance, double exploitable)
    {
        var tree = GameTree.Of(rules);
        var writings = Writings(rules, tree);
        foreach (var writing in writings)
            writing.Run(iterations);
        foreach (var writing in writings.Skip(1))
            Require(writings[0], writing, tolerance);
        foreach (var writing in writings)
        {
            var exploitability = BestResponse.Exploitability(tree, writing.Average());
            if (!(exploitability <= exploitable))
            {
                throw new InvalidOperationException(
                    FormattableString.Invariant(
                        $"{tree.Name}: the average of '{writing.Name}' is exploitable by {exploitability:g3} after {iterations} iterations, expected at most {exploitable:g3}."
                    )
                );
            }
        }
    }

    /// <summary>Compares two writings that have done the same iterations of the same game.</summary>
    /// <exception cref="InvalidOperationException">Their averages differ.</exception>
    public static void Require(TreeWriting expected, TreeWriting actual, double tolerance)
    {
        var distance = Distance(expected.Average(), actual.Average());
        if (!(distance <= tolerance)) // not a number either
        {
            throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"{actual.Tree.Name}: '{actual.Name}' is not the update of '{expected.Name}': the average strategies differ by {distance:g3}, expected at most {tolerance:g1}."
                )
            );
        }
    }

    /// <summary>The largest difference of two profiles' probabilities.</summary>
    public static double Distance(double[][] a, double[][] b)
    {
        var largest = 0.0;
        for (var p = 0; p < a.Length; p++)
        {
            for (var k = 0; k < a[p].Length; k++)
                largest = Math.Max(largest, Math.Abs(a[p][k] - b[p][k])); // keeps what is not a number
        }

        return largest;
    }
}
