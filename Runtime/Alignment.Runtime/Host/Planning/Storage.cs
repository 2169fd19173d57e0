using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Which memory a buffer lies in.</summary>
internal enum Segment
{
    /// <summary>Once a program: values that no batch axis and no state touches.</summary>
    Shared,

    /// <summary>Once a block of games.</summary>
    Block,
}

/// <summary>A piece of memory, in elements from the start of its segment.</summary>
internal sealed class Storage : IPlaced
{
    /// <summary>Elements of a cache line, or of two.</summary>
    public const long Granule = 16;

    public required Segment Segment { get; init; }

    /// <summary>Elements, a multiple of the vector length.</summary>
    public required long Length { get; init; }

    /// <summary>Elements that it takes, in whole cache lines.</summary>
    public long Extent => (Length + Granule - 1) / Granule * Granule;

    /// <summary>First element; set when memory is laid out.</summary>
    public long Offset
    {
        get => AliasOf?.Offset ?? field;
        set;
    } = -1;

    /// <summary>The storage that this one was merged into: a state that its next value is written to directly.</summary>
    public Storage? AliasOf { get; set; }

    /// <summary>Where the memory really is.</summary>
    public Storage Root => AliasOf ?? this;

    /// <summary>Whether the games of a block lie side by side in it.</summary>
    public bool Lanes { get; init; }

    /// <summary>Kept from step to step (state, invariants), so never shared with another value.</summary>
    public bool Permanent { get; set; }
}

/// <summary>How a value lies in memory: a storage, a first element and a stride an axis.</summary>
/// <remarks>
/// Axes that are not listed have stride 0: the value is the same along them. Hence renaming, repeating and slicing cost nothing.
/// With <see cref="Lanes"/> the games of a block lie side by side as the innermost dimension. Without, the axis of stride 1 is padded to
/// whole vectors, and a scalar fills a vector with copies of itself, so that kernels never see a short tail.
/// </remarks>
/// <param name="Storage">The storage.</param>
/// <param name="Start">The first element.</param>
/// <param name="Strides">How far apart neighbours along an axis lie.</param>
/// <param name="Lanes">Whether the games of a block lie side by side.</param>
/// <param name="Width">
/// Elements of a vector. Without lanes, every row of an axis in blocks is padded to whole ones; with lanes rows are whole anyway.
/// </param>
internal sealed record View(
    Storage Storage,
    long Start,
    ValueList<KeyValuePair<string, long>> Strides,
    bool Lanes,
    int Width
)
{
    public long Stride(Axis axis)
    {
        foreach (var (name, stride) in Strides)
        {
            if (name == axis.Name)
                return stride;
        }

        return 0;
    }

    /// <summary>Offsets over the row-major product of axes.</summary>
    public int[] Offsets(IReadOnlyList<Axis> axes) => Host.Strides.Offsets(Places, axes);

    /// <summary>How far each element of an axis lies from the first.</summary>
    public int[] Places(Axis axis)
    {
        var stride = Stride(axis);
        if (Lanes || axis.Blocks.Count == 0 || stride == 0)
            return Host.Strides.Even(axis.Size, stride);
        var places = new int[axis.Size];
        var (element, row) = (0, 0L);
        foreach (var block in axis.Blocks)
        {
            for (var r = 0; r < block.Rows; r++, row += Padded(block.Columns))
            {
                for (var column = 0; column < block.Columns; column++)
                    places[element++] = checked((int)((row + column) * stride));
            }
        }

        return places;
    }

    /// <summary>Where an axis' blocks begin, and how far apart their rows lie.</summary>
    public IEnumerable<(int Start, int Row)> Blocks(Axis axis)
    {
        var (stride, start) = (Stride(axis), 0L);
        foreach (var block in axis.Blocks)
        {
            var row = Lanes ? block.Columns : Padded(block.Columns);
            yield return (checked((int)(start * stride)), checked((int)(row * stride)));
            start += block.Rows * row;
        }
    }

    /// <summary>Elements that an axis takes.</summary>
    public static long Extent(Axis axis, bool lanes, int width) =>
        lanes || axis.Blocks.Count == 0
            ? axis.Size
            : axis.Blocks.Sum(b => (long)b.Rows * ((b.Columns + width - 1) / width * width));

    private long Padded(long length) => (length + Width - 1) / Width * Width;

    public bool Holds(Axis axis) => Strides.Any(s => s.Key == axis.Name);

    public bool IsScalar => Strides.Count == 0 && !Lanes;

    /// <summary>The axis of stride 1 of a value without lanes, or null.</summary>
    public string? Innermost => Lanes ? null : Strides.Where(s => s.Value == 1).Select(s => s.Key).FirstOrDefault();

    public View Rename(Axis from, Axis to) =>
        this with
        {
            Strides = Strides.Select(s => s.Key == from.Name ? KeyValuePair.Create(to.Name, s.Value) : s).ToValueList(),
        };
}

/// <summary>A place in memory that kernels resolve against the two segments' addresses.</summary>
internal readonly record struct Address(bool Shared, long Offset)
{
    public static Address Of(View view) =>
        new(view.Storage.Segment == Segment.Shared, view.Storage.Offset + view.Start);

    public unsafe T* In<T>(T* shared, T* block)
        where T : unmanaged => (Shared ? shared : block) + Offset;
}
