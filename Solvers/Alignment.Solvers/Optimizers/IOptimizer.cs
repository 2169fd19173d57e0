namespace Alignment;

/// <summary>Turns directions of ascent into steps: a record of hyperparameters. A new one is one file.</summary>
public interface IOptimizer
{
    /// <summary>The word for settings, such as <c>adam</c>.</summary>
    string Name { get; }

    /// <summary>Step size: the factor before the direction. An expression, so that it can be swept.</summary>
    Expr Rate { get; }

    /// <summary>The same optimizer with another step size.</summary>
    IOptimizer WithRate(Expr rate);

    /// <summary>Further numbers by name, with those in force.</summary>
    ValueList<KeyValuePair<string, double>> Numbers { get; }

    /// <summary>The same optimizer with one of its <see cref="Numbers"/> changed.</summary>
    /// <exception cref="ArgumentException">The number is out of range.</exception>
    IOptimizer With(string name, double value);

    /// <summary>The state with the optimizer's variables for some weights.</summary>
    SolverState Begin(SolverState state, Weights weights);

    /// <summary>The step along a direction, and the state behind it.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="value">Their value before the step.</param>
    /// <param name="direction">The direction, over the weights' axes.</param>
    OptimizerStep Step(SolverState state, Weights weights, Expr value, Expr direction);
}

/// <summary>A step and the state behind it.</summary>
/// <param name="State">The state with the optimizer's variables moved on.</param>
/// <param name="Change">What to add to the weights.</param>
public sealed record OptimizerStep(SolverState State, Expr Change);
