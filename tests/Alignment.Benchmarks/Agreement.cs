namespace Alignment.Benchmarks;

/// <summary>Whether the ways of doing a step are the same update: after the same steps they have the same average strategies.</summary>
/// <remarks>
/// A batch may hold games in which a bit decides: where regret matching's regrets are all 0 but for rounding, what rounding left is the
/// strategy. On 1,024 random games of 3 actions this is so in about 20 within 200 steps, in float64 as in float32.
/// </remarks>
internal static class Agreement
{
    private const int Steps = 200;
    private const int StepsOfSmoke = 20;

    /// <summary>The share of the games that have to agree; of a single game, that game.</summary>
    private const double Share = 0.95;

    /// <exception cref="InvalidOperationException">One of them is another update.</exception>
    public static void Require(
        Case it,
        Compiled host,
        Compiled? torch,
        IReadOnlyList<EagerWriting> writings,
        bool smoke
    )
    {
        var steps = smoke ? StepsOfSmoke : Steps;
        host.Run(steps);
        var expected = host.Average();
        if (torch is not null)
        {
            torch.Run(steps);
            Require(it, "Torch executor", expected, torch.Average());
        }

        foreach (var writing in writings)
        {
            writing.Run(steps);
            Require(it, writing.Name, expected, writing.Average());
        }
    }

    private static void Require(
        Case it,
        string name,
        (double[] Row, double[] Column) expected,
        (double[] Row, double[] Column) actual
    )
    {
        var tolerance = it.Precision == Precision.Float32 ? 1e-4 : 1e-9;
        var agreeing = Enumerable
            .Range(0, it.Games)
            .Select(game => Enumerable.Range(game * it.Actions, it.Actions))
            .Count(places =>
                places.All(k => Agrees(expected.Row[k], actual.Row[k]) && Agrees(expected.Column[k], actual.Column[k]))
            );
        if (agreeing >= Share * it.Games)
            return;
        throw new InvalidOperationException(
            FormattableString.Invariant(
                $"{it}: '{name}' is not the update that the Host executor does: the average strategies agree to {tolerance:g1} in {agreeing} of {it.Games} games."
            )
        );

        // false where one of them is not a number
        bool Agrees(double a, double b) => Math.Abs(a - b) <= tolerance;
    }
}
