using System.Diagnostics;
using System.Globalization;
using Alignment.Compiler;
using Microsoft.Extensions.Logging.Abstractions;

namespace Alignment.Runtime;

/// <summary>Runs population solvers, one game after the other: each iteration solves the game between the populations and extends them.</summary>
internal sealed class PopulationLoop
{
    private readonly BoundGame _game;
    private readonly IPopulationSolver _solver;
    private readonly SolveOptions _options;
    private readonly RunObserver _observer;
    private readonly Stopwatch _running = Stopwatch.StartNew();
    private readonly List<TracePoint> _trace = [];
    private readonly List<GameSolution> _solutions = []; // of the games that are done
    private double _secondsBefore; // of the run that this one goes on from

    // of the game at hand
    private Population? _population;
    private long _step; // iterations that made the population
    private long _most; // iterations of the game that took most, be its answer an earlier one
    private GameSolution? _best;

    private PopulationLoop(BoundGame game, IPopulationSolver solver, SolveOptions options) =>
        (_game, _solver, _options, _observer) = (game, solver, options, new(game, solver, options));

    private double Seconds => _secondsBefore + _running.Elapsed.TotalSeconds;

    public static Solution Run(
        BoundGame game,
        IPopulationSolver solver,
        SolveOptions options,
        Stopwatch clock,
        CancellationToken cancellationToken
    )
    {
        var compileSeconds = clock.Elapsed.TotalSeconds;
        return new PopulationLoop(game, solver, options).Run(compileSeconds, cancellationToken);
    }

    private Solution Run(double compileSeconds, CancellationToken cancellationToken)
    {
        using (var measure = MeasureOf(_game.Data(0)))
            StopRules.ThrowUnmeasured(_options.Until, measure.Keys.ToHashSet(StringComparer.Ordinal));
        CheckExecutor();
        _options.Recorder?.Begin(_game, _solver, _options);
        if (_options.Recorder?.Resume is { } snapshot)
        {
            Load(snapshot);
            _observer.Resumed(_step, snapshot);
        }

        while (_solutions.Count < _game.Games)
        {
            var g = _solutions.Count;
            if (g > 0 && cancellationToken.IsCancellationRequested)
            {
                _solutions.AddRange(Unanswered(_game, _solver, _options, g));
                break;
            }

            _solutions.Add(SolveGame(g, cancellationToken));
            _most = Math.Max(_most, _step);
            (_population, _step, _best) = (null, 0, null);
        }

        return new()
        {
            Game = _game,
            Solver = _solver,
            Options = _options,
            Batch = _game.Batch,
            Games = _solutions.ToValueList(),
            Trace = _trace.ToValueList(),
            Steps = _most,
            Seconds = Seconds,
            CompileSeconds = compileSeconds,
            MeasureSeconds = 0,
            Notes = _game.Notes,
        };
    }

    /// <summary>Finds out before the run whether the executor, which inner solves run on, is there.</summary>
    private void CheckExecutor()
    {
        if (_options.Executor is HostExecutor)
            return;
        var probe = Lowering.Program("probe", [], SolverState.Empty, SolverState.Empty, [new("one", Expr.Constant(1))]);
        _options.Executor.Prepare(probe, new(_options.Precision, _options.Threads)).Dispose();
    }

    private Measure MeasureOf(IGameData data) =>
        new(Probed(SpecOf(_game, data), _game.Spec.Probes), [], withJoint: false, _options.Threads);

    private GameSolution SolveGame(int g, CancellationToken cancellationToken)
    {
        var data = _game.Data(g);
        using var measure = MeasureOf(data);
        var inner = new InnerSolve(_solver, _options, cancellationToken);
        _population ??= _solver.Init(data);
        while (true)
        {
            PopulationIterate iterate;
            using (_observer.Span("steps"))
                iterate = _solver.Step(data, _population, inner);
            _observer.Stepped(1);
            // an iteration that was cancelled on its way is no part of the run that goes on
            var cancelled = cancellationToken.IsCancellationRequested;
            if (cancelled)
                Save();
            (_population, _step) = (iterate.Next, _step + 1);
            var measured = _observer.Measure(
                _step,
                () => measure.Of([.. iterate.Strategies.Select((s, p) => Along(_game.Spec, p, s))], null),
                m => m.Metrics["game/nash_conv"][0]
            );
            _observer.Grown(_step, _game.DescribeGame(g), _population, measured.Metrics["game/nash_conv"][0]);
            var seconds = Seconds;
            double Metric(string key) =>
                measured.Metrics.TryGetValue(key, out var m) ? m[0] : measured.Metrics["game/" + key][0];
            var status =
                StopRules.Holds(_options.Until, Metric, _step, seconds)
                    ? Sentences.Stopped(_options.Until, Metric, _step, seconds)
                : !iterate.Grew ? Sentences.Grown(_game.Spec.Players, _population, _step, _solver)
                : cancelled ? Sentences.Cancelled(_step)
                : null;
            // NashConv is not monotone along the run: the best iterate so far is the answer
            var candidate = Certify.Game(
                _game,
                _game.DescribeGame(g),
                measured,
                0,
                _step,
                status ?? new(Outcome.Finished, "")
            );
            if (_best is null || candidate.Certificate.NashConv <= _best.Certificate.NashConv)
                _best = candidate;
            if (_game.Games == 1)
                TakeDown(
                    new(_step, seconds, Told(candidate, iterate))
                    {
                        Strategies =
                            StrategyMoments.Keeps(_game, _solver) && StrategyMoments.Has(_step)
                                ? candidate.Strategies
                                : null,
                    },
                    cancelled
                );
            if (status is not null)
                return _best with { Status = status };
            if (_options.Recorder is { IsDue: true })
                Save();
        }
    }

    /// <summary>What was measured, the running minimum, and what the solver promises.</summary>
    private Dictionary<string, double> Told(GameSolution measured, PopulationIterate iterate)
    {
        var metrics = new Dictionary<string, double>(measured.Metrics, StringComparer.Ordinal)
        {
            ["game/nash_conv_min"] = _best!.Certificate.NashConv,
        };
        if (iterate.Promise is { } promise)
            metrics["solver/promise"] = promise;
        return metrics;
    }

    private void TakeDown(TracePoint point, bool cancelled)
    {
        _trace.Add(point);
        _options.Progress?.Report(point);
        if (!cancelled)
            _options.Recorder?.Measured(point);
    }

    private void Save()
    {
        if (_options.Recorder is not { } recorder)
            return;
        var snapshot = new Snapshot();
        snapshot.Put("step", (double)_step);
        snapshot.Put(Most, (double)_most);
        snapshot.Put("seconds", Seconds);
        Traces.Save(snapshot, _trace);
        GameSolutions.Save(snapshot, "done", _solutions);
        GameSolutions.Save(snapshot, "best", _best is null ? [] : [_best]);
        for (var p = 0; p < _population!.Members.Count; p++)
        {
            snapshot.Put(Name("members", p), [.. _population.Members[p].SelectMany(member => member)]);
            snapshot.Put(Name("members/count", p), (double)_population.Members[p].Count);
            snapshot.Put(Name("payoffs", p), [.. _population.Payoffs[p]]);
        }

        _observer.Save(recorder, _step, _best?.Certificate.NashConv ?? double.PositiveInfinity, snapshot);
    }

    private void Load(Snapshot snapshot)
    {
        var players = _game.Spec.Players;
        _step = (long)snapshot.Number("step");
        _most = snapshot.Has(Most) ? (long)snapshot.Number(Most) : 0; // earlier versions did not keep it
        _secondsBefore = snapshot.Number("seconds");
        _trace.AddRange(Traces.Load(snapshot));
        _solutions.AddRange(GameSolutions.Load(snapshot, "done", players));
        _best = GameSolutions.Load(snapshot, "best", players).FirstOrDefault();
        _population = new(
            players
                .Select(
                    (_, p) => Parts(snapshot.Array(Name("members", p)), (int)snapshot.Number(Name("members/count", p)))
                )
                .ToValueList(),
            players.Select((_, p) => snapshot.Array(Name("payoffs", p)).ToValueList()).ToValueList()
        )
        {
            Iterations = _step,
        };
    }

    private static ValueList<ValueList<double>> Parts(double[] all, int count) =>
        all.Chunk(Math.Max(1, all.Length / Math.Max(1, count))).Select(part => part.ToValueList()).ToValueList();

    private const string Most = "most";

    private static string Name(string what, int player) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}/{player}");

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
    public static GameSpec SpecOf(string name, IGameData data)
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
                    Recorder = null,
                    Logger = NullLogger.Instance,
                    IsInner = true,
                    Seeds = [],
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
