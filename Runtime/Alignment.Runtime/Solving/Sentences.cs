using System.Globalization;

namespace Alignment.Runtime;

/// <summary>How runs end, as sentences: what happened, then what to try.</summary>
internal static class Sentences
{
    public static Status Stopped(Stop rule, Func<string, double> metric, long steps, double seconds)
    {
        var asked = StopRules.Metrics(rule).Distinct(StringComparer.Ordinal).ToArray();
        var figures = string.Join(
            ", ",
            asked.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m} = {metric(m):g3}"))
        );
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

    private static string Steps(long count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:n0} {(count == 1 ? "step" : "steps")}");
}
