using System.Globalization;

namespace Alignment;

/// <summary>Several models of rewards as one: their mean less a multiple of their variance, <see cref="RewardEnsemble.LessVariance"/>.</summary>
/// <remarks>
/// <para>Where members differ none of them has seen enough: the variance keeps a policy from what only one of them likes. What all of them get wrong it does not.</para>
/// <para>Default: weight 0, the plain mean; variance with K - 1.</para>
/// <para>Errors: fewer than two members, or a weight below 0.</para>
/// </remarks>
/// <param name="members">The models, at least two.</param>
/// <param name="weight">Of the variance, in one over a reward; at least 0.</param>
public sealed class EnsembleReward(IReadOnlyList<RewardScorer> members, double weight = 0) : IReward
{
    /// <inheritdoc/>
    public string Name =>
        string.Create(CultureInfo.InvariantCulture, $"mean of {members.Count} models less {weight} of their variance");

    /// <inheritdoc/>
    public double[] Of(IReadOnlyList<Completion> completions)
    {
        ArgumentNullException.ThrowIfNull(completions);
        int[][] texts = [.. completions.Select(c => (int[])[.. c.Prompt, .. c.Generated.Tokens])];
        var (member, text) = (Axis.Of("members", members.Count), Axis.Of("texts", texts.Length));
        var rewards = Expr.Literal(NamedTensor.Of([member, text], [.. members.SelectMany(m => m.Score(texts))]));
        return [.. Measurements.Numbers(RewardEnsemble.LessVariance(rewards, member, weight)).Values];
    }
}
