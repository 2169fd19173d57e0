namespace Alignment;

/// <summary>The Shannon entropy of each player's strategy, -sum p log p, in nats, as <c>game/entropy/{player}</c>.</summary>
/// <remarks>In a sequential game: the sum over information sets, each times the probability that the strategy itself comes there.</remarks>
public sealed record EntropyProbe : IMetricProbe
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
}

/// <summary>The number of actions with more than a threshold of mass, as <c>game/support/{player}</c>.</summary>
/// <param name="Threshold">Mass above which an action counts, at least 0 and below 1.</param>
public sealed record SupportProbe(double Threshold) : IMetricProbe
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
}
