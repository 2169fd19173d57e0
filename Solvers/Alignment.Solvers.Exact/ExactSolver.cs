namespace Alignment;

/// <summary>The solvers of this library, which answer at once from a game's numbers.</summary>
public static class ExactSolver
{
    /// <summary>All of them, with their default settings, in the order of lists and help.</summary>
    public static ValueList<IDirectSolver> All { get; } =
    [
        new ZeroSumLp(),
        new NashAveraging(),
        new SupportEnumeration(),
        new LogitPath(),
        new CorrelatedEquilibriumLp(),
        new CoarseCorrelatedEquilibriumLp(),
        new StackelbergLp(),
    ];
}
