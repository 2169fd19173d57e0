using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>How a kernel that works along an axis sees its neighbours: as vectors, or one element at a time.</summary>
/// <remarks>
/// The neighbours are games, or elements of another axis. Where there are none (one game, the axis itself innermost) the same code walks
/// single elements, each spread over a vector, so that the bits are those of the vector path.
/// </remarks>
internal unsafe interface IWidth
{
    static abstract Vector<T> Load<T>(T* p)
        where T : unmanaged;

    static abstract void Store<T>(Vector<T> value, T* p)
        where T : unmanaged;
}

/// <summary>Whole vectors of neighbours.</summary>
internal readonly unsafe struct Wide : IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p)
        where T : unmanaged => Vector.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* p)
        where T : unmanaged => value.Store(p);
}

/// <summary>Single elements; a store must not touch the neighbours.</summary>
internal readonly unsafe struct Narrow : IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p)
        where T : unmanaged => new(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* p)
        where T : unmanaged => *p = value[0];
}

/// <summary>Single elements into a scalar, whose storage is a whole vector of copies.</summary>
internal readonly unsafe struct Spread : IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p)
        where T : unmanaged => new(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* p)
        where T : unmanaged => value.Store(p);
}

/// <summary>A kernel that walks an axis in index order, for a vector of neighbours at a time.</summary>
internal abstract unsafe class AxisKernel<T, TWidth>(Operand output, Operand input, int run, int count, long stride)
    : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
{
    /// <summary>Elements of the axis.</summary>
    protected int Count => count;

    public sealed override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            var q = o + output.Outer[k];
            var p = x + input.Outer[k];
            for (var i = 0; i < run; i += Vector<T>.Count)
                Walk(p + i, q + i, stride);
        }
    }

    /// <summary>Does one vector of neighbours.</summary>
    /// <param name="p">First element of the axis.</param>
    /// <param name="q">Where the result, or its first element, goes.</param>
    /// <param name="stride">Distance between elements of the input.</param>
    protected abstract void Walk(T* p, T* q, long stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected Vector<T> Largest(T* p, long stride)
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
    public static Vector<T> Apply<T>(Vector<T> sum, Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => sum + x;
}

/// <summary>Largest element; a NaN does not win, the run's guard finds it in the inputs.</summary>
internal readonly struct MaxFold : IFold
{
    public static Vector<T> Apply<T>(Vector<T> sum, Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.ConditionalSelect(Vector.GreaterThan(x, sum), x, sum);
}

/// <summary>Folds one axis.</summary>
internal sealed unsafe class FoldKernel<T, TWidth, TFold>(
    Operand output,
    Operand input,
    int run,
    int count,
    long stride
) : AxisKernel<T, TWidth>(output, input, run, count, stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
    where TFold : struct, IFold
{
    protected override void Walk(T* p, T* q, long stride)
    {
        var sum = TWidth.Load(p);
        for (var r = 1; r < Count; r++)
            sum = TFold.Apply(sum, TWidth.Load(p + (r * stride)));
        TWidth.Store(sum, q);
    }
}

/// <summary>max + log sum exp(x - max).</summary>
internal sealed unsafe class LogSumExpKernel<T, TWidth>(Operand output, Operand input, int run, int count, long stride)
    : AxisKernel<T, TWidth>(output, input, run, count, stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
{
    protected override void Walk(T* p, T* q, long stride)
    {
        var top = Largest(p, stride);
        // an infinite maximum minus itself would be NaN
        var shift = Vector.ConditionalSelect(
            Vector.Equals(Vector.Abs(top), new Vector<T>(T.PositiveInfinity)),
            Vector<T>.Zero,
            top
        );
        var sum = VectorMath.Exp(TWidth.Load(p) - shift);
        for (var r = 1; r < Count; r++)
            sum += VectorMath.Exp(TWidth.Load(p + (r * stride)) - shift);
        TWidth.Store(shift + VectorMath.Log(sum), q);
    }
}

/// <summary>exp(x - max) times the inverse of its sum.</summary>
internal sealed unsafe class SoftmaxKernel<T, TWidth>(
    Operand output,
    Operand input,
    int run,
    int count,
    long stride,
    long outStride
) : AxisKernel<T, TWidth>(output, input, run, count, stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
{
    protected override void Walk(T* p, T* q, long stride)
    {
        var top = Largest(p, stride);
        var sum = Vector<T>.Zero;
        if (typeof(TWidth) != typeof(Wide) && stride == 1 && outStride == 1)
            Exponentials(p, q, top);
        else
        {
            for (var r = 0; r < Count; r++)
                TWidth.Store(VectorMath.Exp(TWidth.Load(p + (r * stride)) - top), q + (r * outStride));
        }

        for (var r = 0; r < Count; r++)
            sum += TWidth.Load(q + (r * outStride));
        var inverse = Vector<T>.One / sum;
        for (var r = 0; r < Count; r++)
            TWidth.Store(TWidth.Load(q + (r * outStride)) * inverse, q + (r * outStride));
    }

    // A row that lies in one piece, padded to whole vectors, takes its exponentials a vector at a time; an element's bits are the same.
    private void Exponentials(T* p, T* q, Vector<T> top)
    {
        for (var r = 0; r < Count; r += Vector<T>.Count)
            VectorMath.Exp(Vector.Load(p + r) - top).Store(q + r);
    }
}

/// <summary>1 at the first largest element, else 0.</summary>
internal sealed unsafe class OneHotMaxKernel<T, TWidth>(
    Operand output,
    Operand input,
    int run,
    int count,
    long stride,
    long outStride
) : AxisKernel<T, TWidth>(output, input, run, count, stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
{
    protected override void Walk(T* p, T* q, long stride)
    {
        var top = Largest(p, stride);
        var free = Vector<T>.One; // 1 until the first largest element has been met
        for (var r = 0; r < Count; r++)
        {
            var hit = Vector.ConditionalSelect(Vector.Equals(TWidth.Load(p + (r * stride)), top), free, Vector<T>.Zero);
            TWidth.Store(hit, q + (r * outStride));
            free -= hit;
        }
    }
}

/// <summary>Euclidean projection onto the simplex: the active set shrinks until its threshold no longer moves.</summary>
/// <remarks>
/// Michelot (1986), "A finite algorithm for finding the projection of a point onto the canonical simplex of R^n". A vector goes on until all
/// of its elements are done; those done earlier repeat the same sums, so neighbours do not change each other's bits.
/// </remarks>
internal sealed unsafe class SimplexProjectionKernel<T, TWidth>(
    Operand output,
    Operand input,
    int run,
    int count,
    long stride,
    long outStride
) : AxisKernel<T, TWidth>(output, input, run, count, stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
{
    protected override void Walk(T* p, T* q, long stride)
    {
        var threshold = Threshold(p, stride);
        for (var r = 0; r < Count; r++)
        {
            var rest = TWidth.Load(p + (r * stride)) - threshold;
            TWidth.Store(
                Vector.ConditionalSelect(Vector.GreaterThan(rest, Vector<T>.Zero), rest, Vector<T>.Zero),
                q + (r * outStride)
            );
        }
    }

    private Vector<T> Threshold(T* p, long stride)
    {
        var threshold = new Vector<T>(T.NegativeInfinity);
        for (var round = 0; round <= Count; round++)
        {
            var sum = Vector<T>.Zero;
            var size = Vector<T>.Zero;
            for (var r = 0; r < Count; r++)
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

        return threshold;
    }
}

/// <summary>Running sums along an axis, from its end if asked.</summary>
internal sealed unsafe class CumulativeSumKernel<T, TWidth>(
    Operand output,
    Operand input,
    int run,
    int count,
    long stride,
    long outStride,
    bool reverse
) : AxisKernel<T, TWidth>(output, input, run, count, stride)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWidth : struct, IWidth
{
    protected override void Walk(T* p, T* q, long stride)
    {
        var sum = Vector<T>.Zero;
        for (var s = 0; s < Count; s++)
        {
            var r = reverse ? Count - 1 - s : s;
            sum += TWidth.Load(p + (r * stride));
            TWidth.Store(sum, q + (r * outStride));
        }
    }
}
