namespace Alignment;

/// <summary>
/// Predictive regret matching plus: regret matching plus that bets on seeing the last regret once more. The default
/// for zero-sum games.
/// </summary>
/// <remarks>
/// <para>r = g - &lt;g, x&gt;; R = max(R + r, 0); x = max(R + r, 0) / sum max(R + r, 0) with that new R, uniform
/// where all are 0. g are the player's action values.</para>
/// <para>State by axis: one regret R of at least 0 and one predicted regret r for each of the player's actions, in
/// units of payoff; scaling payoffs changes nothing.</para>
/// <para>Default: alternating updates, quadratic averaging, no step size. Averaged is the profile that the last
/// player responds to.</para>
/// <para>Source: Farina, Kroer, Sandholm (2021), "Faster game solving via predictive Blackwell approachability",
/// arXiv 2007.14358, with the last regret as prediction.</para>
/// <para>Not for games where the last iterate counts, nor where the equilibrium wanted is a regularized one: see
/// <see cref="MagneticMirrorDescent"/>.</para>
/// </remarks>
public sealed record PredictiveRegretMatchingPlus : IIterativeSolver
{
    private static readonly Slot Regret = new("regret");
    private static readonly Slot Predicted = new("predicted");

    /// <summary>Weight of step t in the average.</summary>
    public Averaging Averaging { get; init; } = Averaging.Quadratic;

    /// <summary>Whether players take turns.</summary>
    public Updates Updates { get; init; } = Updates.Alternating;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "prm+",
            "Predictive regret matching plus",
            "Regret matching plus that predicts the next regret to be the last one; in practice the fastest of the regret minimizers.",
            "Farina, Kroer, Sandholm (2021), Faster game solving via predictive Blackwell approachability, arXiv 2007.14358",
            "Games where only the last iterate counts, and regularized equilibria: prefer mmd."
        )
        {
            OnTrees = "pcfr+",
            Claims =
            [
                new(
                    Gap.NashConv,
                    Iterate.Average,
                    0.5,
                    "two-player zero-sum; proven for updates=simultaneous, observed to be far faster with alternating"
                ),
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
        SolverState
            .Empty.With(Regret, game.Players, game.Zeros)
            .With(Predicted, game.Players, game.Zeros)
            .WithAverage(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) =>
        Turns.Step(
            game,
            state,
            Strategy,
            (s, player, profile) =>
            {
                var regret = game.Regret(player, profile);
                return s.With(Regret, player, (s[Regret, player] + regret).Positive()).With(Predicted, player, regret);
            },
            Averaging,
            Updates
        );

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        game.Normalize(player, (state[Regret, player] + state[Predicted, player]).Positive());
}
