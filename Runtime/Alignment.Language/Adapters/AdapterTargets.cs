namespace Alignment;

/// <summary>Which matrices of a base an adapter changes.</summary>
[Flags]
public enum AdapterTargets
{
    /// <summary>Queries, keys, values and the attention's output.</summary>
    Attention = 1,

    /// <summary>The matrices of the perceptrons.</summary>
    Perceptron = 2,

    /// <summary>All of them.</summary>
    All = Attention | Perceptron,
}
