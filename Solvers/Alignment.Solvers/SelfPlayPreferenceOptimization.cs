namespace Alignment;

/// <summary>
/// Self-play preference optimization: multiplicative weights of a policy against itself with a fixed step size and no pull to a reference. Only its
/// average converges.
/// </summary>
/// <remarks>
/// <para>x' proportional to x exp(eta g), with g the player's action values against the present profile.</para>
/// <para>The update is that of <see cref="ReplicatorDynamics"/>; what differs is what is reported, and what is claimed of it: the uniform average of the
/// policies played. Its gap in a two-player zero-sum game is at most (ln n + ln m) / (eta T) + eta R^2 / 4 after T steps with payoffs over a range of
/// R, so it falls like 1 / sqrt(T) where eta is chosen for T, and stops at a floor of the order of eta where it is not. The last iterate spirals
/// outwards around an interior equilibrium, on preferences that go in circles.</para>
/// <para>State by axis: one logit for each of the player's actions. Simultaneous updates.</para>
/// <para>Default eta 0.1, in units of 1 / payoff: for preferences over n responses sqrt(8 ln n / T) is best, here at T = 100 to 1,000.</para>
/// <para>Source: Wu, Sun, Yuan, Ji, Yang, Gu (2024), "Self-play preference optimization for language model alignment", arXiv 2405.00675, theorem 4.1;
/// after Freund, Schapire (1999), "Adaptive game playing using multiplicative weights", Games and Economic Behavior 29.</para>
/// <para>Not for one policy to be deployed, which is what the paper does with its last one: <see cref="NashMirrorDescent"/> or
/// <see cref="MagneticPreferenceOptimization"/>. Where T is not known, <see cref="Hedge"/> has step sizes that fall.</para>
/// </remarks>
public sealed record SelfPlayPreferenceOptimization : IIterativeSolver
{
    /// <summary>eta, above 0, in units of 1 / payoff.</summary>
    public Expr StepSize { get; init; } = 0.1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "sppo",
            "Self-play preference optimization (SPPO)",
            "Multiplicative weights in self-play with a fixed step size and without a reference; the average converges, the last iterate does not.",
            "Wu et al. (2024), Self-play preference optimization for language model alignment, arXiv 2405.00675",
            "A single policy to be deployed: its last iterate goes in circles where preferences do. Runs of unknown length: prefer hedge."
        )
        {
            Claims =
            [
                new(
                    Gap.NashConv,
                    Iterate.Average,
                    0.5,
                    "two-player zero-sum, stepSize = c / sqrt(steps) for the length of the run"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "eta, in units of 1 / payoff; sqrt(8 ln n / steps) for payoffs over a range of 1.",
                v => this with { StepSize = v }
            ),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) => Weights.Init(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) => Weights.Step(game, state);

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Weights.Read(game, state);

    private MirrorDescent Weights => new(Geometry.Entropic, Lookahead.None, StepSize, Averaging.Uniform);
}
