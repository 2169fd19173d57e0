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
    private readonly Dictionary<string, RunningBest> _running = new(StringComparer.Ordinal);

    /// <summary>The view of a checked specification; see <see cref="Priced"/>.</summary>
    public DifferentiableGameView(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _spec = spec;
        _choosing = spec.Players.Where(p => p.Weights.Count == 0).ToValueList();
        _weights = spec.Players.ToDictionary(p => p, p => p.Weights.Count > 0 ? p.Weights : [Strategy(p)]);
        _payoffs = spec.Payoffs.ToDictionary(p => p.Player, p => Expected(p.Payoff, spec.NatureVariables));
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
        var payoff = _payoffs.TryGetValue(player, out var single) ? point.Of(single) : Aggregated(player, point);
        _evaluated.Add(payoff);
        return payoff;
    }

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, Expr>> Objectives(Player player, Point point) =>
        ObjectivesOf(player).Select(o => KeyValuePair.Create(o.Name, Expected(o.Value, point))).ToValueList();

    /// <summary>The largest values that objectives have had so far, as variables of whoever goes on from step to step.</summary>
    public IEnumerable<RunningBest> Running => _running.Values;

    private IEnumerable<Objective> ObjectivesOf(Player player) =>
        _spec.Objectives.Where(o => o.Player == player).Select(o => o.Objective);

    /// <summary>What a player's aggregator makes of its objectives: a preference that is drawn is averaged out last.</summary>
    private Expr Aggregated(Player player, Point point)
    {
        var aggregator = _spec.Aggregators.First(a => a.Player == player).Aggregator;
        var held = aggregator.Expressions.Aggregate(AxisSet.Scalar, (axes, e) => axes.Union(e.Axes));
        var (last, first) = (
            _spec.NatureVariables.Where(v => held.Contains(v.Axis)).ToValueList(),
            _spec.NatureVariables.Where(v => !held.Contains(v.Axis)).ToValueList()
        );
        var named = ObjectivesOf(player)
            .ToDictionary(o => o.Name, o => point.Of(Expected(o.Value, first)), StringComparer.Ordinal);
        var parts = Enumerable
            .Range(0, aggregator.Objectives.Size)
            .Select(k => named[aggregator.Objectives.Label(k)])
            .ToArray();
        var payoff = aggregator.Combine(new ObjectiveValues(this, player, point, aggregator.Objectives, parts));
        return Averaged(payoff, last);
    }

    private sealed class ObjectiveValues(
        DifferentiableGameView view,
        Player player,
        Point point,
        Axis axis,
        Expr[] parts
    ) : IObjectiveValues
    {
        public Expr Values => Along(axis, parts);

        public Expr Gram
        {
            get
            {
                var gradients = parts
                    .Select(part => view.Weights(player).Select(w => (w, part.Grad(point[w]))).ToArray())
                    .ToArray();
                Expr Product(int a, int b) =>
                    gradients[a]
                        .Zip(gradients[b], (x, y) => (x.Item2 * y.Item2).Expand([.. x.w.Axes]).Sum([.. x.w.Axes]))
                        .Aggregate((x, y) => x + y);
                return Along(
                        axis.Prime(),
                        [
                            .. Enumerable
                                .Range(0, parts.Length)
                                .Select(b =>
                                    Along(axis, [.. parts.Select((_, a) => Product(Math.Min(a, b), Math.Max(a, b)))])
                                ),
                        ]
                    )
                    .StopGradient();
            }
        }

        public Expr Best
        {
            get
            {
                var now = Values.StopGradient();
                if (view.IsMeasured)
                    return now;
                var name = $"best/{player.Name}";
                if (!view._running.TryGetValue(name, out var running))
                    view._running.Add(name, running = new(name, axis, now));
                return running.Before.Maximum(now);
            }
        }

        private static Expr Along(Axis axis, Expr[] parts)
        {
            Expr At(int k)
            {
                var unit = new double[axis.Size];
                unit[k] = 1;
                return Expr.Vector(axis, unit) * parts[k];
            }

            return Enumerable.Range(0, parts.Length).Select(At).Aggregate((a, b) => a + b);
        }
    }

    /// <summary>Whether points are measured one by one, so that there is no earlier one to be better than.</summary>
    public bool IsMeasured { get; init; }

    /// <summary>How many payoffs were looked at: one player's at one point.</summary>
    public double Evaluations => _evaluated.Count;

    /// <inheritdoc/>
    public Expr Expected(Expr value, Point point)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(point);
        return point.Of(Expected(value, _spec.NatureVariables));
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

    private static Expr Averaged(Expr value, ValueList<NatureVariable> variables) =>
        variables.Aggregate(value, (x, v) => x.Axes.Contains(v.Axis) ? x.Dot(v.Distribution, v.Axis) : x);

    private Expr Expected(Expr value, ValueList<NatureVariable> variables)
    {
        var averaged = Averaged(value, variables);
        return _choosing
            .Reverse()
            .Aggregate(averaged, (u, p) => u.Axes.Contains(p.Actions) ? u.Dot(Strategy(p), p.Actions) : u);
    }
}

/// <summary>The largest values that a player's objectives have had, in the state of a run.</summary>
/// <param name="Name">Name of the variable.</param>
/// <param name="Axis">The axis of the objectives.</param>
/// <param name="Now">Their values at the point that a step begins at.</param>
public sealed record RunningBest(string Name, Axis Axis, Expr Now)
{
    // below what any objective is, and finite
    private const double Lowest = -1e300;

    /// <summary>The variable before the first step.</summary>
    public Expr Initial => Expr.Constant(Lowest).Expand(Axis);

    /// <summary>The variable.</summary>
    public Expr Before => Expr.Of(new Op.State(Name, [Axis]));

    /// <summary>The variable after a step.</summary>
    public Expr Next => Before.Maximum(Now);
}
