namespace Alignment;

/// <summary>Measures where uncertainty comes from: <c>uncertainty/total</c>, <c>uncertainty/{factor}</c> for each factor, and <c>uncertainty/rest</c>, in nats.</summary>
/// <remarks>
/// What is left of the axes but batch axes is averaged: over chance variables with their weights, over others uniformly by <see cref="Over"/>. Total is the
/// sum of the parts and the rest, exactly. The probe's text names the order.
/// </remarks>
/// <param name="Source">The decomposition.</param>
public sealed record UncertaintyProbe(Uncertainty Source) : IMetricProbe, IPointProbe
{
    /// <summary>Axes to take the mean over, such as questions.</summary>
    public ValueList<Axis> Over { get; init; } = [];

    /// <inheritdoc/>
    public string Text =>
        $"uncertainty({Source.Attribution} of {Quote.Label(Source.Answers.Name)}{(Over.Count > 0 ? $" over {string.Join(", ", Over.Select(a => a.Name))}" : "")}) = {Source.Total}";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => Source.Expressions;

    /// <inheritdoc/>
    public IProbe WithExpressions(ValueList<Expr> expressions) => this with { Source = Source.With(expressions) };

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IGameView game, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(game);
        return Metrics(value => game.Expected(value, profile));
    }

    /// <inheritdoc/>
    public ValueList<Metric> Measure(IDifferentiableGame game, Point point)
    {
        ArgumentNullException.ThrowIfNull(game);
        return Metrics(value => game.Expected(value, point));
    }

    private ValueList<Metric> Metrics(Func<Expr, Expr> expected)
    {
        Metric Of(string name, Expr value) => new($"uncertainty/{name}", expected(value.Mean([.. Over])));
        return
        [
            Of("total", Source.Total),
            .. Source.Attribution.Factors.Select(factor => Of(factor.Name, Source.Part(factor))),
            Of("rest", Source.Rest),
        ];
    }
}
