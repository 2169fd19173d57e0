using System.Globalization;

namespace Alignment;

/// <summary>Monte Carlo counterfactual regret minimization on games too large to be enumerated.</summary>
public static class MonteCarlo
{
    private const int ReportEvery = 1024;

    /// <summary>Games that are played for the estimate however early a run is cancelled.</summary>
    private const int FewestGames = 100;

    /// <summary>Runs <see cref="MonteCarloCfr"/> over rules, keeping only the information sets that are met.</summary>
    /// <remarks>
    /// <para>The same draws as on an enumerated tree: the strategies are the same, bit for bit. Nothing bounds how far
    /// they are from equilibrium, and no certificate is given.</para>
    /// <para>The players' values are estimated by playing the average strategies against each other: means of <paramref
    /// name="games"/> games, on draws of their own (the stream <c>mccfr value</c>). Where no iteration was, play is
    /// uniform.</para>
    /// </remarks>
    /// <param name="rules">The rules; any number of players. Perfect recall is not checked.</param>
    /// <param name="solver">Settings.</param>
    /// <param name="iterations">Iterations, at least 1.</param>
    /// <param name="seed">Seed of all draws; default 0.</param>
    /// <param name="games">Games played for the estimate of values, at least 100; default 10,000.</param>
    /// <param name="progress">Told the number of iterations done, at every 1024th and at the last.</param>
    /// <param name="cancellationToken">Ends the run after the iteration at hand; the result is what was found until
    /// then, its values from 100 games.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    /// <exception cref="RulesException">The rules break their contract at a position that was met.</exception>
    public static MonteCarloSolution Solve<TState>(
        IRules<TState> rules,
        MonteCarloCfr solver,
        long iterations,
        ulong seed = 0,
        int games = 10_000,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(rules);
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

        var open = OpenWalk.Of(rules);
        var table = new OpenTable(open.Players.Count);
        var walk = new MonteCarloWalk(solver, table, open.Start, open.Players.Count, seed);
        var done = 0L;
        while (done < iterations && !cancellationToken.IsCancellationRequested)
        {
            walk.Iterate(++done);
            if (done % ReportEvery == 0 || done == iterations)
                progress?.Report(done);
        }

        var policy = new Dictionary<string, MetInformationSet>(StringComparer.Ordinal);
        for (var player = 0; player < open.Players.Count; player++)
        {
            for (var set = 0; set < open.Count(player); set++)
            {
                if (Strategies(open, table, player, set) is { } met)
                    policy.Add(open.Label(player, set), met);
            }
        }

        return new(
            open.Game,
            solver,
            seed,
            done,
            done < iterations,
            policy,
            Values(open, policy, seed, games, cancellationToken)
        );
    }

    private static MetInformationSet? Strategies(OpenWalk open, OpenTable table, int player, int set)
    {
        if (!table.Has(player, set))
            return null;
        var actions = open.Actions(player, set);
        ValueList<double> Matched(ReadOnlySpan<double> weights)
        {
            var strategy = new double[weights.Length];
            RegretTable.Match(weights, strategy);
            return strategy.ToValueList();
        }

        return new(
            open.Players[player],
            actions,
            Matched(table.Regrets(player, set, actions.Count)),
            Matched(table.Sums(player, set, actions.Count))
        );
    }

    private static ValueList<ValueEstimate> Values(
        OpenWalk open,
        Dictionary<string, MetInformationSet> policy,
        ulong seed,
        int games,
        CancellationToken cancellationToken
    )
    {
        var stream = new RandomStream(seed, "mccfr value");
        var mean = new double[open.Players.Count];
        var squares = new double[open.Players.Count]; // sums of squared deviations from the mean (Welford 1962)
        var played = 0;
        while (played < games && !(played >= FewestGames && cancellationToken.IsCancellationRequested))
        {
            var at = open.Start;
            for (var draw = 0L; !at.Actor.IsOver; draw++)
                at = at.Next(
                    at.Actor.IsChance ? stream.Categorical(at.Chance.AsSpan(), played, draw)
                    : policy.TryGetValue(open.Label(at.Actor.Player, at.InformationSet), out var met)
                        ? stream.Categorical(met.Average.AsSpan(), played, draw)
                    : (int)stream.Integer(at.Actions, played, draw)
                );
            played++;
            for (var p = 0; p < mean.Length; p++)
            {
                var deviation = at.Returns[p] - mean[p];
                mean[p] += deviation / played;
                squares[p] += deviation * (at.Returns[p] - mean[p]);
            }
        }

        return open
            .Players.Select(
                (name, p) => new ValueEstimate(name, mean[p], Math.Sqrt(squares[p] / (played - 1.0) / played), played)
            )
            .ToValueList();
    }
}

/// <summary>What <see cref="MonteCarlo.Solve"/> found. There is no certificate: how far it is from equilibrium is not
/// known.</summary>
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
