namespace Alignment;

/// <summary>Gradient ascent with momentum: the step is the rate times a decaying sum of directions.</summary>
/// <remarks>
/// <para>v' = decay v + g; x' = x + rate v'.</para>
/// <para>Defaults: rate 0.01, decay 0.9, in [0, 1).</para>
/// <para>Source: Polyak (1964), "Some methods of speeding up the convergence of iteration methods".</para>
/// <para>Not for zero-sum games: positive momentum makes simultaneous play rotate outwards faster (Gidel et al. 2019, "Negative momentum for
/// improved game dynamics", arXiv 1807.04740).</para>
/// </remarks>
public sealed record Momentum : IOptimizer
{
    private static readonly Slot Velocity = new("velocity");

    /// <inheritdoc/>
    public string Name => "momentum";

    /// <inheritdoc/>
    public Expr Rate { get; init; } = 0.01;

    /// <summary>What is kept of the sum at each step, from -1 to 1, both excluded.</summary>
    public double Decay { get; init; } = 0.9;

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, double>> Numbers => [new("decay", Decay)];

    /// <inheritdoc/>
    public IOptimizer WithRate(Expr rate) => this with { Rate = rate };

    /// <inheritdoc/>
    public IOptimizer With(string name, double value) =>
        name == "decay"
            ? this with
            {
                Decay = OptimizerText.Within(this, name, value, -1, 1),
            }
            : throw OptimizerText.Unknown(this, name);

    /// <inheritdoc/>
    public SolverState Begin(SolverState state, Weights weights) =>
        state.With(Velocity, weights, OptimizerText.Zeros(weights));

    /// <inheritdoc/>
    public OptimizerStep Step(SolverState state, Weights weights, Expr value, Expr direction)
    {
        var velocity = (Decay * state[Velocity, weights]) + direction;
        return new(state.With(Velocity, weights, velocity), Rate * velocity);
    }
}
