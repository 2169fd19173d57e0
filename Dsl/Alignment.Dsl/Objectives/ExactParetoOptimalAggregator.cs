namespace Alignment;

/// <summary>Exact Pareto optimal search for two objectives: the front's point at which losses, each times its preference, are equal.</summary>
/// <remarks>
/// <para>Losses are l_k = z_k - J_k, measured from an ideal point z. With shares s_k = r_k l_k / sum_j r_j l_j the non-uniformity is mu = sum_k s_k log(2 s_k),
/// 0 exactly where r_1 l_1 = r_2 l_2, and the adjustments are a_k = r_k (log(2 s_k) - mu). With C the gradients' products, the objectives' weights w, a
/// distribution, solve a linear program and are held: where mu is above <see cref="Balanced"/>, maximize w'Ca such that Cw is at least 0 at the worst
/// objective, at least (Ca)_k at others with (Ca)_k of at most 0 (at least 0 at all where none is above 0); else maximize the sum of Cw such that Cw is at
/// least 0 and w'Ca at least min(max Ca, 0).</para>
/// <para>For two objectives the program's vertices are the ends of an interval, and it is solved exactly. More than two are refused.</para>
/// <para>Source: Mahapatra, Rajan (2020), "Multi-task learning with user preferences: gradient descent with controlled ascent in Pareto
/// optimization", ICML, equation 24.</para>
/// </remarks>
/// <param name="Objectives">The axis of two objectives.</param>
/// <param name="Preferences">r, over that axis, above 0.</param>
/// <param name="Ideal">z, above what can be reached.</param>
public sealed record ExactParetoOptimalAggregator(Axis Objectives, Expr Preferences, IdealPoint Ideal) : IAggregator
{
    /// <summary>Non-uniformity below which losses count as balanced.</summary>
    public const double Balanced = 1e-4;

    private const double Least = 1e-12;

    /// <inheritdoc/>
    public string Text => $"exact_pareto_optimal({Preferences}, {Ideal})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Preferences, .. Ideal.Expressions];

    /// <inheritdoc/>
    public IAggregator WithExpressions(ValueList<Expr> expressions)
    {
        ArgumentNullException.ThrowIfNull(expressions);
        return this with { Preferences = expressions[0], Ideal = Ideal.With(expressions.AsSpan()[1..]) };
    }

    /// <inheritdoc/>
    public Expr Combine(IObjectiveValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var losses = Preferences * (Ideal.Of(values) - values.Values).Maximum(Least);
        var shares = losses / losses.Sum(Objectives);
        var logs = (Objectives.Size * shares).Log();
        var mu = shares.Dot(logs, Objectives);
        var adjustments = Preferences * (logs - mu);
        var gains = values.Gram.Dot(adjustments.On(Objectives, Objectives.Prime()), Objectives.Prime());
        var first = mu.Above(Balanced).Select(Balancing(values.Gram, gains, losses), Descending(values.Gram, gains));
        var weights = (Expr.Vector(Objectives, 1, 0) * first) + (Expr.Vector(Objectives, 0, 1) * (1 - first));
        return values.Values.Dot(weights.StopGradient(), Objectives);
    }

    private Expr Balancing(Expr gram, Expr gains, Expr losses)
    {
        var worst = losses.OneHotMax(Objectives);
        var some = gains.Max(Objectives).Above(0.0);
        // no bound where balance gains
        var bounds = some.Select(worst.Select(0, gains.Above(0.0).Select(double.MinValue, gains)), 0);
        var (low, high) = Feasible(gram, bounds);
        return Best(low, high, At(gains, 0) - At(gains, 1));
    }

    private Expr Descending(Expr gram, Expr gains)
    {
        var (low, high) = Feasible(gram, Expr.Constant(0).Expand(Objectives));
        // w'Ca is at least min(max Ca, 0)
        (low, high) = Cut(low, high, At(gains, 0) - At(gains, 1), gains.Max(Objectives).Minimum(0) - At(gains, 1));
        var sums = gram.Sum(Objectives.Prime());
        return Best(low, high, At(sums, 0) - At(sums, 1));
    }

    /// <summary>The first weights w with C (w, 1 - w) of at least some bounds.</summary>
    private (Expr Low, Expr High) Feasible(Expr gram, Expr bounds)
    {
        (Expr Low, Expr High) interval = (0, 1);
        for (var k = 0; k < 2; k++)
        {
            var row = gram.Slice(Objectives.Prime(), k, One).Sum(One);
            interval = Cut(interval.Low, interval.High, At(row, 0) - At(row, 1), At(bounds, k) - At(row, 1));
        }

        return interval;
    }

    /// <summary>The part of an interval on which slope times w is at least a bound.</summary>
    private static (Expr Low, Expr High) Cut(Expr low, Expr high, Expr slope, Expr bound)
    {
        var at = bound / slope;
        return (slope.Above(0.0).Select(low.Maximum(at), low), slope.Below(0.0).Select(high.Minimum(at), high));
    }

    // rounding may leave an interval empty: its middle then
    private static Expr Best(Expr low, Expr high, Expr slope) =>
        high.Below(low).Select((low + high) / 2, slope.Above(0.0).Select(high, low)).Maximum(0).Minimum(1);

    private static Axis One { get; } = Axis.Of("one", 1);

    private Expr At(Expr values, int k) => values.Slice(Objectives, k, One).Sum(One);
}
