namespace Alignment.Torch;

/// <summary>A tensor that the script is handed: what <c>as_strided</c> makes of a storage.</summary>
internal sealed record Operand(Storage Storage, long Start, ValueList<long> Sizes, ValueList<long> Strides)
{
    public Element Element => Storage.Element;

    /// <summary>Whether this is the present step's number of a table: a tensor without dimensions, taken out in the loop.</summary>
    public bool IsOfStep { get; init; }

    /// <summary>This operand with several neighbouring dimensions merged or split into other ones.</summary>
    public Operand Shaped(params (long Size, long Stride)[] dims) =>
        this with
        {
            Sizes = dims.Select(d => d.Size).ToValueList(),
            Strides = dims.Select(d => d.Stride).ToValueList(),
        };
}
