namespace Alignment;

/// <summary>Measures what a policy gets of the reward that it climbs and of the one that is meant: <c>overopt/proxy</c>, <c>overopt/gold</c>, <c>overopt/kl</c>,
/// and with an ensemble <c>overopt/ensemble_std</c>.</summary>
/// <remarks>
/// Proxy and gold are expectations at the profile. <c>overopt/kl</c> is KL(pi || ref) of the player's strategy in nats, exact. The deviation is the
/// expectation of the members' standard deviation with ddof = 1. Over-optimization is where gold falls while proxy rises. Not for sequential games.
/// </remarks>
/// <param name="Player">The player whose policy it is; it chooses from actions.</param>
/// <param name="Reference">ref, over the player's actions, above 0.</param>
/// <param name="Proxy">What the policy is trained on.</param>
/// <param name="Gold">What is meant.</param>
public sealed record OverOptimizationProbe(Player Player, Expr Reference, Expr Proxy, Expr Gold)
    : IMetricProbe,
        IPointProbe
{
    /// <summary>The rewards of an ensemble's members, over <see cref="Members"/>; null for none.</summary>
    public Expr? Rewards { get; init; }

    /// <summary>The axis of the ensemble's members; null for none.</summary>
    public Axis? Members { get; init; }

    /// <summary>The standard deviation over the members, ddof = 1, response by response; null without an ensemble.</summary>
    public Expr? Spread => Rewards is null ? null : RewardEnsemble.Deviation(Rewards, Members!);

    /// <inheritdoc/>
    public string Text =>
        $"over_optimization(of {Quote.Label(Player.Name)} from {Reference}, proxy {Proxy}, gold {Gold}{(Rewards is null ? "" : $", ensemble {Rewards} over {AxisSet.Of(Members!)}")})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => Spread is null ? [Reference, Proxy, Gold] : [Reference, Proxy, Gold, Spread];

    /// <inheritdoc/>
    public IProbe WithExpressions(ValueList<Expr> expressions)
    {
        ArgumentNullException.ThrowIfNull(expressions);
        return this with
        {
            Reference = expressions[0],
            Proxy = expressions[1],
            Gold = expressions[2],
            Rewards = expressions.Count > 3 ? expressions[3] : null,
        };
    }

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IGameView game, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(profile);
        return Metrics(profile[Player], game.Actions(Player), value => game.Expected(value, profile));
    }

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IDifferentiableGame game, Point point)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(point);
        return Metrics(point[game.Weights(Player)[0]], Player.Actions, value => game.Expected(value, point));
    }

    private ValueList<Metric> Metrics(Expr policy, Axis actions, Func<Expr, Expr> expected)
    {
        List<Metric> metrics =
        [
            new("overopt/proxy", expected(Proxy)),
            new("overopt/gold", expected(Gold)),
            new("overopt/kl", KlEstimator.Exact(policy, Reference, actions)),
        ];
        if (Spread is { } spread)
            metrics.Add(new("overopt/ensemble_std", expected(spread)));
        return metrics.ToValueList();
    }
}
