using System.Diagnostics;
using System.Globalization;
using Alignment.Runtime;
using Microsoft.Extensions.Logging;

namespace Alignment;

/// <summary>Solves games: checks, compiles, runs, measures, certifies. The one way in for scripts, the command line and other solvers.</summary>
public static class GameSolver
{
    /// <summary>Solves a specification.</summary>
    /// <param name="spec">The game.</param>
    /// <param name="solver">How to solve it.</param>
    /// <param name="options">How to run the solver; default: <see cref="SolveOptions"/>'s defaults.</param>
    /// <param name="cancellationToken">Ends the run within a second; the result is that of the last measured moment.</param>
    /// <exception cref="SpecException">The specification has faults, or the solver cannot take such a game.</exception>
    /// <exception cref="Compiler.ExecutorUnavailableException">The executor of the options or its device is not there.</exception>
    public static Solution Solve(
        GameSpec spec,
        ISolver solver,
        SolveOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(solver);
        options ??= new();
        var clock = Stopwatch.StartNew();
        using var span = RunObserver.Solve(options);
        return Traced(
            span,
            () =>
            {
                BoundGame game;
                using (span is null ? null : Telemetry.Source.StartActivity("bind"))
                    game = BoundGame.Bind(spec, options.BaseDirectory, options.Seed);
                if (options.Logger.IsEnabled(LogLevel.Information))
                    options.Logger.Bound(
                        game.Spec.Name,
                        game.Games,
                        string.Join(", ", game.Spec.Players.Select(Sized)),
                        clock.Elapsed.TotalSeconds,
                        game.Declared.Hash.ToString()
                    );
                return Solve(game, solver, options, clock, span, cancellationToken);
            }
        );
    }

    /// <summary>Solves a game whose data are bound already.</summary>
    /// <exception cref="SpecException">The solver cannot take such a game.</exception>
    public static Solution Solve(
        BoundGame game,
        ISolver solver,
        SolveOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new();
        using var span = RunObserver.Solve(options);
        return Traced(span, () => Solve(game, solver, options, Stopwatch.StartNew(), span, cancellationToken));
    }

    /// <summary>Does something, and has a failure stand in its span.</summary>
    private static Solution Traced(Activity? span, Func<Solution> solve)
    {
        try
        {
            return solve();
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }

    private static string Sized(Player player) =>
        player.Weights.Count > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{player.Name} ({player.Actions.Size} {(player.Actions.Size == 1 ? "number" : "numbers")})"
            )
        : player.Actions.Parent is { } sets
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{player.Name} ({sets.Size} information sets, {player.Actions.Size} actions)"
            )
        : string.Create(CultureInfo.InvariantCulture, $"{player.Name} ({player.Actions.Size} actions)");

    /// <summary>Checks whether a solver can take a game, without solving it.</summary>
    /// <exception cref="SpecException">It cannot; with every reason.</exception>
    public static void ThrowUnfit(BoundGame game, ISolver solver) => Capability.ThrowUnfit(game, solver);

    /// <summary>The program that an iterative or gradient solver runs on a game, for looking at.</summary>
    /// <exception cref="SpecException">The solver cannot take such a game, or runs no program.</exception>
    public static Compiler.Program Compile(BoundGame game, ISolver solver)
    {
        ThrowUnfit(game, solver);
        return solver is IIterativeSolver or IGradientSolver
            ? IterativeLoop.Compile(game, solver)
            : throw new SpecException($"solver '{solver.Info.Name}'", "runs no program");
    }

    /// <summary>Certifies given strategies: values, gaps and probes, in float64, one result for each game of the batch.</summary>
    /// <param name="game">The game.</param>
    /// <param name="strategies">One strategy a player, as <see cref="GameSolution.Strategies"/> has them; played in every game.</param>
    /// <exception cref="ArgumentException">There is not one number for each action or weight of each player, one is not finite, or a probability is
    /// negative.</exception>
    public static ValueList<GameSolution> Evaluate(BoundGame game, ValueList<ValueList<double>> strategies)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(strategies);
        var players = game.Spec.Players;
        if (strategies.Count != players.Count)
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Expected a strategy for each of {players.Count} players, got {strategies.Count}."
                )
            );
        var values = players.Select((p, k) => Repeated(game, p, strategies[k])).ToArray();
        using var measure = new Measure(game.Spec, game.Batch, withJoint: false, threads: 1);
        var measured = measure.Of(values, null);
        return Enumerable
            .Range(0, game.Games)
            .Select(g =>
                Certify.Game(game, game.DescribeGame(g), measured, g, 0, new(Outcome.Finished, "Evaluated as given."))
            )
            .ToValueList();
    }

    /// <summary>What members of populations get when they meet: all choices of one member a player as one batched program, in float64.</summary>
    /// <param name="game">One game, without batch axes.</param>
    /// <param name="members">For each player its strategies, as <see cref="GameSolution.Strategies"/> has them.</param>
    /// <param name="threads">At least 1; changes no bit.</param>
    /// <returns>For each player its payoffs: row-major, the last player's member varies fastest.</returns>
    /// <exception cref="ArgumentException">The game has batch axes or sets weights, or members do not fit their player.</exception>
    public static ValueList<ValueList<double>> Meet(
        BoundGame game,
        ValueList<ValueList<ValueList<double>>> members,
        int threads = 1
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(members);
        return PopulationPayoffs.Of(game, members, threads);
    }

    private static double[] Repeated(BoundGame game, Player player, ValueList<double> strategy)
    {
        var size = player.Actions.Size;
        if (strategy.Count != size || strategy.Any(x => !((x >= 0 || player.Weights.Count > 0) && double.IsFinite(x))))
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(player.Weights.Count > 0 ? "Weights" : "Strategy")} of '{player}': expected {size} {(player.Weights.Count > 0 ? "finite numbers" : "probabilities of at least 0")}, got {strategy.Count} numbers."
                )
            );
        var along = strategy.ToArray();
        game.Spec.Tree?.Treeplex(player).InAxisOrder(strategy.AsSpan(), along);
        return [.. Enumerable.Repeat(along, game.Games).SelectMany(x => x)];
    }

    private static Solution Solve(
        BoundGame game,
        ISolver solver,
        SolveOptions options,
        Stopwatch clock,
        Activity? span,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        options = options.For(game.Spec);
        Capability.ThrowUnfit(game, solver);
        CheckOptions(options, solver);
        new RunObserver(game, solver, options).Name(span);
        if (options.Logger.IsEnabled(LogLevel.Information))
            options.Logger.Solving(
                solver.Info.NameOn(game.Spec) + SolverText.Of(solver)[solver.Info.Name.Length..],
                options.Until.ToString(),
                string.Join(',', options.Seeds.Count == 0 ? [options.Seed] : options.Seeds),
                options.Executor.Name,
                options.Executor.Device,
                options.Precision.ToString().ToLowerInvariant(),
                options.Threads
            );
        var solution = solver switch
        {
            IIterativeSolver or IGradientSolver => IterativeLoop.Run(game, solver, options, clock, cancellationToken),
            IDirectSolver direct => DirectLoop.Run(game, direct, options, clock, cancellationToken),
            IPopulationSolver population => PopulationLoop.Run(game, population, options, clock, cancellationToken),
            ISampledSolver sampled => SampledLoop.Run(game, sampled, options, clock, cancellationToken),
            _ => throw new ArgumentException(
                $"{solver.GetType().Name} must implement IIterativeSolver, IGradientSolver, IDirectSolver, IPopulationSolver or ISampledSolver.",
                nameof(solver)
            ),
        };
        if (options.Logger.IsEnabled(LogLevel.Information))
            options.Logger.Ended(
                solution.Status.Sentence,
                solution.Certificate.Kind,
                game.Spec.IsDifferentiable ? "residual" : "nash_conv",
                solution.Certificate.Distance,
                solution.Seconds,
                solution.MeasureSeconds
            );
        if (span is not null)
        {
            span.SetTag("alignment.steps", solution.Steps)
                .SetTag("alignment.outcome", solution.Status.Outcome.ToString());
            if (double.IsFinite(solution.Certificate.Distance))
                span.SetTag(
                    game.Spec.IsDifferentiable ? Telemetry.Stationarity.Name : Telemetry.NashConv.Name,
                    solution.Certificate.Distance
                );
        }

        if (!options.IsInner && Telemetry.SolveDuration.Enabled)
            Telemetry.SolveDuration.Record(
                clock.Elapsed.TotalSeconds,
                new("alignment.game", game.Spec.Name),
                new("alignment.solver", solver.Info.NameOn(game.Spec))
            );
        return solution;
    }

    /// <summary>Whether a solver, or the one inside of it, answers without a program: in float64, on this CPU.</summary>
    private static bool RunsNoProgram(ISolver solver) =>
        solver is IDirectSolver or ISampledSolver
        || (solver is IPopulationSolver population && RunsNoProgram(population.Inner));

    private static void CheckOptions(SolveOptions options, ISolver solver)
    {
        // passed over in silence, they would stand in the result as if they had been used
        if (RunsNoProgram(solver) && (options.Executor is not HostExecutor || options.Precision != Precision.Float64))
            throw new SpecException(
                $"solver '{solver.Info.Name}'",
                $"answers in float64 on this CPU, without an executor; got executor '{options.Executor.Name}' on '{options.Executor.Device}' "
                    + $"in {options.Precision.ToString().ToLowerInvariant()}; leave them out, or use an iterative solver such as prm+"
            );
        if (options.Seeds.Count > 0 && solver is not ISampledSolver)
            throw new SpecException(
                $"solver '{solver.Info.Name}'",
                "runs one seed at a time: seeds lie side by side for solvers that sample, such as mccfr; the draws of data have a batch axis of their own"
            );
        if (options.Seeds.Distinct().Count() < options.Seeds.Count)
            throw new ArgumentException("seeds: expected each seed once.");
        if (options.Threads < 1)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"threads: expected at least 1, got {options.Threads}.")
            );
        if (options.Chunk < 1)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"chunk: expected at least 1 step, got {options.Chunk}.")
            );
    }
}
