namespace Alignment;

/// <summary>A game as solvers see it: symbolic, whatever its form. Every member gives expressions.</summary>
/// <remarks>
/// A strategy is over the player's decision axes; in a matrix game that is its action axis alone. Solvers normalize, reduce and compare along
/// <see cref="Actions"/> and never ask what other axes there are, so that one solver text runs on every form and on every batch.
/// </remarks>
public interface IGameView
{
    /// <summary>The players.</summary>
    ValueList<Player> Players { get; }

    /// <summary>The axis along which a player's strategy sums to 1.</summary>
    Axis Actions(Player player);

    /// <summary>Zeros over a player's decision axes.</summary>
    Expr Zeros(Player player);

    /// <summary>Expected payoff of each of a player's actions when all others play the profile. Not regularized.</summary>
    Expr ActionValues(Player player, Profile profile);

    /// <summary>A player's expected payoff at the profile. Not regularized.</summary>
    Expr Value(Player player, Profile profile);

    /// <summary>A pure best response to the profile; the first of several. Not regularized.</summary>
    Expr BestResponse(Player player, Profile profile);

    /// <summary>The player's regularizer, or null.</summary>
    IRegularizer? Regularizer(Player player);

    /// <summary>What to accumulate so that a weighted mean of it is an average strategy: the realization weights of a strategy.</summary>
    Expr Realization(Player player, Expr strategy);

    /// <summary>The strategy of a weighted sum of realization weights.</summary>
    Expr FromRealization(Player player, Expr weights);
}

/// <summary>Operations on strategies that hold in every form of game.</summary>
public static class GameViewExtensions
{
    /// <summary>The uniform strategy.</summary>
    public static Expr Uniform(this IGameView game, Player player) =>
        game.Zeros(player) + (1.0 / game.Actions(player).Size);

    /// <summary>The uniform strategy of every player.</summary>
    public static Profile Uniform(this IGameView game) => Profile.Of(game.Players, game.Uniform);

    /// <summary>Weights of at least 0 divided by their sum; uniform where the sum is 0.</summary>
    public static Expr Normalize(this IGameView game, Player player, Expr weights)
    {
        var total = weights.Sum(game.Actions(player));
        return total.Above(0.0).Select(weights / total, 1.0 / game.Actions(player).Size);
    }
}
