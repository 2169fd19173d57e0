using Alignment.Reports;
using Alignment.Runtime;

namespace Alignment;

/// <summary>Plots of a solution in memory or of a run's folder: the same as its report has, one by one.</summary>
/// <remarks>A list is empty where there is nothing to draw: a direct solver measures nothing on the way, a large game keeps no strategies.</remarks>
/// <example>
/// F#: <code>for plot in Plots.Simplex solution do plot.Save $"{plot.Title}.svg"</code>
/// C#: <code>Plots.Gaps(solution)[0].Save("gap.html");</code>
/// </example>
public static class Plots
{
    /// <summary>Each gap over steps, both axes logarithmic, NashConv first: both iterates where both were measured, the line fitted to each, and the
    /// slope that the solver claims. Units: those of payoffs. In a batch the largest of all games. Of a game of smooth payoffs the residual of stationarity,
    /// violation and slackness.</summary>
    public static IReadOnlyList<Plot> Gaps(Solution solution) => Gaps(Of(solution));

    /// <inheritdoc cref="Gaps(Solution)"/>
    public static IReadOnlyList<Plot> Gaps(RunFolder run) => Gaps(Of(run));

    /// <summary>
    /// Each player's strategy over steps: a curve an action, of the iterate that is reported, at most the 10 actions that were most probable at any moment;
    /// of a player that sets weights a curve a number, at most the 10 that moved most. For games of at most <see
    /// cref="TracePoint.MostProbabilities"/> probabilities and weights; of a batch, its first game.
    /// </summary>
    public static IReadOnlyList<Plot> Strategies(Solution solution) => Strategies(Of(solution));

    /// <inheritdoc cref="Strategies(Solution)"/>
    public static IReadOnlyList<Plot> Strategies(RunFolder run) => Strategies(Of(run));

    /// <summary>For each player with exactly three actions of a matrix game, the path of its strategy through their triangle, from a ring to a dot.
    /// Strategy (p, q, r) stands at p A + q B + r C, with A, B and C the corners lower left, lower right and top.</summary>
    public static IReadOnlyList<Plot> Simplex(Solution solution) => Simplex(Of(solution));

    /// <inheritdoc cref="Simplex(Solution)"/>
    public static IReadOnlyList<Plot> Simplex(RunFolder run) => Simplex(Of(run));

    /// <summary>The payoffs of a two-player matrix game of at most 64 actions a player, with what both play at the sides: one map where payoffs sum to a
    /// constant, else two. Of a batch, the game furthest from equilibrium.</summary>
    public static IReadOnlyList<Plot> Payoffs(Solution solution) => Payoffs(Of(solution));

    /// <inheritdoc cref="Payoffs(Solution)"/>
    public static IReadOnlyList<Plot> Payoffs(RunFolder run) => Payoffs(Of(run));

    /// <summary>What each player gets over steps, in one plot, at the strategies that are reported. In a batch the mean of all games.</summary>
    public static IReadOnlyList<Plot> Values(Solution solution) => Values(Of(solution));

    /// <inheritdoc cref="Values(Solution)"/>
    public static IReadOnlyList<Plot> Values(RunFolder run) => Values(Of(run));

    /// <summary>Costs of constraints with their bounds, and multipliers, over steps. In a batch the mean of all games.</summary>
    public static IReadOnlyList<Plot> Constraints(Solution solution) => Constraints(Of(solution));

    /// <inheritdoc cref="Constraints(Solution)"/>
    public static IReadOnlyList<Plot> Constraints(RunFolder run) => Constraints(Of(run));

    /// <summary>Objectives of players that have several, and what probes of the author's own measured, over steps: a plot a metric. In a batch the mean of all games.</summary>
    public static IReadOnlyList<Plot> Probes(Solution solution) => Probes(Of(solution));

    /// <inheritdoc cref="Probes(Solution)"/>
    public static IReadOnlyList<Plot> Probes(RunFolder run) => Probes(Of(run));

    /// <summary>How many information sets a run has met over its steps, both axes logarithmic, of a game by its rules alone.</summary>
    public static IReadOnlyList<Plot> InformationSets(RunFolder run) => InformationSets(Of(run));

    /// <summary>All plots: gaps, strategies, triangles, constraints, payoffs, values, probes, information sets.</summary>
    public static IReadOnlyList<Plot> All(Solution solution) => All(Of(solution));

    /// <inheritdoc cref="All(Solution)"/>
    public static IReadOnlyList<Plot> All(RunFolder run) => All(Of(run));

    internal static IReadOnlyList<Plot> All(Subject subject) =>
        [
            .. Gaps(subject),
            .. Strategies(subject),
            .. Simplex(subject),
            .. Constraints(subject),
            .. Payoffs(subject),
            .. Values(subject),
            .. Probes(subject),
            .. InformationSets(subject),
        ];

    private static Subject Of(Solution solution)
    {
        ArgumentNullException.ThrowIfNull(solution);
        return Subject.Of(solution);
    }

    private static Subject Of(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Subject.Of(run, null, null);
    }

    private static IReadOnlyList<Plot> Gaps(Subject subject) =>
        [.. GapSection.Charts(subject).Select(chart => new Plot(chart))];

    private static IReadOnlyList<Plot> Strategies(Subject subject) =>
        [.. TrajectorySection.Charts(subject).Select(chart => new Plot(chart))];

    private static IReadOnlyList<Plot> Simplex(Subject subject) =>
        [
            .. TrajectorySection
                .Triangles(subject)
                .Select(player => new Plot($"Path of {player.Player}", SimplexDrawing.Of(player))),
        ];

    private static IReadOnlyList<Plot> Constraints(Subject subject) =>
        [.. ConstraintSection.Charts(subject).Select(chart => new Plot(chart))];

    private static IReadOnlyList<Plot> Probes(Subject subject) =>
        [.. ProbeSection.Charts(subject).Select(chart => new Plot(chart))];

    private static IReadOnlyList<Plot> Payoffs(Subject subject) =>
        [
            .. PayoffSection
                .Maps(subject)
                .Select(player => PayoffSection.Map(subject, player))
                .Select(map => new Plot(map.Label, map)),
        ];

    private static IReadOnlyList<Plot> Values(Subject subject) =>
        ValueSection.Of(subject) is { } chart ? [new(chart)] : [];

    private static IReadOnlyList<Plot> InformationSets(Subject subject) =>
        InformationSetSection.Of(subject) is { } chart ? [new(chart)] : [];
}
