using System.Globalization;

namespace Alignment;

/// <summary>Where a tensor lies in a safetensors file, and what it is.</summary>
/// <param name="Name">Its name, distinct within the file.</param>
/// <param name="Format">How its numbers are written.</param>
/// <param name="Shape">Its sizes, the slowest axis first; empty for a single number.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
public sealed record StoredTensor(string Name, NumberFormat Format, ValueList<long> Shape, long Begin, long End)
{
    /// <summary>How many numbers it holds.</summary>
    public long Count => (End - Begin) / Format.Bytes;

    /// <summary>A shape as messages write it: <c>[32, 64]</c>.</summary>
    public static string Text(IEnumerable<long> shape) =>
        $"[{string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]";
}
