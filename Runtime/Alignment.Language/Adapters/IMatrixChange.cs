using static TorchSharp.torch;

namespace Alignment;

/// <summary>What an adapter adds to one matrix of the base.</summary>
internal interface IMatrixChange
{
    /// <summary>Its parameters by the names that files give them.</summary>
    IEnumerable<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>What is added to x W' for rows that pass through the adapter.</summary>
    Tensor Apply(Tensor x, Tensor? preferences);

    /// <summary>What is added to W, [out, in], at these preferences.</summary>
    Tensor Whole(IReadOnlyList<double> preferences);
}

/// <summary>The rows of a batch that pass through an adapter.</summary>
/// <param name="Adapter">The adapter.</param>
/// <param name="Rows">Their numbers; null for all.</param>
/// <param name="Preferences">A point of the simplex for each of these rows, [rows, objectives]; null where the adapter takes none.</param>
internal sealed record AdapterRows(Adapter Adapter, Tensor? Rows, Tensor? Preferences = null);
