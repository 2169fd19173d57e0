namespace Alignment;

/// <summary>
/// Discounted regret matching: regret matching that forgets. On sequential games it is discounted counterfactual regret minimization.
/// </summary>
/// <remarks>
/// <para>R = (R + g - &lt;g, x&gt;) t^alpha / (t^alpha + 1) where that is above 0, else t^beta / (t^beta + 1); x = max(R, 0) / sum max(R, 0),
/// uniform where no regret is above 0; step t counts t^gamma in the average. g are the player's action values.</para>
/// <para>State by axis: one regret for each of the player's actions, in units of payoff; scaling payoffs changes nothing.</para>
/// <para>Defaults: alpha 1.5, beta 0, gamma 2, alternating updates. <see cref="Linear"/> has 1, 1, 1: linear CFR, where step t counts t in
/// regrets and average alike. Averaged is what each step played.</para>
/// <para>Source: Brown, Sandholm (2019), "Solving imperfect-information games via discounted regret minimization", arXiv 1809.04040.</para>
/// <para>Not for small games: <see cref="PredictiveRegretMatchingPlus"/> is faster there; this is for large ones with costly mistakes among
/// their actions, such as poker.</para>
/// </remarks>
public sealed record DiscountedRegretMatching : IIterativeSolver
{
    private static readonly Slot Regret = new("regret");

    /// <summary>Exponent by which regrets above 0 are kept; at least 0, larger keeps more.</summary>
    public Expr Alpha { get; init; } = 1.5;

    /// <summary>Exponent by which regrets below 0 are kept; any number, 0 halves them in every step.</summary>
    public Expr Beta { get; init; } = 0.0;

    /// <summary>Exponent of the step's number in its weight in the average; at least 0.</summary>
    public Expr Gamma { get; init; } = 2.0;

    /// <summary>Whether players take turns.</summary>
    public Updates Updates { get; init; } = Updates.Alternating;

    /// <summary>Linear CFR: alpha, beta and gamma 1.</summary>
    public static DiscountedRegretMatching Linear { get; } =
        new()
        {
            Alpha = 1.0,
            Beta = 1.0,
            Gamma = 1.0,
        };

    private bool IsLinear => Alpha == 1.0 && Beta == 1.0 && Gamma == 1.0;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            IsLinear ? "lrm" : "drm",
            IsLinear ? "Linear regret matching" : "Discounted regret matching",
            IsLinear
                ? "Regret matching where step t counts t, in regrets and average; on trees linear CFR."
                : "Regret matching that forgets early regrets, good and bad ones at different rates; on trees discounted CFR.",
            "Brown, Sandholm (2019), Solving imperfect-information games via discounted regret minimization, arXiv 1809.04040",
            "Small games: prefer prm+."
        )
        {
            OnTrees = IsLinear ? "lcfr" : "dcfr",
            Claims = [new(Gap.NashConv, Iterate.Average, 0.5, "two-player zero-sum")],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Real(
                "alpha",
                Alpha,
                0,
                100,
                "Exponent by which regrets above 0 are kept.",
                v => this with { Alpha = v }
            ),
            Setting.Real(
                "beta",
                Beta,
                -100,
                100,
                "Exponent by which regrets below 0 are kept.",
                v => this with { Beta = v }
            ),
            Setting.Real(
                "gamma",
                Gamma,
                0,
                100,
                "Exponent of the step's number in its weight in the average.",
                v => this with { Gamma = v }
            ),
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
            (s, player, profile) =>
                s.With(Regret, player, Discounted(s[Regret, player] + game.Regret(player, profile))),
            Expr.Step.Pow(Gamma),
            Updates
        );

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private Expr Discounted(Expr regret) => regret * regret.Above(0).Select(Kept(Alpha), Kept(Beta));

    private static Expr Kept(Expr exponent)
    {
        var power = Expr.Step.Pow(exponent);
        return power / (power + 1);
    }

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        game.Normalize(player, state[Regret, player].Positive());
}
