using System.Numerics;

namespace Alignment.Runtime.Host;

/// <summary>Walks an axis for one vector of neighbours: a fold, or a result an element.</summary>
/// <param name="p">First element of the axis.</param>
/// <param name="q">Where the result, or its first element, goes; may be <paramref name="p"/>.</param>
/// <param name="count">Elements of the axis.</param>
/// <param name="stride">Distance between elements of the input.</param>
/// <param name="outStride">Distance between elements of the result.</param>
internal unsafe delegate void Walk<T>(T* p, T* q, int count, long stride, long outStride)
    where T : unmanaged;

/// <summary>A kernel that walks an axis in index order, for a vector of neighbours at a time.</summary>
internal sealed unsafe class AxisKernel<T>(
    Walk<T> walk,
    Operand output,
    Operand input,
    int run,
    int count,
    long stride,
    long outStride
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            var q = o + output.Outer[k];
            var p = x + input.Outer[k];
            for (var i = 0; i < run; i += Vector<T>.Count)
                walk(p + i, q + i, count, stride, outStride);
        }
    }
}
