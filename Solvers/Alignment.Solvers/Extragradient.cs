namespace Alignment;

/// <summary>
/// Extragradient, in the entropic geometry known as mirror-prox: look where the values lead, then step from here by
/// the values found there.
/// </summary>
/// <remarks>
/// <para>x = z moved by eta g(z); z = z moved by eta g(x), with g the player's action values. Played and averaged is
/// x, the look ahead.</para>
/// <para>State by axis: the point z for each of the player's actions (its logits in the entropic geometry).</para>
/// <para>eta = stepSize / L, where L is the largest Lipschitz constant that payoffs in [-1, 1] allow: 1 (entropic),
/// the largest number of actions (Euclidean). Default stepSize 0.5; the claims need at most 1 / max |payoff|. Default
/// geometry entropic, simultaneous updates, uniform averaging. A step evaluates the game twice.</para>
/// <para>Source: Korpelevich (1976), "The extragradient method for finding saddle points and other problems", Matecon
/// 12; Nemirovski (2004), "Prox-method with rate of convergence O(1/t)", SIAM Journal on Optimization 15; last
/// iterate: Tseng (1995), "On linear convergence of iterative methods for the variational inequality problem",
/// Journal of Computational and Applied Mathematics 60; Cai, Oikonomou, Zheng (2022), arXiv 2204.09228.</para>
/// <para>Not for expensive payoffs: <see cref="OptimisticHedge"/> and <see cref="OptimisticGradient"/> come as far
/// with one evaluation a step.</para>
/// </remarks>
public sealed record Extragradient : IIterativeSolver
{
    /// <summary>
    /// eta times the geometry's Lipschitz constant for payoffs in [-1, 1]; above 0, in units of 1 / payoff.
    /// </summary>
    public Expr StepSize { get; init; } = 0.5;

    /// <summary>How distances between strategies are measured.</summary>
    public Geometry Geometry { get; init; } = Geometry.Entropic;

    /// <summary>Weight of step t in the average. Claims on the average hold for uniform.</summary>
    public Averaging Averaging { get; init; } = Averaging.Uniform;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "extragradient",
            "Extragradient (mirror-prox)",
            "Evaluates the game where its values lead before it steps; the average converges like 1 / T.",
            "Korpelevich (1976), The extragradient method for finding saddle points and other problems, Matecon 12; Nemirovski (2004), Prox-method with rate of convergence O(1/t), SIAM Journal on Optimization 15",
            "Payoffs that are expensive to evaluate, or of unknown range."
        )
        {
            Claims =
            [
                new(
                    Gap.NashConv,
                    Iterate.Average,
                    1,
                    "two-player zero-sum, stepSize <= 1 / max |payoff|, averaging=uniform"
                ),
                new(
                    Gap.NashConv,
                    Iterate.Last,
                    Geometry == Geometry.Euclidean ? 0.5 : 0,
                    Geometry == Geometry.Euclidean
                        ? "two-player zero-sum, stepSize < 1 / max |payoff|; in the end linear, by a factor that depends on the game"
                        : "two-player zero-sum with a unique equilibrium, stepSize < 1 / max |payoff|"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "eta times 1 (entropic) or the largest number of actions (Euclidean), in units of 1 / payoff; at most 1 for payoffs in [-1, 1].",
                v => this with { StepSize = v }
            ),
            Setting.Choice(
                "geometry",
                Geometry,
                "How distances between strategies are measured.",
                v => this with { Geometry = v }
            ),
            Averages.Setting(Averaging, v => this with { Averaging = v }),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) => Descent.Init(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) => Descent.Step(game, state);

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Descent.Read(game, state);

    private MirrorDescent Descent => new(Geometry, Lookahead.Extragradient, StepSize, Averaging);
}
