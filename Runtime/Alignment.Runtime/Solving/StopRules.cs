namespace Alignment.Runtime;

/// <summary>Reads stop rules: when they hold, and which steps must be looked at.</summary>
internal static class StopRules
{
    /// <summary>Whether a rule holds for a game.</summary>
    public static bool Holds(Stop rule, Func<string, double> metric, long steps, double seconds) =>
        rule.Fold(
            below => metric(below.Metric) < below.Threshold,
            count => steps >= count.Count,
            limit => seconds >= limit.Count,
            (a, b) => a || b,
            (a, b) => a && b
        );

    /// <summary>Whether the gaps and metrics are where the rule wants them; its steps and seconds say nothing about that.</summary>
    public static bool Reached(Stop rule, Func<string, double> metric) =>
        rule.Fold<bool?>(
            below => metric(below.Metric) < below.Threshold,
            _ => null,
            _ => null,
            (a, b) => a == true || b == true ? true : a ?? b,
            (a, b) => a == false || b == false ? false : a ?? b
        ) == true;

    /// <summary>Whether a rule may hold within a number of steps: gaps, metrics and the clock may do what they like.</summary>
    public static bool MayHoldWithin(Stop rule, long steps) =>
        rule.Fold(_ => true, count => count.Count <= steps, _ => true, (a, b) => a || b, (a, b) => a && b);

    /// <exception cref="SpecException">The rule asks for more steps than the precision can count, whatever happens on the way.</exception>
    public static void ThrowUncountable(Stop rule, long lastStep)
    {
        if (!MayHoldWithin(rule, lastStep))
            throw new SpecException(
                $"stop rule '{rule}'",
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"float32 counts steps up to {lastStep:n0} only; ask for no more, or use float64"
                )
            );
    }

    /// <summary>The metrics that a rule looks at.</summary>
    public static IEnumerable<string> Metrics(Stop rule) =>
        rule.Fold<IEnumerable<string>>(
            below => [below.Metric],
            _ => [],
            _ => [],
            (a, b) => a.Concat(b),
            (a, b) => a.Concat(b)
        );

    /// <exception cref="SpecException">The rule looks at a metric that the run does not measure.</exception>
    public static void ThrowUnmeasured(Stop rule, IReadOnlySet<string> measured)
    {
        foreach (var metric in Metrics(rule).Where(m => !measured.Contains(m) && !measured.Contains("game/" + m)))
        {
            var names = measured
                .Select(k => k.StartsWith("game/", StringComparison.Ordinal) ? k["game/".Length..] : k)
                .Order(StringComparer.Ordinal);
            throw new SpecException(
                $"stop rule '{rule}'",
                $"this run does not measure '{metric}'.{Nearest.Hint(metric, names, "It measures")}"
            );
        }
    }

    /// <summary>The step counts that a rule names; a run measures exactly there.</summary>
    public static IEnumerable<long> StepCounts(Stop rule) =>
        rule.Fold<IEnumerable<long>>(
            _ => [],
            steps => [steps.Count],
            _ => [],
            (a, b) => a.Concat(b),
            (a, b) => a.Concat(b)
        );

    /// <summary>The time limits that a rule names.</summary>
    public static IEnumerable<double> TimeLimits(Stop rule) =>
        rule.Fold<IEnumerable<double>>(
            _ => [],
            _ => [],
            seconds => [seconds.Count],
            (a, b) => a.Concat(b),
            (a, b) => a.Concat(b)
        );

    /// <summary>The next step to measure at: steps grow by a tenth, so that a fit on log axes has evenly spaced points.</summary>
    public static long NextCheck(long step, IEnumerable<long> counts)
    {
        var next = Math.Max(step + 1, (long)Math.Ceiling(step * 1.1));
        foreach (var count in counts)
        {
            if (count > step && count < next)
                next = count;
        }

        return next;
    }
}
