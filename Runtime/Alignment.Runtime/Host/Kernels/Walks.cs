using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>The operations that go along an axis.</summary>
/// <remarks>Each is compiled once, optimized: a loop that starts slow and is replaced later would be timed as slow.</remarks>
internal static unsafe class Walks
{
    /// <summary>The walk of an operation, or null if it does not go along an axis.</summary>
    public static Walk<T>? Of<T, TWidth>(Op op)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth =>
        op switch
        {
            Op.Reduce { Kind: ReduceKind.Sum } => Fold<T, TWidth, SumFold>,
            Op.Reduce { Kind: ReduceKind.Max } => Fold<T, TWidth, MaxFold>,
            Op.Reduce => LogSumExp<T, TWidth>,
            Op.Softmax => Softmax<T, TWidth>,
            Op.OneHotMax => OneHotMax<T, TWidth>,
            Op.SimplexProjection => SimplexProjection<T, TWidth>,
            Op.CumulativeSum { Reverse: false } => CumulativeSum<T, TWidth>,
            Op.CumulativeSum => CumulativeSumFromEnd<T, TWidth>,
            _ => null,
        };

    /// <summary>The axis that an operation goes along, or null.</summary>
    public static Axis? AxisOf(Op op) =>
        op switch
        {
            Op.Reduce r => r.Axis,
            Op.Softmax s => s.Axis,
            Op.OneHotMax m => m.Axis,
            Op.SimplexProjection p => p.Axis,
            Op.CumulativeSum c => c.Axis,
            _ => null,
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fold<T, TWidth, TFold>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
        where TFold : struct, IFold
    {
        var sum = TWidth.Load(p);
        for (var r = 1; r < count; r++)
            sum = TFold.Apply(sum, TWidth.Load(p + (r * stride)));
        TWidth.Store(sum, q);
    }

    // max + log sum exp(x - max)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LogSumExp<T, TWidth>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
    {
        var top = Largest<T, TWidth>(p, count, stride);
        // an infinite maximum minus itself would be NaN
        var shift = Vector.ConditionalSelect(
            Vector.Equals(Vector.Abs(top), new Vector<T>(T.PositiveInfinity)),
            Vector<T>.Zero,
            top
        );
        var sum = VectorMath.Exp(TWidth.Load(p) - shift);
        for (var r = 1; r < count; r++)
            sum += VectorMath.Exp(TWidth.Load(p + (r * stride)) - shift);
        TWidth.Store(shift + VectorMath.Log(sum), q);
    }

    // exp(x - max) times the inverse of its sum
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax<T, TWidth>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
    {
        var top = Largest<T, TWidth>(p, count, stride);
        var sum = Vector<T>.Zero;
        if (typeof(TWidth) != typeof(Wide) && stride == 1 && outStride == 1)
        {
            // a row that lies in one piece, padded to whole vectors, takes its exponentials a vector at a time: the same bits
            for (var r = 0; r < count; r += Vector<T>.Count)
                VectorMath.ExpDown(Vector.Load(p + r) - top).Store(q + r);
            for (var r = 0; r < count; r++)
                sum += TWidth.Load(q + r);
        }
        else
        {
            for (var r = 0; r < count; r++)
            {
                var power = VectorMath.ExpDown(TWidth.Load(p + (r * stride)) - top);
                TWidth.Store(power, q + (r * outStride));
                sum += power;
            }
        }

        var inverse = Vector<T>.One / sum;
        for (var r = 0; r < count; r++)
            TWidth.Store(TWidth.Load(q + (r * outStride)) * inverse, q + (r * outStride));
    }

    // 1 at the first largest element, else 0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneHotMax<T, TWidth>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
    {
        var top = Largest<T, TWidth>(p, count, stride);
        var free = Vector<T>.One; // 1 until the first largest element has been met
        for (var r = 0; r < count; r++)
        {
            var hit = Vector.ConditionalSelect(Vector.Equals(TWidth.Load(p + (r * stride)), top), free, Vector<T>.Zero);
            TWidth.Store(hit, q + (r * outStride));
            free -= hit;
        }
    }

    // Euclidean projection onto the simplex: the active set shrinks until its threshold no longer moves. C. Michelot (1986), "A finite
    // algorithm for finding the projection of a point onto the canonical simplex of R^n". A vector goes on until all of its elements are
    // done; those done earlier repeat the same sums, so neighbours do not change each other's bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SimplexProjection<T, TWidth>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
    {
        var threshold = new Vector<T>(T.NegativeInfinity);
        for (var round = 0; round <= count; round++)
        {
            var sum = Vector<T>.Zero;
            var size = Vector<T>.Zero;
            for (var r = 0; r < count; r++)
            {
                var value = TWidth.Load(p + (r * stride));
                var active = Vector.GreaterThan(value, threshold);
                sum += Vector.ConditionalSelect(active, value, Vector<T>.Zero);
                size += Vector.ConditionalSelect(active, Vector<T>.One, Vector<T>.Zero);
            }

            // rounding may not let the threshold fall: then the active set could grow again
            var next = MaxFold.Apply(threshold, (sum - Vector<T>.One) / size);
            if (Vector.EqualsAll(next, threshold))
                break;
            threshold = next;
        }

        for (var r = 0; r < count; r++)
        {
            var rest = TWidth.Load(p + (r * stride)) - threshold;
            var kept = Vector.ConditionalSelect(Vector.GreaterThan(rest, Vector<T>.Zero), rest, Vector<T>.Zero);
            TWidth.Store(kept, q + (r * outStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CumulativeSum<T, TWidth>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
    {
        var sum = Vector<T>.Zero;
        for (var r = 0; r < count; r++)
        {
            sum += TWidth.Load(p + (r * stride));
            TWidth.Store(sum, q + (r * outStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CumulativeSumFromEnd<T, TWidth>(T* p, T* q, int count, long stride, long outStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth =>
        CumulativeSum<T, TWidth>(p + ((count - 1) * stride), q + ((count - 1) * outStride), count, -stride, -outStride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Largest<T, TWidth>(T* p, int count, long stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IWidth
    {
        var top = TWidth.Load(p);
        for (var r = 1; r < count; r++)
            top = MaxFold.Apply(top, TWidth.Load(p + (r * stride)));
        return top;
    }
}

/// <summary>How a fold combines two elements.</summary>
internal interface IFold
{
    static abstract Vector<T> Apply<T>(Vector<T> sum, Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>Sum.</summary>
internal readonly struct SumFold : IFold
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Apply<T>(Vector<T> sum, Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => sum + x;
}

/// <summary>Largest element; a NaN does not win, the run's guard finds it in the inputs.</summary>
internal readonly struct MaxFold : IFold
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Apply<T>(Vector<T> sum, Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.ConditionalSelect(Vector.GreaterThan(x, sum), x, sum);
}
