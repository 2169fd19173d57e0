namespace Alignment.Torch;

/// <summary>A tensor that the script is handed: what <c>as_strided</c> makes of a storage.</summary>
internal sealed record Operand(Storage Storage, long Start, ValueList<long> Sizes, ValueList<long> Strides)
{
    public Element Element => Storage.Element;

    /// <summary>Whether this is the present step's number of a table: a tensor without dimensions, taken out in the loop.</summary>
    public bool IsOfStep { get; init; }

    /// <summary>Whether that number is wanted as one of the script's own numbers rather than as a tensor.</summary>
    public bool IsFactor { get; init; }

    public long Elements => Sizes.Aggregate(1L, (n, size) => n * size);

    /// <summary>Whether the elements lie one behind the other in the order of the dimensions.</summary>
    public bool IsDense
    {
        get
        {
            var due = 1L;
            for (var k = Sizes.Count - 1; k >= 0; k--)
            {
                if (Sizes[k] != 1 && Strides[k] != due)
                    return false;
                due *= Sizes[k];
            }

            return !IsOfStep;
        }
    }

    /// <summary>The elements from the first that it holds to the last.</summary>
    public Region Region =>
        new(Storage, Start, Start + Sizes.Zip(Strides, (size, stride) => (size - 1) * stride).Sum() + 1);

    /// <summary>Whether it lies in a storage as another does in its own.</summary>
    public bool LiesLike(Operand other) =>
        !IsOfStep && Sizes.Equals(other.Sizes) && Strides.Equals(other.Strides) && Start == other.Start;

    /// <summary>Whether both are dense, and over the same dimensions.</summary>
    public bool IsLike(Operand other) =>
        IsDense && other.IsDense && Element == other.Element && Sizes.Equals(other.Sizes);

    /// <summary>A matrix with its rows as columns.</summary>
    public Operand Transposed => Shaped((Sizes[1], Strides[1]), (Sizes[0], Strides[0]));

    /// <summary>This operand with several neighbouring dimensions merged or split into other ones.</summary>
    public Operand Shaped(params (long Size, long Stride)[] dims) =>
        this with
        {
            Sizes = dims.Select(d => d.Size).ToValueList(),
            Strides = dims.Select(d => d.Stride).ToValueList(),
        };
}
