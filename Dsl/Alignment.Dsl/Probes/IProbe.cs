namespace Alignment;

/// <summary>Something to measure about a game or its solution, declared with the game. Closed over two kinds.</summary>
/// <remarks>Implement <see cref="IMetricProbe"/> for a new measurement; a record in one file.</remarks>
public interface IProbe
{
    /// <summary>Text form with all parameters; equal probes have equal texts.</summary>
    string Text { get; }
}

/// <summary>A probe that measures profiles.</summary>
public interface IMetricProbe : IProbe
{
    /// <summary>Named scalars of a profile; a key as in <c>game/entropy/red</c>.</summary>
    ValueList<Metric> Measure(IGameView game, Profile profile);
}

/// <summary>A named scalar expression.</summary>
public sealed record Metric(string Key, Expr Value);

/// <summary>The probes that come with the library.</summary>
public static class Probe
{
    /// <summary>Solves the game once more for each of <paramref name="draws"/> draws of a table's rates from their posterior.</summary>
    /// <remarks>See <see cref="ResamplingProbe"/>.</remarks>
    public static IProbe Posterior(CountTable table, int draws) =>
        new ResamplingProbe(table, draws, ResamplingKind.Posterior);

    /// <summary>Solves the game once more for each of <paramref name="draws"/> parametric bootstrap replicates of a table's rates.</summary>
    /// <remarks>See <see cref="ResamplingProbe"/>.</remarks>
    public static IProbe Bootstrap(CountTable table, int draws) =>
        new ResamplingProbe(table, draws, ResamplingKind.Bootstrap);

    /// <summary>The Shannon entropy of each player's strategy, in nats, as <c>game/entropy/{player}</c>.</summary>
    public static IProbe Entropy { get; } = new EntropyProbe();

    /// <summary>What each player alone would gain by its best response, as <c>game/gain/{player}</c>: the terms of NashConv.</summary>
    public static IProbe Gains { get; } = new GainProbe();

    /// <summary>The number of actions with more than <paramref name="threshold"/> mass, as <c>game/support/{player}</c>.</summary>
    public static IProbe SupportSize(double threshold = 0.01) => new SupportProbe(threshold);
}
