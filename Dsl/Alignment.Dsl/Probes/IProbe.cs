namespace Alignment;

/// <summary>Something to measure about a game or its solution, declared with the game. Closed over two kinds.</summary>
/// <remarks>Implement <see cref="IMetricProbe"/> for a new measurement; a record in one file.</remarks>
public interface IProbe
{
    /// <summary>Text form with all parameters; equal probes have equal texts.</summary>
    string Text { get; }

    /// <summary>The expressions inside, so that their parameters can be listed, checked and swept; by default none.</summary>
    ValueList<Expr> Expressions => [];

    /// <summary>The same probe over other expressions, in the order of <see cref="Expressions"/>.</summary>
    IProbe WithExpressions(ValueList<Expr> expressions) => this;
}

/// <summary>A probe that measures profiles.</summary>
public interface IMetricProbe : IProbe
{
    /// <summary>Named scalars of a profile; a key as in <c>game/entropy/red</c>.</summary>
    ValueList<Metric> Measure(IGameView game, Profile profile);
}

/// <summary>A probe that measures points of games of smooth payoffs.</summary>
public interface IPointProbe : IProbe
{
    /// <summary>Named scalars of a point; a key as in <c>game/entropy/red</c>.</summary>
    ValueList<Metric> Measure(IDifferentiableGame game, Point point);
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

    /// <summary>The expectation of an expression over players' actions, chance variables and weights, under a key of its own such as <c>policy/kl</c>.</summary>
    /// <remarks>See <see cref="ExpressionProbe"/>.</remarks>
    public static IProbe Expression(string key, Expr value) => new ExpressionProbe(key, value);

    /// <summary>Where the uncertainty of an answer comes from, as <c>uncertainty/total</c>, <c>uncertainty/{factor}</c> and <c>uncertainty/rest</c>, in nats.</summary>
    /// <param name="source">The decomposition.</param>
    /// <param name="over">Axes to take the mean over, such as questions.</param>
    public static IProbe Uncertainty(Uncertainty source, params Axis[] over) =>
        new UncertaintyProbe(source) { Over = over.ToValueList() };

    /// <summary>What each player alone would gain by its best response, as <c>game/gain/{player}</c>: the terms of NashConv.</summary>
    public static IProbe Gains { get; } = new GainProbe();

    /// <summary>What a policy gets of the reward it climbs and of the one that is meant, and how far it is from a reference.</summary>
    /// <remarks>See <see cref="OverOptimizationProbe"/>.</remarks>
    public static IProbe OverOptimization(Player player, Expr reference, Expr proxy, Expr gold) =>
        new OverOptimizationProbe(player, reference, proxy, gold);

    /// <summary>The same, and how much the members of a reward ensemble differ.</summary>
    /// <exception cref="ArgumentException">There are fewer than two members.</exception>
    public static IProbe OverOptimization(
        Player player,
        Expr reference,
        Expr proxy,
        Expr gold,
        Expr rewards,
        Axis members
    ) =>
        members?.Size >= 2
            ? new OverOptimizationProbe(player, reference, proxy, gold) { Rewards = rewards, Members = members }
            : throw new ArgumentException(
                $"Probe of over-optimization: expected an ensemble of at least two members, got {members?.Size ?? 0}."
            );

    /// <summary>The number of actions with more than <paramref name="threshold"/> mass, as <c>game/support/{player}</c>.</summary>
    public static IProbe SupportSize(double threshold = 0.01) => new SupportProbe(threshold);
}
