namespace Alignment.Compiler;

/// <summary>An iterative solver compiled for a game.</summary>
public static class SolverProgram
{
    /// <summary>Output that holds a player's strategy of an iterate.</summary>
    public static string Output(Iterate iterate, Player player) =>
        $"{iterate.ToString().ToLowerInvariant()}/{player.Name}";

    /// <summary>What a player plays, part by part: its strategy, or its weights one by one.</summary>
    public static ValueList<PlayPart> Parts(Player player)
    {
        ArgumentNullException.ThrowIfNull(player);
        return player.Weights.Count == 0
            ? [new("", [player.Actions])]
            : player.Weights.Select(w => new PlayPart($"/{w.Name}", w.Axes)).ToValueList();
    }

    /// <summary>Output that holds a part of what a player plays.</summary>
    public static string Output(Iterate iterate, Player player, PlayPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return Output(iterate, player) + part.Suffix;
    }

    /// <summary>Output that holds the time average of the joint play.</summary>
    public const string JointOutput = "joint";

    /// <summary>Output that holds what a player's sequences earned on average, for each unit of probability to play them.</summary>
    public static string EarningsOutput(Player player) => $"earnings/{player.Name}";

    /// <summary>Output that holds what a player got on average.</summary>
    public static string PayoffOutput(Player player) => $"payoff/{player.Name}";

    /// <summary>Compiles a gradient solver for a checked specification.</summary>
    /// <param name="spec">The game, its data bound, its constraints priced; see <see cref="DifferentiableGameView.Priced"/>.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="batch">The axes along which the specification's games lie; those that the solver's settings are swept along are added.</param>
    public static Program Compile(GameSpec spec, IGradientSolver solver, ValueList<Axis> batch)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(solver);
        var view = new DifferentiableGameView(spec);
        var initial = Apart(spec, solver, solver.Init(view));
        var state = initial.AsVariables();
        var next = solver.Step(view, state);
        var read = solver.Read(view, state);
        foreach (var running in view.Running)
        {
            var slot = new Slot(running.Name);
            initial = initial.With(slot, running.Initial);
            next = next.With(slot, running.Next);
        }

        var outputs = new List<KeyValuePair<string, Expr>>();
        foreach (var player in spec.Players)
        {
            foreach (var (part, weights) in Parts(player).Zip(view.Weights(player)))
            {
                outputs.Add(new(Output(Iterate.Last, player, part), read.Last[weights].Expand([.. weights.Axes])));
                outputs.Add(
                    new(Output(Iterate.Average, player, part), read.Average[weights].Expand([.. weights.Axes]))
                );
            }
        }

        return Lowering.Program(
            $"{solver.Info.Name} on {spec.Name}",
            [.. batch, .. Swept(spec, initial, next, outputs)],
            initial,
            next,
            outputs
        );
    }

    /// <summary>
    /// The state with variables of its own for each game: a derivative by what games share would be the sum of theirs. Games lie along the
    /// specification's batch axes, and along those that the solver's settings are swept.
    /// </summary>
    private static SolverState Apart(GameSpec spec, ISolver solver, SolverState state)
    {
        Axis[] games = [.. spec.Batch, .. solver.Settings.SelectMany(s => s.Expression?.Axes ?? AxisSet.Scalar)];
        return state.Map(value => value.Expand([.. games.Distinct()]));
    }

    /// <summary>How many payoffs a step of a gradient solver looks at, in one game: one player's at one point, derivatives included.</summary>
    public static double Evaluations(GameSpec spec, IGradientSolver solver)
    {
        ArgumentNullException.ThrowIfNull(solver);
        var view = new DifferentiableGameView(spec);
        var state = solver.Init(view).AsVariables();
        _ = solver.Step(view, state);
        return view.Evaluations;
    }

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
        var (view, record) = View(spec, withJoint);
        var initial = record.Begin(solver.Init(view));
        var state = initial.AsVariables();
        var read = solver.Read(view, state);
        var next = record.Add(solver.Step(view, state), state, read.Last);
        var outputs = new List<KeyValuePair<string, Expr>>();
        foreach (var player in spec.Players)
        {
            outputs.Add(new(Output(Iterate.Last, player), read.Last[player].Expand(player.Actions)));
            outputs.Add(new(Output(Iterate.Average, player), read.Average[player].Expand(player.Actions)));
        }

        outputs.AddRange(record.Outputs(state));
        return Lowering.Program(
            $"{solver.Info.Name} on {spec.Name}",
            [.. batch, .. Swept(spec, initial, next, outputs)],
            initial,
            next,
            outputs
        );
    }

    /// <summary>
    /// How many payoffs a step of a solver looks at, in one game: one player's payoff at one cell of a matrix game, or at one end of a sequential
    /// one. A player's payoffs against one profile are computed once a step, however often the solver asks for them.
    /// </summary>
    public static double Evaluations(GameSpec spec, IIterativeSolver solver)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(solver);
        IPayoffPasses view = spec.Tree is null ? new MatrixGameView(spec) : new TreeGameView(spec);
        var state = solver.Init(view).AsVariables();
        var before = view.Evaluations;
        _ = solver.Step(view, state);
        return view.Evaluations - before;
    }

    private static (IGameView View, PlayRecord Record) View(GameSpec spec, bool withJoint)
    {
        if (spec.Tree is null)
        {
            var view = new MatrixGameView(spec);
            return (view, withJoint ? new PlayRecord.Joint(view) : new PlayRecord.None());
        }

        var tree = new TreeGameView(spec);
        return (tree, withJoint ? new PlayRecord.Earnings(tree) : new PlayRecord.None());
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
            .. spec.Players.SelectMany(p => Parts(p).SelectMany(part => part.Axes)),
            .. spec.Aggregators.Select(a => a.Aggregator.Objectives),
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

/// <summary>A part of what a player plays.</summary>
/// <param name="Suffix">What stands behind the player's name in outputs and inputs.</param>
/// <param name="Axes">Its axes.</param>
public sealed record PlayPart(string Suffix, ValueList<Axis> Axes)
{
    /// <summary>How many numbers there are.</summary>
    public int Size => Axes.Aggregate(1, (n, axis) => checked(n * axis.Size));
}
