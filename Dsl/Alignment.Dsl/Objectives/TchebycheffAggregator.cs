namespace Alignment;

/// <summary>The worst of the weighted distances from an ideal point: min_k w_k (J_k - z_k), to be maximized.</summary>
/// <remarks>
/// <para>Augmented by rho sum_k w_k (J_k - z_k) where <see cref="Share"/> is above 0. Soft where <see cref="Smoothing"/> mu is above 0: -mu log
/// sum_k exp(-w_k (J_k - z_k) / mu), at most mu log m below the minimum.</para>
/// <para>Every weakly Pareto optimal point is its optimum for some weights, on fronts of any shape; its optima are weakly Pareto optimal only,
/// Pareto optimal when augmented.</para>
/// <para>The derivative of the minimum is that of the worst objective, the first of several.</para>
/// <para>Source: Bowman (1976); Steuer, Choo (1983), "An interactive weighted Tchebycheff procedure" (augmented); Lin, Zhang, Yang, Liu, Wang, Zhang
/// (2024), "Smooth Tchebycheff scalarization for multi-objective optimization", arXiv 2402.19078 (soft).</para>
/// </remarks>
/// <param name="Objectives">The axis of the objectives.</param>
/// <param name="Weights">Over that axis, above 0.</param>
/// <param name="Ideal">z, at least as good as what can be reached in each objective.</param>
public sealed record TchebycheffAggregator(Axis Objectives, Expr Weights, IdealPoint Ideal) : IAggregator
{
    /// <summary>rho, at least 0.</summary>
    public double Share { get; init; }

    /// <summary>mu, at least 0, in units of the objectives times weight.</summary>
    public double Smoothing { get; init; }

    /// <inheritdoc/>
    public string Text =>
        $"tchebycheff({Weights}, {Ideal}{(Share > 0 ? $", share {Quote.Number(Share)}" : "")}{(Smoothing > 0 ? $", smoothing {Quote.Number(Smoothing)}" : "")})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Weights, .. Ideal.Expressions];

    /// <inheritdoc/>
    public IAggregator WithExpressions(ValueList<Expr> expressions)
    {
        ArgumentNullException.ThrowIfNull(expressions);
        return this with { Weights = expressions[0], Ideal = Ideal.With(expressions.AsSpan()[1..]) };
    }

    /// <inheritdoc/>
    public Expr Combine(IObjectiveValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var distances = Weights * (values.Values - Ideal.Of(values));
        var worst =
            Smoothing > 0 ? -Smoothing * (distances / -Smoothing).LogSumExp(Objectives) : distances.Min(Objectives);
        return Share > 0 ? worst + (Share * distances.Sum(Objectives)) : worst;
    }
}
