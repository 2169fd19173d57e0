namespace Alignment;

/// <summary>A declared scalar setting: a name, the value in force, its range and what it means.</summary>
/// <param name="Name">Name for <c>--set name=value</c> and <c>--sweep</c>.</param>
/// <param name="Value">The value in force; the default until it is set.</param>
/// <param name="Minimum">Smallest value allowed.</param>
/// <param name="Maximum">Largest value allowed.</param>
/// <param name="Description">One sentence with the unit, for <c>--help</c>. Not part of the specification's hash.</param>
public sealed record ParameterDeclaration(
    string Name,
    double Value,
    double Minimum,
    double Maximum,
    string Description
);

/// <summary>Named inputs of expressions.</summary>
public static class Signal
{
    /// <summary>A scalar setting that users may change with <c>--set name=value</c> or sweep as a batch axis.</summary>
    /// <param name="name">A word; one specification declares a name once.</param>
    /// <param name="value">Default.</param>
    /// <param name="minimum">Smallest value allowed; default: no bound.</param>
    /// <param name="maximum">Largest value allowed; default: no bound.</param>
    /// <param name="description">One sentence with the unit, for <c>--help</c>.</param>
    /// <exception cref="ArgumentException">The name is empty, or the value is not finite or outside of its range.</exception>
    public static Expr Parameter(
        string name,
        double value,
        double minimum = double.NegativeInfinity,
        double maximum = double.PositiveInfinity,
        string description = ""
    )
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException("A parameter needs a name.", nameof(name));
        if (!double.IsFinite(value) || !(value >= minimum && value <= maximum))
            throw new ArgumentException(
                $"Parameter '{name}': expected a value from {Quote.Number(minimum)} to {Quote.Number(maximum)}, got {Quote.Number(value)}.",
                nameof(value)
            );
        return Expr.Of(new Op.Parameter(new(name, value, minimum, maximum, description)));
    }

    /// <summary>An input over <paramref name="axes"/> whose numbers are bound when the game is compiled.</summary>
    public static Expr External(string name, params Axis[] axes) => Expr.Of(new Op.Signal(name, axes.ToValueList()));
}
