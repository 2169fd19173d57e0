namespace Alignment;

/// <summary>Symplectic gradient adjustment: gradient ascent with the rotation of the joint gradient turned inwards.</summary>
/// <remarks>
/// <para>x' = x + step(g - lambda A'g), with g the simultaneous gradient, J its Jacobian, A = (J - J') / 2 its antisymmetric part and A'g = (J'g - Jg) / 2.
/// Aligned: lambda = strength * sign(-&lt;g, J'g&gt; &lt;A'g, J'g&gt; / d + 0.1), d the number of weights, so that the adjustment turns towards stable
/// stationary points and away from unstable ones; else lambda = strength.</para>
/// <para>State by axis: one tensor for each of the players' weights. Defaults: sgd(rate=0.1), strength 1, aligned.</para>
/// <para>Source: Balduzzi, Racaniere, Martens, Foerster, Tuyls, Graepel (2018), "The mechanics of n-player differentiable games", arXiv 1802.05642,
/// algorithm 1. There players descend losses; signs here are those of ascent.</para>
/// <para>Not for potential games: A is 0 there and the work for it is wasted.</para>
/// </remarks>
public sealed record SymplecticGradientAdjustment : IGradientSolver
{
    private const double Bias = 0.1;

    /// <summary>How directions become steps.</summary>
    public IOptimizer Optimizer { get; init; } = new GradientAscent();

    /// <summary>Size of the adjustment, at least 0.</summary>
    public Expr Strength { get; init; } = 1;

    /// <summary>Whether the adjustment's sign is chosen at each step.</summary>
    public AdjustmentSign Sign { get; init; } = AdjustmentSign.Aligned;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "sga",
            "Symplectic gradient adjustment",
            "Gradient ascent with the rotating part of the joint gradient turned inwards; finds stable fixed points of general games.",
            "Balduzzi et al. (2018), The mechanics of n-player differentiable games, arXiv 1802.05642",
            "Potential games: there is no rotation to adjust, so plain gradient does the same for less."
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
                    "near a stable stationary point, small rate; bilinear with rate < 2 strength / (1 + strength^2 s^2)"
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
                "Size of the adjustment.",
                v => this with { Strength = v }
            ),
            Setting.Choice(
                "sign",
                Sign,
                "Whether the adjustment's sign is chosen at each step, or always 1.",
                v => this with { Sign = v }
            ),
        ];

    /// <inheritdoc/>
    public SolverState Init(IDifferentiableGame game) => Ascent.Init(game, _ => Optimizer);

    /// <inheritdoc/>
    public SolverState Step(IDifferentiableGame game, SolverState state)
    {
        ArgumentNullException.ThrowIfNull(game);
        var point = Ascent.At(game, state);
        var gradient = game.Gradients(point);
        var transposed = (0.5 * gradient.Dot(gradient)).Gradient(point, game.AllWeights()); // J'g
        var adjustment = transposed.Minus(gradient.Along(point, gradient)).Times(0.5); // A'g
        var size = Strength;
        if (Sign == AdjustmentSign.Aligned)
        {
            var numbers = game.AllWeights().Sum(w => (double)w.Size);
            var agreement = -gradient.Dot(transposed) * adjustment.Dot(transposed) / numbers;
            size *= (agreement + Bias).Sign();
        }

        return Ascent.Step(game, state, gradient.Minus(adjustment.Times(size)), _ => Optimizer);
    }

    /// <inheritdoc/>
    public PointReadout Read(IDifferentiableGame game, SolverState state) =>
        Ascent.Read(game, state, PointAveraging.None);
}

/// <summary>How the sign of an adjustment is chosen.</summary>
public enum AdjustmentSign
{
    /// <summary>At each step, towards stable stationary points and away from unstable ones.</summary>
    Aligned,

    /// <summary>It is always 1.</summary>
    Fixed,
}
