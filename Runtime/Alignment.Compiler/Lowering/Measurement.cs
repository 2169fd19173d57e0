namespace Alignment.Compiler;

/// <summary>What is measured of a profile, as expressions: gaps, values and the specification's probes.</summary>
/// <remarks>Compiled apart from the solver, always in float64, so that a certificate never inherits the solver's precision.</remarks>
public static class Measurement
{
    /// <summary>Name of the input that holds a player's strategy.</summary>
    public static string StrategyInput(Player player) => $"strategy/{player.Name}";

    /// <summary>Name of the input that holds a part of what a player plays.</summary>
    public static string StrategyInput(Player player, PlayPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return StrategyInput(player) + part.Suffix;
    }

    /// <summary>Name of the input that holds the joint distribution.</summary>
    public const string JointInput = "joint";

    /// <summary>Name of the input that holds what a player's sequences earned on average; see <see cref="SolverProgram.EarningsOutput"/>.</summary>
    public static string EarningsInput(Player player) => SolverProgram.EarningsOutput(player);

    /// <summary>Name of the input that holds what a player got on average.</summary>
    public static string PayoffInput(Player player) => SolverProgram.PayoffOutput(player);

    /// <summary>The program that measures a profile, and the joint distribution if one is kept.</summary>
    public static Program Compile(GameSpec spec, ValueList<Axis> batch, bool withJoint)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.IsDifferentiable)
            return Program(spec, batch, OfPoint(spec, batch));
        var profile = Profile.Of(spec.Players, p => Signal.External(StrategyInput(p), [p.Actions, .. batch]));
        if (spec.Tree is not null)
        {
            var tree = new TreeGameView(spec);
            var measured = OfTree(spec, tree, profile);
            return Program(
                spec,
                batch,
                withJoint ? measured.Add(new("game/nfcce_gap", NormalFormCoarseCorrelatedGap(tree, batch))) : measured
            );
        }

        var view = new MatrixGameView(spec);
        var metrics = Of(spec, view, profile);
        if (withJoint)
        {
            var joint = Signal.External(JointInput, [.. spec.Players.Select(p => p.Actions), .. batch]);
            metrics = metrics
                .AddRange([
                    new("game/cce_gap", CoarseCorrelatedGap(view, joint)),
                    new("game/ce_gap", CorrelatedGap(view, joint)),
                ])
                .AddRange(
                    view.Players.Select(p => new Metric(
                        $"game/joint_value/{p.Name}",
                        Expected(view, view.Payoff(p), joint)
                    ))
                );
        }

        return Program(spec, batch, metrics);
    }

    /// <summary>The program that measures a specification without players: what its probes say of chance, data and numbers alone.</summary>
    public static Program CompileProbes(GameSpec spec, ValueList<Axis> batch)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var view = new DifferentiableGameView(spec) { IsMeasured = true };
        var nowhere = Point.Of([], _ => 0);
        return Program(
            spec,
            batch,
            spec.Probes.OfType<IPointProbe>().SelectMany(p => p.Measure(view, nowhere)).ToValueList()
        );
    }

    private static ValueList<Metric> OfPoint(GameSpec spec, ValueList<Axis> batch)
    {
        var view = new DifferentiableGameView(spec) { IsMeasured = true };
        var inputs = spec
            .Players.SelectMany(p =>
                view.Weights(p)
                    .Zip(
                        SolverProgram.Parts(p),
                        (w, part) => (w, Signal.External(StrategyInput(p, part), [.. w.Axes, .. batch]))
                    )
            )
            .ToDictionary(e => e.w, e => e.Item2);
        var point = Point.Of(inputs.Keys, w => inputs[w]);
        var gradients = view.Gradients(point);
        static Expr Largest(Expr value, Weights weights) => weights.Axes.Aggregate(value, (x, axis) => x.Max(axis));
        static Expr Most(IEnumerable<Expr> values) => values.Aggregate((a, b) => a.Maximum(b));

        var metrics = new List<Metric>
        {
            new(
                "game/stationarity",
                Most(inputs.Keys.Select(w => Largest(w.Domain.Residual(point[w], gradients[w]), w)))
            ),
        };
        metrics.AddRange(spec.Players.Select(p => new Metric($"game/value/{p.Name}", view.Payoff(p, point))));
        metrics.AddRange(
            spec.Players.SelectMany(p => view.Objectives(p, point))
                .Select(o => new Metric($"game/objective/{o.Key}", o.Value))
        );
        if (view.Constraints.Count > 0)
        {
            metrics.Add(new("game/violation", Most(view.Constraints.Select(c => view.Excess(c, point).Positive()))));
            metrics.Add(
                new(
                    "game/slackness",
                    Most(view.Constraints.Select(c => (point[c.Multiplier] * view.Excess(c, point)).Abs()))
                )
            );
        }

        foreach (var constraint in view.Constraints)
        {
            var (name, excess) = (constraint.Constraint.Name, view.Excess(constraint, point));
            metrics.Add(new($"constraint/{name}/value", excess + constraint.Constraint.Bound));
            metrics.Add(new($"constraint/{name}/multiplier", point[constraint.Multiplier]));
            metrics.Add(new($"constraint/{name}/violation", excess.Positive()));
        }

        metrics.AddRange(
            spec.Probes.OfType<IPointProbe>()
                .Prepend((IPointProbe)Probe.Entropy)
                .SelectMany(p => p.Measure(view, point))
        );
        return metrics.DistinctBy(m => m.Key).ToValueList();
    }

    private static Program Program(GameSpec spec, ValueList<Axis> batch, ValueList<Metric> metrics) =>
        Lowering.Program(
            $"measure {spec.Name}",
            batch,
            SolverState.Empty,
            SolverState.Empty,
            metrics.Select(m => KeyValuePair.Create(m.Key, m.Value))
        );

    /// <summary>The largest external regret over the number of steps: what a player would have got by one strategy instead of its play.</summary>
    private static Expr NormalFormCoarseCorrelatedGap(TreeGameView view, ValueList<Axis> batch) =>
        view
            .Players.Select(player =>
            {
                var earnings = Signal.External(EarningsInput(player), [view.Treeplex(player).Sequences, .. batch]);
                return view.Best(player, earnings) - Signal.External(PayoffInput(player), [.. batch]);
            })
            .Aggregate((a, b) => a.Maximum(b))
            .Positive();

    private static ValueList<Metric> OfTree(GameSpec spec, TreeGameView view, Profile profile)
    {
        var gradients = spec.Players.ToDictionary(p => p, p => view.SequenceGradient(p, profile));
        Expr Value(Player player) => view.Worth(player, gradients[player], profile[player]);
        Expr Gain(Player player) => (view.Best(player, gradients[player]) - Value(player)).Positive();
        Expr RegularizedGain(Player player)
        {
            if (view.Regularizer(player) is not { } regularizer)
                return Gain(player);
            var penalty = view.Dilate(player, profile[player], regularizer.Penalty(profile[player], player.Actions));
            var best = view.RegularizedBest(player, gradients[player], ProximalStep.Of(regularizer)!);
            return (best - (Value(player) - penalty)).Positive();
        }

        var metrics = Metrics(spec, view, profile, Gain, RegularizedGain, Value);
        return spec.Players.All(p => view.Regularizer(p) is EntropyRegularizer)
            ? metrics.Add(new("game/agent_gap", AgentGap(view, profile)))
            : metrics;
    }

    /// <summary>
    /// The largest distance of a probability from the logit response of its information set to what actions are worth there: 0 at an agent
    /// quantal response equilibrium.
    /// </summary>
    private static Expr AgentGap(TreeGameView view, Profile profile) =>
        view
            .Players.Select(player =>
            {
                var temperature = ((EntropyRegularizer)view.Regularizer(player)!).Temperature;
                var response = (view.ConditionalValues(player, profile) / temperature).Softmax(player.Actions);
                return (profile[player] - response).Abs().Max(player.Actions).Max(player.Actions.Parent!);
            })
            .Aggregate((a, b) => a.Maximum(b));

    private static ValueList<Metric> Metrics(
        GameSpec spec,
        IGameView view,
        Profile profile,
        Func<Player, Expr> gain,
        Func<Player, Expr> regularizedGain,
        Func<Player, Expr> value
    )
    {
        var metrics = new List<Metric> { new("game/nash_conv", Total(view, gain)) };
        if (spec.Regularizers.Count > 0)
            metrics.Add(new("game/regularized_gap", Total(view, regularizedGain)));
        metrics.AddRange(view.Players.Select(p => new Metric($"game/value/{p.Name}", value(p))));
        metrics.AddRange(
            spec.Probes.OfType<IMetricProbe>()
                .Prepend((IMetricProbe)Probe.Entropy)
                .SelectMany(probe => probe.Measure(view, profile))
        );
        return metrics.DistinctBy(m => m.Key).ToValueList();
    }

    private static ValueList<Metric> Of(GameSpec spec, MatrixGameView view, Profile profile) =>
        Metrics(
            spec,
            view,
            profile,
            p => Gain(view, p, profile),
            p => RegularizedGain(view, p, profile),
            p => view.Value(p, profile)
        );

    // A true gain is never below 0; rounding of sums may be.
    private static Expr Gain(MatrixGameView view, Player player, Profile profile)
    {
        var values = view.ActionValues(player, profile);
        return (values.Max(player.Actions) - values.Dot(profile[player], player.Actions)).Positive();
    }

    private static Expr RegularizedGain(MatrixGameView view, Player player, Profile profile)
    {
        if (view.Regularizer(player) is not { } regularizer)
            return Gain(view, player, profile);
        var values = view.ActionValues(player, profile);
        Expr Worth(Expr strategy) =>
            values.Dot(strategy, player.Actions) - regularizer.Penalty(strategy, player.Actions);
        return (Worth(regularizer.BestResponse(values, player.Actions)) - Worth(profile[player])).Positive();
    }

    /// <summary>max over players of max over actions a' of E[u(a', others)] - E[u], under the joint distribution.</summary>
    private static Expr CoarseCorrelatedGap(MatrixGameView view, Expr joint) =>
        Largest(
            view,
            player =>
            {
                var others = view.Players.Where(p => p != player).Select(p => p.Actions).ToArray();
                var deviations = view.Payoff(player).Dot(joint.Sum(player.Actions), others);
                return deviations.Max(player.Actions) - Expected(view, view.Payoff(player), joint);
            }
        );

    /// <summary>max over players of sum over a of max over a' of E[u(a', others) - u(a, others); a recommended].</summary>
    private static Expr CorrelatedGap(MatrixGameView view, Expr joint) =>
        Largest(
            view,
            player =>
            {
                var others = view.Players.Where(p => p != player).Select(p => p.Actions).ToArray();
                var deviation = player.Actions.Prime();
                var swapped = view.Payoff(player).On(player.Actions, deviation).Dot(joint, others);
                var obeyed = view.Payoff(player).Dot(joint, others);
                return (swapped.Max(deviation) - obeyed).Sum(player.Actions);
            }
        );

    private static Expr Expected(MatrixGameView view, Expr value, Expr joint) =>
        value.Dot(joint, [.. view.Players.Select(p => p.Actions)]);

    private static Expr Total(IGameView view, Func<Player, Expr> part) =>
        view.Players.Select(part).Aggregate((a, b) => a + b);

    private static Expr Largest(MatrixGameView view, Func<Player, Expr> part) =>
        view.Players.Select(part).Aggregate((a, b) => a.Maximum(b)).Positive();
}
