namespace Alignment;

/// <summary>Several reward models as one reward that is careful where they differ.</summary>
/// <remarks>
/// <para>Of the rewards r_1..r_K of one response: their mean, the least of them, or mean - w variance. An error that all members share is
/// in all three as it is in each member: none of them cures it.</para>
/// <para>Shapes: rewards over the axis of the members, and any others; results over the others.</para>
/// <para>Units: rewards; a variance is in their square, so w is one over a reward.</para>
/// <para>Source: Coste, Anwar, Kirk, Krueger (2023), "Reward model ensembles help mitigate overoptimization", arXiv 2310.02743 (mean, worst case, and
/// uncertainty-weighted; its variance divides by K, here ddof = 0).</para>
/// </remarks>
public static class RewardEnsemble
{
    /// <summary>The mean over the members.</summary>
    /// <param name="rewards">A reward each member.</param>
    /// <param name="members">The axis of the members.</param>
    public static Expr Mean(Expr rewards, Axis members)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return rewards.Mean(members);
    }

    /// <summary>The least of the members' rewards.</summary>
    /// <inheritdoc cref="Mean"/>
    public static Expr Least(Expr rewards, Axis members)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return rewards.Min(members);
    }

    /// <summary>The mean less a multiple of the members' variance: mean - w variance.</summary>
    /// <param name="rewards">A reward each member.</param>
    /// <param name="members">The axis of the members.</param>
    /// <param name="weight">w, at least 0, in units of one over a reward.</param>
    /// <param name="ddof">What is taken off the number of members in the variance's denominator: 1 (the default) estimates the variance of the
    /// population that the members are drawn from, 0 is that of these members.</param>
    /// <exception cref="ArgumentException">There are not more members than <paramref name="ddof"/>, or one of the numbers is below 0.</exception>
    public static Expr LessVariance(Expr rewards, Axis members, double weight, int ddof = 1)
    {
        if (!(weight >= 0 && double.IsFinite(weight)))
            throw new ArgumentException(
                $"Reward ensemble: expected a weight of the variance of at least 0, got {Quote.Number(weight)}."
            );
        return Mean(rewards, members) - (weight * Variance(rewards, members, ddof));
    }

    /// <summary>The variance over the members: sum of (r - mean)^2 / (K - ddof).</summary>
    /// <param name="rewards">A reward each member.</param>
    /// <param name="members">The axis of the members.</param>
    /// <param name="ddof">What is taken off the number of members, 1 by default.</param>
    /// <exception cref="ArgumentException">There are not more members than <paramref name="ddof"/>, or it is below 0.</exception>
    public static Expr Variance(Expr rewards, Axis members, int ddof = 1)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        ArgumentNullException.ThrowIfNull(members);
        if (ddof < 0 || members.Size <= ddof)
            throw new ArgumentException(
                $"Reward ensemble: a variance with ddof = {ddof} needs ddof of at least 0 and more than ddof members, got {members.Size} along {AxisSet.Of(members)}."
            );
        var away = rewards - rewards.Mean(members);
        return (away * away).Sum(members) / (members.Size - ddof);
    }

    /// <summary>The square root of <see cref="Variance"/>.</summary>
    /// <inheritdoc cref="Variance"/>
    public static Expr Deviation(Expr rewards, Axis members, int ddof = 1) => Variance(rewards, members, ddof).Sqrt();
}
