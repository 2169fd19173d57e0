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

    /// <summary>Which factors are known when a factor is told, and in what share of the orders: a factor's part is that mean of what it tells then.</summary>
    /// <param name="factor">The factor's place among <see cref="Factors"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public ValueList<FactorTurn> Turns(int factor)
    {
        if (factor < 0 || factor >= Factors.Count)
            throw new ArgumentOutOfRangeException(
                nameof(factor),
                factor,
                $"Expected a factor from 0 to {Factors.Count - 1}."
            );
        return TurnsOf(factor);
    }

    private protected abstract ValueList<FactorTurn> TurnsOf(int factor);

    /// <summary>What is wrong with the factors of answers along an axis, or null.</summary>
    internal string? Fault(Axis answers)
    {
        if (Factors.Count == 0)
            return "Expected factors, got none.";
        var twice = Factors
            .Append(answers)
            .GroupBy(a => a.Name, StringComparer.Ordinal)
            .FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            return $"The axis '{twice.Key}' occurs twice among answers and factors; each needs an axis of its own.";
        return this is Shapley && Factors.Count > Shapley.MostFactors
            ? $"Expected at most {Shapley.MostFactors} factors over all orders, got {Factors.Count}; give an order."
            : null;
    }

    /// <summary>In an order.</summary>
    public sealed record Ordered : Attribution
    {
        internal Ordered(ValueList<Axis> factors) => Factors = factors;

        /// <inheritdoc/>
        public override ValueList<Axis> Factors { get; }

        private protected override ValueList<FactorTurn> TurnsOf(int factor) => [new((1 << factor) - 1, 1)];

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

        private protected override ValueList<FactorTurn> TurnsOf(int factor) =>
            Enumerable
                .Range(0, 1 << Factors.Count)
                .Where(set => (set & (1 << factor)) == 0)
                .Select(set => new FactorTurn(set, Share(System.Numerics.BitOperations.PopCount((uint)set))))
                .ToValueList();

        // of the orders of n factors, the share in which a given set of s stands right before a given other: s! (n - s - 1)! / n!
        private double Share(int size)
        {
            var orders = 1.0;
            for (var k = 0; k < size; k++)
                orders *= (k + 1.0) / (Factors.Count - k);
            return orders / (Factors.Count - size);
        }

        /// <inheritdoc/>
        public override string ToString() => $"shapley({string.Join(", ", Factors.Select(f => Quote.Label(f.Name)))})";
    }
}

/// <summary>A moment at which a factor may be told.</summary>
/// <param name="Known">The factors known before, bit k for the k-th.</param>
/// <param name="Share">The share of the orders in which it is told then; they sum to 1.</param>
public readonly record struct FactorTurn(int Known, double Share);
