using System.Text.Json;

namespace Alignment.Reports;

/// <summary>What was played at the measured moments: of a batch, in its first game.</summary>
/// <param name="Iterate">Which iterate it is, last or average: the one that the certificate is about.</param>
/// <param name="Steps">The step of each moment.</param>
/// <param name="Players">What each player did.</param>
internal sealed record Trajectory(string Iterate, IReadOnlyList<long> Steps, IReadOnlyList<PlayerTrajectory> Players)
{
    /// <summary>That of a solution in memory; null where strategies were not kept.</summary>
    public static Trajectory? Of(Solution solution)
    {
        var builder = new Builder(solution.Solver.Info.Reports.ToString().ToLowerInvariant());
        foreach (var point in solution.Trace)
        {
            if (point.Strategies is { } strategies)
                builder.Add(
                    point.Step,
                    [
                        .. solution.DeclaredPlayers.Zip(
                            strategies,
                            (player, strategy) =>
                                new Moment(
                                    player.Name,
                                    FindingOfSolution.Decisions(solution.Game.Spec, player, strategy),
                                    Tensor.Of(player, strategy)
                                )
                        ),
                    ]
                );
        }

        return builder.Built;
    }

    /// <summary>That of a run's file; null where there is none. What is no whole line, or not of the first line's players and actions, is passed over.</summary>
    public static Trajectory? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        Builder? builder = null;
        while (reader.ReadLine() is { } line)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                var root = json.RootElement;
                var step = root.GetProperty("step").GetInt64();
                Moment[] players =
                [
                    .. root.GetProperty("profile")
                        .EnumerateObject()
                        .Select(player => new Moment(
                            player.Name,
                            FindingOfJson.Decisions(player.Value),
                            FindingOfJson.Weights(player.Value)
                        )),
                ];
                builder ??= new(root.GetProperty("iterate").GetString() ?? "");
                builder.Add(step, players);
            }
            catch (Exception e)
                when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                // torn, or somebody else's
            }
        }

        return builder?.Built;
    }

    /// <summary>What a player did at a moment.</summary>
    private sealed record Moment(string Player, IReadOnlyList<Decision> Decisions, IReadOnlyList<Tensor> Weights)
    {
        public IEnumerable<double> Numbers =>
            Decisions.SelectMany(d => d.Actions).Select(a => a.Probability).Concat(Weights.SelectMany(w => w.Numbers));
    }

    /// <summary>Moments by their numbers.</summary>
    private sealed class Builder(string iterate)
    {
        private readonly List<long> _steps = [];
        private Moment[]? _shape;
        private readonly List<List<double>> _columns = []; // of all actions and weights of all players in order

        public Trajectory? Built
        {
            get
            {
                if (_shape is null)
                    return null;
                using var columns = _columns.GetEnumerator();
                IReadOnlyList<double> Next() => columns.MoveNext() ? columns.Current : [];
                return new(
                    iterate,
                    _steps,
                    [
                        .. _shape.Select(player => new PlayerTrajectory(
                            player.Player,
                            [
                                .. player.Decisions.Select(decision => new DecisionTrajectory(
                                    decision.InformationSet,
                                    [.. decision.Actions.Select(action => new ActionTrajectory(action.Name, Next()))]
                                )),
                            ],
                            [
                                .. player.Weights.Select(tensor => new TensorTrajectory(
                                    tensor,
                                    [.. tensor.Numbers.Select(_ => Next())]
                                )),
                            ]
                        )),
                    ]
                );
            }
        }

        public void Add(long step, Moment[] players)
        {
            double[] numbers = [.. players.SelectMany(player => player.Numbers)];
            if (_shape is null)
            {
                _shape = players;
                _columns.AddRange(numbers.Select(_ => new List<double>()));
            }

            if (numbers.Length != _columns.Count || !numbers.All(double.IsFinite))
                return;
            _steps.Add(step);
            foreach (var (column, number) in _columns.Zip(numbers))
                column.Add(number);
        }
    }
}

/// <summary>What a player did at the measured moments.</summary>
/// <param name="Player">Its name.</param>
/// <param name="Decisions">One without a name in a matrix game; one an information set in a sequential game.</param>
/// <param name="Weights">What it set, where it does not choose.</param>
internal sealed record PlayerTrajectory(
    string Player,
    IReadOnlyList<DecisionTrajectory> Decisions,
    IReadOnlyList<TensorTrajectory> Weights
);

/// <summary>What was played at one decision.</summary>
internal sealed record DecisionTrajectory(string? InformationSet, IReadOnlyList<ActionTrajectory> Actions);

/// <summary>The probability of an action at each moment.</summary>
internal sealed record ActionTrajectory(string Action, IReadOnlyList<double> Probabilities);

/// <summary>Weights at each moment.</summary>
/// <param name="Tensor">Their names, and their numbers at the first moment.</param>
/// <param name="Numbers">For each number its course.</param>
internal sealed record TensorTrajectory(Tensor Tensor, IReadOnlyList<IReadOnlyList<double>> Numbers);
