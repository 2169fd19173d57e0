namespace Alignment;

/// <summary>The policy that a reward and a pull to a reference make: the maximum of E reward - beta KL(pi || ref), in closed form.</summary>
/// <remarks>
/// <para>pi = ref exp(reward / beta) / sum of the same: the reference, tilted by the reward. What ref excludes stays excluded.</para>
/// <para>Shapes: over the responses, and any others such as prompts or temperatures. Units: beta in reward per nat.</para>
/// <para>Errors: where beta is not above 0 the numbers are not finite, which whoever measures them says.</para>
/// <para>Source: Ziebart (2010), "Modeling purposeful adaptive behavior with the principle of maximum causal entropy"; Rafailov et al. (2023), "Direct preference
/// optimization", arXiv 2305.18290, equation 4.</para>
/// <para>Not for rewards that are known of drawn responses alone.</para>
/// </remarks>
public static class TiltedPolicy
{
    /// <summary>pi over the responses; sums to 1.</summary>
    /// <param name="reference">ref over the responses: at least 0, not all 0.</param>
    /// <param name="reward">The reward of each response.</param>
    /// <param name="temperature">beta, above 0.</param>
    /// <param name="responses">The axis of the responses.</param>
    public static Expr Of(Expr reference, Expr reward, Expr temperature, Axis responses)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(reward);
        ArgumentNullException.ThrowIfNull(temperature);
        // the largest exponential is 1
        var tilted = reference * ((reward - reward.Max(responses)) / temperature).Exp();
        return tilted / tilted.Sum(responses);
    }
}
