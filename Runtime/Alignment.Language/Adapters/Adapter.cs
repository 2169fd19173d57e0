using static TorchSharp.torch;

namespace Alignment;

/// <summary>The parameters of one player on a base that it shares with others.</summary>
/// <remarks>Its parameters are tensors that record gradients; they are float32 beside any base but one of float64. It owns them.</remarks>
public sealed class Adapter : IDisposable
{
    private readonly SortedDictionary<string, IMatrixChange> _changes;

    private Adapter(string name, IAdapterKind kind, SortedDictionary<string, IMatrixChange> changes) =>
        (Name, Kind, _changes) = (name, kind, changes);

    /// <summary>What it is called among those of its base.</summary>
    public string Name { get; }

    /// <summary>How it changes the base.</summary>
    public IAdapterKind Kind { get; }

    /// <summary>Numbers that it learns.</summary>
    public long Count => Parameters.Sum(p => p.Value.numel());

    /// <summary>Its parameters by the names that files give them, in ordinal order of matrices.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Parameters =>
        _changes.SelectMany(change => change.Value.Parameters.Select(p => ($"{change.Key}.{p.Name}", p.Value)));

    internal IMatrixChange? Find(string matrix) => _changes.GetValueOrDefault(matrix);

    /// <summary>What it adds to each matrix of the base at these preferences.</summary>
    internal IEnumerable<(string Matrix, IMatrixChange Change)> Changes => _changes.Select(c => (c.Key, c.Value));

    internal static Adapter Begin(string name, IAdapterKind kind, IEnumerable<Linear> matrices, ulong seed)
    {
        if (kind is not IMatrixChanges maker)
            throw new ArgumentException(
                $"Adapter '{name}': the kind '{kind.Name}' is not one of ours; use Lora or PreferenceLora."
            );
        if (kind.Fault() is { } fault)
            throw new ArgumentException($"Adapter '{name}': {fault}.");
        var changes = new SortedDictionary<string, IMatrixChange>(StringComparer.Ordinal);
        foreach (var matrix in matrices)
            changes.Add(matrix.Name, maker.Begin(matrix, seed));
        return new(name, kind, changes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, value) in Parameters)
            value.Dispose();
    }
}
