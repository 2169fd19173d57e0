namespace Alignment;

/// <summary>
/// Iterative Nash policy optimization: no-regret mirror descent of a policy that plays against itself, with its divergence from the reference as a
/// part of the loss.
/// </summary>
/// <remarks>
/// <para>x' proportional to x^(1 - s tau) rho^(s tau) exp(s g), with g the player's action values, reference rho, temperature tau, and s =
/// <see cref="StepSize"/>, which is 1 / eta in the paper: online mirror descent on the loss -&lt;g, x&gt; + tau KL(x || rho), made linear at the
/// present x.</para>
/// <para>On tables, where the paper's regression of log-ratios is met exactly, that is <see cref="MagneticMirrorDescent"/> with the step size
/// s / (1 - s tau): there the divergence is kept as it is, here it is made linear, and both steps lie on one line of log-probabilities. So its theorem
/// holds here: with s at most tau / (L^2 + tau^2), L = max |payoff|, the sum over players of KL(z*||x_t) is at most KL_0 (1 - s tau)^t. The paper
/// itself bounds the regret, and with it the gap of the average.</para>
/// <para>rho and tau are those of the player's KL or entropy (rho uniform) regularizer; a player without one gets KL to uniform with
/// <see cref="Temperature"/>.</para>
/// <para>State by axis: one logit for each of the player's actions. Simultaneous updates; the average is uniform.</para>
/// <para>Defaults: s 0.09, tau 0.1, right for payoffs in [-1, 1]; preferences, in [-1/2, 1/2], allow 0.38.</para>
/// <para>Errors: ArgumentException for a regularizer other than KL and entropy, and for s tau above 1 where both are numbers.</para>
/// <para>Source: Zhang, Yu, Peng, Song, Tian, Huo, Jiang, Mi, Yu (2024), "Iterative Nash policy optimization: aligning LLMs with general preferences
/// via no-regret learning", arXiv 2407.00617.</para>
/// <para>Not where the unregularized equilibrium is wanted: <see cref="MagneticPreferenceOptimization"/>, or <c>prm+</c>.</para>
/// </remarks>
public sealed record IterativeNashPolicyOptimization : IIterativeSolver
{
    private const string Title = "Iterative Nash policy optimization (INPO)";

    private static readonly Slot Logit = new("logit");

    /// <summary>s, above 0, in units of 1 / payoff; at most 1 / tau.</summary>
    public Expr StepSize { get; init; } = 0.09;

    /// <summary>tau of the regularizer given to players without one; above 0, in units of payoff.</summary>
    public Expr Temperature { get; init; } = 0.1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "inpo",
            Title,
            "No-regret mirror descent in self-play with a divergence from the reference in the loss; on tables it is mmd in other step sizes.",
            "Zhang et al. (2024), Iterative Nash policy optimization: aligning LLMs with general preferences via no-regret learning, arXiv 2407.00617",
            "The equilibrium of the game without its regularizer: use mpo, or prm+ for its average."
        )
        {
            Reports = Iterate.Last,
            UsesRegularizers = true,
            Claims =
            [
                new(
                    Gap.Regularized,
                    Iterate.Last,
                    double.PositiveInfinity,
                    "two-player zero-sum, stepSize <= temperature / ((max |payoff|)^2 + temperature^2)"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "s, 1 / eta of the paper, in units of 1 / payoff; at most 1 / temperature.",
                v => this with { StepSize = v }
            ),
            Hyperparameter.Temperature(Temperature, v => this with { Temperature = v }),
        ];

    /// <inheritdoc/>
    public GameSpec Complete(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Reference.Complete(spec, Temperature);
    }

    /// <inheritdoc/>
    public SolverState Init(IGameView game)
    {
        ArgumentNullException.ThrowIfNull(game);
        foreach (var player in game.Players)
        {
            var (_, temperature) = Reference.Of(Title, game, player);
            if (
                StepSize.Op is Op.Constant { Value: var s }
                && temperature.Op is Op.Constant { Value: var tau }
                && s * tau > 1
            )
                throw Reference.Unfit(
                    Title,
                    player,
                    FormattableString.Invariant($"a stepSize of at most 1 / temperature = {1 / tau}, got {s}")
                );
        }

        return SolverState.Empty.With(Logit, game.Players, game.Zeros).WithAverage(game);
    }

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) =>
        Turns.Step(
            game,
            state,
            Strategy,
            (s, player, profile) =>
            {
                var (reference, temperature) = Reference.Of(Title, game, player);
                var gradient = game.Gradient(player, profile);
                var share = StepSize * temperature;
                return s.With(
                    Logit,
                    player,
                    MagneticStep.To(game, player, s[Logit, player], reference, share, StepSize, gradient)
                );
            },
            Averaging.Uniform
        );

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        Logits.Strategy(game, player, state[Logit, player]);
}
