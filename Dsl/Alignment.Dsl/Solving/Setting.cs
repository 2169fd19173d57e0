namespace Alignment;

/// <summary>A hyperparameter of a solver: its name, value, range and meaning, and how to change it.</summary>
/// <param name="Name">Name for <c>--set name=value</c>.</param>
/// <param name="Value">The value in force, as text.</param>
/// <param name="Range">The values allowed, as text.</param>
/// <param name="Description">One sentence with the unit.</param>
public sealed record Setting(string Name, string Value, string Range, string Description)
{
    private Func<string, ISolver> Parser { get; init; } = _ => throw new NotSupportedException();

    private Func<Expr, ISolver>? Replacer { get; init; }

    private Func<ISolver, ISolver>? Inserter { get; init; }

    private string WhyNotSwept { get; init; } = "it is not a real number";

    /// <summary>What is wrong with the value in force, or null. Code may set any number, so a run looks at this first.</summary>
    public string? Fault { get; private init; }

    /// <summary>The value in force of a setting that takes an expression; its axes are those that it is swept along. Else null.</summary>
    public Expr? Expression { get; private init; }

    /// <summary>Whether the setting takes an expression, so that it can be swept as a batch axis.</summary>
    public bool Sweeps => Replacer is not null;

    /// <summary>Whether the setting takes a solver.</summary>
    public bool TakesSolver => Inserter is not null;

    /// <summary>The solver with this setting changed.</summary>
    /// <exception cref="ArgumentException">The text is not a value of the range.</exception>
    public ISolver With(string text) => Parser(text);

    /// <summary>The solver with another solver inside.</summary>
    /// <exception cref="ArgumentException">The setting does not take a solver.</exception>
    public ISolver With(ISolver value) =>
        Inserter is null
            ? throw new ArgumentException($"Setting '{Name}': expected {Range}, got a solver.")
            : Inserter(value);

    /// <summary>The solver with this setting spread over a batch axis.</summary>
    /// <exception cref="ArgumentException">The setting does not take expressions, or a value is outside of the range.</exception>
    public ISolver Over(Axis axis, params double[] values)
    {
        if (Replacer is null)
            throw new ArgumentException($"Setting '{Name}' cannot be swept: {WhyNotSwept}.");
        foreach (var value in values)
            With(Quote.Number(value)); // for its checks
        return Replacer(Expr.Vector(axis, values));
    }

    /// <summary>A real number.</summary>
    /// <param name="name">Name.</param>
    /// <param name="value">The value in force.</param>
    /// <param name="minimum">Smallest value.</param>
    /// <param name="maximum">Largest value.</param>
    /// <param name="description">One sentence with the unit.</param>
    /// <param name="change">The solver with another value.</param>
    /// <param name="open">Whether the minimum itself is excluded.</param>
    public static Setting Real(
        string name,
        Expr value,
        double minimum,
        double maximum,
        string description,
        Func<Expr, ISolver> change,
        bool open = false
    )
    {
        var range = Between(minimum, maximum, open);
        return new(name, value.ToString(), range, description)
        {
            Parser = text =>
                ParseReal(text) is { } number && IsWithin(number, minimum, maximum, open)
                    ? change(number)
                    : throw Wrong(name, range, text),
            Replacer = change,
            Expression = value,
            Fault = FaultOf(Numbers(value), range, minimum, maximum, open),
        };
    }

    /// <summary>A real number that cannot be swept: for solvers that read numbers, where <see cref="Real"/> is for those that write expressions.</summary>
    /// <param name="name">Name.</param>
    /// <param name="value">The value in force.</param>
    /// <param name="minimum">Smallest value.</param>
    /// <param name="maximum">Largest value.</param>
    /// <param name="description">One sentence with the unit.</param>
    /// <param name="change">The solver with another value.</param>
    /// <param name="open">Whether the minimum itself is excluded.</param>
    public static Setting Number(
        string name,
        double value,
        double minimum,
        double maximum,
        string description,
        Func<double, ISolver> change,
        bool open = false
    )
    {
        var range = Between(minimum, maximum, open);
        return new(name, Quote.Number(value), range, description)
        {
            Parser = text =>
                ParseReal(text) is { } number && IsWithin(number, minimum, maximum, open)
                    ? change(number)
                    : throw Wrong(name, range, text),
            Fault = FaultOf([value], range, minimum, maximum, open),
            WhyNotSwept = "its solver answers game by game and takes one number for all; run it once for each value",
        };
    }

    /// <summary>Another solver, such as the one that solves the games between populations.</summary>
    /// <param name="name">Name.</param>
    /// <param name="value">The solver in force.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="find">The solver of a text; see <see cref="SolverText"/>.</param>
    /// <param name="change">The solver with another one inside.</param>
    public static Setting Solver(
        string name,
        ISolver value,
        string description,
        Func<string, ISolver> find,
        Func<ISolver, ISolver> change
    ) =>
        new(name, SolverText.Of(value), "a solver, its settings in brackets", description)
        {
            Parser = text => change(find(text)),
            Inserter = change,
            Fault = value.Settings.FirstOrDefault(s => s.Fault is not null) is { } inner
                ? $"setting '{inner.Name}' of '{value.Info.Name}': {inner.Fault}"
                : null,
            WhyNotSwept = "it is a solver",
        };

    /// <summary>A value that a text names, such as an optimizer.</summary>
    /// <param name="name">Name.</param>
    /// <param name="value">The text of the value in force.</param>
    /// <param name="range">The values allowed, as text.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="change">The solver with the value that a text names; refuses a text that names none.</param>
    /// <param name="fault">What is wrong with the value in force; null where nothing is.</param>
    public static Setting Word(
        string name,
        string value,
        string range,
        string description,
        Func<string, ISolver> change,
        string? fault = null
    ) => new(name, value, range, description) { Parser = change, Fault = fault };

    /// <summary>A whole number.</summary>
    public static Setting Integer(
        string name,
        int value,
        int minimum,
        int maximum,
        string description,
        Func<int, ISolver> change
    )
    {
        var range = $"a whole number from {minimum} to {maximum}";
        return new(name, Quote.Number(value), range, description)
        {
            Parser = text =>
                int.TryParse(
                    text,
                    System.Globalization.NumberStyles.Integer,
                    System.Globalization.CultureInfo.InvariantCulture,
                    out var number
                )
                && number >= minimum
                && number <= maximum
                    ? change(number)
                    : throw Wrong(name, range, text),
            Fault = FaultOf([value], range, minimum, maximum, open: false),
        };
    }

    /// <summary>One of a few words.</summary>
    public static Setting Choice<T>(string name, T value, string description, Func<T, ISolver> change)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(Word).ToArray();
        return new(name, Word(value.ToString()), string.Join("|", words), description)
        {
            Parser = text =>
                Array.IndexOf(words, text) is >= 0 and var k
                    ? change(Enum.GetValues<T>()[k])
                    : throw new ArgumentException(
                        $"Setting '{name}': '{text}' is not one of {string.Join(", ", words)}.{NearestOf(text, words)}"
                    ),
        };
    }

    private static string Between(double minimum, double maximum, bool open) =>
        $"{(open ? "above" : "from")} {Quote.Number(minimum)}{(double.IsPositiveInfinity(maximum) ? "" : $" to {Quote.Number(maximum)}")}";

    private static bool IsWithin(double number, double minimum, double maximum, bool open) =>
        (open ? number > minimum : number >= minimum) && number <= maximum;

    /// <summary>The numbers that an expression gives away without being run.</summary>
    private static double[] Numbers(Expr value) =>
        value.Op switch
        {
            Op.Constant c => [c.Value],
            Op.Literal l => l.Tensor.Values.ToArray(),
            Op.Parameter p => [p.Declaration.Value],
            _ => [],
        };

    private static string? FaultOf(double[] values, string range, double minimum, double maximum, bool open)
    {
        var wrong = Array.FindIndex(values, v => !double.IsFinite(v) || !IsWithin(v, minimum, maximum, open));
        return wrong < 0 ? null : $"expected {range}, got {Quote.Number(values[wrong])}";
    }

    private static double? ParseReal(string text) =>
        double.TryParse(
            text,
            System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture,
            out var number
        ) && double.IsFinite(number)
            ? number
            : null;

    private static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string NearestOf(string text, string[] words) =>
        Nearest.To(text, words) is { } word ? $" Did you mean '{word}'?" : "";

    private static ArgumentException Wrong(string name, string range, string text) =>
        new($"Setting '{name}': expected {range}, got '{text}'.");
}
