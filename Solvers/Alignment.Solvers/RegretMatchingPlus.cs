namespace Alignment;

/// <summary>
/// Regret matching plus: regret matching that forgets negative regret, so that an action that turns good is played at
/// once.
/// </summary>
/// <remarks>
/// <para>R = max(R + g - &lt;g, x&gt;, 0); x = R / sum R, uniform where all regrets are 0. g are the player's action
/// values.</para>
/// <para>State by axis: one regret of at least 0 for each of the player's actions, in units of payoff; scaling
/// payoffs changes nothing.</para>
/// <para>Default: alternating updates, linear averaging, no step size. Averaged is the profile that the last player
/// responds to.</para>
/// <para>The bound w_T R_T / (w_1 + ... + w_T) holds for every weight that does not fall with t, hence for all
/// choices of averaging.</para>
/// <para>Source: Tammelin (2014), "Solving large imperfect information games using CFR+", arXiv 1407.5042;
/// alternation: Burch, Moravcik, Schmid (2019), arXiv 1810.11542.</para>
/// <para>Not for the last iterate: it may cycle.</para>
/// </remarks>
public sealed record RegretMatchingPlus : IIterativeSolver
{
    private static readonly Slot Regret = new("regret");

    /// <summary>Weight of step t in the average.</summary>
    public Averaging Averaging { get; init; } = Averaging.Linear;

    /// <summary>Whether players take turns.</summary>
    public Updates Updates { get; init; } = Updates.Alternating;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "rm+",
            "Regret matching plus",
            "Regret matching with cumulative regrets clipped at 0, in turns and with a linear average.",
            "Tammelin (2014), Solving large imperfect information games using CFR+, arXiv 1407.5042",
            "Games where only the last iterate counts; and prm+ is usually faster."
        )
        {
            OnTrees = "cfr+",
            Claims =
            [
                new(Gap.NashConv, Iterate.Average, 0.5, "two-player zero-sum"),
                new(Gap.CoarseCorrelated, Iterate.Average, 0.5, "any number of players, updates=simultaneous"),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Turns.Setting(Updates, v => this with { Updates = v }),
            Averages.Setting(Averaging, v => this with { Averaging = v }),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) =>
        SolverState.Empty.With(Regret, game.Players, game.Zeros).WithAverage(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) =>
        Turns.Step(
            game,
            state,
            Strategy,
            (s, player, profile) =>
                s.With(Regret, player, (s[Regret, player] + game.Regret(player, profile)).Positive()),
            Averaging,
            Updates
        );

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        game.Normalize(player, state[Regret, player]);
}
