namespace Alignment;

/// <summary>Plain gradient ascent: the step is the rate times the direction.</summary>
/// <remarks>
/// <para>x' = x + rate g.</para>
/// <para>Default rate 0.1, in units of weights squared per payoff.</para>
/// <para>Not for directions whose scales differ by orders of magnitude: see <see cref="Adam"/>.</para>
/// </remarks>
public sealed record GradientAscent : IOptimizer
{
    /// <inheritdoc/>
    public string Name => "sgd";

    /// <inheritdoc/>
    public Expr Rate { get; init; } = 0.1;

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, double>> Numbers => [];

    /// <inheritdoc/>
    public IOptimizer WithRate(Expr rate) => this with { Rate = rate };

    /// <inheritdoc/>
    public IOptimizer With(string name, double value) => throw OptimizerText.Unknown(this, name);

    /// <inheritdoc/>
    public SolverState Begin(SolverState state, Weights weights) => state;

    /// <inheritdoc/>
    public OptimizerStep Step(SolverState state, Weights weights, Expr value, Expr direction) =>
        new(state, Rate * direction);
}
