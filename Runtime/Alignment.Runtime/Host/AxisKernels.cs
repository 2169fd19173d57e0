using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>A kernel that works along an axis: it walks the axis in index order, at a stride, for a whole vector of neighbours at a time.</summary>
/// <remarks>
/// The neighbours are games, or elements of another axis. Where there are none (one game, the axis itself innermost) the same code walks
/// single elements, each spread over a vector, so that the bits are those of the vector path.
/// </remarks>
internal abstract unsafe class AxisKernel<T>(Operand output, int run) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected Operand Output => output;

    /// <summary>Elements of the inner run; 1 where single elements are walked.</summary>
    protected int Run0 => run;

    protected static Vector<T> One => Vector<T>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static Vector<T> Load(T* p, bool runs) => runs ? Vector.Load(p) : new Vector<T>(*p);

    // A scalar's storage is a whole vector of copies; any other single element must not touch its neighbours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void Store(Vector<T> value, T* p)
    {
        if (output.Runs || output.View.IsScalar)
            value.Store(p);
        else
            *p = value[0];
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
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.ConditionalSelect(Vector.GreaterThan(x, sum), x, sum);
}

/// <summary>Folds one axis.</summary>
internal sealed unsafe class FoldKernel<T, TFold>(Operand output, Operand input, int run, int count, long stride) : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TFold : struct, IFold
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            for (var i = 0; i < Run0; i += Vector<T>.Count)
            {
                var p = x + input.Outer[k] + (input.Runs ? i : 0);
                var sum = Load(p, input.Runs);
                for (var r = 1; r < count; r++)
                    sum = TFold.Apply(sum, Load(p + (r * stride), input.Runs));
                Store(sum, o + Output.Outer[k] + i);
            }
        }
    }
}

/// <summary>max + log sum exp(x - max).</summary>
internal sealed unsafe class LogSumExpKernel<T>(Operand output, Operand input, int run, int count, long stride) : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            for (var i = 0; i < Run0; i += Vector<T>.Count)
            {
                var p = x + input.Outer[k] + (input.Runs ? i : 0);
                var top = Load(p, input.Runs);
                for (var r = 1; r < count; r++)
                    top = MaxFold.Apply(top, Load(p + (r * stride), input.Runs));
                // an infinite maximum minus itself would be NaN
                var shift = Vector.ConditionalSelect(Vector.Equals(Vector.Abs(top), new Vector<T>(T.PositiveInfinity)), Vector<T>.Zero, top);
                var sum = VectorMath.Exp(Load(p, input.Runs) - shift);
                for (var r = 1; r < count; r++)
                    sum += VectorMath.Exp(Load(p + (r * stride), input.Runs) - shift);
                Store(shift + VectorMath.Log(sum), o + Output.Outer[k] + i);
            }
        }
    }
}

/// <summary>exp(x - max) / sum exp(x - max).</summary>
internal sealed unsafe class SoftmaxKernel<T>(Operand output, Operand input, int run, int count, long stride, long outStride)
    : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            for (var i = 0; i < Run0; i += Vector<T>.Count)
            {
                var p = x + input.Outer[k] + (input.Runs ? i : 0);
                var q = o + Output.Outer[k] + i;
                var top = Load(p, input.Runs);
                for (var r = 1; r < count; r++)
                    top = MaxFold.Apply(top, Load(p + (r * stride), input.Runs));
                var sum = VectorMath.Exp(Load(p, input.Runs) - top);
                Store(sum, q);
                for (var r = 1; r < count; r++)
                {
                    var e = VectorMath.Exp(Load(p + (r * stride), input.Runs) - top);
                    Store(e, q + (r * outStride));
                    sum += e;
                }

                for (var r = 0; r < count; r++)
                    Store(Load(q + (r * outStride), Output.Runs) / sum, q + (r * outStride));
            }
        }
    }
}

/// <summary>1 at the first largest element, else 0.</summary>
internal sealed unsafe class OneHotMaxKernel<T>(Operand output, Operand input, int run, int count, long stride, long outStride)
    : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            for (var i = 0; i < Run0; i += Vector<T>.Count)
            {
                var p = x + input.Outer[k] + (input.Runs ? i : 0);
                var q = o + Output.Outer[k] + i;
                var top = Load(p, input.Runs);
                for (var r = 1; r < count; r++)
                    top = MaxFold.Apply(top, Load(p + (r * stride), input.Runs));
                var free = One; // 1 until the first largest element has been met
                for (var r = 0; r < count; r++)
                {
                    var hit = Vector.ConditionalSelect(Vector.Equals(Load(p + (r * stride), input.Runs), top), free, Vector<T>.Zero);
                    Store(hit, q + (r * outStride));
                    free -= hit;
                }
            }
        }
    }
}

/// <summary>Euclidean projection onto the simplex: the active set shrinks until its threshold no longer moves.</summary>
/// <remarks>
/// Michelot (1986), "A finite algorithm for finding the projection of a point onto the canonical simplex of R^n". A vector goes on until all
/// of its elements are done; those done earlier repeat the same sums, so neighbours do not change each other's bits.
/// </remarks>
internal sealed unsafe class SimplexProjectionKernel<T>(Operand output, Operand input, int run, int count, long stride, long outStride)
    : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            for (var i = 0; i < Run0; i += Vector<T>.Count)
            {
                var p = x + input.Outer[k] + (input.Runs ? i : 0);
                var threshold = Threshold(p);
                var q = o + Output.Outer[k] + i;
                for (var r = 0; r < count; r++)
                    Store(Positive(Load(p + (r * stride), input.Runs) - threshold), q + (r * outStride));
            }
        }
    }

    private Vector<T> Threshold(T* p)
    {
        var threshold = new Vector<T>(T.NegativeInfinity);
        for (var round = 0; round <= count; round++)
        {
            var sum = Vector<T>.Zero;
            var size = Vector<T>.Zero;
            for (var r = 0; r < count; r++)
            {
                var value = Load(p + (r * stride), input.Runs);
                var active = Vector.GreaterThan(value, threshold);
                sum += Vector.ConditionalSelect(active, value, Vector<T>.Zero);
                size += Vector.ConditionalSelect(active, One, Vector<T>.Zero);
            }

            // rounding may not let the threshold fall: then the active set could grow again
            var next = MaxFold.Apply(threshold, (sum - One) / size);
            if (Vector.EqualsAll(next, threshold))
                break;
            threshold = next;
        }

        return threshold;
    }

    private static Vector<T> Positive(Vector<T> x) => Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), x, Vector<T>.Zero);
}

/// <summary>Running sums along an axis; a negative direction starts at the end.</summary>
internal sealed unsafe class CumulativeSumKernel<T>(Operand output, Operand input, int run, int count, long stride, long outStride, bool reverse)
    : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            for (var i = 0; i < Run0; i += Vector<T>.Count)
            {
                var p = x + input.Outer[k] + (input.Runs ? i : 0);
                var q = o + Output.Outer[k] + i;
                var sum = Vector<T>.Zero;
                for (var s = 0; s < count; s++)
                {
                    var r = reverse ? count - 1 - s : s;
                    sum += Load(p + (r * stride), input.Runs);
                    Store(sum, q + (r * outStride));
                }
            }
        }
    }
}

/// <summary>Sums the product of two operands over axes, with fused multiply-adds, in index order.</summary>
internal sealed unsafe class ContractKernel<T>(Operand output, Operand left, Operand right, int run, int[] leftTerms, int[] rightTerms)
    : AxisKernel<T>(output, run)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = Output.Address.In(shared, block);
        var a = left.Address.In(shared, block);
        var b = right.Address.In(shared, block);
        for (var k = 0; k < Output.Outer.Length; k++)
        {
            var to = o + Output.Outer[k];
            var x = a + left.Outer[k];
            var y = b + right.Outer[k];
            if (left.Runs && right.Runs)
                Both(to, x, y);
            else if (left.Runs)
                Spread(to, x, y, leftTerms, rightTerms);
            else if (right.Runs)
                Spread(to, y, x, rightTerms, leftTerms);
            else
                Neither(to, x, y);
        }
    }

    private void Both(T* o, T* a, T* b)
    {
        for (var i = 0; i < Run0; i += Vector<T>.Count)
        {
            var sum = Vector.Load(a + leftTerms[0] + i) * Vector.Load(b + rightTerms[0] + i);
            for (var r = 1; r < leftTerms.Length; r++)
                sum = Fused(Vector.Load(a + leftTerms[r] + i), Vector.Load(b + rightTerms[r] + i), sum);
            sum.Store(o + i);
        }
    }

    // Four sums at a time hide the latency of one multiply-add behind those of the others.
    private void Spread(T* o, T* a, T* b, int[] aTerms, int[] bTerms)
    {
        var width = Vector<T>.Count;
        var i = 0;
        for (; i + (4 * width) <= Run0; i += 4 * width)
        {
            var p = a + aTerms[0] + i;
            var y = new Vector<T>(b[bTerms[0]]);
            var s0 = Vector.Load(p) * y;
            var s1 = Vector.Load(p + width) * y;
            var s2 = Vector.Load(p + (2 * width)) * y;
            var s3 = Vector.Load(p + (3 * width)) * y;
            for (var r = 1; r < aTerms.Length; r++)
            {
                p = a + aTerms[r] + i;
                y = new Vector<T>(b[bTerms[r]]);
                s0 = Fused(Vector.Load(p), y, s0);
                s1 = Fused(Vector.Load(p + width), y, s1);
                s2 = Fused(Vector.Load(p + (2 * width)), y, s2);
                s3 = Fused(Vector.Load(p + (3 * width)), y, s3);
            }

            s0.Store(o + i);
            s1.Store(o + i + width);
            s2.Store(o + i + (2 * width));
            s3.Store(o + i + (3 * width));
        }

        for (; i < Run0; i += width)
        {
            var sum = Vector.Load(a + aTerms[0] + i) * new Vector<T>(b[bTerms[0]]);
            for (var r = 1; r < aTerms.Length; r++)
                sum = Fused(Vector.Load(a + aTerms[r] + i), new Vector<T>(b[bTerms[r]]), sum);
            sum.Store(o + i);
        }
    }

    private void Neither(T* o, T* a, T* b)
    {
        var sum = a[leftTerms[0]] * b[rightTerms[0]];
        for (var r = 1; r < leftTerms.Length; r++)
            sum = T.FusedMultiplyAdd(a[leftTerms[r]], b[rightTerms[r]], sum);
        for (var i = 0; i < Run0; i += Vector<T>.Count)
            Store(new Vector<T>(sum), o + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Fused(Vector<T> a, Vector<T> b, Vector<T> c)
    {
        if (typeof(T) == typeof(float))
            return Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>();
        return Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();
    }
}

/// <summary>Copies single elements from anywhere to anywhere: other layouts, and gathers along the innermost axis.</summary>
internal sealed unsafe class ElementCopyKernel<T>(Operand output, Operand input) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
            o[output.Outer[k]] = x[input.Outer[k]];
    }
}

/// <summary>Adds elements (or runs of games) to where an index map sends them, in index order.</summary>
internal sealed unsafe class ScatterAddKernel<T>(Operand output, Operand input, int run, int length) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        new Span<T>(o, length).Clear();
        for (var k = 0; k < output.Outer.Length; k++)
        {
            var to = o + output.Outer[k];
            var from = x + input.Outer[k];
            if (!output.Runs)
            {
                *to += *from;
                continue;
            }

            for (var i = 0; i < run; i += Vector<T>.Count)
                (Vector.Load(to + i) + (input.Runs ? Vector.Load(from + i) : new Vector<T>(*from))).Store(to + i);
        }
    }
}

/// <summary>Writes the number of the step.</summary>
internal sealed unsafe class StepKernel<T>(Operand output) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round) => new Vector<T>(T.CreateChecked(round.Step)).Store(output.Address.In(shared, block));
}
