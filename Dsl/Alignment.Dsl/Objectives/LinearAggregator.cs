namespace Alignment;

/// <summary>The sum of the objectives, each times its weight: sum_k w_k J_k.</summary>
/// <remarks>
/// Its optima lie where the front is convex: parts of a front that bend inwards are found for no weights at all (deterministic policies; mixing makes
/// fronts convex).
/// </remarks>
/// <param name="Objectives">The axis of the objectives.</param>
/// <param name="Weights">Over that axis.</param>
public sealed record LinearAggregator(Axis Objectives, Expr Weights) : IAggregator
{
    /// <inheritdoc/>
    public string Text => $"linear({Weights})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Weights];

    /// <inheritdoc/>
    public IAggregator WithExpressions(ValueList<Expr> expressions)
    {
        ArgumentNullException.ThrowIfNull(expressions);
        return this with { Weights = expressions[0] };
    }

    /// <inheritdoc/>
    public Expr Combine(IObjectiveValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Values.Dot(Weights, Objectives);
    }
}
