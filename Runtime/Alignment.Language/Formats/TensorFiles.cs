using System.Runtime.InteropServices;
using Alignment.Formats;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>Stored tensors to LibTorch's and back.</summary>
internal static class TensorFiles
{
    private const int Chunk = 1 << 24; // bytes copied at a time

    /// <summary>Reads a tensor as it is stored; numbers of 8 bits, which LibTorch has no arithmetic for here, as float32.</summary>
    public static Tensor Load(SafeTensorsFile file, StoredTensor stored)
    {
        if (!stored.Format.IsFloat)
            throw new InputFormatException(
                file.Path,
                $"tensor '{stored.Name}': expected floating-point numbers, got {stored.Format}"
            );
        return stored.Format.Bytes == 1 ? LoadBytes(file, stored) : LoadAsIs(file, stored);
    }

    /// <summary>A tensor to be written in its own number format.</summary>
    public static TensorToStore ToStore(string name, Tensor tensor) =>
        new(name, FormatOf(tensor.dtype), tensor.shape.ToValueList(), stream => Write(stream, tensor));

    public static NumberFormat FormatOf(ScalarType type) =>
        type switch
        {
            ScalarType.Float64 => NumberFormat.Float64,
            ScalarType.Float32 => NumberFormat.Float32,
            ScalarType.Float16 => NumberFormat.Float16,
            ScalarType.BFloat16 => NumberFormat.BFloat16,
            _ => throw new ArgumentException($"Weights are floating-point numbers, got {type}."),
        };

    private static Tensor LoadAsIs(SafeTensorsFile file, StoredTensor stored)
    {
        var type =
            stored.Format == NumberFormat.Float64 ? ScalarType.Float64
            : stored.Format == NumberFormat.Float32 ? ScalarType.Float32
            : stored.Format == NumberFormat.Float16 ? ScalarType.Float16
            : ScalarType.BFloat16;
        var tensor = empty(stored.Shape.ToArray(), type);
        using var flat = tensor.view(-1);
        ByChunk(flat, stored.Format.Bytes, (bytes, offset) => file.Read(stored, offset, bytes));
        return tensor;
    }

    private static Tensor LoadBytes(SafeTensorsFile file, StoredTensor stored)
    {
        var table = Float8.Table(stored.Format);
        var tensor = empty(stored.Shape.ToArray(), ScalarType.Float32);
        using var flat = tensor.view(-1);
        var bytes = new byte[Chunk / sizeof(float)];
        ByChunk(
            flat,
            sizeof(float),
            (target, offset) =>
            {
                var numbers = MemoryMarshal.Cast<byte, float>(target);
                file.Read(stored, offset / sizeof(float), bytes.AsSpan(0, numbers.Length));
                for (var k = 0; k < numbers.Length; k++)
                    numbers[k] = table[bytes[k]];
            }
        );
        return tensor;
    }

    private static void Write(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        ByChunk(flat, FormatOf(tensor.dtype).Bytes, (bytes, _) => stream.Write(bytes));
    }

    private delegate void Piece(Span<byte> bytes, long offset);

    /// <summary>Walks over a flat tensor's bytes, a piece at a time: a tensor may be longer than a span.</summary>
    private static void ByChunk(Tensor flat, int bytesEach, Piece piece)
    {
        long each = Chunk / bytesEach;
        for (var at = 0L; at < flat.shape[0]; at += each)
        {
            using var part = flat.narrow(0, at, Math.Min(each, flat.shape[0] - at));
            piece(part.bytes, at * bytesEach);
        }
    }
}
