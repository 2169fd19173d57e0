namespace Alignment;

/// <summary>Nash's bargaining solution: sum_k log(J_k - d_k), d the disagreement point.</summary>
/// <remarks>
/// Invariant to positive affine changes of each objective, its disagreement with it. Where an objective is not above its disagreement the payoff is
/// minus infinity, and a run that comes there ends with the last state before; so it has to start above.
/// Source: Nash (1950), "The bargaining problem"; Navon et al. (2022), "Multi-task learning as a bargaining game", arXiv 2202.01017.
/// </remarks>
/// <param name="Objectives">The axis of the objectives.</param>
/// <param name="Disagreement">d, over that axis.</param>
public sealed record NashBargainingAggregator(Axis Objectives, Expr Disagreement) : IAggregator
{
    /// <inheritdoc/>
    public string Text => $"nash_bargaining({Disagreement})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Disagreement];

    /// <inheritdoc/>
    public IAggregator WithExpressions(ValueList<Expr> expressions)
    {
        ArgumentNullException.ThrowIfNull(expressions);
        return this with { Disagreement = expressions[0] };
    }

    /// <inheritdoc/>
    public Expr Combine(IObjectiveValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return (values.Values - Disagreement).Log().Sum(Objectives);
    }
}
