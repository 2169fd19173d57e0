using static TorchSharp.torch;

namespace Alignment;

/// <summary>What a model learns from: gives gradients, step by step.</summary>
internal interface ITrainingTask : IDisposable
{
    /// <summary>Its name: <c>sft</c>.</summary>
    string Name { get; }

    /// <summary>What is run, for the run's folder: model, data, losses with their numbers.</summary>
    IReadOnlyDictionary<string, string> Identity { get; }

    /// <summary>The parameters that learn, in a fixed order; they record gradients.</summary>
    IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>Adds a step's gradients to the parameters'.</summary>
    /// <param name="step">Which, from 0; it decides the examples and all draws.</param>
    /// <returns>Metrics, <c>loss</c> among them.</returns>
    IReadOnlyDictionary<string, double> Backward(long step);

    /// <summary>Metrics of held-out examples, <c>eval_loss</c> among them; null where there are none.</summary>
    IReadOnlyDictionary<string, double>? Evaluate();

    /// <summary>What a user should look at, in view of a line of metrics and those before it; null for nothing.</summary>
    string? Warning(IReadOnlyList<IReadOnlyDictionary<string, double>> lines);
}
