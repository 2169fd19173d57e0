namespace Alignment;

/// <summary>The Shannon entropy of each player's strategy, -sum p log p, in nats, as <c>game/entropy/{player}</c>.</summary>
/// <remarks>In a sequential game: the sum over information sets, each times the probability that the strategy itself comes there.</remarks>
public sealed record EntropyProbe : IMetricProbe, IPointProbe
{
    /// <inheritdoc/>
    public string Text => "entropy";

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IGameView game, Profile profile) =>
        game
            .Players.Select(p => new Metric(
                $"game/entropy/{p.Name}",
                game.Dilate(p, profile[p], -Regularizer.XLogX(profile[p]).Sum(game.Actions(p)))
            ))
            .ToValueList();

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IDifferentiableGame game, Point point) =>
        OfMixed(game, (p, w) => new($"game/entropy/{p.Name}", -Regularizer.XLogX(point[w]).Sum(p.Actions)));

    /// <summary>Metrics of players that choose from an axis.</summary>
    internal static ValueList<Metric> OfMixed(IDifferentiableGame game, Func<Player, Weights, Metric> metric) =>
        game.Players.Where(p => p.Weights.Count == 0).Select(p => metric(p, game.Weights(p)[0])).ToValueList();
}

/// <summary>The expectation of an expression over players' actions, chance variables and weights.</summary>
/// <remarks>In a game of smooth payoffs the expression may hold weights; nothing is left of its axes but batch axes. Not for sequential games.</remarks>
/// <param name="Key">The metric's key: words joined by slashes, and not one of the library's own.</param>
/// <param name="Value">The expression.</param>
public sealed record ExpressionProbe(string Key, Expr Value) : IMetricProbe, IPointProbe
{
    /// <inheritdoc/>
    public string Text => $"expression({Quote.Text(Key)}, {Value})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Value];

    /// <inheritdoc/>
    public IProbe WithExpressions(ValueList<Expr> expressions)
    {
        ArgumentNullException.ThrowIfNull(expressions);
        return this with { Value = expressions[0] };
    }

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IGameView game, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(profile);
        return [new(Key, game.Expected(Value, profile))];
    }

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IDifferentiableGame game, Point point)
    {
        ArgumentNullException.ThrowIfNull(game);
        return [new(Key, game.Expected(Value, point))];
    }
}

/// <summary>The number of actions with more than a threshold of mass, as <c>game/support/{player}</c>.</summary>
/// <param name="Threshold">Mass above which an action counts, at least 0 and below 1.</param>
public sealed record SupportProbe(double Threshold) : IMetricProbe, IPointProbe
{
    /// <inheritdoc/>
    public string Text => $"support_size({Quote.Number(Threshold)})";

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IGameView game, Profile profile) =>
        game
            .Players.Select(p =>
            {
                var count = profile[p].Above(Threshold).Sum(game.Actions(p));
                return new Metric(
                    $"game/support/{p.Name}",
                    game.Actions(p).Parent is { } decisions ? count.Sum(decisions) : count
                );
            })
            .ToValueList();

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IDifferentiableGame game, Point point) =>
        EntropyProbe.OfMixed(game, (p, w) => new($"game/support/{p.Name}", point[w].Above(Threshold).Sum(p.Actions)));
}
