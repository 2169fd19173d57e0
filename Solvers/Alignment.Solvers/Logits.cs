namespace Alignment;

/// <summary>
/// Strategies as logits: log-probabilities up to a constant. No multiplicative update under- or overflows in them,
/// however long the run.
/// </summary>
internal static class Logits
{
    /// <summary>
    /// Removes the constant that a softmax does not see (the best action is 0); left alone it would grow until it
    /// swallows the differences.
    /// </summary>
    public static Expr Center(IGameView game, Player player, Expr logits) => logits - logits.Max(game.Actions(player));

    /// <summary>Logarithms of the strategy.</summary>
    public static Expr Normalized(IGameView game, Player player, Expr logits) =>
        logits - logits.LogSumExp(game.Actions(player));

    public static Expr Strategy(IGameView game, Player player, Expr logits) => logits.Softmax(game.Actions(player));
}
