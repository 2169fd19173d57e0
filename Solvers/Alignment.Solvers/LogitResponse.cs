namespace Alignment;

/// <summary>
/// Damped logit response: every decision point moves a little towards the logit response to what its actions are worth there. On sequential
/// games its fixed points are the agent quantal response equilibria.
/// </summary>
/// <remarks>
/// <para>logits = (1 - d) logits + d v / tau, x = softmax(logits); v are the conditional values: what an action is worth to a player who is at
/// the decision point, the player's own strategy behind it. tau is that of the player's entropy regularizer; a player without one gets one
/// with <see cref="Temperature"/>.</para>
/// <para>That is another equilibrium than the one of <see cref="MagneticMirrorDescent"/> with the same regularizer: there an information set
/// counts as much as the player comes there, and errors are over whole plans (normal form); here every information set errs by itself (agent
/// form). In a matrix game the two are one, the logit quantal response equilibrium.</para>
/// <para>State by axis: one logit for each of the player's actions. Simultaneous updates; nothing is averaged.</para>
/// <para>Defaults: d 0.01, tau 0.1 in units of payoff. A step is a contraction where d is small beside tau over the range of payoffs; no rate is
/// claimed, look at <c>game/agent_gap</c>.</para>
/// <para>Source: McKelvey, Palfrey (1998), "Quantal response equilibria for extensive form games", Experimental Economics 1.</para>
/// <para>Not for Nash equilibria, and not for temperatures far below the payoffs, where it goes in circles.</para>
/// </remarks>
public sealed record LogitResponse : IIterativeSolver
{
    private static readonly Slot Logit = new("logit");

    /// <summary>d: how far a step goes; above 0, at most 1.</summary>
    public Expr Damping { get; init; } = 0.01;

    /// <summary>tau of the regularizer given to players without one; above 0, in units of payoff.</summary>
    public Expr Temperature { get; init; } = 0.1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "logit",
            "Damped logit response",
            "Moves every decision point towards its logit response; on trees to the agent quantal response equilibrium.",
            "McKelvey, Palfrey (1998), Quantal response equilibria for extensive form games, Experimental Economics 1",
            "Nash equilibria, and temperatures far below the payoffs."
        )
        {
            OnTrees = "agent_qre",
            Reports = Iterate.Last,
            UsesRegularizers = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Real(
                "damping",
                Damping,
                0,
                1,
                "How far a step goes towards the response.",
                v => this with { Damping = v },
                open: true
            ),
            Hyperparameter.Positive(
                "temperature",
                Temperature,
                "tau of players without an entropy regularizer, in units of payoff.",
                v => this with { Temperature = v }
            ),
        ];

    /// <inheritdoc/>
    public GameSpec Complete(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec
            .Players.Where(p => !spec.Regularizers.Any(r => r.Player == p))
            .Aggregate(spec, (s, p) => s.Regularize(p, Regularizer.Entropy(Temperature)));
    }

    /// <inheritdoc/>
    public SolverState Init(IGameView game)
    {
        ArgumentNullException.ThrowIfNull(game);
        return SolverState.Empty.With(Logit, game.Players, game.Zeros);
    }

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state)
    {
        ArgumentNullException.ThrowIfNull(game);
        var profile = Turns.Play(game, state, Strategy);
        return game.Players.Aggregate(state, (s, p) => s.With(Logit, p, Next(game, state, p, profile)));
    }

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state)
    {
        var profile = Turns.Play(game, state, Strategy);
        return new(profile, profile);
    }

    private Expr Next(IGameView game, SolverState state, Player player, Profile profile)
    {
        var logits = state[Logit, player];
        var response = game.ConditionalValues(player, profile) / TemperatureOf(game, player);
        return Logits.Center(game, player, logits + (Damping * (response - logits)));
    }

    private static Expr TemperatureOf(IGameView game, Player player) =>
        game.Regularizer(player) is EntropyRegularizer entropy
            ? entropy.Temperature
            : throw new ArgumentException(
                $"Damped logit response, player '{player.Name}': expected an entropy regularizer, got {game.Regularizer(player)?.Text ?? "none"}."
            );

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        Logits.Strategy(game, player, state[Logit, player]);
}
