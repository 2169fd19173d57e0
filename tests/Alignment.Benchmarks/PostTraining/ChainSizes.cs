namespace Alignment.Benchmarks;

/// <summary>How much a chain learns from, and for how long.</summary>
internal sealed record ChainSizes(
    int Lessons,
    long SupervisedSteps,
    int LabelledPrompts,
    long RewardSteps,
    long PreferenceSteps,
    long GroupSteps,
    int HeldOut
)
{
    public static ChainSizes Whole { get; } = new(64, 12, 4_096, 240, 240, 80, 256);

    /// <summary>A subset for a test: the same stages, none of them long.</summary>
    public static ChainSizes Subset { get; } = new(64, 12, 96, 8, 8, 3, 64);
}
