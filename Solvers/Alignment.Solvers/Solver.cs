namespace Alignment;

/// <summary>The solvers of this assembly, with their default settings.</summary>
public static class Solver
{
    /// <summary>All of them, the recommended first within each family.</summary>
    public static IReadOnlyList<ISolver> All { get; } =
    [
        new PredictiveRegretMatchingPlus(),
        new RegretMatchingPlus(),
        new RegretMatching(),
        new DiscountedRegretMatching(),
        DiscountedRegretMatching.Linear,
        new MagneticMirrorDescent(),
        new NashMirrorDescent(),
        new IterativeNashPolicyOptimization(),
        new MagneticPreferenceOptimization(),
        new SelfPlayPreferenceOptimization(),
        new LogitResponse(),
        new OptimisticGradient(),
        new OptimisticHedge(),
        new Extragradient(),
        new Hedge(),
        new ReplicatorDynamics(),
        new FictitiousPlay(),
        new DoubleOracle(),
        new AlphaRank(),
        new UniformWeights(),
        new MonteCarloCfr(),
        new GradientPlay(),
        new ConsensusOptimization(),
        new SymplecticGradientAdjustment(),
        new CompetitiveGradientDescent(),
        new Lola(),
    ];

    /// <summary>The solver of a name, such as <c>prm+</c>, with its default settings, or with those in brackets:
    /// <c>hedge(stepSize=0.5)</c>; see <see cref="SolverText"/>.</summary>
    /// <exception cref="ArgumentException">There is no solver of that name; the message holds the nearest
    /// one. Or the same of a setting, or a value is out of range.</exception>
    public static ISolver Find(string text) => SolverText.Parse(text, Named);

    private static ISolver Named(string name) =>
        All.FirstOrDefault(solver => solver.Info.IsCalled(name))
        ?? throw new ArgumentException(
            $"There is no solver '{name}'." + Nearest.Hint(name, All.SelectMany(s => s.Info.Names), "There are")
        );
}
