namespace Alignment;

/// <summary>A game as solvers see it: symbolic, whatever its form. Every member gives expressions.</summary>
/// <remarks>
/// A strategy is over the player's decision axes; in a matrix game that is its action axis alone, in a tree the ragged axis of its actions
/// over all information sets. Solvers normalize, reduce and compare along <see cref="Actions"/> and never ask what other axes there are, so
/// that one solver text runs on every form and on every batch.
/// </remarks>
public interface IGameView
{
    /// <summary>The players.</summary>
    ValueList<Player> Players { get; }

    /// <summary>The axis along which a player's strategy sums to 1.</summary>
    Axis Actions(Player player);

    /// <summary>Zeros over a player's decision axes.</summary>
    Expr Zeros(Player player);

    /// <summary>
    /// Expected payoff of each of a player's actions when everyone plays the profile. Not regularized. In a tree: counterfactual values, those
    /// of getting to the action times the probability that the others and chance lead there, the player's own strategy behind it.
    /// </summary>
    Expr ActionValues(Player player, Profile profile);

    /// <summary>
    /// What each action is worth to a player who is at the decision point: <see cref="ActionValues"/> divided by the probability that the
    /// others and chance lead there, which must not be 0. In a matrix game the same as <see cref="ActionValues"/>.
    /// </summary>
    Expr ConditionalValues(Player player, Profile profile);

    /// <summary>
    /// The derivative of a player's expected payoff with respect to the probabilities with which it plays its sequences. In a matrix game
    /// those are its strategy, and this is <see cref="ActionValues"/>; in a tree it lacks what the player does behind each action.
    /// </summary>
    Expr Gradient(Player player, Profile profile);

    /// <summary>
    /// What a player's actions are worth along a gradient when behind each of them it answers by a proximal step. In a matrix game nothing is
    /// behind an action, and this is the gradient.
    /// </summary>
    Expr Proximal(Player player, Expr gradient, ProximalStep step);

    /// <summary>
    /// The sum over a player's decision points of a number at each, times the probability that its own strategy comes there. In a matrix
    /// game there is one decision point, and this is the number.
    /// </summary>
    Expr Dilate(Player player, Expr strategy, Expr values);

    /// <summary>A player's expected payoff at the profile. Not regularized.</summary>
    Expr Value(Player player, Profile profile);

    /// <summary>The expectation of an expression over the players' actions and chance variables. Not of sequential games.</summary>
    /// <exception cref="NotSupportedException">The game is sequential.</exception>
    Expr Expected(Expr value, Profile profile);

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
    public static Expr Uniform(this IGameView game, Player player) => game.Zeros(player) + game.Share(player);

    /// <summary>The largest number of actions at any of a player's decision points.</summary>
    public static int MostActions(this IGameView game, Player player) => game.Actions(player).MostChildren;

    // what each action gets where all get the same
    private static Expr Share(this IGameView game, Player player) => 1.0 / game.Choices(player);

    /// <summary>The number of actions at each of a player's decision points.</summary>
    public static Expr Choices(this IGameView game, Player player) =>
        game.Actions(player) is { Parent: null } actions
            ? actions.Size
            : Expr.Constant(1).Expand(game.Actions(player)).Sum(game.Actions(player));

    /// <summary>The uniform strategy of every player.</summary>
    public static Profile Uniform(this IGameView game) => Profile.Of(game.Players, game.Uniform);

    /// <summary>Weights of at least 0 divided by their sum; uniform where the sum is 0.</summary>
    public static Expr Normalize(this IGameView game, Player player, Expr weights)
    {
        var total = weights.Sum(game.Actions(player));
        return total.Above(0.0).Select(weights / total, game.Share(player));
    }
}

/// <summary>How a player answers behind an action: it maximizes what it gets, less a distance from a point. Closed.</summary>
public abstract record ProximalStep
{
    private ProximalStep() { }

    /// <summary>Kullback-Leibler divergence from a strategy, times a scale.</summary>
    /// <param name="LogPrior">Logarithms of that strategy, normalized at every decision point.</param>
    /// <param name="Scale">In units of payoff, above 0.</param>
    public sealed record Entropic(Expr LogPrior, Expr Scale) : ProximalStep;

    /// <summary>Half the squared Euclidean distance from a point, times a scale.</summary>
    /// <param name="Center">The point.</param>
    /// <param name="Scale">In units of payoff, above 0.</param>
    public sealed record Euclidean(Expr Center, Expr Scale) : ProximalStep;

    /// <summary>The step whose distance is a regularizer's penalty; null for one that is neither entropic nor Euclidean.</summary>
    public static ProximalStep? Of(IRegularizer regularizer) =>
        regularizer switch
        {
            EntropyRegularizer e => new Entropic(0, e.Temperature),
            KlRegularizer k => new Entropic(k.Reference.Log(), k.Temperature),
            L2Regularizer l => new Euclidean(0, l.Weight),
            _ => null,
        };
}
