using System.Runtime.InteropServices;

namespace Alignment.Runtime;

/// <summary>Numbers as bytes: float64, or unsigned integers where all of them are some.</summary>
internal static class SnapshotNumbers
{
    /// <summary>How many bytes a number takes.</summary>
    public static int Width(ReadOnlySpan<double> numbers)
    {
        var all = 0u;
        foreach (var number in numbers)
        {
            var whole = unchecked((uint)number);
            // bits are compared, since -0 equals 0
            if (BitConverter.DoubleToInt64Bits(whole) != BitConverter.DoubleToInt64Bits(number))
                return sizeof(double);
            all |= whole;
        }

        return all <= byte.MaxValue ? sizeof(byte)
            : all <= ushort.MaxValue ? sizeof(ushort)
            : sizeof(uint);
    }

    public static ReadOnlySpan<byte> Bytes(ReadOnlySpan<double> numbers, int width, Span<byte> buffer)
    {
        switch (width)
        {
            case sizeof(double):
                return MemoryMarshal.AsBytes(numbers);
            case sizeof(uint):
                var large = MemoryMarshal.Cast<byte, uint>(buffer);
                for (var k = 0; k < numbers.Length; k++)
                    large[k] = (uint)numbers[k];
                break;
            case sizeof(ushort):
                var small = MemoryMarshal.Cast<byte, ushort>(buffer);
                for (var k = 0; k < numbers.Length; k++)
                    small[k] = (ushort)numbers[k];
                break;
            default:
                for (var k = 0; k < numbers.Length; k++)
                    buffer[k] = (byte)numbers[k];
                break;
        }

        return buffer[..(numbers.Length * width)];
    }

    public static void Read(ReadOnlySpan<byte> bytes, int width, Span<double> numbers)
    {
        switch (width)
        {
            case sizeof(double):
                MemoryMarshal.Cast<byte, double>(bytes).CopyTo(numbers);
                break;
            case sizeof(uint):
                var large = MemoryMarshal.Cast<byte, uint>(bytes);
                for (var k = 0; k < numbers.Length; k++)
                    numbers[k] = large[k];
                break;
            case sizeof(ushort):
                var small = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var k = 0; k < numbers.Length; k++)
                    numbers[k] = small[k];
                break;
            default:
                for (var k = 0; k < numbers.Length; k++)
                    numbers[k] = bytes[k];
                break;
        }
    }
}
