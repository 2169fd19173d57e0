namespace Alignment;

/// <summary>What each player alone would gain by its best response to the others, as <c>game/gain/{player}</c>.</summary>
/// <remarks>
/// The terms that NashConv sums, each at least 0, in units of payoff, unregularized. A solution that is no Nash equilibrium by design says by them
/// whose play is a best response all the same: a Stackelberg leader gains by going back on its commitment, its follower gains nothing.
/// </remarks>
public sealed record GainProbe : IMetricProbe
{
    /// <inheritdoc/>
    public string Text => "gains";

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IGameView game, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(profile);
        return game
            .Players.Select(p =>
            {
                var best = game.Value(p, profile.With(p, game.BestResponse(p, profile)));
                return new Metric($"game/gain/{p.Name}", (best - game.Value(p, profile)).Positive());
            })
            .ToValueList();
    }
}
