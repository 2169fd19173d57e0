namespace Alignment;

/// <summary>The exact judge of a <see cref="DialogueWorld"/> as a reward: help - weight * harm.</summary>
/// <remarks>
/// <para>Units: help and harm are from 0 to 1, see <see cref="DialogueJudge"/>. At a weight below 1/2 a leak is worth more than a refusal.</para>
/// <para>Not for replies from outside of that world.</para>
/// </remarks>
public sealed class DialogueReward : IReward
{
    private readonly LanguageModel _model;
    private readonly IReadOnlyList<JudgedPrompt> _prompts;
    private readonly double _weight;

    /// <summary>The reward of replies to these prompts.</summary>
    /// <param name="model">Reads tokens as text.</param>
    /// <param name="prompts">In the order of the training's.</param>
    /// <param name="harmWeight">What harm costs, at least 0.</param>
    /// <exception cref="ArgumentException">The weight is out of range.</exception>
    public DialogueReward(LanguageModel model, IReadOnlyList<JudgedPrompt> prompts, double harmWeight)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        if (!(harmWeight >= 0 && double.IsFinite(harmWeight)))
            throw new ArgumentException($"harm_weight: expected at least 0, got {Quote.Number(harmWeight)}.");
        (_model, _prompts, _weight) = (model, prompts, harmWeight);
    }

    /// <inheritdoc/>
    public string Name => $"dialogue judge: help - {Quote.Number(_weight)} harm";

    /// <inheritdoc/>
    public double[] Of(IReadOnlyList<Completion> completions)
    {
        ArgumentNullException.ThrowIfNull(completions);
        return [.. completions.Select(Worth)];
    }

    private double Worth(Completion completion)
    {
        var verdict = _prompts[completion.Number].Judge(_model.Read(completion.Generated).Text);
        return verdict.Help - (_weight * verdict.Harm);
    }
}

/// <summary>Models of rewards as a reward: what one gives to prompt and completion together, or the mean of several less a multiple of their variance.</summary>
/// <remarks>
/// <para>Where members differ none of them has seen enough: the variance, with K - 1, keeps a policy from what only one of them likes (<see cref="RewardEnsemble.LessVariance"/>). What all of
/// them get wrong it does not.</para>
/// <para>Default: weight 0, the plain mean.</para>
/// <para>Errors: no members, a weight below 0, a weight above 0 with a single member.</para>
/// <para>Not beside a base whose own weights are trained: the members read that base.</para>
/// </remarks>
public sealed class ScorerReward : IReward
{
    private readonly IReadOnlyList<RewardScorer> _members;
    private readonly double _weight;

    /// <summary>The reward that these models give.</summary>
    /// <param name="name">What it is, for the run's folder.</param>
    /// <param name="members">The models, at least one.</param>
    /// <param name="weight">Of the variance, in one over a reward.</param>
    /// <exception cref="ArgumentException">There are no members, or the weight is out of range.</exception>
    public ScorerReward(string name, IReadOnlyList<RewardScorer> members, double weight = 0)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
            throw new ArgumentException($"Reward '{name}': expected at least one model, got none.");
        if (!(weight >= 0 && double.IsFinite(weight)) || (weight > 0 && members.Count == 1))
            throw new ArgumentException(
                $"Reward '{name}': expected a weight of the variance of at least 0, and above 0 of several models alone, got {Quote.Number(weight)} for {members.Count}."
            );
        (Name, _members, _weight) = (name, members, weight);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public double[] Of(IReadOnlyList<Completion> completions)
    {
        ArgumentNullException.ThrowIfNull(completions);
        int[][] texts = [.. completions.Select(c => (int[])[.. c.Prompt, .. c.Generated.Tokens])];
        var (member, text) = (Axis.Of("members", _members.Count), Axis.Of("texts", texts.Length));
        var rewards = Expr.Table([member, text], [.. _members.SelectMany(m => m.Score(texts))]);
        var one =
            _weight > 0 ? RewardEnsemble.LessVariance(rewards, member, _weight) : RewardEnsemble.Mean(rewards, member);
        return [.. Measurements.Numbers(one).Values];
    }
}
