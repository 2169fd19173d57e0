namespace Alignment;

/// <summary>A mirror step with a pull towards a reference: what magnetic mirror descent and the methods of Nash learning share.</summary>
internal static class MagneticStep
{
    /// <summary>
    /// The logits of the strategy q that maximizes step &lt;gradient, q&gt; - (1 - share) KL(q || x) - share KL(q || reference): in a matrix game
    /// x^(1 - share) reference^share exp(step gradient), normalized.
    /// </summary>
    /// <remarks>Distances are dilated in a tree: a sum over information sets, each times the probability that q itself comes there.</remarks>
    /// <param name="game">The game.</param>
    /// <param name="player">The player.</param>
    /// <param name="logits">Of x.</param>
    /// <param name="reference">Logarithms of the reference; not normalized where a distance from it is one from no strategy, as for entropy.</param>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="step">Above 0, in units of 1 / payoff.</param>
    /// <param name="gradient">As <see cref="IGameView.Gradient"/> has it.</param>
    public static Expr To(
        IGameView game,
        Player player,
        Expr logits,
        Expr reference,
        Expr share,
        Expr step,
        Expr gradient
    )
    {
        var pull = share * reference;
        var prior = ((1 - share) * Logits.Normalized(game, player, logits)) + pull;
        var values = game.Proximal(player, gradient, new ProximalStep.Entropic(prior, 1 / step));
        return Logits.Center(game, player, ((1 - share) * logits) + pull + (step * values));
    }
}
