using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>Sums the product of two operands over axes, with fused multiply-adds, in index order.</summary>
internal sealed unsafe class ContractKernel<T>(
    Operand output,
    Operand left,
    Operand right,
    int run,
    int[] leftTerms,
    int[] rightTerms
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var a = left.Address.In(shared, block);
        var b = right.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            var to = o + output.Outer[k];
            var x = a + left.Outer[k];
            var y = b + right.Outer[k];
            if (left.Runs && right.Runs)
                Sum<Wide>(to, x, y, leftTerms, rightTerms);
            else if (left.Runs)
                Sum<Narrow>(to, x, y, leftTerms, rightTerms);
            else if (right.Runs)
                Sum<Narrow>(to, y, x, rightTerms, leftTerms);
            else
                Scalars(to, x, y);
        }
    }

    // Four sums at a time hide the latency of one multiply-add behind those of the others. b is as wide as a, or one element for all.
    private void Sum<TWidth>(T* o, T* a, T* b, int[] aTerms, int[] bTerms)
        where TWidth : struct, IWidth
    {
        var width = Vector<T>.Count;
        var i = 0;
        for (; i + (4 * width) <= run; i += 4 * width)
        {
            var p = a + aTerms[0] + i;
            var q = b + bTerms[0] + Along<TWidth>(i);
            var s0 = Vector.Load(p) * TWidth.Load(q);
            var s1 = Vector.Load(p + width) * TWidth.Load(q + Along<TWidth>(width));
            var s2 = Vector.Load(p + (2 * width)) * TWidth.Load(q + Along<TWidth>(2 * width));
            var s3 = Vector.Load(p + (3 * width)) * TWidth.Load(q + Along<TWidth>(3 * width));
            for (var r = 1; r < aTerms.Length; r++)
            {
                p = a + aTerms[r] + i;
                q = b + bTerms[r] + Along<TWidth>(i);
                s0 = Fused.MultiplyAdd(Vector.Load(p), TWidth.Load(q), s0);
                s1 = Fused.MultiplyAdd(Vector.Load(p + width), TWidth.Load(q + Along<TWidth>(width)), s1);
                s2 = Fused.MultiplyAdd(Vector.Load(p + (2 * width)), TWidth.Load(q + Along<TWidth>(2 * width)), s2);
                s3 = Fused.MultiplyAdd(Vector.Load(p + (3 * width)), TWidth.Load(q + Along<TWidth>(3 * width)), s3);
            }

            s0.Store(o + i);
            s1.Store(o + i + width);
            s2.Store(o + i + (2 * width));
            s3.Store(o + i + (3 * width));
        }

        for (; i < run; i += width)
        {
            var sum = Vector.Load(a + aTerms[0] + i) * TWidth.Load(b + bTerms[0] + Along<TWidth>(i));
            for (var r = 1; r < aTerms.Length; r++)
                sum = Fused.MultiplyAdd(
                    Vector.Load(a + aTerms[r] + i),
                    TWidth.Load(b + bTerms[r] + Along<TWidth>(i)),
                    sum
                );
            sum.Store(o + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Along<TWidth>(int i)
        where TWidth : struct, IWidth => typeof(TWidth) == typeof(Wide) ? i : 0;

    private void Scalars(T* o, T* a, T* b)
    {
        var sum = a[leftTerms[0]] * b[rightTerms[0]];
        for (var r = 1; r < leftTerms.Length; r++)
            sum = T.FusedMultiplyAdd(a[leftTerms[r]], b[rightTerms[r]], sum);
        // a scalar fills its vector, and so does a value that is the same for all games
        for (var i = 0; i < run; i += Vector<T>.Count)
            new Vector<T>(sum).Store(o + i);
    }
}
