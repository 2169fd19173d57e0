namespace Alignment;

/// <summary>Data by their uncertainty: weights of sampling, and a filter that keeps what is least uncertain, as for self-training.</summary>
/// <remarks>
/// <para>Both are distributions over the items, expressions like any other: a <see cref="GameSpec.Nature"/> over the items with such a distribution is
/// training or measuring on what was sampled or kept. The score is any expression over the items and batch axes: a part of an
/// <see cref="Uncertainty"/>, or its total. As a signal in a payoff or as a temperature of a regularizer a score needs no helper.</para>
/// <para>What a filter keeps is right only as far as low uncertainty goes with being right: measure that, by SourceWorth of Alignment.Evaluation. Where
/// a model is sure and wrong, both prefer its mistakes.</para>
/// <para>Source: Yang, Hao, Sun et al. (2025), "Understanding the Sources of Uncertainty for Large Language and Multimodal Models", ICLR workshop.</para>
/// </remarks>
public static class LowUncertainty
{
    /// <summary>Weights of sampling: exp(-score / temperature), made to sum to 1 over the items.</summary>
    /// <param name="score">Uncertainty of each item, in nats.</param>
    /// <param name="items">The items.</param>
    /// <param name="temperature">In units of the score, above 0: large for uniform weights, small for the least uncertain alone.</param>
    /// <exception cref="ArgumentException">The score is not over the items, or the temperature not above 0.</exception>
    public static Expr Weights(Expr score, Axis items, double temperature)
    {
        Check(score, items);
        return double.IsFinite(temperature) && temperature > 0
            ? (-score / temperature).Softmax(items)
            : throw new ArgumentException(
                $"Low uncertainty: expected a temperature above 0, got {Quote.Number(temperature)}."
            );
    }

    /// <summary>A filter: uniform over the share of the items with the lowest scores, at least one; of equal scores the first are kept.</summary>
    /// <remarks>Costs the square of the number of items, since every score is compared with every other.</remarks>
    /// <param name="score">Uncertainty of each item.</param>
    /// <param name="items">The items.</param>
    /// <param name="share">Above 0, at most 1; the number kept is rounded up.</param>
    /// <exception cref="ArgumentException">The score is not over the items, or the share out of range.</exception>
    public static Expr Keep(Expr score, Axis items, double share)
    {
        Check(score, items);
        if (!(share > 0 && share <= 1))
            throw new ArgumentException(
                $"Low uncertainty: expected a share above 0 and at most 1, got {Quote.Number(share)}."
            );
        var other = items.Prime();
        double[] places = [.. Enumerable.Range(0, items.Size).Select(k => (double)k)];
        var (theirs, place) = (score.On(items, other), Expr.Vector(items, places));
        var before = theirs.Below(score) + (theirs.EqualTo(score) * Expr.Vector(other, places).Below(place));
        // 0.07 * 100 is 7.000000000000001 in binary
        var kept = Math.Ceiling((share * items.Size) - 1e-9);
        return before.Sum(other).Below(kept) / kept;
    }

    private static void Check(Expr score, Axis items)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(items);
        if (score.Axes.Find(items.Name) != items)
            throw new ArgumentException(
                $"Low uncertainty: expected a score over {AxisSet.Of(items)}, got {score.Axes}."
            );
    }
}
