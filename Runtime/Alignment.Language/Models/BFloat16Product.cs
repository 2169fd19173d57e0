using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Alignment.Torch;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>A matrix of bfloat16 times one vector, on the CPU: y = W x, as fast as W comes from memory.</summary>
/// <remarks>
/// <para>What a token costs is W's way through the processor; LibTorch's own kernels of 16-bit numbers take two to four times as long for one row. Numbers are float32 while they are summed and are
/// rounded once, to the nearest, to even between two. No derivative.</para>
/// <para>Each entry of y is summed in the same order by whichever thread.</para>
/// </remarks>
internal static class BFloat16Product
{
    // a page ahead: processors look ahead by themselves only within one
    private const int Ahead = 2048;

    // entries of W that make a thread worth being woken
    private const long Share = 1 << 17;

    private static readonly int s_lanes = Vector256<float>.Count;

    /// <summary>Whether it does this product: one vector, both contiguous bfloat16 on the CPU, and no derivative is kept.</summary>
    public static bool Takes(Tensor weight, Tensor x) =>
        x.numel() == weight.size(1)
        && weight.dtype == ScalarType.BFloat16
        && x.dtype == ScalarType.BFloat16
        && weight.device_type == TorchSharp.DeviceType.CPU
        && weight.is_contiguous()
        && !is_grad_enabled();

    /// <summary>W x.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="x">in numbers, whatever their axes.</param>
    /// <returns>[out].</returns>
    public static unsafe Tensor Apply(Tensor weight, Tensor x)
    {
        var (rows, inputs) = (weight.size(0), checked((int)weight.size(1)));
        var y = empty(rows, ScalarType.BFloat16);
        using var flat = x.contiguous();
        var numbers = new float[inputs];
        var narrow = MemoryMarshal.Cast<byte, ushort>(flat.bytes);
        for (var k = 0; k < inputs; k++)
            numbers[k] = Wide(narrow[k]);
        var threads = (int)Math.Clamp(rows * inputs / Share, 1, get_num_threads());
        // native memory, which does not move; the tensors outlive the call
        fixed (
            byte* matrix = weight.bytes,
                result = y.bytes
        )
        {
            var w = (ushort*)matrix;
            var to = (ushort*)result;
            TorchThreads.Run(threads, part => Rows(w, numbers, to, rows * part / threads, rows * (part + 1) / threads));
        }

        return y;
    }

    private static unsafe void Rows(ushort* weight, float[] x, ushort* y, long first, long end)
    {
        var inputs = x.Length;
        var whole = inputs - (inputs % (4 * s_lanes));
        fixed (float* numbers = x)
        {
            for (var row = first; row < end; row++)
            {
                var w = weight + (row * inputs);
                var (a, b, c, d) = (
                    Vector256<float>.Zero,
                    Vector256<float>.Zero,
                    Vector256<float>.Zero,
                    Vector256<float>.Zero
                );
                for (var k = 0; k < whole; k += 4 * s_lanes)
                {
                    if (Sse.IsSupported)
                        Sse.Prefetch0(w + k + Ahead);
                    Two(w + k, numbers + k, ref a, ref b);
                    Two(w + k + (2 * s_lanes), numbers + k + (2 * s_lanes), ref c, ref d);
                }

                var sum = Vector256.Sum(a + b + (c + d));
                for (var k = whole; k < inputs; k++)
                    sum += Wide(w[k]) * numbers[k];
                y[row] = Narrow(sum);
            }
        }
    }

    private static unsafe void Two(ushort* w, float* x, ref Vector256<float> a, ref Vector256<float> b)
    {
        var (lower, upper) = Vector256.Widen(Vector256.Load(w));
        a = Vector256.FusedMultiplyAdd((lower << 16).AsSingle(), Vector256.Load(x), a);
        b = Vector256.FusedMultiplyAdd((upper << 16).AsSingle(), Vector256.Load(x + s_lanes), b);
    }

    private static float Wide(ushort number) => BitConverter.UInt32BitsToSingle((uint)number << 16);

    private static ushort Narrow(float number)
    {
        if (float.IsNaN(number))
            return 0x7FC0;
        var bits = BitConverter.SingleToUInt32Bits(number);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
