namespace Alignment;

/// <summary>How much weight diversity has at each iteration: w(t) = start decay^t, and 0 from an iteration on.</summary>
/// <remarks>
/// <para>t counts from 0. A weight that stays above 0 leaves its share in epsilon_i for good (<see cref="ResponseSlack"/>); one that ends lets the
/// last responses be as good as the oracle can.</para>
/// <para>Default: <see cref="Until"/> is never.</para>
/// </remarks>
/// <param name="Start">w(0), in units of payoff per unit of diversity; at least 0.</param>
/// <param name="Decay">Above 0, at most 1; default 1.</param>
/// <param name="Until">The first iteration without; default never.</param>
public sealed record WeightSchedule(double Start, double Decay = 1, long Until = long.MaxValue)
{
    /// <summary>Always 0.</summary>
    public static WeightSchedule None { get; } = new(0);

    /// <summary>w(t).</summary>
    public double At(long iteration) => iteration < Until ? Start * Math.Pow(Decay, iteration) : 0;

    internal string? Fault =>
        !(Start >= 0 && double.IsFinite(Start)) ? $"expected a weight of at least 0, got {NumberText.Of(Start)}"
        : !(Decay > 0 && Decay <= 1) ? $"expected a decay above 0 and at most 1, got {NumberText.Of(Decay)}"
        : Until < 0 ? $"expected an iteration of at least 0 to end at, got {NumberText.Of(Until)}"
        : null;
}
