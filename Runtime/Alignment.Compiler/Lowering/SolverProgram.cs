namespace Alignment.Compiler;

/// <summary>An iterative solver compiled for a game.</summary>
public static class SolverProgram
{
    /// <summary>Output that holds a player's strategy of an iterate.</summary>
    public static string Output(Iterate iterate, Player player) =>
        $"{iterate.ToString().ToLowerInvariant()}/{player.Name}";

    /// <summary>Output that holds the time average of the joint play.</summary>
    public const string JointOutput = "joint";

    /// <summary>Output that holds what a player's sequences earned on average, for each unit of probability to play them.</summary>
    public static string EarningsOutput(Player player) => $"earnings/{player.Name}";

    /// <summary>Output that holds what a player got on average.</summary>
    public static string PayoffOutput(Player player) => $"payoff/{player.Name}";

    private static readonly Slot Earnings = new("earnings");
    private static readonly Slot Payoff = new("payoff");
    private static readonly Slot Steps = new("steps");
    private static readonly Slot JointSum = new("joint_sum");
    private static readonly Slot JointExcess = new("joint_excess");

    /// <summary>Compiles a solver for a checked specification.</summary>
    /// <param name="spec">The game, its data bound.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="batch">The axes along which the specification's games lie; those that the solver's settings are swept along are added.</param>
    /// <param name="withJoint">
    /// Whether to keep the time average of the joint play: the product of the strategies that each step starts from, equally weighted.
    /// With simultaneous updates its coarse correlated gap is the largest external regret divided by the number of steps. In a sequential
    /// game the joint play itself would be over pure strategies, so what is kept is what the regret needs: the sums of the players'
    /// gradients and of their payoffs.
    /// </param>
    public static Program Compile(GameSpec spec, IIterativeSolver solver, ValueList<Axis> batch, bool withJoint)
    {
        ArgumentNullException.ThrowIfNull(solver);
        IGameView view = spec.Tree is null ? new MatrixGameView(spec) : new TreeGameView(spec);
        var initial = solver.Init(view);
        var actions = spec.Players.Select(p => p.Actions).ToArray();
        var tree = view as TreeGameView;
        if (withJoint && tree is not null)
            initial = initial
                .With(Earnings, spec.Players, p => Expr.Constant(0).Expand(tree.Treeplex(p).Sequences))
                .With(Payoff, spec.Players, _ => 0)
                .With(Steps, 0);
        else if (withJoint)
            initial = initial
                .With(JointSum, Expr.Constant(0).Expand(actions))
                .With(JointExcess, Expr.Constant(0).Expand(actions));

        var state = initial.AsVariables();
        var read = solver.Read(view, state);
        var next = solver.Step(view, state);
        if (withJoint && tree is not null)
            next = AddEarnings(next, state, tree, read.Last);
        else if (withJoint)
            next = AddToJoint(next, state, ((MatrixGameView)view).Joint(read.Last));

        var outputs = new List<KeyValuePair<string, Expr>>();
        foreach (var player in spec.Players)
        {
            outputs.Add(new(Output(Iterate.Last, player), read.Last[player].Expand(player.Actions)));
            outputs.Add(new(Output(Iterate.Average, player), read.Average[player].Expand(player.Actions)));
        }

        if (withJoint && tree is not null)
        {
            var steps = state[Steps].Maximum(1);
            foreach (var player in spec.Players)
            {
                outputs.Add(new(EarningsOutput(player), state[Earnings, player] / steps));
                outputs.Add(new(PayoffOutput(player), state[Payoff, player] / steps));
            }
        }
        else if (withJoint)
        {
            var total = state[JointSum].Sum(actions);
            var cells = actions.Aggregate(1.0, (n, axis) => n * axis.Size);
            outputs.Add(new(JointOutput, total.Above(0.0).Select(state[JointSum] / total, 1 / cells)));
        }

        return Lowering.Program(
            $"{solver.Info.Name} on {spec.Name}",
            [.. batch, .. Swept(spec, initial, next, outputs)],
            initial,
            next,
            outputs
        );
    }

    private static SolverState AddEarnings(SolverState next, SolverState state, TreeGameView view, Profile played)
    {
        foreach (var player in view.Players)
        {
            var gradient = view.SequenceGradient(player, played);
            next = next.With(Earnings, player, state[Earnings, player] + gradient)
                .With(Payoff, player, state[Payoff, player] + view.Worth(player, gradient, played[player]));
        }

        return next.With(Steps, state[Steps] + 1);
    }

    // What rounding takes from the sum is given back with the next step (Kahan 1965): in float32 a plain sum is off by a part in 1,000 after
    // 100,000 steps.
    private static SolverState AddToJoint(SolverState next, SolverState state, Expr joint)
    {
        var term = joint - state[JointExcess];
        var sum = state[JointSum] + term;
        return next.With(JointSum, sum).With(JointExcess, sum - state[JointSum] - term);
    }

    // Whatever axis a solver's expressions hold that is no player's and not the specification's came in with a setting.
    private static IEnumerable<Axis> Swept(
        GameSpec spec,
        SolverState initial,
        SolverState next,
        IEnumerable<KeyValuePair<string, Expr>> outputs
    )
    {
        var known = AxisSet.Of([
            .. spec.Players.Select(p => p.Actions),
            .. spec.Batch,
            .. spec.Tree?.Treeplexes.SelectMany(t => (Axis[])[t.InformationSets, t.Sequences]) ?? [],
        ]);
        return initial
            .Variables.Concat(next.Variables)
            .Concat(outputs)
            .Aggregate(AxisSet.Scalar, (axes, variable) => axes.Union(variable.Value.Axes))
            .Except(known);
    }
}
