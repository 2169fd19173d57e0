namespace Alignment;

/// <summary>Half the squared Euclidean norm: (w / 2) sum p^2.</summary>
/// <remarks>Best response: the Euclidean projection of values / w onto the simplex, which puts exact zeros on poor actions.</remarks>
/// <param name="Weight">w, above 0.</param>
public sealed record L2Regularizer(Expr Weight) : IRegularizer
{
    /// <inheritdoc/>
    public string Text => $"l2({Weight})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Weight];

    /// <inheritdoc/>
    public IRegularizer WithExpressions(ValueList<Expr> expressions) => new L2Regularizer(expressions[0]);

    /// <inheritdoc/>
    public Expr Penalty(Expr strategy, Axis actions) => 0.5 * Weight * (strategy * strategy).Sum(actions);

    /// <inheritdoc/>
    public Expr BestResponse(Expr values, Axis actions) => (values / Weight).ProjectToSimplex(actions);
}
