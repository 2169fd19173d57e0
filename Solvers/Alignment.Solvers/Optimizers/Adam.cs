namespace Alignment;

/// <summary>Adam: the mean direction over the root of the mean squared one, both decaying and unbiased.</summary>
/// <remarks>
/// <para>m' = beta1 m + (1 - beta1) g; v' = beta2 v + (1 - beta2) g^2; x' = x + rate (m' / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) + epsilon),
/// t the number of the step, from 1.</para>
/// <para>Defaults: rate 0.01, beta1 0.9, beta2 0.999, epsilon 1e-8.</para>
/// <para>Source: Kingma, Ba (2015), "Adam: a method for stochastic optimization", arXiv 1412.6980, algorithm 1.</para>
/// <para>Not for certificates: with a constant rate its steps do not shrink, so weights settle to within the rate only.</para>
/// </remarks>
public sealed record Adam : IOptimizer
{
    private static readonly Slot Mean = new("adam_mean");
    private static readonly Slot Square = new("adam_square");
    private static readonly Slot Left1 = new("adam_beta1");
    private static readonly Slot Left2 = new("adam_beta2");

    /// <inheritdoc/>
    public string Name => "adam";

    /// <inheritdoc/>
    public Expr Rate { get; init; } = 0.01;

    /// <summary>What is kept of the mean, from 0 to 1, 1 excluded.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>What is kept of the mean square, from 0 to 1, 1 excluded.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public ValueList<KeyValuePair<string, double>> Numbers =>
        [new("beta1", Beta1), new("beta2", Beta2), new("epsilon", Epsilon)];

    /// <inheritdoc/>
    public IOptimizer WithRate(Expr rate) => this with { Rate = rate };

    /// <inheritdoc/>
    public IOptimizer With(string name, double value) =>
        name switch
        {
            "beta1" => this with { Beta1 = OptimizerText.Within(this, name, value, -1, 1) },
            "beta2" => this with { Beta2 = OptimizerText.Within(this, name, value, -1, 1) },
            "epsilon" => this with { Epsilon = OptimizerText.Within(this, name, value, 0, double.PositiveInfinity) },
            _ => throw OptimizerText.Unknown(this, name),
        };

    // beta^t as a product: a power of the step would differ from it in the last bits, and costs more
    /// <inheritdoc/>
    public SolverState Begin(SolverState state, Weights weights) =>
        state
            .With(Mean, weights, OptimizerText.Zeros(weights))
            .With(Square, weights, OptimizerText.Zeros(weights))
            .With(Left1, weights, 1)
            .With(Left2, weights, 1);

    /// <inheritdoc/>
    public OptimizerStep Step(SolverState state, Weights weights, Expr value, Expr direction)
    {
        var mean = (Beta1 * state[Mean, weights]) + ((1 - Beta1) * direction);
        var square = (Beta2 * state[Square, weights]) + ((1 - Beta2) * direction * direction);
        var (left1, left2) = (Beta1 * state[Left1, weights], Beta2 * state[Left2, weights]);
        var change = Rate * (mean / (1 - left1)) / ((square / (1 - left2)).Sqrt() + Epsilon);
        return new(
            state
                .With(Mean, weights, mean)
                .With(Square, weights, square)
                .With(Left1, weights, left1)
                .With(Left2, weights, left2),
            change
        );
    }
}
