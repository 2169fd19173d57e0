using static TorchSharp.torch;

namespace Alignment;

/// <summary>The numbers of tensors: to be calculated with, and to be kept.</summary>
internal static class TensorNumbers
{
    /// <summary>All of them, in float64, row by row.</summary>
    public static double[] Read(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>As a snapshot holds them, bit for bit: 32 bits as the whole number that they are, which a checkpoint's file keeps in 4 bytes.</summary>
    public static double[] Pack(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous();
        return tensor.dtype switch
        {
            ScalarType.Float64 => flat.data<double>().ToArray(),
            ScalarType.Float32 => Array.ConvertAll(
                flat.data<float>().ToArray(),
                number => (double)BitConverter.SingleToUInt32Bits(number)
            ),
            var other => throw new NotSupportedException(
                $"Parameters are trained in float32 or float64, not in {other}."
            ),
        };
    }

    /// <summary>Gives a tensor the numbers that <see cref="Pack"/> made of one.</summary>
    public static void Unpack(double[] numbers, Tensor into)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var there = into.dtype switch
        {
            ScalarType.Float64 => tensor(numbers, into.shape),
            ScalarType.Float32 => tensor(
                Array.ConvertAll(numbers, bits => BitConverter.UInt32BitsToSingle((uint)bits)),
                into.shape
            ),
            var other => throw new NotSupportedException(
                $"Parameters are trained in float32 or float64, not in {other}."
            ),
        };
        into.copy_(there);
    }
}
