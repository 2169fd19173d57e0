using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>What a tensor holds.</summary>
internal enum Element
{
    /// <summary>Numbers of the program's precision.</summary>
    Number,

    /// <summary>Truth values, which conditions of a selection are.</summary>
    Truth,

    /// <summary>Whole numbers: index maps and positions of a maximum.</summary>
    Index,
}

/// <summary>A run of elements in the program's memory.</summary>
internal sealed class Storage : IPlaced
{
    // whole cache lines, so that neither vectors nor threads meet at a border
    private const long Granule = 16;

    public required Element Element { get; init; }

    /// <summary>Number of elements.</summary>
    public required long Length { get; init; }

    /// <inheritdoc/>
    public long Extent => (Length + Granule - 1) / Granule * Granule;

    /// <summary>First element; set when memory is laid out.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Kept from call to call (state, invariants, tables), so never shared with another value.</summary>
    public bool Permanent { get; set; }
}
