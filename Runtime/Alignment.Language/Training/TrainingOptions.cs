using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Alignment;

/// <summary>How the learning rate changes after the warm-up.</summary>
public enum RateSchedule
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Straight down to 0 at the last step.</summary>
    Linear,

    /// <summary>Half a cosine down to 0 at the last step.</summary>
    Cosine,
}

/// <summary>How a model is trained, whatever it learns from.</summary>
/// <remarks>
/// <para>A step takes <see cref="BatchSize"/> times <see cref="Accumulation"/> examples, adds up their gradients, brings them to a norm of at most <see cref="MaxGradientNorm"/> and moves the
/// parameters by AdamW. Several small batches give the step of a large one.</para>
/// <para>Where a loss or a gradient is not finite, the run goes back to its last good state and on with half of the learning rate; after <see cref="MaxRollbacks"/> times it ends.</para>
/// <para>All draws follow from the seed and the step: a run that was stopped and goes on gives the same bits.</para>
/// <para>Default: as each property says; those of TRL where it has them.</para>
/// <para>Source: Loshchilov, Hutter (2017), "Decoupled weight decay regularization", arXiv 1711.05101, for AdamW.</para>
/// </remarks>
public sealed record TrainingOptions
{
    /// <summary>Steps in all, at least 1.</summary>
    public long Steps { get; init; } = 1_000;

    /// <summary>Examples that pass through the model together, at least 1.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Batches a step, at least 1.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>The rate after the warm-up, above 0.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>How it changes.</summary>
    public RateSchedule Schedule { get; init; } = RateSchedule.Linear;

    /// <summary>Steps over which it rises from 0, at least 0.</summary>
    public long WarmupSteps { get; init; }

    /// <summary>By how much of itself times the rate a matrix shrinks at each step, at least 0; norms and biases do not.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Memory of the gradient's mean, from 0 to below 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Memory of its square, from 0 to below 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What is added to the square's root, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The norm that all gradients together are brought to if theirs is larger, above 0; infinite for never.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Steps between two lines of metrics, at least 1.</summary>
    public long LogEvery { get; init; } = 10;

    /// <summary>Steps between evaluations; 0 for none.</summary>
    public long EvaluateEvery { get; init; }

    /// <summary>Whether the parameters with the best evaluation are the result, and not the last.</summary>
    public bool KeepBest { get; init; }

    /// <summary>How often a run may go back before it ends, at least 0.</summary>
    public int MaxRollbacks { get; init; } = 3;

    /// <summary>Of the order of examples and of all draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>Where the run is kept; null for nowhere.</summary>
    public IRunRecorder? Recorder { get; init; }

    /// <summary>Told how far it is, after each step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Told what a user should know.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The same, kept as a run.</summary>
    public TrainingOptions KeptBy(IRunRecorder? recorder) => this with { Recorder = recorder };

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        Steps < 1 ? $"steps: expected at least 1, got {Steps}"
        : BatchSize < 1 ? $"batch_size: expected at least 1, got {BatchSize}"
        : Accumulation < 1 ? $"accumulation: expected at least 1, got {Accumulation}"
        : !(LearningRate > 0 && double.IsFinite(LearningRate))
            ? $"learning_rate: expected above 0, got {Quote.Number(LearningRate)}"
        : WarmupSteps < 0 ? $"warmup_steps: expected at least 0, got {WarmupSteps}"
        : !(WeightDecay >= 0 && double.IsFinite(WeightDecay))
            ? $"weight_decay: expected at least 0, got {Quote.Number(WeightDecay)}"
        : !(Beta1 is >= 0 and < 1) ? $"adam_beta1: expected from 0 to below 1, got {Quote.Number(Beta1)}"
        : !(Beta2 is >= 0 and < 1) ? $"adam_beta2: expected from 0 to below 1, got {Quote.Number(Beta2)}"
        : !(Epsilon > 0) ? $"adam_epsilon: expected above 0, got {Quote.Number(Epsilon)}"
        : !(MaxGradientNorm > 0) ? $"max_grad_norm: expected above 0, got {Quote.Number(MaxGradientNorm)}"
        : LogEvery < 1 ? $"logging_steps: expected at least 1, got {LogEvery}"
        : EvaluateEvery < 0 ? $"eval_steps: expected at least 0, got {EvaluateEvery}"
        : KeepBest && EvaluateEvery == 0 ? "keep_best: expected evaluations to choose by; set eval_steps"
        : MaxRollbacks < 0 ? $"max_rollbacks: expected at least 0, got {MaxRollbacks}"
        : null;

    /// <summary>The learning rate of a step, from 0, as a share of <see cref="LearningRate"/>.</summary>
    public double RateAt(long step)
    {
        if (step < WarmupSteps)
            return (step + 1.0) / WarmupSteps;
        var done = Math.Min(1, (step - WarmupSteps) / Math.Max(1.0, Steps - WarmupSteps));
        return Schedule switch
        {
            RateSchedule.Linear => 1 - done,
            RateSchedule.Cosine => (1 + Math.Cos(Math.PI * done)) / 2,
            _ => 1,
        };
    }
}

/// <summary>How far a training is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Of">Steps in all.</param>
/// <param name="Loss">Of the last step.</param>
/// <param name="Seconds">Since the beginning, or since it went on.</param>
public sealed record TrainingProgress(long Step, long Of, double Loss, double Seconds);

/// <summary>How a training ended.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Outcome">Finished, cancelled, or ended since it would not stay finite.</param>
/// <param name="Sentence">What happened and what to try.</param>
/// <param name="Metrics">The last of each key.</param>
/// <param name="Warnings">What to look at.</param>
public sealed record TrainingResult(
    long Steps,
    TrainingOutcome Outcome,
    string Sentence,
    IReadOnlyDictionary<string, double> Metrics,
    ValueList<string> Warnings
);

/// <summary>What became of a training.</summary>
public enum TrainingOutcome
{
    /// <summary>All steps were done.</summary>
    Finished,

    /// <summary>It was cancelled; it can go on from its checkpoint.</summary>
    Cancelled,

    /// <summary>A loss or gradient was not finite, again and again.</summary>
    Diverged,
}
