using System.Diagnostics;
using System.Globalization;
using Alignment.Runtime;

namespace Alignment;

/// <summary>Solves sequential games by their rules, without their trees: the way in for games that are too large to be
/// enumerated.</summary>
/// <remarks>
/// <para>Runs an <see cref="IOpenSolver"/> until the stop rule holds, then searches deviations from its answer
/// (<see cref="DeviationSearch"/>). The certificate is a lower bound: the answer is at least that far from equilibrium,
/// up to the standard error, and nobody knows how much further.</para>
/// <para>The same seed and number of steps give the same bits, a rule on seconds does not. A run that is kept
/// (<see cref="OpenOptions.Recorder"/>) and broke off goes on to the same bits; the search for deviations begins anew then, since its draws
/// are its own.</para>
/// <para>Not for games whose tree fits into memory: <see cref="GameSolver"/> certifies those exactly.</para>
/// </remarks>
public static class OpenSolver
{
    /// <summary>Solves a game by its rules.</summary>
    /// <param name="game">The game.</param>
    /// <param name="solver">An <see cref="IOpenSolver"/>: <see cref="MonteCarloCfr"/> or <see cref="DoubleOracle"/>.</param>
    /// <param name="options">How to run it; default: <see cref="OpenOptions"/>'s defaults.</param>
    /// <param name="cancellationToken">Ends the run after the walk at hand; the result is what the completed steps found,
    /// its certificate from no search and 100 games.</param>
    /// <exception cref="SpecException">The solver needs the tree, a setting is out of range, or the stop rule asks for
    /// what is never known here.</exception>
    /// <exception cref="RunStoreException">The run cannot be kept, or not be taken up.</exception>
    /// <exception cref="RulesException">The rules break their contract at a position that was met.</exception>
    public static OpenSolution Solve(
        OpenGame game,
        ISolver solver,
        OpenOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        options ??= new();
        var open = Require(game, solver, options);
        var until = options.Until ?? Stop.AfterSteps(open.OpenSteps);
        var observer = new RunObserver(
            game.Name,
            solver.Info.OnTrees ?? solver.Info.Name,
            options.Logger,
            isInner: false
        );
        using var span = observer.Span("solve");
        options.Logger.SolvingOpen(game.Name, SolverText.Of(solver), until.ToString(), options.Seed);
        var run = open.Open(
            game,
            new(options.Seed, inner => new InnerSolve(solver, inner, cancellationToken))
            {
                ResponseIterations = options.ResponseIterations,
                CellGames = options.CellGames,
                MostInformationSets = options.MostInformationSets,
                Progress = options.Progress,
            }
        );
        options.Recorder?.Begin(OpenIdentity.Subject(game, solver, options, until), options.Logger);
        var loop = new OpenLoop(run, until, options, observer);
        var status = loop.Run(cancellationToken);
        var (profile, met, seconds) = (run.Read(), run.InformationSets, loop.Seconds);
        options.Logger.CertifyingOpen(status.Sentence, met, seconds);
        var clock = Stopwatch.StartNew();
        using var certifying = observer.Span("certificate");
        var found = (options.Certificate with { MostInformationSets = options.MostInformationSets }).Measure(
            game,
            profile,
            options.Seed,
            options.Progress,
            cancellationToken
        );
        var certificate = found.Certificate;
        certifying?.SetTag("alignment.nash_conv", certificate.NashConv);
        // the search may have been cut short, and then the run is one that can go on
        if (status.Outcome != Outcome.Cancelled && cancellationToken.IsCancellationRequested)
        {
            status = OpenSentences.Uncertified(loop.Done);
            loop.Save();
        }

        options.Logger.Ended(
            status.Sentence,
            certificate.Kind,
            "nash_conv",
            certificate.NashConv,
            seconds,
            clock.Elapsed.TotalSeconds
        );
        return new()
        {
            Game = game,
            Solver = solver,
            Options = options,
            Profile = profile,
            Status = status,
            Found = found,
            Steps = loop.Done,
            InformationSets = met,
            Trace = loop.Trace,
            Seconds = seconds,
            CertificateSeconds = clock.Elapsed.TotalSeconds,
        };
    }

    /// <summary>Checks whether a solver can take a game without its tree, and the options with it, without running
    /// anything.</summary>
    /// <exception cref="SpecException">It cannot; with every reason.</exception>
    public static void ThrowUnfit(OpenGame game, ISolver solver, OpenOptions options)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(options);
        Require(game, solver, options);
    }

    private static IOpenSolver Require(OpenGame game, ISolver solver, OpenOptions options)
    {
        if (solver is not IOpenSolver open)
            throw new SpecException(
                $"solver '{solver.Info.Name}'",
                $"needs the whole tree of '{game.Name}'; without it there are {string.Join(" and ", Solver.All.OfType<IOpenSolver>().SelectMany(s => s.Info.Names))}"
            );
        var faults = solver
            .Settings.Where(s => s.Fault is not null)
            .Select(s => new Diagnostic($"setting '{s.Name}' of '{solver.Info.Name}'", s.Fault!))
            .Concat(
                options
                    .Settings(solver)
                    .Where(s => s.Value < s.Least)
                    .Select(s => new Diagnostic(
                        $"setting '{s.Name}'",
                        string.Create(CultureInfo.InvariantCulture, $"expected {s.Range}, got {s.Value}")
                    ))
            )
            .Concat(
                (options.Until is null ? [] : StopRules.Metrics(options.Until).Distinct(StringComparer.Ordinal)).Select(
                    metric => new Diagnostic(
                        $"stop rule '{options.Until}'",
                        $"'{metric}' is not known without the tree of '{game.Name}': what is found there is a lower bound on NashConv, which never satisfies a rule; use steps >= N or seconds >= N"
                    )
                )
            )
            .ToValueList();
        return faults.Count == 0 ? open : throw new SpecException(faults);
    }

    /// <summary>Solves the games between populations with a solver for matrices.</summary>
    private sealed class InnerSolve(ISolver outer, ISolver inner, CancellationToken cancellationToken) : ISolve
    {
        // far below the standard error of the payoffs
        private const double Gap = 1e-6;
        private const long Steps = 20_000;

        public ValueList<ValueList<double>> Solve(IGameData game)
        {
            var solution = GameSolver.Solve(
                PopulationLoop.SpecOf("between populations", game),
                inner,
                new() { Until = Stop.NashConvBelow(Gap) | Stop.AfterSteps(Steps), IsInner = true },
                cancellationToken
            );
            cancellationToken.ThrowIfCancellationRequested();
            return solution.Batch.Count == 0
                ? solution.Games[0].Strategies
                : throw new SpecException(
                    $"inner solver '{inner.Info.Name}' of '{outer.Info.Name}'",
                    $"a setting of it is spread over the axis '{solution.Batch[0].Name}', and it has to answer once; give it one number"
                );
        }
    }
}
