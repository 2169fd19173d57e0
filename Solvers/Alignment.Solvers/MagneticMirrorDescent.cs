namespace Alignment;

/// <summary>
/// Magnetic mirror descent: every step is pulled a little towards a reference strategy, the magnet, so that the last
/// iterate converges.
/// </summary>
/// <remarks>
/// <para>x' proportional to (x rho^(eta tau) exp(eta g))^(1 / (1 + eta tau)), with g the player's action values,
/// magnet rho, temperature tau. In logits: (logits + eta tau log rho + eta g) / (1 + eta tau).</para>
/// <para>Fixed magnet: rho and tau are those of the player's KL or entropy (rho uniform) regularizer; a player
/// without one gets KL to uniform with <see cref="Temperature"/>. Moving magnet: the inexact proximal-point method
/// for the unregularized game; rho becomes x every <see cref="MagnetEvery"/> steps.</para>
/// <para>State by axis: one logit for each of the player's actions, and one of the magnet if it moves. Simultaneous
/// updates; the average is uniform.</para>
/// <para>Defaults: eta 0.1, tau 0.1. The claim, KL(z*||z_t) at most KL_0 / (1 + eta tau)^t summed over players, needs
/// eta at most tau / L^2, L = max |payoff|: so the defaults are right for payoffs in [-1, 1]; a smaller tau asks for
/// a smaller eta.</para>
/// <para>Errors: ArgumentException for another regularizer, or any at all with a moving magnet.</para>
/// <para>Source: Sokota, D'Orazio, Kolter, Loizou, Lanctot, Mitliagkas, Brown, Kroer (2023), "A unified approach to
/// reinforcement learning, quantal response equilibria, and two-player zero-sum games", arXiv 2206.05825, theorem
/// 3.4.</para>
/// <para>Not for a precise equilibrium of an unregularized tabular game: <see cref="PredictiveRegretMatchingPlus"/>
/// is far faster than a moving magnet.</para>
/// </remarks>
public sealed record MagneticMirrorDescent : IIterativeSolver
{
    private const string Title = "Magnetic mirror descent";

    private static readonly Slot Logit = new("logit");
    private static readonly Slot MagnetLogit = new("magnet");
    private static readonly Slot Age = new("magnet_age");

    /// <summary>eta, above 0, in units of 1 / payoff.</summary>
    public Expr StepSize { get; init; } = 0.1;

    /// <summary>
    /// tau of a moving magnet, and of the regularizer given to players without one; above 0, in units of payoff.
    /// </summary>
    public Expr Temperature { get; init; } = 0.1;

    /// <summary>Whether the magnet stays or follows.</summary>
    public Magnet Magnet { get; init; } = Magnet.Fixed;

    /// <summary>Steps between two moves of a moving magnet.</summary>
    public int MagnetEvery { get; init; } = 500;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "mmd",
            Title,
            "Mirror descent with a pull towards a reference strategy; the last iterate converges linearly to the regularized equilibrium.",
            "Sokota et al. (2023), A unified approach to reinforcement learning, quantal response equilibria, and two-player zero-sum games, arXiv 2206.05825",
            "Precise equilibria of unregularized tabular games: prefer prm+."
        )
        {
            Reports = Iterate.Last,
            UsesRegularizers = Magnet == Magnet.Fixed,
            Claims =
                Magnet == Magnet.Fixed
                    ?
                    [
                        new(
                            Gap.Regularized,
                            Iterate.Last,
                            double.PositiveInfinity,
                            "two-player zero-sum, stepSize <= temperature / (max |payoff|)^2"
                        ),
                    ]
                    :
                    [
                        new(
                            Gap.NashConv,
                            Iterate.Last,
                            0,
                            "two-player zero-sum, stepSize <= temperature / (max |payoff|)^2, magnetEvery large"
                        ),
                    ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.MagneticStep(StepSize, v => this with { StepSize = v }),
            Hyperparameter.Positive(
                "temperature",
                Temperature,
                "Pull of a moving magnet, and of the KL to uniform given to players without a regularizer, in units of payoff.",
                v => this with { Temperature = v }
            ),
            Setting.Choice(
                "magnet",
                Magnet,
                "fixed: solve the regularized game; moving: the unregularized game by moving the magnet to the present strategy.",
                v => this with { Magnet = v }
            ),
            Hyperparameter.MagnetEvery(MagnetEvery, v => this with { MagnetEvery = v }),
        ];

    /// <inheritdoc/>
    public GameSpec Complete(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Magnet == Magnet.Moving ? spec : Reference.Complete(spec, Temperature);
    }

    /// <inheritdoc/>
    public SolverState Init(IGameView game)
    {
        var state = SolverState.Empty.With(Logit, game.Players, game.Zeros).WithAverage(game);
        if (Magnet == Magnet.Moving)
            state = state.With(MagnetLogit, game.Players, game.Zeros).With(Age, 0);
        foreach (var player in game.Players)
            Pull(game, state, player); // for its errors
        return state;
    }

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state)
    {
        var next = Turns.Step(
            game,
            state,
            Strategy,
            (s, player, profile) => s.With(Logit, player, Next(game, s, player, profile)),
            Averaging.Uniform
        );
        if (Magnet == Magnet.Fixed)
            return next;
        var age = state[Age] + 1;
        var due = age.Above(MagnetEvery - 0.5);
        return next.With(MagnetLogit, game.Players, p => due.Select(next[Logit, p], state[MagnetLogit, p]))
            .With(Age, due.Select(0, age));
    }

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private Expr Next(IGameView game, SolverState state, Player player, Profile profile)
    {
        var (reference, temperature) = Pull(game, state, player);
        var pull = StepSize * temperature;
        return MagneticStep.To(
            game,
            player,
            state[Logit, player],
            reference,
            pull / (1 + pull),
            StepSize / (1 + pull),
            game.Gradient(player, profile)
        );
    }

    /// <summary>The logarithms of the magnet and its temperature.</summary>
    private (Expr Logarithm, Expr Temperature) Pull(IGameView game, SolverState state, Player player)
    {
        if (Magnet == Magnet.Fixed)
            return Reference.Of(Title, game, player);
        return game.Regularizer(player) is { } other
            ? throw Reference.Unfit(
                Title,
                player,
                $"no regularizer with a moving magnet, got {other.Text}; set magnet=fixed for the regularized game"
            )
            : (Logits.Normalized(game, player, state[MagnetLogit, player]), Temperature);
    }

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        Logits.Strategy(game, player, state[Logit, player]);
}
