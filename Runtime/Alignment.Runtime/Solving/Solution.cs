namespace Alignment;

/// <summary>A measured moment of a run.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seconds">Time inside the solve loop.</param>
/// <param name="Metrics">Gaps: the largest over all games. Everything else: the mean over all games.</param>
public sealed record TracePoint(long Step, double Seconds, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>How many probabilities the strategies of all players may have together to be kept: 64.</summary>
    public const int MostProbabilities = 64;

    /// <summary>
    /// What the players of the first game play, in the iterate that the solver reports, as <see cref="GameSolution.Strategies"/> have it. Null where
    /// it is not kept: of games with more than <see cref="MostProbabilities"/> probabilities, once the first game of a batch has its result, and of
    /// populations at the moments that <see cref="Alignment.Runtime.StrategyMoments"/> leaves out.
    /// </summary>
    public ValueList<ValueList<double>>? Strategies { get; init; }
}

/// <summary>The solution of one game of a batch.</summary>
/// <param name="Game">Names the game, such as <c>draw=3</c>; empty for a single game.</param>
/// <param name="Status">How its run ended.</param>
/// <param name="Certificate">How far it is from equilibrium.</param>
/// <param name="Steps">Steps after which the result was taken.</param>
/// <param name="Strategies">
/// One strategy a player: probabilities over its actions. In a sequential game: of each action in its information set, as the player's
/// <see cref="Treeplex"/> numbers them.
/// </param>
/// <param name="Joint">A distribution over action profiles (last player fastest), where one is kept; else null.</param>
/// <param name="Metrics">Everything measured, by key.</param>
public sealed record GameSolution(
    string Game,
    Status Status,
    Certificate Certificate,
    long Steps,
    ValueList<ValueList<double>> Strategies,
    ValueList<double>? Joint,
    IReadOnlyDictionary<string, double> Metrics
)
{
    /// <summary>A player's expected payoff.</summary>
    public double Value(Player player)
    {
        ArgumentNullException.ThrowIfNull(player);
        return Metrics[$"game/value/{player.Name}"];
    }
}

/// <summary>What a solver found: strategies, how the run ended, and how far from equilibrium they are.</summary>
public sealed record Solution
{
    /// <summary>The game with its data.</summary>
    public required BoundGame Game { get; init; }

    /// <summary>The solver, with its settings.</summary>
    public required ISolver Solver { get; init; }

    /// <summary>How the solver was run.</summary>
    public required SolveOptions Options { get; init; }

    /// <summary>The axes along which independent games lie: the specification's and those swept in the solver.</summary>
    public required ValueList<Axis> Batch { get; init; }

    /// <summary>One solution a game, row-major over <see cref="Batch"/>.</summary>
    public required ValueList<GameSolution> Games { get; init; }

    /// <summary>The measured moments, in order.</summary>
    public required ValueList<TracePoint> Trace { get; init; }

    /// <summary>Steps done by the longest run.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds inside the solve loop, measuring not counted.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds for checking, lowering and planning.</summary>
    public required double CompileSeconds { get; init; }

    /// <summary>Seconds for measuring certificates and metrics.</summary>
    public required double MeasureSeconds { get; init; }

    /// <summary>Sentences that a reader of the result must know.</summary>
    public required ValueList<string> Notes { get; init; }

    /// <summary>Fitted convergence rates, beside which the solver's claims stand in its <see cref="SolverInfo"/>.</summary>
    public ValueList<FittedRate> Rates { get; init; } = [];

    /// <summary>How much the last iterate goes in circles, from 0 (it does not) to 1; see <see cref="CyclingDetector"/>.</summary>
    public double Cycling { get; init; }

    /// <summary>The game that is furthest from equilibrium; its certificate stands for the whole batch.</summary>
    public GameSolution Worst => Games.MaxBy(g => g.Certificate.Distance)!;

    /// <summary>The worst game's certificate.</summary>
    public Certificate Certificate => Worst.Certificate;

    /// <summary>How the run ended: the worst outcome of any game.</summary>
    public Status Status => Games.MaxBy(g => g.Status.Outcome)!.Status;

    /// <summary>The players.</summary>
    public ValueList<Player> Players => Game.Spec.Players;

    /// <summary>A player's strategy in a game.</summary>
    public ValueList<double> Strategy(Player player, int game = 0) => Games[game].Strategies[Players.IndexOf(player)];

    /// <summary>The numbers of weights in a game, over their axes.</summary>
    /// <exception cref="ArgumentException">No player sets such weights.</exception>
    public NamedTensor Weights(Weights weights, int game = 0)
    {
        ArgumentNullException.ThrowIfNull(weights);
        for (var p = 0; p < Players.Count; p++)
        {
            var start = 0;
            foreach (var own in Players[p].Weights)
            {
                if (own == weights)
                    return NamedTensor.Of(weights.Axes, Games[game].Strategies[p].AsSpan().Slice(start, own.Size));
                start += own.Size;
            }
        }

        throw new ArgumentException(
            $"The solution has no weights '{weights}'.{Nearest.Hint(weights.Name, Players.SelectMany(p => p.Weights).Select(w => w.Name), "It has")}"
        );
    }

    /// <summary>The players that the author declared: without those that set the prices of constraints.</summary>
    public IEnumerable<Player> DeclaredPlayers => Players.Take(Game.Declared.Players.Count);

    /// <summary>What the constraints came to in a game; empty without any.</summary>
    public ValueList<ConstraintOutcome> Constraints(int game = 0) =>
        Game.Declared.Constraints.Select(c => ConstraintOutcome.Of(c, Games[game].Metrics)).ToValueList();

    /// <summary>A player's expected payoff in a game.</summary>
    public double Value(Player player, int game = 0) => Games[game].Value(player);

    /// <summary>The part of the solution at one element of a batch axis: the same without that axis.</summary>
    /// <exception cref="ArgumentException">The solution has no such axis or element.</exception>
    public Solution At(Axis axis, int element)
    {
        ArgumentNullException.ThrowIfNull(axis);
        var k = Batch.Select(a => a.Name).ToList().IndexOf(axis.Name);
        if (k < 0)
            throw new ArgumentException(
                $"The solution has no batch axis '{axis.Name}'.{Nearest.Hint(axis.Name, Batch.Select(a => a.Name), "It has")}"
            );
        if (element < 0 || element >= Batch[k].Size)
            throw new ArgumentException($"Axis '{axis.Name}' has elements 0 to {Batch[k].Size - 1}, got {element}.");
        var stride = Batch.Skip(k + 1).Aggregate(1, (n, a) => n * a.Size);
        var size = Batch[k].Size;
        return this with
        {
            Batch = Batch.Where(a => a.Name != axis.Name).ToValueList(),
            // what was kept on the way is the first game's
            Trace = element == 0 ? Trace : Trace.Select(point => point with { Strategies = null }).ToValueList(),
            Games = Games.Where((_, g) => g / stride % size == element).ToValueList(),
        };
    }

    /// <summary>The part of the solution at the element of a label.</summary>
    /// <exception cref="ArgumentException">The solution has no such axis or label.</exception>
    public Solution At(Axis axis, string label)
    {
        ArgumentNullException.ThrowIfNull(axis);
        return At(axis, axis.IndexOf(label));
    }

    /// <summary>A table of metrics: a row each game of the batch, its place along each batch axis and its figures, rounded to 4 decimals.</summary>
    /// <param name="keys">Keys of metrics, such as <c>overopt/proxy</c>; left out, all that were measured.</param>
    /// <exception cref="ArgumentException">Nothing of a key was measured.</exception>
    public TextTable Table(params string[] keys) =>
        TextTable.OfMetrics(
            Batch,
            Games.Count,
            keys,
            [.. Games[0].Metrics.Keys],
            (key, game) => Games[game].Metrics[key]
        );

    /// <summary>The action that a player plays most, counted from 0; of equals the first. Not for sequential games, where every information set has its own.</summary>
    public int MostPlayed(Player player, int game = 0)
    {
        var strategy = Strategy(player, game);
        return strategy.IndexOf(strategy.Max());
    }

    /// <summary>The empirical quantile of a figure over the games, linear between order statistics.</summary>
    /// <param name="figure">A figure of a game.</param>
    /// <param name="probability">From 0 to 1.</param>
    public double Quantile(Func<GameSolution, double> figure, double probability)
    {
        if (!(probability >= 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(probability),
                probability,
                "Expected a probability from 0 to 1."
            );
        var sorted = Games.Select(figure).Order().ToArray();
        var at = probability * (sorted.Length - 1);
        var low = (int)at;
        return sorted[low] + ((at - low) * (sorted[Math.Min(low + 1, sorted.Length - 1)] - sorted[low]));
    }
}
