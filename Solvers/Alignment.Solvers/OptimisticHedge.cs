namespace Alignment;

/// <summary>
/// Optimistic Hedge (OMWU): multiplicative weights that count the last payoffs twice, as a guess of the next ones.
/// </summary>
/// <remarks>
/// <para>x_t = softmax(eta (g_1 + ... + g_(t-1) + g_(t-1))), with g the player's action values.</para>
/// <para>State by axis: one logit and one last value for each of the player's actions.</para>
/// <para>Default eta = 0.25, right for payoffs in [-1, 1]: the claim needs eta at most 1 / (2 L), L = max |payoff|.
/// Simultaneous updates, uniform averaging.</para>
/// <para>Source: Rakhlin, Sridharan (2013), "Optimization, learning, and games with predictable sequences", arXiv
/// 1311.1869; Syrgkanis, Agarwal, Luo, Schapire (2015), "Fast convergence of regularized learning in games", arXiv
/// 1507.00407.</para>
/// <para>Not for a guaranteed last iterate: it converges when the equilibrium is unique (Wei et al. 2021, arXiv
/// 2006.09517), but may take arbitrarily long (Cai et al. 2024, arXiv 2406.10631); see
/// <see cref="OptimisticGradient"/>.</para>
/// </remarks>
public sealed record OptimisticHedge : IIterativeSolver
{
    /// <summary>eta, above 0, in units of 1 / payoff.</summary>
    public Expr StepSize { get; init; } = 0.25;

    /// <summary>Weight of step t in the average. Claims hold for uniform.</summary>
    public Averaging Averaging { get; init; } = Averaging.Uniform;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "omwu",
            "Optimistic Hedge (OMWU)",
            "Multiplicative weights that take the last payoffs as a guess of the next ones; the average converges like 1 / T.",
            "Syrgkanis, Agarwal, Luo, Schapire (2015), Fast convergence of regularized learning in games, arXiv 1507.00407",
            "Payoffs of unknown range; a last iterate with a guarantee."
        )
        {
            Claims =
            [
                new(
                    Gap.NashConv,
                    Iterate.Average,
                    1,
                    "two-player zero-sum, stepSize <= 1 / (2 max |payoff|), averaging=uniform"
                ),
                new(
                    Gap.NashConv,
                    Iterate.Last,
                    0,
                    "two-player zero-sum with a unique equilibrium, stepSize <= 1 / (8 max |payoff|)"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "eta, in units of 1 / payoff; at most 0.5 for payoffs in [-1, 1].",
                v => this with { StepSize = v }
            ),
            Averages.Setting(Averaging, v => this with { Averaging = v }),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) => Descent.Init(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) => Descent.Step(game, state);

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Descent.Read(game, state);

    private MirrorDescent Descent => new(Geometry.Entropic, Lookahead.Optimistic, StepSize, Averaging);
}
