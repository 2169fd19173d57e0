using System.Globalization;

namespace Alignment.Runtime;

/// <summary>How runs end, as sentences: what happened, then what to try.</summary>
internal static class Sentences
{
    /// <summary>A regularized game counts as solved where its gap is below this share of NashConv.</summary>
    private const double SolvedShare = 1e-3;

    /// <param name="rule">The rule that held.</param>
    /// <param name="metric">Figures by name.</param>
    /// <param name="steps">Steps done.</param>
    /// <param name="seconds">Seconds in the solve loop.</param>
    /// <param name="regularizedGap">The gap of the regularized game, where there is one.</param>
    public static Status Stopped(
        Stop rule,
        Func<string, double> metric,
        long steps,
        double seconds,
        double? regularizedGap = null
    )
    {
        var asked = Asked(rule);
        var figures = Figures(asked, metric);
        var after = string.Create(CultureInfo.InvariantCulture, $"after {Steps(steps)}");
        if (asked.Length > 0 && StopRules.Reached(rule, metric))
            return new(Outcome.Converged, $"Converged: {figures} {after}.");
        if (StopRules.TimeLimits(rule).Any(limit => seconds >= limit))
        {
            return new(
                Outcome.OutOfTime,
                $"Stopped by the clock {after}{(asked.Length > 0 ? $" with {figures}" : "")}; such a run cannot be repeated exactly. Allow more seconds, or limit steps instead."
            );
        }

        return asked.Length > 0
            ? new(
                Outcome.NotConverged,
                regularizedGap is { } gap && asked.Contains("nash_conv") && gap < SolvedShare * metric("nash_conv")
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"Not converged: {figures} {after}, asked for {rule}. The regularized game is solved (regularized_gap = {gap:g3}), so more steps change little: lower the temperature or the regularizer's strength, or let mmd's magnet follow (magnet=moving)."
                    )
                    : $"Not converged: {figures} {after}, asked for {rule}. Allow more steps, or try another solver or step size."
            )
            : new(Outcome.Finished, $"Finished {after}, as asked.");
    }

    /// <summary>Ended at the last step that the precision can count.</summary>
    public static Status Uncountable(Stop rule, Func<string, double> metric, long steps)
    {
        var asked = Asked(rule);
        return new(
            Outcome.NotConverged,
            $"Stopped after {Steps(steps)}, the last that float32 can count{(asked.Length > 0 ? $", with {Figures(asked, metric)}" : "")}; asked for {rule}. Use float64 to go on."
        );
    }

    public static Status Unanswered(ISolver solver) =>
        new(
            Outcome.Cancelled,
            $"Cancelled before {solver.Info.Title} had an answer; the strategies are uniform, and the certificate is theirs."
        );

    /// <summary>A population solver has found nothing to add.</summary>
    public static Status Grown(
        IEnumerable<Player> players,
        Population population,
        long steps,
        IPopulationSolver solver
    ) =>
        new(
            Outcome.Finished,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Done after {steps} iterations: every {solver.Response} is in the populations, {string.Join(" and ", population.Members.Zip(players, (m, p) => p.Actions.Parent is null && m.All(s => s.IndexOf(1) >= 0) ? $"{m.Count} of {p.Actions.Size} actions of {p}" : $"{m.Count} strategies of {p}"))}.{(solver.Inner.Info.MetaCaveat is { } caveat ? $" The inner solver '{solver.Inner.Info.Name}' {caveat}." : "")}"
            )
        );

    public static Status Cancelled(long steps) =>
        new(
            Outcome.Cancelled,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Cancelled after {Steps(steps)}; the result is the one measured then."
            )
        );

    public static Status NonFinite(long good, long bad, Precision precision) =>
        new(
            Outcome.NonFinite,
            string.Create(
                CultureInfo.InvariantCulture,
                $"A number left the finite range between steps {good:n0} and {bad:n0}; the result is that of step {good:n0}. Try a smaller step size{(precision == Precision.Float32 ? " or float64" : "")}."
            )
        );

    private static string[] Asked(Stop rule) => [.. StopRules.Metrics(rule).Distinct(StringComparer.Ordinal)];

    private static string Figures(string[] asked, Func<string, double> metric) =>
        string.Join(", ", asked.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m} = {metric(m):g3}")));

    private static string Steps(long count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:n0} {(count == 1 ? "step" : "steps")}");
}
