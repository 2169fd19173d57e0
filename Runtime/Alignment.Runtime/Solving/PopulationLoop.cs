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
        var players = game.Spec.Players;
        var trace = new List<TracePoint>();
        var solutions = new List<GameSolution>();
        var most = 0L;
        for (var g = 0; g < game.Games; g++)
        {
            var data = game.Data(g);
            using var measure = new Measure(
                Probed(SpecOf(game.Spec.Name, data), game.Spec.Probes),
                [],
                withJoint: false,
                options.Threads
            );
            StopRules.ThrowUnmeasured(options.Until, measure.Keys.ToHashSet(StringComparer.Ordinal));
            var inner = new InnerSolve(options, cancellationToken);
            var population = solver.Init(data);
            GameSolution? best = null;
            for (var step = 1L; ; step++)
            {
                var iterate = solver.Step(data, population, inner);
                population = iterate.Next;
                var measured = measure.Of([.. iterate.Strategies.Select(s => s.ToArray())], null);
                var seconds = running.Elapsed.TotalSeconds;
                double Metric(string key) =>
                    measured.Metrics.TryGetValue(key, out var m) ? m[0] : measured.Metrics["game/" + key][0];
                var status =
                    StopRules.Holds(options.Until, Metric, step, seconds)
                        ? Sentences.Stopped(options.Until, Metric, step, seconds)
                    : !iterate.Grew
                        ? new(
                            Outcome.Finished,
                            string.Create(
                                System.Globalization.CultureInfo.InvariantCulture,
                                $"Done after {step} iterations: every best response is in the populations, {string.Join(" and ", population.Actions.Zip(players, (a, p) => $"{a.Count} of {p.Actions.Size} actions of {p}"))}."
                            )
                        )
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

                most = Math.Max(most, step);
                if (status is not null)
                {
                    solutions.Add(best with { Status = status });
                    break;
                }
            }
        }

        return new()
        {
            Game = game,
            Solver = solver,
            Options = options,
            Batch = game.Batch,
            Games = solutions.ToValueList(),
            Trace = trace.ToValueList(),
            Steps = most,
            Seconds = running.Elapsed.TotalSeconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = 0,
            Notes = game.Notes,
        };
    }

    private static GameSpec Probed(GameSpec spec, IEnumerable<IProbe> probes) =>
        probes.OfType<IMetricProbe>().Aggregate(spec, (s, probe) => s.Probe(probe));

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

    /// <summary>Solves the games between populations with the inner solver of the options.</summary>
    private sealed class InnerSolve(SolveOptions options, CancellationToken cancellationToken) : ISolve
    {
        public ValueList<ValueList<double>> Solve(IGameData game)
        {
            var bound = BoundGame.Bind(SpecOf("between populations", game));
            var solution = GameSolver.Solve(
                bound,
                options.Inner
                    ?? throw new ArgumentException(
                        "A population solver needs an inner solver: set SolveOptions.Inner."
                    ),
                options with
                {
                    Until = Stop.NashConvBelow(1e-9) | Stop.AfterSteps(20_000),
                    Progress = null,
                },
                cancellationToken
            );
            return solution.Games[0].Strategies;
        }
    }
}
