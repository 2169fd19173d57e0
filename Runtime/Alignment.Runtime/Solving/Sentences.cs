using System.Globalization;

namespace Alignment.Runtime;

/// <summary>How runs end, as sentences: what happened, then what to try.</summary>
internal static class Sentences
{
    public static Status Stopped(Stop rule, Func<string, double> metric, long steps, double seconds)
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
                $"Not converged: {figures} {after}, asked for {rule}. Allow more steps, or try another solver or step size."
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
    public static Status Grown(IEnumerable<Player> players, Population population, long steps) =>
        new(
            Outcome.Finished,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Done after {steps} iterations: every best response is in the populations, {string.Join(" and ", population.Members.Zip(players, (m, p) => p.Actions.Parent is null ? $"{m.Count} of {p.Actions.Size} actions of {p}" : $"{m.Count} strategies of {p}"))}."
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
