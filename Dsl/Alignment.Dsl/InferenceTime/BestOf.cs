namespace Alignment;

/// <summary>Best-of-n: the policy of drawing n responses and keeping the one with the highest score.</summary>
/// <remarks>
/// <para>With F(y) the mass of responses that score at most as y does, F(y-) of those that score less, and m(y) = F(y) - F(y-) of those that score the
/// same: pi_n(y) = pi(y) / m(y) (F(y)^n - F(y-)^n). Ties share in proportion to their mass, which is what keeping any of the best draws at random
/// gives. Without ties it is F(y)^n - F(y-)^n.</para>
/// <para>n is a number of at least 1, or an expression, such as a vector over a batch axis. Between whole numbers the formula goes on: F^n is a
/// distribution function for every n above 0. Numbers below 1 would prefer low scores and are refused.</para>
/// <para>Expressions of the policy: they differentiate, batch and compile like any other. With scores that are all different the map from pi to
/// pi_n is one to one on the interior of the simplex. Costs the square of the number of responses, since every score is compared with every other.</para>
/// <para>Shapes: policy and score over the axis of the responses and any batch axes; so is the result.</para>
/// <para>Source: Beirami et al. (2024), "Theoretical guarantees on the best-of-n alignment policy", arXiv 2401.01879; Gao, Schulman, Hilton (2023),
/// "Scaling laws for reward model overoptimization", arXiv 2210.10760.</para>
/// <para>Not for scores that are drawn anew with each response: here a response has one score.</para>
/// </remarks>
public static class BestOf
{
    /// <summary>pi_n: what is kept of n draws.</summary>
    /// <param name="policy">pi, at least 0; weights that do not sum to 1 are divided by their sum.</param>
    /// <param name="score">What the best has most of.</param>
    /// <param name="responses">The axis of the responses.</param>
    /// <param name="n">How many are drawn, at least 1.</param>
    /// <exception cref="ArgumentException">n is a number below 1, or policy or score are not over the responses.</exception>
    public static Expr Policy(Expr policy, Expr score, Axis responses, Expr n) =>
        policy / Total(policy, responses) * Ratio(policy, score, responses, n);

    /// <summary>pi_n / pi, at least 0: how much more often a response is kept than drawn. Also where pi is 0: then its limit.</summary>
    /// <inheritdoc cref="Policy"/>
    public static Expr Ratio(Expr policy, Expr score, Axis responses, Expr n)
    {
        Check(policy, score, responses, n);
        var other = responses.Prime();
        var (rival, theirs) = (policy.On(responses, other), score.On(responses, other));
        var total = Total(policy, responses);
        var below = theirs.Below(score).Dot(rival, other) / total;
        var same = theirs.EqualTo(score).Dot(rival, other) / total;
        var upTo = below + same;
        // F^n - F-^n loses digits where both are close: there it is F^n (1 - (1 - m / F)^n), without the difference
        var part = same / Or1(upTo);
        var close = Power(upTo, n) * -(n * (-part.Minimum(0.5)).Log1p()).Expm1();
        var far = Power(upTo, n) - Power(below, n);
        // a response without mass: the limit of the quotient as its mass goes to 0
        var limit = upTo.Above(0).Select(n * Or1(upTo).Pow(n - 1), n.EqualTo(1));
        return same.Above(0).Select(part.Below(0.5).Select(close, far) / Or1(same), limit);
    }

    // powers and quotients see no 0, so that derivatives stay finite too
    private static Expr Or1(Expr x) => x.Above(0).Select(x, 1);

    private static Expr Power(Expr x, Expr n) => x.Above(0).Select(Or1(x).Pow(n), 0);

    /// <summary>KL(pi_n || pi) in nats, exactly: the sum over responses of pi_n log(pi_n / pi).</summary>
    /// <inheritdoc cref="Policy"/>
    public static Expr Divergence(Expr policy, Expr score, Axis responses, Expr n)
    {
        var ratio = Ratio(policy, score, responses, n);
        var kept = policy / Total(policy, responses) * ratio;
        return kept.Above(0).Select(kept * ratio.Log(), 0).Sum(responses);
    }

    /// <summary>log n - (n - 1) / n in nats: what <see cref="Divergence"/> is at most, and comes to where no response has much mass.</summary>
    /// <param name="n">How many are drawn, at least 1.</param>
    /// <exception cref="ArgumentException">n is a number below 1.</exception>
    public static Expr DivergenceBound(Expr n)
    {
        CheckCount(n);
        return n.Log() - ((n - 1) / n);
    }

    private static Expr Total(Expr policy, Axis responses) => policy.Sum(responses);

    private static void Check(Expr policy, Expr score, Axis responses, Expr n)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(responses);
        foreach (var (name, value) in (KeyValuePair<string, Expr>[])[new("policy", policy), new("score", score)])
        {
            if (value.Axes.Find(responses.Name) != responses)
                throw new ArgumentException(
                    $"Best of n: expected a {name} over {AxisSet.Of(responses)}, got {value.Axes}."
                );
        }

        CheckCount(n);
    }

    private static void CheckCount(Expr n)
    {
        ArgumentNullException.ThrowIfNull(n);
        double[] counts = n.Op switch
        {
            Op.Constant c => [c.Value],
            Op.Literal l => l.Tensor.Values.ToArray(),
            Op.Parameter p => [p.Declaration.Value],
            _ => [],
        };
        if (Array.FindIndex(counts, c => !(double.IsFinite(c) && c >= 1)) is >= 0 and var wrong)
            throw new ArgumentException($"Best of n: expected n of at least 1, got {Quote.Number(counts[wrong])}.");
    }
}
