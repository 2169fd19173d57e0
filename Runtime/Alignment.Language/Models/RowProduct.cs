using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Alignment.Torch;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>A matrix of float32 or bfloat16 times one vector, on the CPU: y = W x, as fast as W comes from memory.</summary>
/// <remarks>
/// <para>What a token costs is W's way through the processor. For one row LibTorch's own kernels take up to twice as long in float32, where they are asked for the same bits on any number of threads,
/// and two to four times as long in bfloat16. Numbers are float32 while they are summed and are rounded once, in bfloat16 to the nearest, to even between two. No derivative.</para>
/// <para>Each entry of y is summed in the same order by whichever thread.</para>
/// </remarks>
internal static class RowProduct
{
    private const int Line = 64;

    // bytes that are asked for ahead, a page: processors look ahead by themselves only within one
    private const int Ahead = 4096;

    // entries of W that make a thread worth being woken
    private const long Share = 1 << 17;

    private static readonly int s_lanes = Vector256<float>.Count;

    /// <summary>Numbers as they lie in memory, and as they are summed.</summary>
    private unsafe interface IEntry<TSelf>
        where TSelf : unmanaged, IEntry<TSelf>
    {
        /// <summary>As many as two vectors hold.</summary>
        static abstract (Vector256<float> First, Vector256<float> Second) Load(TSelf* at);

        static abstract float Wide(TSelf entry);

        static abstract TSelf Narrow(float number);
    }

    /// <summary>Whether it does this product: one vector, W in order in the CPU's memory, both of the same of the two types, and no derivative is kept.</summary>
    public static bool Takes(Tensor weight, Tensor x) =>
        x.numel() == weight.size(1)
        && weight.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && x.dtype == weight.dtype
        && weight.device_type == TorchSharp.DeviceType.CPU
        && weight.is_contiguous()
        && !is_grad_enabled();

    /// <summary>W x.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="x">in numbers, whatever their axes.</param>
    /// <returns>[out].</returns>
    public static Tensor Apply(Tensor weight, Tensor x) =>
        weight.dtype == ScalarType.Float32 ? Product<Float32>(weight, x) : Product<BFloat16>(weight, x);

    private static unsafe Tensor Product<TEntry>(Tensor weight, Tensor x)
        where TEntry : unmanaged, IEntry<TEntry>
    {
        var (rows, inputs) = (weight.size(0), checked((int)weight.size(1)));
        var y = empty(rows, weight.dtype);
        using var flat = x.contiguous();
        var numbers = new float[inputs];
        var narrow = MemoryMarshal.Cast<byte, TEntry>(flat.bytes);
        for (var k = 0; k < inputs; k++)
            numbers[k] = TEntry.Wide(narrow[k]);
        var threads = (int)Math.Clamp(rows * inputs / Share, 1, get_num_threads());
        var w = (TEntry*)First(weight);
        var to = (TEntry*)First(y);
        TorchThreads.Run(threads, part => Rows(w, numbers, to, rows * part / threads, rows * (part + 1) / threads));
        GC.KeepAlive(weight);
        return y;
    }

    /// <summary>Where the first entry lies: native memory, which does not move, as long as the tensor lives.</summary>
    /// <remarks>A span of all bytes ends at 2 GB; of larger matrices one row is asked.</remarks>
    private static unsafe byte* First(Tensor tensor)
    {
        using var row = tensor.numel() * tensor.element_size() > int.MaxValue ? tensor.narrow(0, 0, 1) : null;
        fixed (byte* first = (row ?? tensor).bytes)
            return first;
    }

    private static unsafe void Rows<TEntry>(TEntry* weight, float[] x, TEntry* y, long first, long end)
        where TEntry : unmanaged, IEntry<TEntry>
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
                    {
                        for (var line = 0; line < 4 * s_lanes * sizeof(TEntry); line += Line)
                            Sse.Prefetch0((byte*)(w + k) + Ahead + line);
                    }

                    Two(w + k, numbers + k, ref a, ref b);
                    Two(w + k + (2 * s_lanes), numbers + k + (2 * s_lanes), ref c, ref d);
                }

                var sum = Vector256.Sum(a + b + (c + d));
                for (var k = whole; k < inputs; k++)
                    sum += TEntry.Wide(w[k]) * numbers[k];
                y[row] = TEntry.Narrow(sum);
            }
        }
    }

    private static unsafe void Two<TEntry>(TEntry* w, float* x, ref Vector256<float> a, ref Vector256<float> b)
        where TEntry : unmanaged, IEntry<TEntry>
    {
        var (first, second) = TEntry.Load(w);
        a = Vector256.FusedMultiplyAdd(first, Vector256.Load(x), a);
        b = Vector256.FusedMultiplyAdd(second, Vector256.Load(x + s_lanes), b);
    }

    private readonly record struct Float32(float Number) : IEntry<Float32>
    {
        public static unsafe (Vector256<float> First, Vector256<float> Second) Load(Float32* at) =>
            (Vector256.Load((float*)at), Vector256.Load((float*)at + s_lanes));

        public static float Wide(Float32 entry) => entry.Number;

        public static Float32 Narrow(float number) => new(number);
    }

    private readonly record struct BFloat16(ushort Bits) : IEntry<BFloat16>
    {
        public static unsafe (Vector256<float> First, Vector256<float> Second) Load(BFloat16* at)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)at));
            return ((lower << 16).AsSingle(), (upper << 16).AsSingle());
        }

        public static float Wide(BFloat16 entry) => BitConverter.UInt32BitsToSingle((uint)entry.Bits << 16);

        public static BFloat16 Narrow(float number)
        {
            if (float.IsNaN(number))
                return new(0x7FC0);
            var bits = BitConverter.SingleToUInt32Bits(number);
            return new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
        }
    }
}
