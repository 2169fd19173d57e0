namespace Alignment;

/// <summary>
/// Hedge, or multiplicative weights: play every action in proportion to the exponential of its cumulative payoff.
/// Needs no horizon.
/// </summary>
/// <remarks>
/// <para>x_t = softmax(eta_t (g_1 + ... + g_(t-1))), eta_t = c sqrt(ln n / t), with g the player's action values and
/// n its number of actions. Kept is eta_t times the sum: logits' = sqrt(t / (t + 1)) logits + eta_(t+1) g.</para>
/// <para>State by axis: one logit for each of the player's actions.</para>
/// <para>Default c = 1, right for payoffs in [-1, 1]: regret at most (c + 1 / c) sqrt(T ln n). For payoffs over a
/// range of R use 2 / R. Simultaneous updates, uniform averaging.</para>
/// <para>Source: Freund, Schapire (1999), "Adaptive game playing using multiplicative weights", Games and Economic
/// Behavior 29; the step sizes: Auer, Cesa-Bianchi, Gentile (2002), "Adaptive and self-confident on-line learning
/// algorithms", Journal of Computer and System Sciences 64.</para>
/// <para>Not for the last iterate, which has no guarantee; nor where payoffs' range is unknown:
/// <see cref="RegretMatching"/> needs no scale.</para>
/// </remarks>
public sealed record Hedge : IIterativeSolver
{
    private static readonly Slot Logit = new("logit");

    /// <summary>c, above 0, in units of 1 / payoff; 2 / (largest payoff - smallest payoff) is right.</summary>
    public Expr StepSize { get; init; } = 1;

    /// <summary>Weight of step t in the average. Claims hold for uniform.</summary>
    public Averaging Averaging { get; init; } = Averaging.Uniform;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "hedge",
            "Hedge (multiplicative weights)",
            "Plays every action in proportion to the exponential of its cumulative payoff, with step sizes that fall like 1 / sqrt(t).",
            "Freund, Schapire (1999), Adaptive game playing using multiplicative weights, Games and Economic Behavior 29",
            "Payoffs of unknown range, and games where only the last iterate counts."
        )
        {
            Claims =
            [
                new(Gap.NashConv, Iterate.Average, 0.5, "two-player zero-sum, averaging=uniform"),
                new(Gap.CoarseCorrelated, Iterate.Average, 0.5, "any number of players"),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "c in eta_t = c sqrt(ln n / t), in units of 1 / payoff; 1 is right for payoffs in [-1, 1].",
                v => this with { StepSize = v }
            ),
            Averages.Setting(Averaging, v => this with { Averaging = v }),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) =>
        SolverState.Empty.With(Logit, game.Players, game.Zeros).WithAverage(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) =>
        Turns.Step(
            game,
            state,
            Strategy,
            (s, player, profile) => s.With(Logit, player, Next(game, s, player, profile)),
            Averaging
        );

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private Expr Next(IGameView game, SolverState state, Player player, Profile profile)
    {
        var upcoming = Expr.Step + 1;
        var eta = StepSize * (Math.Log(game.MostActions(player)) / upcoming).Sqrt();
        var kept = (Expr.Step / upcoming).Sqrt() * state[Logit, player];
        return Logits.Center(game, player, kept + (eta * game.ActionValues(player, profile)));
    }

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        Logits.Strategy(game, player, state[Logit, player]);
}
