namespace Alignment;

/// <summary>Proportional-integral control, for multipliers of constraints: the weights follow the violation and its sum.</summary>
/// <remarks>
/// <para>s' = max(s + rate g, 0); x' = s' + proportional g, g the violation. With proportional 0 this is projected ascent. The proportional part damps
/// the oscillation of the multiplier around its solution.</para>
/// <para>Defaults: rate 0.1 (the integral's gain), proportional 0.1; both in units of multiplier per violation.</para>
/// <para>Source: Stooke, Achiam, Abbeel (2020), "Responsive safety in reinforcement learning by PID Lagrangian methods", arXiv 2007.03964,
/// without the derivative term.</para>
/// <para>Not for weights that are no multipliers: x' does not build on x.</para>
/// </remarks>
public sealed record ProportionalIntegral : IOptimizer
{
    private static readonly Slot Integral = new("integral");

    /// <inheritdoc/>
    public string Name => "pi";

    /// <inheritdoc/>
    public Expr Rate { get; init; } = 0.1;

    /// <summary>Gain of the violation itself, at least 0.</summary>
    public double Proportional { get; init; } = 0.1;

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, double>> Numbers => [new("proportional", Proportional)];

    /// <inheritdoc/>
    public IOptimizer WithRate(Expr rate) => this with { Rate = rate };

    /// <inheritdoc/>
    public IOptimizer With(string name, double value) =>
        name == "proportional"
            ? this with
            {
                Proportional = OptimizerText.Within(this, name, value, 0, double.PositiveInfinity),
            }
            : throw OptimizerText.Unknown(this, name);

    /// <inheritdoc/>
    public SolverState Begin(SolverState state, Weights weights) => state.With(Integral, weights, weights.Initial());

    /// <inheritdoc/>
    public OptimizerStep Step(SolverState state, Weights weights, Expr value, Expr direction)
    {
        var integral = (state[Integral, weights] + (Rate * direction)).Positive();
        return new(state.With(Integral, weights, integral), integral + (Proportional * direction) - value);
    }
}
