using System.Buffers.Binary;
using System.Numerics;

namespace Alignment.Runtime;

/// <summary>The cyclic redundancy check of Castagnoli's polynomial, 0x1EDC6F41 (RFC 3720, appendix B.4).</summary>
internal static class Crc32C
{
    /// <summary>The check of bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The check as records hold it: turned and shifted, since a check of bytes that hold a check says little.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + 0xa282ead8;
}
