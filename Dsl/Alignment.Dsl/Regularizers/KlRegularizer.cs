namespace Alignment;

/// <summary>Temperature times KL(p || reference) = tau sum p log(p / reference), in nats.</summary>
/// <remarks>Best response proportional to reference * exp(values / tau). The reference must give every action mass above 0.</remarks>
/// <param name="Reference">A strategy over the player's actions, sums to 1.</param>
/// <param name="Temperature">tau, above 0.</param>
public sealed record KlRegularizer(Expr Reference, Expr Temperature) : IRegularizer
{
    /// <inheritdoc/>
    public string Text => $"kl({Reference}, {Temperature})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Reference, Temperature];

    /// <inheritdoc/>
    public IRegularizer WithExpressions(ValueList<Expr> expressions) =>
        new KlRegularizer(expressions[0], expressions[1]);

    /// <inheritdoc/>
    public Expr Penalty(Expr strategy, Axis actions) =>
        Temperature * (Regularizer.XLogX(strategy) - (strategy * Reference.Log())).Sum(actions);

    /// <inheritdoc/>
    public Expr BestResponse(Expr values, Axis actions) => ((values / Temperature) + Reference.Log()).Softmax(actions);
}
