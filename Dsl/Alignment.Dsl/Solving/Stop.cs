using System.Globalization;
using System.Text.RegularExpressions;

namespace Alignment;

/// <summary>When to stop: rules on gaps, steps and seconds, combined with <c>|</c> (either) and <c>&amp;</c> (both). A value.</summary>
/// <remarks>
/// Rules are looked at whenever a run measures. A rule on <c>nash_conv</c> holds only on an exact certificate or an upper bound.
/// </remarks>
public abstract partial record Stop
{
    private Stop() { }

    /// <summary>A measured figure lies below a number. Names are metric keys, with or without <c>game/</c>.</summary>
    public sealed record Below(string Metric, double Threshold) : Stop
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Metric} < {Quote.Number(Threshold)}";
    }

    /// <summary>This many steps are done.</summary>
    public sealed record Steps(long Count) : Stop
    {
        /// <inheritdoc/>
        public override string ToString() => $"steps >= {Count.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>This much time has passed in the solve loop. A run that it ends cannot be repeated exactly.</summary>
    public sealed record Seconds(double Count) : Stop
    {
        /// <inheritdoc/>
        public override string ToString() => $"seconds >= {Quote.Number(Count)}";
    }

    /// <summary>One of two rules holds.</summary>
    public sealed record Either(Stop First, Stop Second) : Stop
    {
        /// <inheritdoc/>
        public override string ToString() => $"{First} or {Second}";
    }

    /// <summary>Both rules hold.</summary>
    public sealed record Both(Stop First, Stop Second) : Stop
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Bracket(First)} and {Bracket(Second)}";

        private static string Bracket(Stop rule) => rule is Either ? $"({rule})" : rule.ToString();
    }

    /// <summary>NashConv lies below a number.</summary>
    public static Stop NashConvBelow(double threshold) => new Below("nash_conv", Positive(threshold, "nash_conv"));

    /// <summary>The regularized gap lies below a number.</summary>
    public static Stop RegularizedGapBelow(double threshold) =>
        new Below("regularized_gap", Positive(threshold, "regularized_gap"));

    /// <summary>The coarse correlated gap of the joint average lies below a number.</summary>
    public static Stop CceGapBelow(double threshold) => new Below("cce_gap", Positive(threshold, "cce_gap"));

    /// <summary>In a game of smooth payoffs, the largest coordinate of the projected unit gradient step lies below a number.</summary>
    public static Stop StationarityBelow(double threshold) =>
        new Below("stationarity", Positive(threshold, "stationarity"));

    /// <summary>Any measured figure lies below a number.</summary>
    /// <param name="metric">Its key, with or without <c>game/</c>.</param>
    /// <param name="threshold">The number.</param>
    public static Stop MetricBelow(string metric, double threshold) =>
        double.IsFinite(threshold)
            ? new Below(metric, threshold)
            : throw new ArgumentException($"{metric}: expected a finite number, got {Quote.Number(threshold)}.");

    /// <summary>This many steps are done.</summary>
    public static Stop AfterSteps(long steps) =>
        steps >= 1 ? new Steps(steps) : throw new ArgumentException("Expected at least 1 step.");

    /// <summary>This much time has passed in the solve loop.</summary>
    public static Stop AfterSeconds(double seconds) => new Seconds(Positive(seconds, "seconds"));

    /// <summary>Either rule.</summary>
    public static Stop operator |(Stop a, Stop b) => new Either(a, b);

    /// <summary>Both rules.</summary>
    public static Stop operator &(Stop a, Stop b) => new Both(a, b);

    /// <summary>Handles every case.</summary>
    public T Fold<T>(
        Func<Below, T> below,
        Func<Steps, T> steps,
        Func<Seconds, T> seconds,
        Func<T, T, T> either,
        Func<T, T, T> both
    ) =>
        this switch
        {
            Below b => below(b),
            Steps s => steps(s),
            Seconds s => seconds(s),
            Either e => either(
                e.First.Fold(below, steps, seconds, either, both),
                e.Second.Fold(below, steps, seconds, either, both)
            ),
            Both b => both(
                b.First.Fold(below, steps, seconds, either, both),
                b.Second.Fold(below, steps, seconds, either, both)
            ),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Reads a rule such as <c>nash_conv &lt; 1e-6 or steps &gt;= 20_000</c>; <c>and</c> binds closer than <c>or</c>.</summary>
    /// <exception cref="FormatException">The text is not a rule.</exception>
    public static Stop Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new Reader(text);
        var rule = reader.Any();
        return reader.AtEnd ? rule : throw NotARule(reader.Rest);
    }

    private static FormatException NotARule(string text) =>
        new(
            $"'{text.Trim()}' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
        );

    /// <summary>Reads rules from left to right: alternatives of conjunctions of comparisons and brackets.</summary>
    private sealed class Reader(string text)
    {
        private int _at;

        public bool AtEnd => Rest.Trim().Length == 0;

        public string Rest => text[_at..];

        public Stop Any()
        {
            var rule = All();
            while (Takes(Or()))
                rule |= All();
            return rule;
        }

        private Stop All()
        {
            var rule = One();
            while (Takes(And()))
                rule &= One();
            return rule;
        }

        private Stop One()
        {
            if (Takes(Open()))
            {
                var inner = Any();
                return Takes(Close()) ? inner : throw NotARule(text);
            }

            // a comparison ends where the next joining word or bracket begins
            var end = _at + (End().Match(Rest) is { Success: true } match ? match.Index : Rest.Length);
            var comparison = text[_at..end];
            _at = end;
            return comparison.Trim().Length > 0 ? ParseOne(comparison) : throw NotARule(text);
        }

        private bool Takes(Regex token)
        {
            var match = token.Match(Rest);
            _at += match.Length;
            return match.Success;
        }
    }

    private static Stop ParseOne(string text)
    {
        var match = Comparison().Match(text);
        var digits = match.Groups["number"].Value.Replace("_", "", StringComparison.Ordinal);
        if (
            !match.Success
            || !double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number)
        )
            throw NotARule(text);

        var name = match.Groups["name"].Value;
        var below = match.Groups["sign"].Value.StartsWith('<');
        try
        {
            return (name, below) switch
            {
                ("steps", false) => AfterSteps(checked((long)Math.Ceiling(number))),
                ("seconds", false) => AfterSeconds(number),
                ("steps" or "seconds", true) => throw new FormatException(
                    $"'{text.Trim()}': a rule on {name} is '{name} >= number'."
                ),
                (_, true) => new Below(
                    name.StartsWith("game/", StringComparison.Ordinal) ? name["game/".Length..] : name,
                    Positive(number, name)
                ),
                _ => throw new FormatException($"'{text.Trim()}': a rule on {name} is '{name} < number'."),
            };
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new FormatException($"'{text.Trim()}': {e.Message}", e);
        }
    }

    private static double Positive(double value, string name) =>
        double.IsFinite(value) && value > 0
            ? value
            : throw new ArgumentException($"A rule on {name} needs a number above 0, got {Quote.Number(value)}.");

    [GeneratedRegex(@"^\s*(or\b|\|{1,3})", RegexOptions.None, 1000)]
    private static partial Regex Or();

    [GeneratedRegex(@"^\s*(and\b|&{1,3})", RegexOptions.None, 1000)]
    private static partial Regex And();

    [GeneratedRegex(@"^\s*\(", RegexOptions.None, 1000)]
    private static partial Regex Open();

    [GeneratedRegex(@"^\s*\)", RegexOptions.None, 1000)]
    private static partial Regex Close();

    [GeneratedRegex(@"\s(or|and)\b|[|&()]", RegexOptions.None, 1000)]
    private static partial Regex End();

    [GeneratedRegex(
        @"^\s*(?<name>[A-Za-z_][\w/.\-]*)\s*(?<sign><=?|>=?)\s*(?<number>[-+0-9.eE_]+)\s*$",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Comparison();
}
