namespace Alignment;

/// <summary>The interval that every single payoff of a game lies in, declared before anything is sampled.</summary>
/// <remarks>
/// <para>Bounds that hold at every sample size need it: a payoff that is rare and large is not in the samples yet.</para>
/// <para>Units: those of the payoffs. Errors: ends that are not finite, or not in order.</para>
/// <para>Not the smallest and largest payoff that were seen: with those no bound holds.</para>
/// </remarks>
public sealed record PayoffRange
{
    /// <summary>An interval.</summary>
    /// <exception cref="ArgumentException">The ends are not finite, or the lower is not below the upper.</exception>
    public PayoffRange(double low, double high)
    {
        if (!Text.IsTaken(low) || !Text.IsTaken(high) || !(low < high))
            throw new ArgumentException(
                $"Payoff range: expected two finite numbers within 1e100, the lower first, got {Text.Number(low)} and {Text.Number(high)}."
            );
        (Low, High) = (low, high);
    }

    /// <summary>From 0 to 1: of successes and failures.</summary>
    public static PayoffRange Unit { get; } = new(0, 1);

    /// <summary>Lower end.</summary>
    public double Low { get; }

    /// <summary>Upper end.</summary>
    public double High { get; }

    /// <summary>Upper end less lower end.</summary>
    public double Width => High - Low;

    /// <summary>The two ends.</summary>
    public override string ToString() => $"from {Text.Number(Low)} to {Text.Number(High)}";

    internal void Require(string who, double payoff)
    {
        if (!(payoff >= Low && payoff <= High))
            throw new ArgumentException(
                $"{who}: expected payoffs {this}, the range that was declared, got {Text.Number(payoff)}; declare a wider range."
            );
    }
}
