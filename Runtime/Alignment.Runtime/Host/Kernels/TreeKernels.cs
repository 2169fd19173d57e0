using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>Information sets of one level and one number of actions, as they lie among their player's sequences.</summary>
/// <param name="Start">Where the first action of the first information set lies.</param>
/// <param name="Row">How far apart actions of one information set lie.</param>
/// <param name="Rows">Actions of each.</param>
/// <param name="Before">For each information set, where the sequence before it lies.</param>
internal sealed record TreeBlock(int Start, int Row, int Rows, int[] Before);

/// <summary>Kernels one after another as one.</summary>
internal sealed unsafe class SequenceKernel<T>(Kernel<T>[] parts) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        foreach (var part in parts)
            part.Run(shared, block, round);
    }
}

/// <summary>d[s] = c[s] + x[s] d[sequence before s], blocks in order, so that what lies before is there.</summary>
/// <param name="output">d.</param>
/// <param name="input">x.</param>
/// <param name="source">c; null for 1 at the root, else 0.</param>
/// <param name="blocks">The blocks.</param>
/// <param name="root">Where the empty sequence lies.</param>
/// <param name="lanes">Games side by side; 0 for one game.</param>
internal sealed unsafe class SweepDownKernel<T>(
    Operand output,
    Operand input,
    Operand? source,
    TreeBlock[] blocks,
    int root,
    int lanes
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var d = output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        var c = source is null ? null : source.Address.In(shared, block);
        for (var i = 0; i < Math.Max(1, lanes); i++)
            d[root + i] = c is null ? T.One : c[root + i];
        foreach (var b in blocks)
        {
            if (lanes == 0)
                Single(d, x, c, b);
            else
                Wide(d, x, c, b);
        }
    }

    // the probabilities before wait in the last row until that row itself is due
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single(T* d, T* x, T* c, TreeBlock b)
    {
        var waiting = d + b.Start + ((b.Rows - 1) * b.Row);
        var before = b.Before;
        for (var i = 0; i < before.Length; i++)
            waiting[i] = d[before[i]];
        for (var k = 0; k < b.Rows; k++)
        {
            var at = b.Start + (k * b.Row);
            for (var i = 0; i < b.Row; i += Vector<T>.Count)
                Store(d + at + i, Vector.Load(waiting + i), x + at + i, c is null ? null : c + at + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Wide(T* d, T* x, T* c, TreeBlock b)
    {
        for (var column = 0; column < b.Before.Length; column++)
        {
            var before = d + b.Before[column];
            for (var k = 0; k < b.Rows; k++)
            {
                var at = b.Start + (k * b.Row) + (column * lanes);
                for (var i = 0; i < lanes; i += Vector<T>.Count)
                    Store(d + at + i, Vector.Load(before + i), x + at + i, c is null ? null : c + at + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* d, Vector<T> before, T* x, T* c) =>
        (c is null ? Vector.Load(x) * before : Fused.MultiplyAdd(Vector.Load(x), before, Vector.Load(c))).Store(d);
}

/// <summary>Lets a sweep up begin with what its sequences get themselves; nothing to do where that lies in place.</summary>
/// <param name="output">q.</param>
/// <param name="input">g, over sequences, or over actions alone.</param>
/// <param name="actions">Elements of the actions.</param>
/// <param name="root">Where the empty sequence lies.</param>
/// <param name="hasRoot">Whether g holds the empty sequence.</param>
/// <param name="lanes">Games side by side; 1 for one game.</param>
internal sealed unsafe class SweepStartKernel<T>(
    Operand output,
    Operand input,
    int actions,
    int root,
    bool hasRoot,
    int lanes
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var q = output.Address.In(shared, block);
        var g = input.Address.In(shared, block);
        if (q == g)
            return;
        new ReadOnlySpan<T>(g, actions).CopyTo(new Span<T>(q, actions));
        for (var i = 0; i < lanes; i++)
            q[root + i] = hasRoot ? g[root + i] : T.Zero;
    }
}

/// <summary>q[s] += sum x q over each information set behind s, or max q, blocks from the last to the first.</summary>
/// <param name="output">q, which begins as g.</param>
/// <param name="strategy">x; null for the best actions.</param>
/// <param name="blocks">The blocks.</param>
/// <param name="lanes">Games side by side; 0 for one game.</param>
internal sealed unsafe class SweepUpKernel<T>(Operand output, Operand? strategy, TreeBlock[] blocks, int lanes)
    : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var q = output.Address.In(shared, block);
        var x = strategy is null ? null : strategy.Address.In(shared, block);
        for (var k = blocks.Length - 1; k >= 0; k--)
        {
            if (lanes == 0)
                Single(q, x, blocks[k]);
            else
                Wide(q, x, blocks[k]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single(T* q, T* x, TreeBlock b)
    {
        var before = b.Before;
        var width = Vector<T>.Count;
        var worth = stackalloc T[width];
        for (var i = 0; i < before.Length; i += width)
        {
            Worth(q + b.Start + i, x is null ? null : x + b.Start + i, b).Store(worth);
            var count = Math.Min(width, before.Length - i);
            for (var j = 0; j < count; j++)
                q[before[i + j]] += worth[j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Wide(T* q, T* x, TreeBlock b)
    {
        for (var column = 0; column < b.Before.Length; column++)
        {
            var at = b.Start + (column * lanes);
            var before = q + b.Before[column];
            for (var i = 0; i < lanes; i += Vector<T>.Count)
                (Vector.Load(before + i) + Worth(q + at + i, x is null ? null : x + at + i, b)).Store(before + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Worth(T* q, T* x, TreeBlock b)
    {
        var sum = x is null ? Vector.Load(q) : Vector.Load(q) * Vector.Load(x);
        for (var k = 1; k < b.Rows; k++)
        {
            var value = Vector.Load(q + (k * b.Row));
            sum = x is null ? MaxFold.Apply(sum, value) : Fused.MultiplyAdd(value, Vector.Load(x + (k * b.Row)), sum);
        }

        return sum;
    }
}

/// <summary>Adds what each information set of a block is worth to the sequence before it.</summary>
/// <param name="output">q.</param>
/// <param name="sums">The worths, over information sets.</param>
/// <param name="b">The block.</param>
/// <param name="set">Where the block's first information set lies among the worths.</param>
/// <param name="lanes">Games side by side; 0 for one game.</param>
internal sealed unsafe class SweepAddKernel<T>(Operand output, Operand sums, TreeBlock b, int set, int lanes)
    : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var q = output.Address.In(shared, block);
        var worth = sums.Address.In(shared, block) + set;
        for (var column = 0; column < b.Before.Length; column++)
        {
            var before = q + b.Before[column];
            if (lanes == 0)
                *before += worth[column];
            for (var i = 0; i < lanes; i += Vector<T>.Count)
                (Vector.Load(before + i) + Vector.Load(worth + (column * lanes) + i)).Store(before + i);
        }
    }
}

/// <summary>sum x q - (s / 2) |x - w|^2 along the columns of a block.</summary>
internal sealed unsafe class NearestWorthKernel<T>(
    Operand output,
    Operand strategy,
    Operand values,
    Operand center,
    Operand scale,
    TreeBlock b
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block) + output.Outer[0];
        var x = strategy.Address.In(shared, block) + strategy.Outer[0];
        var q = values.Address.In(shared, block) + values.Outer[0];
        var w = center.Address.In(shared, block) + center.Outer[0];
        var s = scale.Address.In(shared, block) + scale.Outer[0];
        var half = new Vector<T>(T.CreateChecked(0.5));
        for (var i = 0; i < b.Row; i += Vector<T>.Count)
        {
            var (gain, distance) = (Vector<T>.Zero, Vector<T>.Zero);
            for (var k = 0; k < b.Rows; k++)
            {
                var at = i + (k * b.Row);
                var here = Vector.Load(x + at);
                var away = here - Vector.Load(w + at);
                gain = Fused.MultiplyAdd(here, Vector.Load(q + at), gain);
                distance = Fused.MultiplyAdd(away, away, distance);
            }

            (gain - (half * Vector.Load(s + i) * distance)).Store(o + i);
        }
    }
}

/// <summary>A fused multiply-add of vectors of either precision.</summary>
internal static class Fused
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>();
        return Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();
    }
}
