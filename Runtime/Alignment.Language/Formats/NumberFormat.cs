namespace Alignment;

/// <summary>How the numbers of a stored tensor are written: the types of the safetensors format.</summary>
/// <param name="Name">As it stands in the header: <c>F32</c>.</param>
/// <param name="Bytes">Of one number.</param>
/// <param name="IsFloat">Whether a weight may be stored so.</param>
public sealed record NumberFormat(string Name, int Bytes, bool IsFloat)
{
    /// <summary>IEEE binary64.</summary>
    public static NumberFormat Float64 { get; } = new("F64", 8, true);

    /// <summary>IEEE binary32.</summary>
    public static NumberFormat Float32 { get; } = new("F32", 4, true);

    /// <summary>IEEE binary16.</summary>
    public static NumberFormat Float16 { get; } = new("F16", 2, true);

    /// <summary>The upper half of a binary32: 8 bits of exponent, 7 of fraction.</summary>
    public static NumberFormat BFloat16 { get; } = new("BF16", 2, true);

    /// <summary>8 bits, 4 of exponent: up to 448, no infinity.</summary>
    public static NumberFormat Float8E4M3 { get; } = new("F8_E4M3", 1, true);

    /// <summary>8 bits, 5 of exponent: up to 57,344.</summary>
    public static NumberFormat Float8E5M2 { get; } = new("F8_E5M2", 1, true);

    /// <summary>All that a file may hold.</summary>
    public static ValueList<NumberFormat> All { get; } =
    [
        Float64,
        Float32,
        Float16,
        BFloat16,
        Float8E4M3,
        Float8E5M2,
        new("I64", 8, false),
        new("I32", 4, false),
        new("I16", 2, false),
        new("I8", 1, false),
        new("U64", 8, false),
        new("U32", 4, false),
        new("U16", 2, false),
        new("U8", 1, false),
        new("BOOL", 1, false),
    ];

    /// <summary>The format of this name, or null.</summary>
    public static NumberFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
