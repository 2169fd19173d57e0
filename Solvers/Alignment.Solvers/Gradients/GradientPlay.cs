namespace Alignment;

/// <summary>
/// Gradient ascent of every player on its own objective: simultaneous or alternating, plain, optimistic or with extrapolation; with multipliers for
/// constraints.
/// </summary>
/// <remarks>
/// <para>g(x) holds, for all weights, the derivative of their owner's objective. None: x' = move(x, step(g(x))). Optimistic: the direction is 2 g(x_t) -
/// g(x_(t-1)). Extragradient: y = move(x, rate g(x)), then x' = move(x, step(g(y))). Alternating: each player's gradient is taken where the players before
/// it have just gone. A step comes from the <see cref="Optimizer"/>; a move stays within the weights' <see cref="Domain"/> (projected, on a simplex
/// multiplicative).</para>
/// <para>Multipliers move by <see cref="Multipliers"/> along the violation: <c>sgd</c> is projected ascent, <c>pi</c> proportional-integral control. With a
/// <see cref="Penalty"/> rho above 0 the constrained player's objective is the augmented Lagrangian: -(max(lambda + rho e, 0)^2 - lambda^2) / (2 rho)
/// in place of -lambda e, e the violation; take rate rho for the multipliers then.</para>
/// <para>Defaults: sgd(rate=0.1) for both, simultaneous, no lookahead, no averaging, penalty 0.</para>
/// <para>On a bilinear game with step h and singular value s, a plain simultaneous step multiplies the distance to equilibrium by sqrt(1 + h^2 s^2): it
/// spirals outwards. Alternating steps with h s below 2 stay on a bounded orbit. Extragradient and optimistic steps converge linearly
/// for h s below 1 (1/sqrt(3)).</para>
/// <para>Source: Korpelevich (1976), "The extragradient method for finding saddle points"; Popov (1980), "A modification of the Arrow-Hurwicz method";
/// Rockafellar (1976), "Augmented Lagrangians"; Gidel et al. (2019), "Negative momentum for improved game dynamics", arXiv 1807.04740
/// (alternating).</para>
/// <para>Not for tabular zero-sum games: <see cref="PredictiveRegretMatchingPlus"/> is far faster and certified by NashConv.</para>
/// </remarks>
public sealed record GradientPlay : IGradientSolver
{
    private static readonly Slot Seen = new("seen");

    /// <summary>How directions become steps.</summary>
    public IOptimizer Optimizer { get; init; } = new GradientAscent();

    /// <summary>Whether players respond to the point before the step or to what earlier players became.</summary>
    public Updates Updates { get; init; } = Updates.Simultaneous;

    /// <summary>Where the gradient is taken.</summary>
    public Lookahead Lookahead { get; init; } = Lookahead.None;

    /// <summary>Which point is reported.</summary>
    public PointAveraging Averaging { get; init; } = PointAveraging.None;

    /// <summary>How multipliers follow violations.</summary>
    public IOptimizer Multipliers { get; init; } = new GradientAscent();

    /// <summary>rho of the augmented Lagrangian, in units of multiplier per violation; 0 for none.</summary>
    public double Penalty { get; init; }

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "gradient",
            "Gradient play",
            "Every player climbs the gradient of its own objective: simultaneous, alternating, optimistic or extragradient.",
            "Korpelevich (1976), The extragradient method for finding saddle points; Popov (1980); Gidel et al. (2019), arXiv 1807.04740",
            "Tabular zero-sum games: prefer prm+. Plain simultaneous steps on games that rotate: they spiral outwards."
        )
        {
            Reports = Averaging == PointAveraging.None ? Iterate.Last : Iterate.Average,
            UsesRegularizers = true,
            UsesConstraints = true,
            Claims =
                Lookahead == Lookahead.None
                    ? []
                    :
                    [
                        new(
                            Gap.Stationarity,
                            Iterate.Last,
                            double.PositiveInfinity,
                            "bilinear or strongly monotone, weights without bounds, rate below 1 / L (optimistic: 1 / (sqrt 3 L))"
                        ),
                    ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            .. Hyperparameter.Steps(Optimizer, v => this with { Optimizer = v }),
            Turns.Setting(Updates, v => this with { Updates = v }),
            Setting.Choice(
                "lookahead",
                Lookahead,
                "Where gradients are taken: at the point, extrapolated from the last step, or behind a step of their own.",
                v => this with { Lookahead = v }
            ),
            Setting.Choice(
                "averaging",
                Averaging,
                "Whether the last point is reported or the mean of all.",
                v => this with { Averaging = v }
            ),
            Hyperparameter.Multipliers(Multipliers, v => this with { Multipliers = v }),
            Setting.Number(
                "penalty",
                Penalty,
                0,
                double.PositiveInfinity,
                "rho of the augmented Lagrangian, in units of multiplier per violation; 0 for none.",
                v => this with { Penalty = v }
            ),
        ];

    /// <inheritdoc/>
    public SolverState Init(IDifferentiableGame game)
    {
        ArgumentNullException.ThrowIfNull(game);
        var state = Ascent.Init(game, p => OptimizerOf(game, p)).WithAverage(game, Averaging);
        return Lookahead == Lookahead.Optimistic
            ? state.WithPoint(Seen, Point.Of(game.AllWeights(), w => Expr.Constant(0).Expand([.. w.Axes])))
            : state;
    }

    /// <inheritdoc/>
    public SolverState Step(IDifferentiableGame game, SolverState state)
    {
        var next = state;
        var before = Ascent.At(game, state);
        foreach (var player in game.Players)
        {
            var at = Updates == Updates.Alternating ? Ascent.At(game, next).Held() : before;
            next = Move(game, next, player, at);
        }

        return next.AddToAverage(game, state, Averaging);
    }

    /// <inheritdoc/>
    public PointReadout Read(IDifferentiableGame game, SolverState state) => Ascent.Read(game, state, Averaging);

    private SolverState Move(IDifferentiableGame game, SolverState state, Player player, Point at)
    {
        var optimizer = OptimizerOf(game, player);
        var point = Lookahead == Lookahead.Extragradient ? Ahead(game, at) : at;
        var gradient = Gradient(game, player, point);
        if (Lookahead != Lookahead.Optimistic)
            return Ascent.Step(game, state, player, gradient, optimizer);
        // the first step has no gradient before it
        var direction = gradient.Map(
            (w, g) => Expr.Step.Above(1.5).Select((2.0 * g) - state[Seen, w], g).Expand([.. w.Axes])
        );
        return Ascent.Step(game, state, player, direction, optimizer).WithPoint(Seen, gradient);
    }

    private Point Ahead(IDifferentiableGame game, Point at)
    {
        var moves = game.Players.SelectMany(p =>
            Gradient(game, p, at)
                .Select(e =>
                    KeyValuePair.Create(e.Key, e.Key.Domain.Move(at[e.Key], OptimizerOf(game, p).Rate * e.Value))
                )
        );
        return moves.Aggregate(at, (point, move) => point.With(move.Key, move.Value)).Held();
    }

    private Point Gradient(IDifferentiableGame game, Player player, Point point) =>
        Objective(game, player, point).Gradient(point, game.Weights(player));

    private Expr Objective(IDifferentiableGame game, Player player, Point point)
    {
        var objective = game.Objective(player, point);
        if (Penalty == 0)
            return objective;
        return game
            .Constraints.Where(c => c.Constraint.Player == player)
            .Aggregate(
                objective,
                (u, c) =>
                {
                    var (price, excess) = (point[c.Multiplier], game.Excess(c, point));
                    var pressed = (price + (Penalty * excess)).Positive();
                    return u + (price * excess) - (((pressed * pressed) - (price * price)) / (2 * Penalty));
                }
            );
    }

    private IOptimizer OptimizerOf(IDifferentiableGame game, Player player) =>
        game.Constraints.Any(c => c.Player == player) ? Multipliers : Optimizer;
}
