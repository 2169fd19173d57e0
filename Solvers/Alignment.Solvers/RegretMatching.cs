namespace Alignment;

/// <summary>Regret matching: play every action in proportion to how much it is regretted.</summary>
/// <remarks>
/// <para>R += g - &lt;g, x&gt;; x = max(R, 0) / sum max(R, 0), uniform where no regret is above 0. g are the player's
/// action values.</para>
/// <para>State by axis: one regret for each of the player's actions, in units of payoff; scaling payoffs changes
/// nothing.</para>
/// <para>Default: simultaneous updates, uniform averaging, no step size. Averaged is what each step played.</para>
/// <para>Source: Hart, Mas-Colell (2000), "A simple adaptive procedure leading to correlated equilibrium",
/// Econometrica 68.</para>
/// <para>Not for speed: <see cref="RegretMatchingPlus"/> and <see cref="PredictiveRegretMatchingPlus"/> are far
/// faster in zero-sum games.</para>
/// </remarks>
public sealed record RegretMatching : IIterativeSolver
{
    private static readonly Slot Regret = new("regret");

    /// <summary>Weight of step t in the average. Claims hold for uniform.</summary>
    public Averaging Averaging { get; init; } = Averaging.Uniform;

    /// <summary>Whether players take turns.</summary>
    public Updates Updates { get; init; } = Updates.Simultaneous;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "rm",
            "Regret matching",
            "Plays every action in proportion to its positive cumulative regret; the average solves zero-sum games, the joint play any game's coarse correlated equilibrium.",
            "Hart, Mas-Colell (2000), A simple adaptive procedure leading to correlated equilibrium, Econometrica 68",
            "Zero-sum games where speed matters: prefer prm+."
        )
        {
            OnTrees = "cfr",
            Claims =
            [
                new(Gap.NashConv, Iterate.Average, 0.5, "two-player zero-sum, averaging=uniform"),
                new(Gap.CoarseCorrelated, Iterate.Average, 0.5, "any number of players, updates=simultaneous"),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Averages.Setting(Averaging, v => this with { Averaging = v }),
            Turns.Setting(Updates, v => this with { Updates = v }),
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
            (s, player, profile) => s.With(Regret, player, s[Regret, player] + game.Regret(player, profile)),
            Averaging,
            Updates
        );

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        game.Normalize(player, state[Regret, player].Positive());
}
