namespace Alignment;

/// <summary>Payoffs with noise on them: what a result is worth where payoffs are known roughly.</summary>
internal static class GamePerturbation
{
    /// <summary>The game with noise on every cell, or on every outcome of its tree.</summary>
    public static GameSpec Of(GameSpec spec, double scale, ulong seed)
    {
        if (!(scale > 0 && double.IsFinite(scale)))
            throw new ArgumentException($"Expected a scale above 0, got {Quote.Number(scale)}.");
        if (spec.Players.FirstOrDefault(p => p.Weights.Count > 0) is { } smooth)
            throw new ArgumentException(
                $"Noise is for tables of payoffs, and '{smooth}' of the game '{spec.Name}' sets weights; write the noise into its payoff."
            );
        var axes = spec.Tree is { } form ? [form.Outcomes] : spec.Players.Select(p => p.Actions).ToArray();
        var cells = axes.Aggregate(1L, (n, axis) => checked(n * axis.Size));
        if (cells > int.MaxValue / 2)
            throw new ArgumentException($"The game '{spec.Name}' has {cells} cells, too many to draw noise for.");
        // what happens by chance pays its noise by chance
        var weights = spec.Tree?.Tree.Chances;
        var draws = new RandomStream(seed, "perturbation");
        var last = new double[cells];
        var noise = spec
            .Players.Select(
                (player, p) =>
                {
                    if (p == spec.Players.Count - 1)
                        return (player, last);
                    var own = new double[cells];
                    for (var k = 0; k < own.Length; k++)
                    {
                        own[k] = scale * ((2 * draws.Uniform(p, k)) - 1) * (weights is null ? 1 : weights[k]);
                        last[k] -= own[k];
                    }

                    return (player, own);
                }
            )
            .ToArray()
            .ToDictionary(entry => entry.player, entry => Expr.Literal(NamedTensor.Of(axes, entry.Item2)));
        return spec with
        {
            Payoffs = spec.Payoffs.Select(p => p with { Payoff = p.Payoff + noise[p.Player] }).ToValueList(),
        };
    }
}
