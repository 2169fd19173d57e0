namespace Alignment;

/// <summary>How distances between strategies are measured: what a step along the action values means.</summary>
public enum Geometry
{
    /// <summary>
    /// Half the squared Euclidean distance: add, then project onto the simplex. Reaches the boundary, and leaves it
    /// again.
    /// </summary>
    Euclidean,

    /// <summary>
    /// Kullback-Leibler divergence: multiply by an exponential, then normalize. Stays in the interior; steps do not
    /// depend on the number of actions.
    /// </summary>
    Entropic,
}

/// <summary>Points of a geometry: the strategy itself (Euclidean) or its logits (entropic).</summary>
internal static class Geometries
{
    public static Expr Start(this Geometry geometry, IGameView game, Player player) =>
        geometry == Geometry.Entropic ? game.Zeros(player) : game.Uniform(player);

    /// <summary>The point q that maximizes &lt;direction, q&gt; - distance(q, point).</summary>
    public static Expr Move(this Geometry geometry, IGameView game, Player player, Expr point, Expr direction) =>
        geometry == Geometry.Entropic ? point + direction : (point + direction).ProjectToSimplex(game.Actions(player));

    /// <summary>How far a step of that size goes from a point.</summary>
    public static ProximalStep Step(this Geometry geometry, IGameView game, Player player, Expr point, Expr stepSize) =>
        geometry == Geometry.Entropic
            ? new ProximalStep.Entropic(Logits.Normalized(game, player, point), 1 / stepSize)
            : new ProximalStep.Euclidean(point, 1 / stepSize);

    /// <summary>The same point in the form to keep in a state.</summary>
    public static Expr Keep(this Geometry geometry, IGameView game, Player player, Expr point) =>
        geometry == Geometry.Entropic ? Logits.Center(game, player, point) : point;

    public static Expr Strategy(this Geometry geometry, IGameView game, Player player, Expr point) =>
        geometry == Geometry.Entropic ? Logits.Strategy(game, player, point) : point;

    /// <summary>
    /// The largest Lipschitz constant of the action values that payoffs in [-1, 1] can have. Entropic: max |A_ij| =
    /// 1. Euclidean: the spectral norm of A, at most sqrt(rows columns) and so at most the largest number of actions.
    /// </summary>
    public static double Lipschitz(this Geometry geometry, IGameView game) =>
        geometry == Geometry.Entropic ? 1 : game.Players.Max(game.MostActions);
}
