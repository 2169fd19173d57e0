using System.Diagnostics;

namespace Alignment.Runtime;

/// <summary>Runs population solvers, one game after the other: each iteration solves the game between the populations and extends them.</summary>
internal static class PopulationLoop
{
    public static Solution Run(
        BoundGame game,
        IPopulationSolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        var compileSeconds = clock.Elapsed.TotalSeconds;
        var running = Stopwatch.StartNew();
        var trace = new List<TracePoint>();
        var solutions = new List<GameSolution>();
        for (var g = 0; g < game.Games; g++)
        {
            if (g > 0 && cancellationToken.IsCancellationRequested)
            {
                solutions.AddRange(Unanswered(game, solver, options, g));
                break;
            }

            solutions.Add(SolveGame(game, g, solver, options, running, trace, cancellationToken));
        }

        return new()
        {
            Game = game,
            Solver = solver,
            Options = options,
            Batch = game.Batch,
            Games = solutions.ToValueList(),
            Trace = trace.ToValueList(),
            Steps = solutions.Max(s => s.Steps),
            Seconds = running.Elapsed.TotalSeconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = 0,
            Notes = game.Notes,
        };
    }

    private static GameSolution SolveGame(
        BoundGame game,
        int g,
        IPopulationSolver solver,
        SolveOptions options,
        Stopwatch running,
        List<TracePoint> trace,
        CancellationToken cancellationToken
    )
    {
        var data = game.Data(g);
        using var measure = new Measure(
            Probed(SpecOf(game, data), game.Spec.Probes),
            [],
            withJoint: false,
            options.Threads
        );
        StopRules.ThrowUnmeasured(options.Until, measure.Keys.ToHashSet(StringComparer.Ordinal));
        var inner = new InnerSolve(solver, options, cancellationToken);
        var population = solver.Init(data);
        GameSolution? best = null;
        for (var step = 1L; ; step++)
        {
            var iterate = solver.Step(data, population, inner);
            population = iterate.Next;
            var measured = measure.Of([.. iterate.Strategies.Select((s, p) => Along(game.Spec, p, s))], null);
            var seconds = running.Elapsed.TotalSeconds;
            double Metric(string key) =>
                measured.Metrics.TryGetValue(key, out var m) ? m[0] : measured.Metrics["game/" + key][0];
            var status =
                StopRules.Holds(options.Until, Metric, step, seconds)
                    ? Sentences.Stopped(options.Until, Metric, step, seconds)
                : !iterate.Grew ? Sentences.Grown(game.Spec.Players, population, step)
                : cancellationToken.IsCancellationRequested ? Sentences.Cancelled(step)
                : null;
            // NashConv is not monotone along the run: the best iterate so far is the answer
            var candidate = Certify.Game(
                game,
                game.DescribeGame(g),
                measured,
                0,
                step,
                status ?? new(Outcome.Finished, "")
            );
            if (best is null || candidate.Certificate.NashConv <= best.Certificate.NashConv)
                best = candidate;
            if (game.Games == 1)
            {
                var point = new TracePoint(
                    step,
                    seconds,
                    measured.Metrics.ToDictionary(m => m.Key, m => m.Value[0], StringComparer.Ordinal)
                );
                trace.Add(point);
                options.Progress?.Report(point);
            }

            if (status is not null)
                return best with { Status = status };
        }
    }

    /// <summary>Uniform play, certified, for the games that a cancellation left without an answer.</summary>
    private static IEnumerable<GameSolution> Unanswered(
        BoundGame game,
        IPopulationSolver solver,
        SolveOptions options,
        int from
    )
    {
        using var measure = new Measure(game.Spec, game.Batch, withJoint: false, options.Threads);
        var uniform = game.Spec.Players.Select(p =>
            Enumerable.Repeat(1.0 / p.Actions.Size, game.Games * p.Actions.Size).ToArray()
        );
        var measured = measure.Of([.. uniform], null);
        return
        [
            .. Enumerable
                .Range(from, game.Games - from)
                .Select(g => Certify.Game(game, game.DescribeGame(g), measured, g, 0, Sentences.Unanswered(solver))),
        ];
    }

    private static GameSpec Probed(GameSpec spec, IEnumerable<IProbe> probes) =>
        probes.OfType<IMetricProbe>().Aggregate(spec, (s, probe) => s.Probe(probe));

    /// <summary>A strategy in the order of its player's axis.</summary>
    private static double[] Along(GameSpec spec, int player, ValueList<double> strategy)
    {
        var along = strategy.ToArray();
        spec.Tree?.Treeplexes[player].InAxisOrder(strategy.AsSpan(), along);
        return along;
    }

    /// <summary>One game of a batch as a specification of its own.</summary>
    private static GameSpec SpecOf(BoundGame game, IGameData data) =>
        game.Spec.Tree is { } form
            ? Game.FromTree(form, game.Spec.Players.Select((_, p) => data.Payoff(p).ToArray()))
            : SpecOf(game.Spec.Name, data);

    /// <summary>A specification whose payoffs are given numbers.</summary>
    private static GameSpec SpecOf(string name, IGameData data)
    {
        var axes = data.Players.Select(p => p.Actions).ToArray();
        var spec = Game.Named(name);
        for (var p = 0; p < data.Players.Count; p++)
        {
            var payoff = Expr.Literal(NamedTensor.Of(axes, data.Payoff(p)));
            spec = spec.Player(data.Players[p]).Payoff(data.Players[p], payoff);
        }

        return spec;
    }

    /// <summary>Solves the games between populations with the inner solver.</summary>
    private sealed class InnerSolve(IPopulationSolver outer, SolveOptions options, CancellationToken cancellationToken)
        : ISolve
    {
        public ValueList<ValueList<double>> Solve(IGameData game)
        {
            var bound = BoundGame.Bind(SpecOf("between populations", game));
            var solution = GameSolver.Solve(
                bound,
                outer.Inner,
                options with
                {
                    Until = Stop.NashConvBelow(1e-9) | Stop.AfterSteps(20_000),
                    Progress = null,
                },
                cancellationToken
            );
            if (solution.Batch.Count > 0)
                throw new SpecException(
                    $"inner solver '{outer.Inner.Info.Name}' of '{outer.Info.Name}'",
                    $"a setting of it is spread over the axis '{solution.Batch[0].Name}', and it has to answer once; give it one number"
                );
            return solution.Games[0].Strategies;
        }
    }
}
