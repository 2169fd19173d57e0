namespace Alignment;

/// <summary>Multiple-gradient descent: objectives are weighted so that the sum of their gradients is the shortest vector of the gradients' hull.</summary>
/// <remarks>
/// <para>w minimizes |sum_k w_k grad J_k|^2 over distributions and is held: the payoff is sum_k w_k J_k. Along that direction no objective falls, and all rise
/// at the same rate where the vector lies inside of the hull; it is 0 exactly at Pareto-stationary points.</para>
/// <para>For two objectives w is the closed form. For more it is found by <see cref="Iterations"/> accelerated projected steps, which reach it
/// up to O(1 / iterations^2) of the squared length.</para>
/// <para>Which point of the front is reached depends on the start; no preference comes in.</para>
/// <para>Source: Desideri (2012), "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization"; Sener, Koltun (2018), arXiv
/// 1810.04650.</para>
/// </remarks>
/// <param name="Objectives">The axis of the objectives.</param>
public sealed record MinimumNormAggregator(Axis Objectives) : IAggregator
{
    /// <summary>Projected steps for three objectives and more.</summary>
    public const int Iterations = 200;

    /// <inheritdoc/>
    public string Text => "minimum_norm()";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [];

    /// <inheritdoc/>
    public IAggregator WithExpressions(ValueList<Expr> expressions) => this;

    /// <inheritdoc/>
    public Expr Combine(IObjectiveValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Values.Dot(Weights(Objectives, values.Gram).StopGradient(), Objectives);
    }

    /// <summary>The distribution w over the objectives that minimizes w'Gw.</summary>
    /// <param name="objectives">The axis.</param>
    /// <param name="gram">G, over the axis and its prime; positive semidefinite.</param>
    public static Expr Weights(Axis objectives, Expr gram)
    {
        ArgumentNullException.ThrowIfNull(objectives);
        ArgumentNullException.ThrowIfNull(gram);
        var prime = objectives.Prime();
        return objectives.Size switch
        {
            1 => Expr.Constant(1).Expand(objectives),
            2 => OfTwo(objectives, gram),
            _ => Iterated(objectives, prime, gram),
        };
    }

    // |w g1 + (1 - w) g2|^2 is least at w = (g2.g2 - g1.g2) / |g1 - g2|^2
    private static Expr OfTwo(Axis objectives, Expr gram)
    {
        Expr At(int row, int column)
        {
            var one = Axis.Of("one", 1);
            return gram.Slice(objectives, row, one).Sum(one).Slice(objectives.Prime(), column, one).Sum(one);
        }

        var apart = At(0, 0) - (2.0 * At(0, 1)) + At(1, 1);
        var first = apart.Above(0.0).Select((At(1, 1) - At(0, 1)) / apart, 0.5).Maximum(0).Minimum(1);
        return (Expr.Vector(objectives, 1, 0) * first) + (Expr.Vector(objectives, 0, 1) * (1 - first));
    }

    private static Expr Iterated(Axis objectives, Axis prime, Expr gram)
    {
        // the trace bounds the largest eigenvalue
        var bound = (gram * Expr.Identity(objectives, prime)).Sum(objectives, prime);
        var step = bound.Above(0.0).Select(1 / bound, 0);
        var at = Expr.Constant(1.0 / objectives.Size).Expand(objectives);
        var (ahead, momentum) = (at, 1.0);
        for (var k = 0; k < Iterations; k++)
        {
            var slope = gram.Dot(ahead.On(objectives, prime), prime);
            var next = (ahead - (step * slope)).ProjectToSimplex(objectives);
            var faster = (1 + Math.Sqrt(1 + (4 * momentum * momentum))) / 2;
            ahead = next + ((momentum - 1) / faster * (next - at));
            (at, momentum) = (next, faster);
        }

        return at;
    }
}
