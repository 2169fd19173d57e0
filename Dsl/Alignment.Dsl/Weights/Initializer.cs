namespace Alignment;

/// <summary>Where weights start. Implement it as a record, so that specifications stay value-equal; a new one is one file.</summary>
public interface IInitializer
{
    /// <summary>Text form with all parameters; equal initializers have equal texts.</summary>
    string Text { get; }

    /// <summary>The numbers, over the weights' axes and batch axes; draws by <see cref="Op.Random"/>, named after the weights.</summary>
    Expr Draw(Weights weights);
}

/// <summary>The initializers that come with the library.</summary>
public static class Initializer
{
    /// <summary>One number everywhere.</summary>
    public static IInitializer Constant(double value) => new ConstantInitializer(value);

    /// <summary>Given numbers, over the weights' axes in their order, the last fastest.</summary>
    public static IInitializer Values(params double[] values) => new ValuesInitializer(values.ToValueList());

    /// <summary>What an expression says: numbers over the weights' axes, and over batch axes for starts of their own in each game.</summary>
    public static IInitializer Expression(Expr value) => new ExpressionInitializer(value);

    /// <summary>Independent normal draws of mean 0.</summary>
    /// <param name="deviation">Standard deviation, above 0.</param>
    /// <param name="over">Batch axes whose elements have draws of their own; others share them.</param>
    public static IInitializer Normal(double deviation, params Axis[] over) =>
        new NormalInitializer(Positive(deviation), over.ToValueList());

    /// <summary>Independent uniform draws of [-bound, bound).</summary>
    /// <param name="bound">Largest absolute value, above 0.</param>
    /// <param name="over">Batch axes whose elements have draws of their own; others share them.</param>
    public static IInitializer Uniform(double bound, params Axis[] over) =>
        new UniformInitializer(Positive(bound), over.ToValueList());

    private static double Positive(double value) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentException($"Expected a number above 0, got {Quote.Number(value)}.");

    /// <summary>Draws over the weights' axes and some more.</summary>
    internal static Expr Random(Weights weights, RandomKind kind, ValueList<Axis> over) =>
        Expr.Of(new Op.Random($"weights {weights.Name}", kind, [.. weights.Axes, .. over]));

    internal static string Over(ValueList<Axis> over) =>
        over.Count == 0 ? "" : $" over {string.Join(", ", over.Select(a => a.Name))}";
}

/// <summary>One number everywhere.</summary>
public sealed record ConstantInitializer(double Value) : IInitializer
{
    /// <inheritdoc/>
    public string Text => Quote.Number(Value);

    /// <inheritdoc/>
    public Expr Draw(Weights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Expr.Constant(Value).Expand([.. weights.Axes]);
    }
}

/// <summary>Given numbers.</summary>
public sealed record ValuesInitializer(ValueList<double> Values) : IInitializer
{
    /// <inheritdoc/>
    public string Text => $"values({string.Join(",", Values.Select(Quote.Number))})";

    /// <inheritdoc/>
    public Expr Draw(Weights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Values.Count == weights.Size
            ? Expr.Table(weights.Axes, [.. Values])
            : throw new ArgumentException(
                $"Weights '{weights.Name}': expected {weights.Size} numbers to start at, got {Values.Count}."
            );
    }
}

/// <summary>What an expression says.</summary>
public sealed record ExpressionInitializer(Expr Value) : IInitializer
{
    /// <inheritdoc/>
    public string Text => Value.ToString();

    /// <inheritdoc/>
    public Expr Draw(Weights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Value.Expand([.. weights.Axes]);
    }
}

/// <summary>Independent normal draws of mean 0.</summary>
public sealed record NormalInitializer(double Deviation, ValueList<Axis> Axes) : IInitializer
{
    /// <inheritdoc/>
    public string Text => $"normal({Quote.Number(Deviation)}){Initializer.Over(Axes)}";

    /// <inheritdoc/>
    public Expr Draw(Weights weights) => Deviation * Initializer.Random(weights, RandomKind.Normal, Axes);
}

/// <summary>Independent uniform draws of [-bound, bound).</summary>
public sealed record UniformInitializer(double Bound, ValueList<Axis> Axes) : IInitializer
{
    /// <inheritdoc/>
    public string Text => $"uniform({Quote.Number(Bound)}){Initializer.Over(Axes)}";

    /// <inheritdoc/>
    public Expr Draw(Weights weights) => Bound * ((2.0 * Initializer.Random(weights, RandomKind.Uniform, Axes)) - 1.0);
}
