namespace Alignment;

/// <summary>How what factors explain together is shared out among them. Closed; reports say which.</summary>
public abstract record Attribution
{
    private Attribution() { }

    /// <summary>Factor by factor, in an order: each is told after those before it.</summary>
    /// <param name="factors">All factors, the first first.</param>
    public static Attribution InOrder(params Axis[] factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return new Ordered(factors.ToValueList());
    }

    /// <summary>The mean over all orders (Shapley 1953). Costs 2^m entropies for m factors.</summary>
    /// <param name="factors">All factors.</param>
    public static Attribution OverAllOrders(params Axis[] factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return new Shapley(factors.ToValueList());
    }

    /// <summary>The factors.</summary>
    public abstract ValueList<Axis> Factors { get; }

    /// <summary>In an order.</summary>
    public sealed record Ordered : Attribution
    {
        internal Ordered(ValueList<Axis> factors) => Factors = factors;

        /// <inheritdoc/>
        public override ValueList<Axis> Factors { get; }

        /// <inheritdoc/>
        public override string ToString() => $"ordered({string.Join(", ", Factors.Select(f => Quote.Label(f.Name)))})";
    }

    /// <summary>Over all orders.</summary>
    public sealed record Shapley : Attribution
    {
        /// <summary>Factors at most.</summary>
        public const int MostFactors = 8;

        internal Shapley(ValueList<Axis> factors) => Factors = factors;

        /// <inheritdoc/>
        public override ValueList<Axis> Factors { get; }

        /// <inheritdoc/>
        public override string ToString() => $"shapley({string.Join(", ", Factors.Select(f => Quote.Label(f.Name)))})";
    }
}
