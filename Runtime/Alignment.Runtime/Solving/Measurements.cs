using Alignment.Compiler;

namespace Alignment;

/// <summary>What the probes of a specification say where nobody plays: of chance, data and numbers alone. No solver, no certificate.</summary>
/// <remarks>
/// Computed in float64 on the Host, all elements of the batch axes in one program; each is what it would be alone, bit for bit. For a game with players
/// solve it: probes are measured of what was found.
/// </remarks>
/// <example><code>Measurements.Of(spec).At("uncertainty/total")</code></example>
public sealed class Measurements
{
    private readonly IReadOnlyDictionary<string, double[]> _metrics;

    private Measurements(BoundGame game, IReadOnlyDictionary<string, double[]> metrics) =>
        (Game, _metrics) = (game, metrics);

    /// <summary>The specification with its data.</summary>
    public BoundGame Game { get; }

    /// <summary>The axes along which independent elements lie.</summary>
    public ValueList<Axis> Batch => Game.Batch;

    /// <summary>The keys of what was measured, in the order of the probes.</summary>
    public IEnumerable<string> Keys => _metrics.Keys;

    /// <summary>Measures a specification without players.</summary>
    /// <param name="spec">The specification; its probes measure expressions.</param>
    /// <param name="baseDirectory">Where relative paths of tables start; then the current folder is tried.</param>
    /// <param name="seed">Seed of posterior and bootstrap draws.</param>
    /// <exception cref="SpecException">The specification has faults, has players or no probe, or a figure is not finite.</exception>
    public static Measurements Of(GameSpec spec, string? baseDirectory = null, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Players.Count > 0)
            throw new SpecException(
                $"game '{spec.Name}'",
                "has players, so what its probes say depends on how they play; solve it"
            );
        if (!spec.Probes.Any(p => p is IPointProbe))
            throw new SpecException($"game '{spec.Name}'", "has no probe that measures an expression; add one");
        var game = BoundGame.Bind(spec, baseDirectory, seed, isMeasured: true);
        using var executable = HostExecutor.Instance.Prepare(Measurement.CompileProbes(game.Spec, game.Batch), new());
        executable.Initialize();
        executable.Read();
        var metrics = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var output in executable.Program.Outputs)
        {
            var values = new double[game.Games];
            executable.GetOutput(output.Name, values);
            var wrong = Array.FindIndex(values, v => !double.IsFinite(v));
            if (wrong >= 0)
                throw new SpecException(
                    $"probe '{output.Name}'",
                    $"is {Quote.Number(values[wrong])}{(game.Games > 1 ? $" at {game.DescribeGame(wrong)}" : "")}; expected a finite number"
                );
            metrics.Add(output.Name, values);
        }

        return new(game, metrics);
    }

    /// <summary>The numbers of an expression of constants, over its axes.</summary>
    /// <param name="value">The expression; parameters have their defaults.</param>
    /// <exception cref="SpecException">It has faults, holds what a player sets or chooses, or a number is not finite.</exception>
    /// <example><code>Measurements.Numbers(Expr.Vector(axis, 1, 2) * 3).Values</code></example>
    public static NamedTensor Numbers(Expr value)
    {
        ArgumentNullException.ThrowIfNull(value);
        const string key = "numbers";
        var spec = value.Axes.Aggregate(Alignment.Game.Named(key), (spec, axis) => spec.Over(axis));
        var measured = Of(spec.Probe(Probe.Expression(key, value)));
        return NamedTensor.Of(measured.Batch, measured.All(key).AsSpan());
    }

    /// <summary>A table of what was measured: a row each element of the batch, its place along each batch axis and its figures, rounded to 4 decimals.</summary>
    /// <param name="keys">Keys of metrics; left out, all of them.</param>
    /// <exception cref="ArgumentException">Nothing of a key was measured.</exception>
    public TextTable Table(params string[] keys) =>
        TextTable.OfMetrics(Batch, Game.Games, keys, [.. Keys], (key, element) => _metrics[key][element]);

    /// <summary>A figure of an element of the batch, row-major over <see cref="Batch"/>.</summary>
    /// <exception cref="ArgumentException">Nothing of that key was measured.</exception>
    public double At(string key, int element = 0) => All(key)[element];

    /// <summary>A figure of every element of the batch, row-major over <see cref="Batch"/>.</summary>
    /// <exception cref="ArgumentException">Nothing of that key was measured.</exception>
    public ValueList<double> All(string key) =>
        _metrics.TryGetValue(key, out var values)
            ? values.ToValueList()
            : throw new ArgumentException($"Nothing measured '{key}'.{Nearest.Hint(key, _metrics.Keys, "There are")}");
}
