namespace Alignment;

/// <summary>The optimizers of the library, and their texts: <c>adam(rate=0.01,beta1=0.9)</c>.</summary>
public static class Optimizer
{
    /// <summary>All of them, with their default settings.</summary>
    public static IReadOnlyList<IOptimizer> All { get; } =
    [new GradientAscent(), new Momentum(), new Adam(), new ProportionalIntegral()];

    /// <summary>An optimizer with all its settings.</summary>
    public static string Text(IOptimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        var numbers = optimizer.Numbers.Select(n => FormattableString.Invariant($",{n.Key}={n.Value}"));
        return $"{optimizer.Name}(rate={optimizer.Rate}{string.Concat(numbers)})";
    }

    /// <summary>The optimizer that a text names, in place of another; settings left out have their defaults, but a rate that was set for the other stays.</summary>
    /// <exception cref="ArgumentException">There is no such optimizer or setting, or a value is out of range.</exception>
    public static IOptimizer Find(string text, IOptimizer before)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(before);
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Trim();
        var optimizer =
            All.FirstOrDefault(o => o.Name == name)
            ?? throw new ArgumentException(
                $"There is no optimizer '{name}'.{Nearest.Hint(name, All.Select(o => o.Name), "There are")}"
            );
        if (All.FirstOrDefault(o => o.Name == before.Name) is { } untouched && before.Rate != untouched.Rate)
            optimizer = optimizer.WithRate(before.Rate);
        if (open < 0)
            return optimizer;
        if (!text.TrimEnd().EndsWith(')'))
            throw new ArgumentException($"'{text}' is not an optimizer; write for example adam(rate=0.01).");
        foreach (
            var pair in text.Trim()[(open + 1)..^1]
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
        {
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (
                parts.Length < 2
                || !double.TryParse(
                    parts[1],
                    System.Globalization.NumberStyles.Float,
                    System.Globalization.CultureInfo.InvariantCulture,
                    out var value
                )
            )
                throw new ArgumentException($"Optimizer '{name}': expected name=number, got '{pair}'.");
            optimizer =
                parts[0] == "rate"
                    ? optimizer.WithRate(OptimizerText.Within(optimizer, "rate", value, 0, double.PositiveInfinity))
                    : optimizer.With(parts[0], value);
        }

        return optimizer;
    }
}

/// <summary>What optimizers share.</summary>
internal static class OptimizerText
{
    public static Expr Zeros(Weights weights) => Expr.Constant(0).Expand([.. weights.Axes]);

    /// <summary>A number between two others, both excluded.</summary>
    public static double Within(IOptimizer optimizer, string name, double value, double low, double high) =>
        value > low && value < high
            ? value
            : throw new ArgumentException(
                FormattableString.Invariant(
                    $"Optimizer '{optimizer.Name}', {name}: expected a number above {low}{(double.IsFinite(high) ? FormattableString.Invariant($" and below {high}") : "")}, got {value}."
                )
            );

    public static ArgumentException Unknown(IOptimizer optimizer, string name) =>
        new(
            $"The optimizer '{optimizer.Name}' has no setting '{name}'.{Nearest.Hint(name, optimizer.Numbers.Select(n => n.Key).Prepend("rate"), "It has")}"
        );
}
