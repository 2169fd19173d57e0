namespace Alignment;

/// <summary>Consensus optimization: gradient ascent that also descends the squared length of the players' joint gradient.</summary>
/// <remarks>
/// <para>x' = x + step(g - gamma grad(|g|^2 / 2)) = x + step(g - gamma J'g), with g the simultaneous gradient and J its Jacobian.</para>
/// <para>State by axis: one tensor for each of the players' weights. Defaults: sgd(rate=0.1), strength 1.</para>
/// <para>Where J's symmetric part is negative semidefinite, a stationary point is stable for every strength above 0 and a small enough rate; on a bilinear
/// game with singular value s a step h converges for h gamma s^2 below 2 and gamma above h / 2.</para>
/// <para>Source: Mescheder, Nowozin, Geiger (2017), "The numerics of GANs", arXiv 1705.10461, equation 9.</para>
/// <para>Not where players should find a maximum: it is drawn to every point at which g is 0, minima and saddles too.</para>
/// </remarks>
public sealed record ConsensusOptimization : IGradientSolver
{
    /// <summary>How directions become steps.</summary>
    public IOptimizer Optimizer { get; init; } = new GradientAscent();

    /// <summary>gamma, at least 0, in units of weights squared per payoff.</summary>
    public Expr Strength { get; init; } = 1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "consensus",
            "Consensus optimization",
            "Gradient ascent that also descends the squared length of the joint gradient; turns rotation into convergence.",
            "Mescheder, Nowozin, Geiger (2017), The numerics of GANs, arXiv 1705.10461",
            "Games whose stationary points are not all maxima of their players: it is drawn to every one of them."
        )
        {
            Reports = Iterate.Last,
            UsesRegularizers = true,
            Claims =
            [
                new(
                    Gap.Stationarity,
                    Iterate.Last,
                    double.PositiveInfinity,
                    "bilinear with rate strength s^2 < 2 and strength > rate / 2, or near a stable stationary point"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            .. Hyperparameter.Steps(Optimizer, v => this with { Optimizer = v }),
            Setting.Real(
                "strength",
                Strength,
                0,
                double.PositiveInfinity,
                "gamma, weight of the descent on the squared gradient.",
                v => this with { Strength = v }
            ),
        ];

    /// <inheritdoc/>
    public SolverState Init(IDifferentiableGame game) => Ascent.Init(game, _ => Optimizer);

    /// <inheritdoc/>
    public SolverState Step(IDifferentiableGame game, SolverState state)
    {
        var point = Ascent.At(game, state);
        var gradient = game.Gradients(point);
        var towards = (0.5 * gradient.Dot(gradient)).Gradient(point, game.AllWeights());
        return Ascent.Step(game, state, gradient.Minus(towards.Times(Strength)), _ => Optimizer);
    }

    /// <inheritdoc/>
    public PointReadout Read(IDifferentiableGame game, SolverState state) =>
        Ascent.Read(game, state, PointAveraging.None);
}
