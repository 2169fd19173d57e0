using System.Globalization;

namespace Alignment;

/// <summary>A parameter of a game family: a name, a type, a default, a range and what it means. Closed over four types.</summary>
public abstract class GameParameter
{
    private protected GameParameter(string name, string range, string description)
    {
        Name = name;
        Range = range;
        Description = description;
    }

    /// <summary>The name in <c>game(name=value)</c>.</summary>
    public string Name { get; }

    /// <summary>The values allowed, as text.</summary>
    public string Range { get; }

    /// <summary>One sentence with the unit.</summary>
    public string Description { get; }

    /// <summary>The default, as text.</summary>
    public abstract string Default { get; }

    /// <summary>Whether the game declares it as a parameter of its specification, so that it can be set and swept there: real numbers of matrix
    /// games. Another one is part of the game's tables or rules, and another value of it makes another specification.</summary>
    public bool IsDeclared { get; internal init; }

    internal abstract object DefaultValue { get; }

    /// <summary>The value of a text, or null where it is none of the range.</summary>
    internal abstract object? Parse(string text);

    internal abstract string Format(object value);

    /// <summary>A whole number.</summary>
    public static GameParameter<int> Integer(string name, int value, int minimum, int maximum, string description) =>
        new(
            name,
            $"a whole number from {minimum} to {maximum}",
            description,
            value,
            text =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null,
            number => number >= minimum && number <= maximum,
            number => number.ToString(CultureInfo.InvariantCulture)
        );

    /// <summary>A real number that the game declares by <see cref="GameArguments.Declare"/>.</summary>
    public static GameParameter<double> Real(
        string name,
        double value,
        double minimum,
        double maximum,
        string description
    ) => Real(name, value, minimum, maximum, description, isDeclared: true);

    /// <summary>A real number that is part of a game's rules.</summary>
    public static GameParameter<double> OfRules(
        string name,
        double value,
        double minimum,
        double maximum,
        string description
    ) => Real(name, value, minimum, maximum, description, isDeclared: false);

    private static GameParameter<double> Real(
        string name,
        double value,
        double minimum,
        double maximum,
        string description,
        bool isDeclared
    ) =>
        new(
            name,
            RealRange(minimum, maximum),
            description,
            value,
            text => ParseReal(text),
            number => Inside(number, minimum, maximum),
            Text
        )
        {
            Minimum = minimum,
            Maximum = maximum,
            IsDeclared = isDeclared,
        };

    /// <summary>Real numbers, separated by semicolons.</summary>
    /// <param name="name">Name.</param>
    /// <param name="values">Default.</param>
    /// <param name="most">How many there may be at most; at least one there must be.</param>
    /// <param name="minimum">Smallest number.</param>
    /// <param name="maximum">Largest number.</param>
    /// <param name="description">One sentence with the unit.</param>
    public static GameParameter<ValueList<double>> Reals(
        string name,
        ValueList<double> values,
        int most,
        double minimum,
        double maximum,
        string description
    ) =>
        new(
            name,
            $"1 to {most} numbers separated by ';', each {RealRange(minimum, maximum)}",
            description,
            values,
            text =>
                text.Split(';').Select(ParseReal).ToArray() is var all && all.All(x => x is not null)
                    ? all.Select(x => x!.Value).ToValueList()
                    : null,
            list => list.Count >= 1 && list.Count <= most && list.All(x => Inside(x, minimum, maximum)),
            list => string.Join(';', list.Select(Text))
        );

    /// <summary>One of a few words.</summary>
    public static GameParameter<string> Word(string name, string value, ValueList<string> words, string description) =>
        new(
            name,
            $"one of {string.Join(", ", words)}",
            description,
            value,
            text => text,
            word => words.IndexOf(word) >= 0,
            word => word
        );

    private static double? ParseReal(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool Inside(double number, double minimum, double maximum) =>
        double.IsFinite(number) && number >= minimum && number <= maximum;

    private static string RealRange(double minimum, double maximum) =>
        double.IsInfinity(minimum) && double.IsInfinity(maximum) ? "a number"
        : double.IsInfinity(maximum) ? $"a number from {Text(minimum)}"
        : $"a number from {Text(minimum)} to {Text(maximum)}";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A parameter whose values have a known type; the key with which a game reads its arguments.</summary>
/// <typeparam name="T">int, double, a list of double, or string.</typeparam>
public sealed class GameParameter<T> : GameParameter
    where T : notnull
{
    private readonly T _value;
    private readonly Func<string, object?> _parse;
    private readonly Func<T, bool> _inside;
    private readonly Func<T, string> _format;

    internal GameParameter(
        string name,
        string range,
        string description,
        T value,
        Func<string, object?> parse,
        Func<T, bool> inside,
        Func<T, string> format
    )
        : base(name, range, description)
    {
        _value = value;
        _parse = parse;
        _inside = inside;
        _format = format;
    }

    /// <inheritdoc/>
    public override string Default => _format(_value);

    internal double Minimum { get; init; } = double.NegativeInfinity;

    internal double Maximum { get; init; } = double.PositiveInfinity;

    internal override object DefaultValue => _value;

    internal bool Allows(T value) => _inside(value);

    internal override object? Parse(string text) => _parse(text) is T value && _inside(value) ? value : null;

    internal override string Format(object value) => _format((T)value);
}
