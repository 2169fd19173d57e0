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
    public static ChainSizes Whole { get; } = new(512, 100, 1_024, 120, 150, 80, 256);

    /// <summary>A subset for a test: the same stages, none of them long.</summary>
    public static ChainSizes Subset { get; } = new(128, 20, 64, 8, 8, 3, 32);
}
