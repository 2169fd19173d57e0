namespace Alignment;

/// <summary>How far a policy is from a reference, KL(pi || ref) in nats: exactly, and by estimates from what was drawn.</summary>
/// <remarks>
/// <para>With r = log pi(y) - log ref(y) of a response y that pi drew: k1 = r, k2 = r^2 / 2, k3 = e^-r - 1 + r. What they come to on average over y ~ pi,
/// and what the gradient of that average with the draws held fixed is, differ:</para>
/// <list type="table">
/// <listheader><term>estimate</term><description>mean; mean of the gradient</description></listheader>
/// <item><term>k1</term><description>KL(pi || ref); 0. As a loss it does nothing but add noise.</description></item>
/// <item><term>k2</term><description>not the KL: E r^2 / 2, close to it where pi is close to ref; the gradient of KL(pi || ref).</description></item>
/// <item><term>k3</term><description>KL(pi || ref), never below 0; the gradient of KL(ref || pi), the other direction.</description></item>
/// </list>
/// <para>k1 belongs in the reward: there the policy gradient theorem gives the gradient of KL(pi || ref), and each token's weight is <see cref="ToGo"/>.</para>
/// <para>The mean and the gradient of k3 are those where ref gives mass to nothing that pi excludes: e^-r is averaged over what pi draws.</para>
/// <para>Shapes: log-probabilities over any axes, such as samples, or samples and tokens; estimates over the same.</para>
/// <para>Source: Schulman (2020), "Approximating KL divergence", joschu.net/blog/kl-approx.html, for the estimates; the gradients follow from E grad log pi = 0.</para>
/// <para>Not for draws of another policy than the present one: then each estimate wants its importance weight.</para>
/// </remarks>
public static class KlEstimator
{
    /// <summary>sum over responses of pi log(pi / ref), in nats; responses without mass count nothing.</summary>
    /// <param name="policy">pi over the responses; sums to 1.</param>
    /// <param name="reference">ref over the responses; above 0 wherever pi is.</param>
    /// <param name="responses">The axis of the responses.</param>
    public static Expr Exact(Expr policy, Expr reference, Axis responses)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(reference);
        // logarithms see no 0, so that derivatives stay finite too
        var there = policy.Above(0);
        var ratio = there.Select(policy, 1).Log() - there.Select(reference, 1).Log();
        return (policy * ratio).Sum(responses);
    }

    /// <summary>k1 = log pi - log ref.</summary>
    /// <param name="logPolicy">log pi of what pi drew, in nats.</param>
    /// <param name="logReference">log ref of the same.</param>
    public static Expr K1(Expr logPolicy, Expr logReference)
    {
        ArgumentNullException.ThrowIfNull(logPolicy);
        ArgumentNullException.ThrowIfNull(logReference);
        return logPolicy - logReference;
    }

    /// <summary>k2 = (log pi - log ref)^2 / 2, at least 0.</summary>
    /// <inheritdoc cref="K1"/>
    public static Expr K2(Expr logPolicy, Expr logReference)
    {
        var ratio = K1(logPolicy, logReference);
        return ratio * ratio * 0.5;
    }

    /// <summary>k3 = ref / pi - 1 - log(ref / pi), at least 0.</summary>
    /// <inheritdoc cref="K1"/>
    public static Expr K3(Expr logPolicy, Expr logReference)
    {
        var ratio = K1(logPolicy, logReference);
        return (-ratio).Expm1() + ratio;
    }

    /// <summary>What an estimate comes to on average over the draws of a policy, the draws held fixed: a derivative passes by the weights, as it does
    /// where a mean is taken over samples.</summary>
    /// <param name="estimate">An estimate for each response.</param>
    /// <param name="policy">pi over the responses.</param>
    /// <param name="responses">The axis of the responses.</param>
    public static Expr OnPolicy(Expr estimate, Expr policy, Axis responses)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        ArgumentNullException.ThrowIfNull(policy);
        return (policy.StopGradient() * estimate).Sum(responses);
    }

    /// <summary>What the KL of a text costs from each of its tokens on: the sum of k1 over this and all later tokens. With k1 inside of the reward it is the
    /// weight of a token's log-probability in the policy gradient.</summary>
    /// <param name="k1">k1 token by token.</param>
    /// <param name="tokens">The axis of the tokens, the first one first.</param>
    public static Expr ToGo(Expr k1, Axis tokens)
    {
        ArgumentNullException.ThrowIfNull(k1);
        return k1.CumulativeSum(tokens, reverse: true);
    }
}
