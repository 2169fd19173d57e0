namespace Alignment;

/// <summary>A game of smooth payoffs as solvers see it: what each player maximizes, as an expression of all players' weights.</summary>
/// <remarks>
/// A player that chooses from an axis has one tensor of weights here, its mixed strategy; the payoff is its expectation. Constraints come in as
/// multipliers: each is a player of its own that maximizes multiplier times (cost - bound), and the constrained player pays that.
/// </remarks>
public interface IDifferentiableGame
{
    /// <summary>The players, those of constraints last.</summary>
    ValueList<Player> Players { get; }

    /// <summary>The weights of a player.</summary>
    ValueList<Weights> Weights(Player player);

    /// <summary>A player's expected payoff at a point: as declared, without penalties and multipliers.</summary>
    Expr Payoff(Player player, Point point);

    /// <summary>The expected values of a player's objectives at a point, by name; none where it has one payoff. Of a preference that is drawn: averaged over it.</summary>
    ValueList<KeyValuePair<string, Expr>> Objectives(Player player, Point point);

    /// <summary>What a player maximizes: its expected payoff, less its regularizer, less what its constraints' multipliers charge.</summary>
    Expr Objective(Player player, Point point);

    /// <summary>The expectation of an expression at a point, over chance and over the mixed strategies of players that choose from an axis.</summary>
    Expr Expected(Expr value, Point point);

    /// <summary>The constraints with their multipliers.</summary>
    ValueList<PricedConstraint> Constraints { get; }

    /// <summary>By how much a constraint is violated at a point: expected cost less the bound; at most 0 where it holds.</summary>
    Expr Excess(PricedConstraint constraint, Point point);
}

/// <summary>A constraint with the player that sets its price.</summary>
/// <param name="Constraint">The constraint.</param>
/// <param name="Player">Its Lagrange player.</param>
/// <param name="Multiplier">The price, at least 0.</param>
public sealed record PricedConstraint(Constraint Constraint, Player Player, Weights Multiplier)
{
    /// <summary>A constraint with a Lagrange player of its own.</summary>
    public static PricedConstraint Of(Constraint constraint)
    {
        ArgumentNullException.ThrowIfNull(constraint);
        var multiplier = Alignment.Weights.Of($"multiplier/{constraint.Name}").Within(Domain.NonNegative);
        return new(constraint, Alignment.Player.With($"multiplier of {constraint.Name}", multiplier), multiplier);
    }
}

/// <summary>What gradient methods need of a game.</summary>
public static class DifferentiableGameExtensions
{
    /// <summary>All weights of all players.</summary>
    public static IEnumerable<Weights> AllWeights(this IDifferentiableGame game)
    {
        ArgumentNullException.ThrowIfNull(game);
        return game.Players.SelectMany(game.Weights);
    }

    /// <summary>The derivative of a player's objective with respect to weights, its own or another's.</summary>
    /// <remarks>Values of the point that depend on each other are differentiated through: hold them by <see cref="Expr.StopGradient"/> where they should not be.</remarks>
    public static Expr Gradient(this IDifferentiableGame game, Player player, Weights weights, Point point)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(point);
        return game.Objective(player, point).Grad(point[weights]).Expand([.. weights.Axes]);
    }

    /// <summary>The simultaneous gradient: for all weights the derivative of their owner's objective.</summary>
    public static Point Gradients(this IDifferentiableGame game, Point point)
    {
        ArgumentNullException.ThrowIfNull(game);
        var owners = game.Players.SelectMany(p => game.Weights(p).Select(w => (w, p))).ToDictionary(e => e.w, e => e.p);
        return Point.Of(owners.Keys, w => game.Gradient(owners[w], w, point));
    }
}
