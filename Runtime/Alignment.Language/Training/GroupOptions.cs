namespace Alignment;

/// <summary>What a sample's reward is judged against.</summary>
public enum GroupAdvantage
{
    /// <summary>Its group's mean, divided by its standard deviation: GRPO.</summary>
    Standardized,

    /// <summary>Its group's mean: Dr. GRPO.</summary>
    Centred,

    /// <summary>The mean of the others of its group: RLOO.</summary>
    LeaveOneOut,
}

/// <summary>What the losses of a step's tokens are divided by.</summary>
public enum GroupNormalization
{
    /// <summary>The length of their sample: each sample weighs the same, so that tokens of short ones weigh more. GRPO.</summary>
    Sample,

    /// <summary>The number of the step's tokens: all weigh the same. DAPO.</summary>
    Tokens,

    /// <summary>The greatest length that was allowed, for each sample: a token weighs the same in every step. Dr. GRPO.</summary>
    Length,
}

/// <summary>How groups of samples are drawn and judged.</summary>
/// <remarks>
/// <para>Default: 8 samples a prompt, standardized, clipped at 0.2, beta 0.04 of k3 to the base, the mean over each sample's tokens; at most 64 new tokens at
/// temperature 1.</para>
/// <para>Source: Shao et al. (2024), "DeepSeekMath", arXiv 2402.03300; Liu et al. (2025), arXiv 2503.20783, for the unbiased variant; Yu et al. (2025), "DAPO",
/// arXiv 2503.14476, for the mean over all tokens.</para>
/// </remarks>
public sealed record GroupOptions
{
    /// <summary>Samples of a prompt, at least 2; a divisor of the batch's size, which counts samples.</summary>
    public int Generations { get; init; } = 8;

    /// <summary>What rewards are judged against.</summary>
    public GroupAdvantage Advantage { get; init; } = GroupAdvantage.Standardized;

    /// <summary>What the losses of tokens are divided by.</summary>
    public GroupNormalization Normalization { get; init; } = GroupNormalization.Sample;

    /// <summary>Weight of the KL to the base, at least 0.</summary>
    public double Beta { get; init; } = 0.04;

    /// <summary>How far below 1 ratios count, above 0.</summary>
    public double Low { get; init; } = 0.2;

    /// <summary>How far above 1, above 0.</summary>
    public double High { get; init; } = 0.2;

    /// <summary>How samples are drawn; the seed is the training's.</summary>
    public SamplingOptions Sampling { get; init; } = new() { MaxNewTokens = 64, RepetitionStop = 4 };

    internal string? FaultIn(TrainingOptions options) =>
        Generations < 2 ? $"num_generations: expected at least 2, got {Generations}"
        : options.BatchSize % Generations != 0
            ? $"num_generations: expected a divisor of the {options.BatchSize} samples of a batch, got {Generations}"
        : !(Beta >= 0 && double.IsFinite(Beta)) ? $"beta: expected at least 0, got {Quote.Number(Beta)}"
        : !(Low > 0 && High > 0) ? $"epsilon: expected above 0, got {Quote.Number(Low)} and {Quote.Number(High)}"
        : Sampling.Temperature == 0 ? "temperature: expected above 0, since samples that are all the same teach nothing"
        : Sampling.Fault();
}

/// <summary>What a model said to a prompt.</summary>
/// <param name="Number">Of the prompt among the training's.</param>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Generated">What was said.</param>
public sealed record Completion(int Number, ValueList<int> Prompt, Generated Generated);

/// <summary>What a completion is worth: a judge, a model of rewards, a program.</summary>
public interface IReward
{
    /// <summary>Its name, and what it is, for the run's folder.</summary>
    string Name { get; }

    /// <summary>The reward of each completion; finite.</summary>
    double[] Of(IReadOnlyList<Completion> completions);
}
