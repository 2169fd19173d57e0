using Alignment.Compiler;

namespace Alignment.Runtime;

/// <summary>Everything measured of one profile a game.</summary>
/// <param name="Strategies">For each player: games, then actions; each strategy sums to 1.</param>
/// <param name="Joint">Games, then action profiles; null where none is kept.</param>
/// <param name="Metrics">By key, one number a game.</param>
internal sealed record Measured(double[][] Strategies, double[]? Joint, IReadOnlyDictionary<string, double[]> Metrics)
{
    /// <summary>What was kept of the play of a sequential game, by the name of the input: games, then elements.</summary>
    public IReadOnlyDictionary<string, double[]> Play { get; init; } = new Dictionary<string, double[]>();

    /// <summary>Number of games.</summary>
    public int Games => Metrics.Values.First().Length;

    public bool IsFinite(int game) => Metrics.Values.All(m => double.IsFinite(m[game]));
}

/// <summary>Measures profiles: always float64, on the Host, on the unregularized game and the regularized one beside it.</summary>
internal sealed class Measure : IDisposable
{
    private readonly IExecutable _executable;
    private readonly ValueList<Player> _players;
    private readonly int _games;

    public Measure(GameSpec spec, ValueList<Axis> batch, bool withJoint, int threads)
    {
        _players = spec.Players;
        _executable = HostExecutor.Instance.Prepare(
            Measurement.Compile(spec, batch, withJoint),
            new(Precision.Float64, threads)
        );
        _games = _executable.Program.Games;
    }

    /// <summary>Keys of what is measured.</summary>
    public IEnumerable<string> Keys => _executable.Program.Outputs.Select(o => o.Name);

    /// <summary>Measures one profile a game. The numbers are normalized first: what is certified is what is reported.</summary>
    /// <param name="strategies">For each player: games, then actions.</param>
    /// <param name="joint">Games, then action profiles; or null.</param>
    /// <param name="earlier">What was measured before: figures of games that were dropped are taken from there.</param>
    /// <param name="play">What was kept of the play of a sequential game; none where nothing is.</param>
    public Measured Of(
        double[][] strategies,
        double[]? joint,
        Measured? earlier = null,
        IReadOnlyDictionary<string, double[]>? play = null
    )
    {
        foreach (var (name, values) in play ?? new Dictionary<string, double[]>())
            _executable.SetInput(name, Turned(values, _games));
        for (var p = 0; p < _players.Count; p++)
        {
            var player = _players[p];
            if (player.Weights.Count == 0)
                NormalizeStrategies(strategies[p], _games, player.Actions);
            var at = 0;
            foreach (var part in SolverProgram.Parts(player))
            {
                var values = Part(strategies[p], player.Actions.Size, at, part.Size, _games);
                _executable.SetInput(Measurement.StrategyInput(player, part), Turned(values, _games));
                at += part.Size;
            }
        }

        if (joint is not null)
        {
            Normalize(joint, _games);
            _executable.SetInput(Measurement.JointInput, Turned(joint, _games));
        }

        _executable.Initialize();
        _executable.Read();
        var metrics = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var output in _executable.Program.Outputs)
        {
            metrics[output.Name] = earlier is null
                ? new double[_games]
                : (double[])earlier.Metrics[output.Name].Clone();
            _executable.GetOutput(output.Name, metrics[output.Name]);
        }

        return new(strategies, joint, metrics) { Play = play ?? new Dictionary<string, double[]>() };
    }

    /// <summary>Says which games are still measured.</summary>
    public void Keep(ReadOnlySpan<bool> games) => _executable.Keep(games);

    public void Dispose() => _executable.Dispose();

    private static double[] Part(double[] values, int length, int start, int size, int games)
    {
        if (size == length)
            return values;
        var part = new double[games * size];
        for (var game = 0; game < games; game++)
            values.AsSpan((game * length) + start, size).CopyTo(part.AsSpan(game * size));
        return part;
    }

    // float32 strategies sum to 1 within 1e-7 only; a distribution is what the certificate is about
    private static void Normalize(double[] values, int games)
    {
        var length = values.Length / games;
        for (var game = 0; game < games; game++)
        {
            var slice = values.AsSpan(game * length, length);
            var sum = 0.0;
            foreach (ref var value in slice)
            {
                value = value < 0 ? 0 : value;
                sum += value;
            }

            foreach (ref var value in slice)
                value /= sum;
        }
    }

    // of a ragged axis every column is a distribution: the actions of one information set
    private static void NormalizeStrategies(double[] values, int games, Axis actions)
    {
        if (actions.Parent is null)
        {
            Normalize(values, games);
            return;
        }

        for (var game = 0; game < games; game++)
        {
            var rest = values.AsSpan(game * actions.Size, actions.Size);
            foreach (var block in actions.Blocks)
            {
                for (var column = 0; column < block.Columns; column++)
                {
                    var sum = 0.0;
                    for (var k = column; k < block.Size; k += block.Columns)
                    {
                        rest[k] = rest[k] < 0 ? 0 : rest[k];
                        sum += rest[k];
                    }

                    for (var k = column; k < block.Size; k += block.Columns)
                        rest[k] /= sum;
                }

                rest = rest[block.Size..];
            }
        }
    }

    // inputs are declared with their own axes first, then the games
    private static double[] Turned(double[] values, int games)
    {
        var length = values.Length / games;
        var turned = new double[values.Length];
        for (var game = 0; game < games; game++)
        {
            for (var k = 0; k < length; k++)
                turned[(k * games) + game] = values[(game * length) + k];
        }

        return turned;
    }
}
