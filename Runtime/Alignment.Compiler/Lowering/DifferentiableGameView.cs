namespace Alignment.Compiler;

/// <summary>A game of smooth payoffs: the symbolic view that gradient solvers see.</summary>
/// <remarks>
/// Payoffs are averaged over chance and over the mixed strategies of players that choose from an axis, so that nothing but batch axes is left of
/// their axes; weights are put in last.
/// </remarks>
public sealed class DifferentiableGameView : IDifferentiableGame
{
    private readonly GameSpec _spec;
    private readonly Dictionary<Player, ValueList<Weights>> _weights;
    private readonly Dictionary<Player, Expr> _payoffs;
    private readonly ValueList<Player> _choosing;
    private readonly HashSet<Expr> _evaluated = [];

    /// <summary>The view of a checked specification; see <see cref="Priced"/>.</summary>
    public DifferentiableGameView(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _spec = spec;
        _choosing = spec.Players.Where(p => p.Weights.Count == 0).ToValueList();
        _weights = spec.Players.ToDictionary(p => p, p => p.Weights.Count > 0 ? p.Weights : [Strategy(p)]);
        _payoffs = spec.Payoffs.ToDictionary(p => p.Player, p => Expected(p.Payoff));
        Constraints = spec.Constraints.Select(PricedConstraint.Of).ToValueList();
    }

    /// <summary>The specification with a Lagrange player for each of its constraints.</summary>
    public static GameSpec Priced(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec
            .Constraints.Select(PricedConstraint.Of)
            .Aggregate(
                spec,
                (s, c) => s.Player(c.Player).Payoff(c.Player, c.Multiplier * (c.Constraint.Cost - c.Constraint.Bound))
            );
    }

    /// <summary>The mixed strategy of a player that chooses from an axis, as weights.</summary>
    public static Weights Strategy(Player player)
    {
        ArgumentNullException.ThrowIfNull(player);
        return Alignment.Weights.Of(player.Name, player.Actions).Within(Domain.Distributions(player.Actions));
    }

    /// <inheritdoc/>
    public ValueList<Player> Players => _spec.Players;

    /// <inheritdoc/>
    public ValueList<PricedConstraint> Constraints { get; }

    /// <inheritdoc/>
    public ValueList<Weights> Weights(Player player) => _weights[player];

    /// <inheritdoc/>
    public Expr Payoff(Player player, Point point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var payoff = point.Of(_payoffs[player]);
        _evaluated.Add(payoff);
        return payoff;
    }

    /// <summary>How many payoffs were looked at: one player's at one point.</summary>
    public double Evaluations => _evaluated.Count;

    /// <inheritdoc/>
    public Expr Expected(Expr value, Point point)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(point);
        return point.Of(Expected(value));
    }

    /// <inheritdoc/>
    public Expr Objective(Player player, Point point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var objective = Payoff(player, point);
        foreach (var entry in _spec.Regularizers.Where(r => r.Player == player))
            objective -= entry.Regularizer.Penalty(point[Strategy(player)], player.Actions);
        return Constraints
            .Where(c => c.Constraint.Player == player)
            .Aggregate(objective, (u, c) => u - (point[c.Multiplier] * Excess(c, point)));
    }

    /// <inheritdoc/>
    public Expr Excess(PricedConstraint constraint, Point point)
    {
        ArgumentNullException.ThrowIfNull(constraint);
        ArgumentNullException.ThrowIfNull(point);
        return Expected(constraint.Constraint.Cost, point) - constraint.Constraint.Bound;
    }

    private Expr Expected(Expr value)
    {
        var averaged = _spec.NatureVariables.Aggregate(
            value,
            (x, v) => x.Axes.Contains(v.Axis) ? x.Dot(v.Distribution, v.Axis) : x
        );
        return _choosing
            .Reverse()
            .Aggregate(averaged, (u, p) => u.Axes.Contains(p.Actions) ? u.Dot(Strategy(p), p.Actions) : u);
    }
}
