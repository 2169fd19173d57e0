namespace Alignment;

/// <summary>The reference strategies that players' regularizers pull them to.</summary>
internal static class Reference
{
    /// <summary>A specification where every player without a regularizer has KL to uniform.</summary>
    public static GameSpec Complete(GameSpec spec, Expr temperature) =>
        spec
            .Players.Where(p => !spec.Regularizers.Any(r => r.Player == p))
            .Aggregate(spec, (s, p) => s.Regularize(p, Regularizer.Kl(Uniform(p.Actions), temperature)));

    /// <summary>The logarithms of a player's reference, 0 for entropy, and its temperature.</summary>
    /// <param name="solver">Who asks; begins the message.</param>
    /// <param name="game">The game.</param>
    /// <param name="player">The player.</param>
    /// <exception cref="ArgumentException">The player's regularizer is neither KL nor entropy.</exception>
    public static (Expr Logarithm, Expr Temperature) Of(string solver, IGameView game, Player player) =>
        game.Regularizer(player) switch
        {
            KlRegularizer kl => (kl.Reference.Log(), kl.Temperature),
            EntropyRegularizer entropy => (game.Zeros(player), entropy.Temperature),
            null => throw Unfit(solver, player, "a KL or entropy regularizer, got none; Complete(spec) adds one"),
            { } other => throw Unfit(solver, player, $"a KL or entropy regularizer, got {other.Text}"),
        };

    public static ArgumentException Unfit(string solver, Player player, string sentence) =>
        new($"{solver}, player '{player.Name}': expected {sentence}.");

    private static Expr Uniform(Axis actions) =>
        actions.Parent is null
            ? Expr.Constant(1.0 / actions.Size).Expand(actions)
            : (1 / Expr.Constant(1).Expand(actions).Sum(actions)).Expand(actions);
}
