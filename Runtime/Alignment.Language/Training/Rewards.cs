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
            throw new ArgumentException($"harm_weight: expected at least 0, got {NumberText.Of(harmWeight)}.");
        (_model, _prompts, _weight) = (model, prompts, harmWeight);
    }

    /// <inheritdoc/>
    public string Name => $"dialogue judge: help - {NumberText.Of(_weight)} harm";

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

/// <summary>A model of rewards as a reward: the score of prompt and completion together.</summary>
/// <remarks>Not beside a base whose own weights are trained: the scorer reads that base.</remarks>
/// <param name="scorer">The model of rewards.</param>
/// <param name="name">What it is, for the run's folder.</param>
public sealed class ScorerReward(RewardScorer scorer, string name) : IReward
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public double[] Of(IReadOnlyList<Completion> completions)
    {
        ArgumentNullException.ThrowIfNull(completions);
        return scorer.Score([.. completions.Select(c => (int[])[.. c.Prompt, .. c.Generated.Tokens])]);
    }
}
