namespace Alignment;

/// <summary>Temperature times negative Shannon entropy: tau sum p log p, in nats.</summary>
/// <remarks>Best response softmax(values / tau). The equilibrium under it is the logit quantal response equilibrium (McKelvey, Palfrey 1995).</remarks>
/// <param name="Temperature">tau, above 0.</param>
public sealed record EntropyRegularizer(Expr Temperature) : IRegularizer
{
    /// <inheritdoc/>
    public string Text => $"entropy({Temperature})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Temperature];

    /// <inheritdoc/>
    public IRegularizer WithExpressions(ValueList<Expr> expressions) => new EntropyRegularizer(expressions[0]);

    /// <inheritdoc/>
    public Expr Penalty(Expr strategy, Axis actions) => Temperature * Regularizer.XLogX(strategy).Sum(actions);

    /// <inheritdoc/>
    public Expr BestResponse(Expr values, Axis actions) => (values / Temperature).Softmax(actions);
}
