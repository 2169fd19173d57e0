using static TorchSharp.torch;

namespace Alignment;

/// <summary>What one run of a model over tokens needs beside them.</summary>
/// <param name="Positions">Of each token in its text, [rows, tokens]; null where all rows go on behind the cache, or begin at 0.</param>
/// <param name="Mask">Which keys each token sees, 0 for seen, else minus infinity, [rows, 1, tokens, keys]; null where each sees itself and all before.</param>
/// <param name="Cache">Keys and values of earlier tokens; null where there are none.</param>
/// <param name="Adapters">Which rows pass through which adapter; none for the base alone.</param>
internal sealed record Pass(Tensor? Positions, Tensor? Mask, KeyValueCache? Cache, IReadOnlyList<AdapterRows> Adapters)
{
    public static Pass Plain { get; } = new(null, null, null, []);
}
