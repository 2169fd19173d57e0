namespace Alignment;

/// <summary>Exact Pareto optimal search: the front's point at which losses, each times its preference, are equal.</summary>
/// <remarks>
/// <para>Losses are l_k = z_k - J_k, measured from an ideal point z. With shares s_k = r_k l_k / sum_j r_j l_j the non-uniformity is mu = sum_k s_k log(m s_k),
/// 0 exactly where all r_k l_k are one number, and the adjustments are a_k = r_k (log(m s_k) - mu). With C the gradients' products, the objectives' weights w, a
/// distribution, solve a linear program and are held: where mu is above <see cref="Balanced"/>, maximize w'Ca such that Cw is at least 0 at the worst
/// objective, at least (Ca)_k at others with (Ca)_k of at most 0 (at least 0 at all where none is above 0); else maximize the sum of Cw such that Cw is at
/// least 0 and w'Ca at least min(max Ca, 0).</para>
/// <para>The program is solved exactly, by all its vertices: from two to four objectives, whose programs have 5, 21 and 84 of them. More are refused.</para>
/// <para>Source: Mahapatra, Rajan (2020), "Multi-task learning with user preferences: gradient descent with controlled ascent in Pareto
/// optimization", ICML, equation 24.</para>
/// </remarks>
/// <param name="Objectives">The axis of two to four objectives.</param>
/// <param name="Preferences">r, over that axis, above 0.</param>
/// <param name="Ideal">z, above what can be reached.</param>
public sealed record ExactParetoOptimalAggregator(Axis Objectives, Expr Preferences, IdealPoint Ideal) : IAggregator
{
    /// <summary>Non-uniformity below which losses count as balanced.</summary>
    public const double Balanced = 1e-4;

    /// <summary>Most objectives.</summary>
    public const int MostObjectives = 4;

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
        var weights = mu.Above(Balanced).Select(Balancing(values.Gram, gains, losses), Descending(values.Gram, gains));
        return values.Values.Dot(weights.StopGradient(), Objectives);
    }

    // maximize the gain in balance: the worst objective does not fall, nor do those that balance asks to rise by less than it asks
    private Expr Balancing(Expr gram, Expr gains, Expr losses)
    {
        var worst = losses.OneHotMax(Objectives);
        var some = gains.Max(Objectives).Above(0.0);
        var bounds = some.Select(worst.Select(0, gains.Minimum(0)), 0);
        // no bound where balance gains
        var counts = some.Select(worst.Select(1, gains.AtMost(0.0)), 1);
        return SimplexProgram.Solve(Objectives, [.. Rows(gram, bounds, counts)], gains);
    }

    // maximize the sum of all gains: none falls, and balance does not get worse
    private Expr Descending(Expr gram, Expr gains) =>
        SimplexProgram.Solve(
            Objectives,
            [
                .. Rows(gram, Expr.Constant(0).Expand(Objectives), Expr.Constant(1).Expand(Objectives)),
                (gains, gains.Max(Objectives).Minimum(0), 1),
            ],
            gram.Sum(Objectives.Prime())
        );

    /// <summary>Cw at least some bounds, objective by objective.</summary>
    private IEnumerable<(Expr Row, Expr Bound, Expr Counts)> Rows(Expr gram, Expr bounds, Expr counts) =>
        Enumerable
            .Range(0, Objectives.Size)
            .Select(k => (gram.Slice(Objectives.Prime(), k, One).Sum(One), At(bounds, k), At(counts, k)));

    private static Axis One { get; } = Axis.Of("one", 1);

    private Expr At(Expr values, int k) => values.Slice(Objectives, k, One).Sum(One);
}
