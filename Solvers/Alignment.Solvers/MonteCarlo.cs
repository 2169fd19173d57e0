using System.Globalization;

namespace Alignment;

/// <summary>Monte Carlo counterfactual regret minimization on games too large to be enumerated.</summary>
public static class MonteCarlo
{
    private const int ReportEvery = 1024;

    /// <summary>Games that are played for the estimate however early a run is cancelled.</summary>
    private const int FewestGames = DeviationSearch.FewestGames;

    /// <summary>Runs <see cref="MonteCarloCfr"/> over rules, keeping only the information sets that are met.</summary>
    /// <remarks>
    /// <para>The same draws as on an enumerated tree: the strategies are the same, bit for bit. How far they are from
    /// equilibrium at least, <see cref="DeviationSearch"/> tells.</para>
    /// <para>The players' values are estimated by playing the average strategies against each other: means of <paramref
    /// name="games"/> games, on draws of their own (the stream <c>mccfr value</c>). Where no iteration was, play is
    /// uniform.</para>
    /// </remarks>
    /// <param name="game">The game; any number of players. Perfect recall is not checked.</param>
    /// <param name="solver">Settings.</param>
    /// <param name="iterations">Iterations, at least 1.</param>
    /// <param name="seed">Seed of all draws; default 0.</param>
    /// <param name="games">Games played for the estimate of values, at least 100; default 10,000.</param>
    /// <param name="progress">Told the number of iterations done, at every 1024th and at the last.</param>
    /// <param name="cancellationToken">Ends the run after the iteration at hand; the result is what was found until
    /// then, its values from 100 games.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    /// <exception cref="RulesException">The rules break their contract at a position that was met.</exception>
    public static MonteCarloSolution Solve(
        OpenGame game,
        MonteCarloCfr solver,
        long iterations,
        ulong seed = 0,
        int games = 10_000,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        if (solver.Settings.FirstOrDefault(s => s.Fault is not null) is { } wrong)
            throw new ArgumentException($"Setting '{wrong.Name}': {wrong.Fault}", nameof(solver));
        if (iterations < 1)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"iterations: expected at least 1, got {iterations}."),
                nameof(iterations)
            );
        if (games < FewestGames)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"games: expected at least {FewestGames}, got {games}."),
                nameof(games)
            );

        var run = new MonteCarloRun(solver, game, seed);
        while (run.Iterations < iterations && run.Step(cancellationToken))
        {
            if (run.Iterations % ReportEvery == 0 || run.Iterations == iterations)
                progress?.Report(run.Iterations);
        }

        var done = run.Iterations;
        return new(
            game.Name,
            solver,
            seed,
            done,
            done < iterations,
            Met(run),
            Values(run, seed, games, cancellationToken)
        );
    }

    /// <inheritdoc cref="Solve(OpenGame, MonteCarloCfr, long, ulong, int, IProgress{long}?, CancellationToken)"/>
    /// <param name="rules">The rules; any number of players. Perfect recall is not checked.</param>
    /// <param name="solver">Settings.</param>
    /// <param name="iterations">Iterations.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="games">Games played for the estimate of values.</param>
    /// <param name="progress">Told the number of iterations done.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static MonteCarloSolution Solve<TState>(
        IRules<TState> rules,
        MonteCarloCfr solver,
        long iterations,
        ulong seed = 0,
        int games = 10_000,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    ) => Solve(OpenGame.Of(rules), solver, iterations, seed, games, progress, cancellationToken);

    private static Dictionary<string, MetInformationSet> Met(MonteCarloRun run)
    {
        var met = new Dictionary<string, MetInformationSet>(StringComparer.Ordinal);
        for (var p = 0; p < run.Walk.Players.Count; p++)
        {
            var last = run.Last(p);
            foreach (var (label, average) in run.Average(p).Sets)
                met.Add(
                    label,
                    new(run.Walk.Players[p], average.Actions, last.At(label)!.Probabilities, average.Probabilities)
                );
        }

        return met;
    }

    private static ValueList<ValueEstimate> Values(
        MonteCarloRun run,
        ulong seed,
        int games,
        CancellationToken cancellationToken
    )
    {
        var play = new OpenPlay(run.Walk, new(seed, "mccfr value"));
        Seat[] seats = [.. run.Read().Select(mixture => new Seat(mixture))];
        var values = new Moments[seats.Length];
        for (var game = 0; game < games; game++)
        {
            if (game >= FewestGames && cancellationToken.IsCancellationRequested)
                break;
            var returns = play.Play(game, seats);
            for (var p = 0; p < values.Length; p++)
                values[p].Add(returns[p]);
        }

        return run.Walk.Players.Select((name, p) => values[p].Of(name)).ToValueList();
    }
}

/// <summary>What <see cref="MonteCarlo"/> found, without a certificate; see <see cref="DeviationSearch"/>.</summary>
/// <param name="Game">The game's name.</param>
/// <param name="Solver">The solver, with its settings.</param>
/// <param name="Seed">Seed of all draws.</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Cancelled">Whether fewer were done than asked for.</param>
/// <param name="Policy">Strategies by what the acting player knows: only where an iteration was.</param>
/// <param name="Values">What each player gets when all play their average strategies, estimated by play.</param>
public sealed record MonteCarloSolution(
    string Game,
    MonteCarloCfr Solver,
    ulong Seed,
    long Iterations,
    bool Cancelled,
    IReadOnlyDictionary<string, MetInformationSet> Policy,
    ValueList<ValueEstimate> Values
)
{
    /// <summary>How many information sets were met.</summary>
    public int InformationSets => Policy.Count;
}

/// <summary>Strategies in an information set that was met.</summary>
/// <param name="Player">Who acts.</param>
/// <param name="Actions">Labels of the actions.</param>
/// <param name="Last">The probability of each in the next iteration.</param>
/// <param name="Average">The probability of each on average; uniform where the average has no weight yet.</param>
public sealed record MetInformationSet(
    string Player,
    ValueList<string> Actions,
    ValueList<double> Last,
    ValueList<double> Average
);

/// <summary>A player's expected payoff, estimated by play.</summary>
/// <param name="Player">The player's name.</param>
/// <param name="Mean">Mean payoff of the games played.</param>
/// <param name="StandardError">Sample standard deviation (ddof 1) divided by the square root of the number of
/// games.</param>
/// <param name="Games">Games played.</param>
public sealed record ValueEstimate(string Player, double Mean, double StandardError, long Games)
{
    /// <summary>Lower end of the 95 % interval: the mean less 1.96 standard errors (normal approximation).</summary>
    public double Low => Mean - (1.959964 * StandardError);

    /// <summary>Upper end of the 95 % interval: the mean and 1.96 standard errors (normal approximation).</summary>
    public double High => Mean + (1.959964 * StandardError);
}
