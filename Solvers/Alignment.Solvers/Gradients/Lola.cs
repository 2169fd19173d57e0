namespace Alignment;

/// <summary>Learning with opponent-learning awareness: every player climbs its objective as it will be once the others have taken a gradient step.</summary>
/// <remarks>
/// <para>Taylor: the direction of player i is d_i V_i + eta sum over j of d_i &lt;d_j V_i, d_j V_j&gt;, with d_j V_i held and d_j V_j differentiated: how
/// i's weights steer j's step. Exact: the whole derivative of V_i(x_i, x_j + eta d_j V_j) with respect to x_i.</para>
/// <para>State by axis: one tensor for each of the players' weights. Defaults: sgd(rate=0.1), opponentRate 1, Taylor.</para>
/// <para>Source: Foerster, Chen, Al-Shedivat, Whiteson, Abbeel, Mordatch (2018), "Learning with opponent-learning awareness", arXiv 1709.04326, equations
/// 4.1 and 4.2; exact gradients.</para>
/// <para>Not for finding Nash equilibria: they need not be fixed points of it (Letcher et al. 2019, "Stable opponent shaping in differentiable games",
/// arXiv 1811.08469), and two players who both shape assume what neither does.</para>
/// </remarks>
public sealed record Lola : IGradientSolver
{
    /// <summary>How directions become steps.</summary>
    public IOptimizer Optimizer { get; init; } = new GradientAscent();

    /// <summary>eta, the step that the others are thought to take, at least 0; 0 is plain simultaneous gradient play.</summary>
    public Expr OpponentRate { get; init; } = 1;

    /// <summary>Whether the others' step is taken to first order or whole.</summary>
    public Shaping Shaping { get; init; } = Shaping.Taylor;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "lola",
            "Learning with opponent-learning awareness",
            "Every player climbs its objective as it will be once the others have taken a gradient step: it shapes how they learn.",
            "Foerster et al. (2018), Learning with opponent-learning awareness, arXiv 1709.04326",
            "Finding Nash equilibria: they need not be fixed points of it."
        )
        {
            Reports = Iterate.Last,
            UsesRegularizers = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            .. Hyperparameter.Steps(Optimizer, v => this with { Optimizer = v }),
            Setting.Real(
                "opponentRate",
                OpponentRate,
                0,
                double.PositiveInfinity,
                "eta, the step that the others are thought to take.",
                v => this with { OpponentRate = v }
            ),
            Setting.Choice(
                "shaping",
                Shaping,
                "Whether the others' step is taken to first order, as in the paper, or whole.",
                v => this with { Shaping = v }
            ),
        ];

    /// <inheritdoc/>
    public SolverState Init(IDifferentiableGame game) => Ascent.Init(game, _ => Optimizer);

    /// <inheritdoc/>
    public SolverState Step(IDifferentiableGame game, SolverState state)
    {
        ArgumentNullException.ThrowIfNull(game);
        var point = Ascent.At(game, state);
        var directions = game.Players.SelectMany(p =>
            (Shaping == Shaping.Taylor ? Taylor(game, p, point) : Exact(game, p, point)).Gradient(
                point,
                game.Weights(p)
            )
        );
        var all = directions.ToDictionary(e => e.Key, e => e.Value);
        return Ascent.Step(game, state, Point.Of(all.Keys, w => all[w]), _ => Optimizer);
    }

    /// <inheritdoc/>
    public PointReadout Read(IDifferentiableGame game, SolverState state) =>
        Ascent.Read(game, state, PointAveraging.None);

    private Expr Taylor(IDifferentiableGame game, Player player, Point point) =>
        game
            .Players.Where(other => other != player)
            .Aggregate(
                game.Objective(player, point),
                (value, other) =>
                {
                    var weights = game.Weights(other);
                    var stakes = game.Objective(player, point).Gradient(point, weights).Held();
                    var step = game.Objective(other, point).Gradient(point, weights);
                    return value + (OpponentRate * stakes.Dot(step));
                }
            );

    private Expr Exact(IDifferentiableGame game, Player player, Point point)
    {
        var ahead = game
            .Players.Where(other => other != player)
            .SelectMany(other => game.Objective(other, point).Gradient(point, game.Weights(other)))
            .Aggregate(point, (at, step) => at.With(step.Key, point[step.Key] + (OpponentRate * step.Value)));
        return game.Objective(player, ahead);
    }
}

/// <summary>How a player thinks of the others' next step.</summary>
public enum Shaping
{
    /// <summary>To first order around where they are.</summary>
    Taylor,

    /// <summary>Whole.</summary>
    Exact,
}
