using System.Globalization;
using Alignment.Runtime;

namespace Alignment;

/// <summary>How runs without a tree end, as sentences: what happened, then what to try.</summary>
internal static class OpenSentences
{
    /// <summary>The stop rule's verdict; null while it does not hold.</summary>
    public static Status? Stopped(Stop rule, long steps, double seconds)
    {
        bool Holds(double time) => StopRules.Holds(rule, _ => double.PositiveInfinity, steps, time);
        return !Holds(seconds) ? null
            : Holds(0) ? new(Outcome.Finished, $"Finished after {Done(steps)}, as asked.")
            : new(
                Outcome.OutOfTime,
                $"Stopped by the clock after {Done(steps)}; such a run cannot be repeated exactly. Allow more seconds, or limit steps instead."
            );
    }

    /// <summary>As many information sets as are kept.</summary>
    public static Status Full(long steps, int sets) =>
        new(
            Outcome.NotConverged,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Stopped after {Done(steps)} with {sets:N0} information sets, as many as are kept. Raise mostInformationSets where memory allows, or meet fewer: mccfr by sampling=outcome, double_oracle by fewer responseIterations."
            )
        );

    /// <summary>Cancelled among its steps.</summary>
    public static Status Cancelled(long steps) =>
        new(
            Outcome.Cancelled,
            steps == 0
                ? "Cancelled before a step was done; the answer is uniform play."
                : $"Cancelled after {Done(steps)}; the result is what was found by then."
        );

    /// <summary>Cancelled behind its steps.</summary>
    public static Status Uncertified(long steps) =>
        new(
            Outcome.Cancelled,
            $"Cancelled after {Done(steps)}, all there were, while deviations were searched; the certificate is from what was found by then."
        );

    private static string Done(long steps) =>
        string.Create(CultureInfo.InvariantCulture, $"{steps:N0} {(steps == 1 ? "step" : "steps")}");
}
