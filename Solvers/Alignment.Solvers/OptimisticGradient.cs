namespace Alignment;

/// <summary>
/// Optimistic gradient (OGDA): projected gradient steps, played one step ahead along the last values.
/// </summary>
/// <remarks>
/// <para>x = P(z + eta g_last); z = P(z + eta g), with P the Euclidean projection onto the simplex and g the player's
/// action values at x.</para>
/// <para>State by axis: the point z and the last value for each of the player's actions.</para>
/// <para>eta = stepSize / n with n the largest number of actions, because a matrix of payoffs in [-1, 1] has a
/// spectral norm L of up to n. Default stepSize 0.25: eta is at most 1 / (4 L), where the claims need less than 1 /
/// (2 L) and the proof of the linear end 1 / (8 L). A dense random matrix has a norm near sqrt(n) only: there a
/// stepSize up to sqrt(n) times larger is right and much faster. Simultaneous updates, uniform averaging.</para>
/// <para>Source: Popov (1980), "A modification of the Arrow-Hurwicz method", Mathematical Notes 28; Wei, Lee, Zhang,
/// Luo (2021), "Linear last-iterate convergence in constrained saddle-point optimization", arXiv 2006.09517; Cai,
/// Oikonomou, Zheng (2022), "Tight last-iterate convergence of the extragradient and the optimistic gradient
/// descent-ascent algorithm", arXiv 2204.09228.</para>
/// <para>Not for a quick answer in large games: <see cref="PredictiveRegretMatchingPlus"/> is faster and needs no
/// step size.</para>
/// </remarks>
public sealed record OptimisticGradient : IIterativeSolver
{
    /// <summary>eta times the largest number of actions, above 0, in units of 1 / payoff.</summary>
    public Expr StepSize { get; init; } = 0.25;

    /// <summary>Weight of step t in the average. Claims on the average hold for uniform.</summary>
    public Averaging Averaging { get; init; } = Averaging.Uniform;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "ogda",
            "Optimistic gradient (OGDA)",
            "Projected gradient steps that take the last payoffs as a guess of the next ones; average and last iterate both converge.",
            "Wei, Lee, Zhang, Luo (2021), Linear last-iterate convergence in constrained saddle-point optimization, arXiv 2006.09517",
            "Large games that need a quick answer; payoffs of unknown range."
        )
        {
            Reports = Iterate.Last,
            Claims =
            [
                new(
                    Gap.NashConv,
                    Iterate.Last,
                    0.5,
                    "two-player zero-sum, stepSize < 1 / (2 max |payoff|); in the end linear, by a factor that depends on the game"
                ),
                new(
                    Gap.NashConv,
                    Iterate.Average,
                    1,
                    "two-player zero-sum, stepSize < 1 / (2 max |payoff|), averaging=uniform"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "eta times the largest number of actions, in units of 1 / payoff; below 0.5 for payoffs in [-1, 1], more on dense random games.",
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

    private MirrorDescent Descent => new(Geometry.Euclidean, Lookahead.Optimistic, StepSize, Averaging);
}
