using static TorchSharp.torch;

namespace Alignment;

/// <summary>Who speaks and learns: a model with the adapter that texts pass through, or the base alone, all of whose weights learn.</summary>
/// <param name="Model">The base.</param>
/// <param name="Adapter">One of its adapters; null for the base alone.</param>
public sealed record LanguagePolicy(LanguageModel Model, Adapter? Adapter = null)
{
    /// <summary>A point of the simplex where the adapter takes preferences.</summary>
    public ValueList<double> Preferences { get; init; } = [];

    /// <summary>A prompt for it to continue.</summary>
    /// <param name="prompt">Tokens, at least one.</param>
    /// <param name="number">See <see cref="GenerationRequest.Number"/>.</param>
    public GenerationRequest Request(ValueList<int> prompt, long number) =>
        new(prompt, number, Adapter) { Preferences = Preferences };

    /// <summary>In a line, to know a run again by.</summary>
    internal string Description =>
        (Adapter is null ? $"all of {Model.Config}" : $"{Adapter.Kind} on {Model.Config}")
        + $" in {Model.Precision}"
        + (Preferences.Count == 0 ? "" : $" at {Preferences}");

    /// <summary>The parameters, which record gradients from now on.</summary>
    internal IReadOnlyList<(string Name, Tensor Value)> Learn() => Model.Learn(Adapter);

    /// <summary>So many rows through it.</summary>
    internal Pass Pass(int rows) =>
        Alignment.Pass.Plain with
        {
            Adapters = Model.Uses(Adapter, rows, [.. Preferences]),
        };
}
