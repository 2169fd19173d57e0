namespace Alignment.Runtime;

/// <summary>Turns measured numbers into solutions of single games.</summary>
internal static class Certify
{
    /// <summary>The solution of one game from what was measured of it.</summary>
    public static GameSolution Game(
        BoundGame game,
        string name,
        Measured measured,
        int index,
        long steps,
        Status status
    )
    {
        var players = game.Spec.Players;
        var metrics = measured.Metrics.ToDictionary(m => m.Key, m => m.Value[index], StringComparer.Ordinal);
        return new(
            name,
            status,
            Of(metrics, players.Count),
            steps,
            Strategies(game, measured, index),
            measured.Joint is { } joint
                ? joint
                    .AsSpan(index * (joint.Length / measured.Games), joint.Length / measured.Games)
                    .ToArray()
                    .ToValueList()
                : null,
            metrics
        );
    }

    /// <summary>What the players of one game play, as <see cref="GameSolution.Strategies"/> have it.</summary>
    public static ValueList<ValueList<double>> Strategies(BoundGame game, Measured measured, int index) =>
        game
            .Spec.Players.Select(
                (p, k) =>
                {
                    var strategy = measured.Strategies[k].AsSpan(index * p.Actions.Size, p.Actions.Size);
                    return game.Spec.Tree is { } tree
                        ? tree.Treeplex(p).InTreeOrder(strategy)
                        : strategy.ToArray().ToValueList();
                }
            )
            .ToValueList();

    /// <summary>The key of the figure that says how far a game's players are from equilibrium.</summary>
    public static string DistanceKey(GameSpec spec) => spec.IsDifferentiable ? "game/stationarity" : "game/nash_conv";

    /// <summary>The certificate that measured figures make.</summary>
    public static Certificate Of(IReadOnlyDictionary<string, double> metrics, int players)
    {
        double? Metric(string key) => metrics.TryGetValue(key, out var value) ? value : null;
        if (Metric("game/stationarity") is { } residual)
            return Metric("game/violation") is { } violation
                ? new Certificate.Kkt(residual, violation, metrics["game/slackness"])
                : new Certificate.Stationary(residual);
        return new Certificate.Exact(metrics["game/nash_conv"], players)
        {
            RegularizedGap = Metric("game/regularized_gap"),
            CoarseCorrelatedGap = Metric("game/cce_gap"),
            CorrelatedGap = Metric("game/ce_gap"),
        };
    }
}
