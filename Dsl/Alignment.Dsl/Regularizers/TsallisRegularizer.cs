namespace Alignment;

/// <summary>Temperature times negative Tsallis entropy of order q: tau (sum p^q - 1) / (q - 1).</summary>
/// <remarks>
/// q = 1 is the Shannon limit and refused here (use <see cref="EntropyRegularizer"/>); q = 2 gives sparsemax.
/// The best response is p_i = (|q - 1| / q * |values_i / tau - theta|)_+^(1 / (q - 1)) with the theta that makes it sum to 1, found by
/// <see cref="Bisections"/> halvings of a bracket that provably holds it, then normalized. Source: Tsallis (1988); Blondel, Martins, Niculae
/// (2020), "Learning with Fenchel-Young losses", section 4.
/// </remarks>
/// <param name="Order">q, above 0 and not 1.</param>
/// <param name="Temperature">tau, above 0.</param>
public sealed record TsallisRegularizer(double Order, Expr Temperature) : IRegularizer
{
    /// <summary>Halvings of the bracket for theta; its width ends below 2^-60 of the start.</summary>
    public const int Bisections = 60;

    /// <inheritdoc/>
    public string Text => $"tsallis({Quote.Number(Order)}, {Temperature})";

    /// <inheritdoc/>
    public ValueList<Expr> Expressions => [Temperature];

    /// <inheritdoc/>
    public IRegularizer WithExpressions(ValueList<Expr> expressions) => new TsallisRegularizer(Order, expressions[0]);

    /// <inheritdoc/>
    public Expr Penalty(Expr strategy, Axis actions) =>
        Temperature * (PowerOf(strategy, Order).Sum(actions) - 1.0) / (Order - 1);

    /// <inheritdoc/>
    public Expr BestResponse(Expr values, Axis actions)
    {
        // sum tau p^2 is (2 tau / 2) sum p^2: the projection in closed form
        if (Order == 2)
            return (values / (2.0 * Temperature)).ProjectToSimplex(actions);

        var scaled = values / Temperature * (Math.Abs(Order - 1) / Order);
        var top = scaled.Max(actions);
        // Order > 1: mass (scaled - theta)_+^(1/(q-1)) sums to at least 1 at theta = top - 1 and to 0 at theta = top.
        // Order < 1: mass (theta - scaled)^(-1/(1-q)) sums to at least 1 at theta = top + 1 and to at most 1 at theta = top + n^(1-q).
        var sparse = Order > 1;
        var low = sparse ? top - 1.0 : top + 1.0;
        var width = sparse ? 1.0 : Math.Pow(actions.Size, 1 - Order) - 1;
        for (var k = 0; k < Bisections; k++)
        {
            width /= 2;
            var middle = low + width;
            low = Mass(scaled, middle).Sum(actions).Below(1.0).Select(low, middle);
        }

        var mass = Mass(scaled, low);
        return mass / mass.Sum(actions);
    }

    private Expr Mass(Expr scaled, Expr theta) =>
        Order > 1 ? PowerOf((scaled - theta).Positive(), 1 / (Order - 1)) : PowerOf(theta - scaled, -1 / (1 - Order));

    private static Expr PowerOf(Expr x, double exponent) =>
        exponent == 2 ? x * x
        : exponent == 1 ? x
        : x.Above(0.0).Select(x.Pow(exponent), 0.0);
}
