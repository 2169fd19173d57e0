using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>A tree of pointwise operations as a type: what the compiler inlines into one loop over vectors.</summary>
/// <remarks>
/// Types, not delegates or generated code: composing them needs no more than the runtime's own generics, and the loop that comes out keeps
/// intermediate values in registers. Each operation is the same IEEE operation as in a kernel of its own, so the bits are the same.
/// </remarks>
internal unsafe interface IFused
{
    static abstract Vector<T> At<T>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>The position of an operand.</summary>
internal interface IPosition
{
    static abstract int Value { get; }
}

/// <summary>An operand that moves along the inner run.</summary>
internal readonly unsafe struct MovingOperand<TPosition> : IFused
    where TPosition : struct, IPosition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> At<T>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.Load(Positions.Choose<T, TPosition>(p0, p1, p2, p3, p4, p5, p6, p7) + i);
}

/// <summary>An operand of which one element serves the whole inner run.</summary>
internal readonly unsafe struct StillOperand<TPosition> : IFused
    where TPosition : struct, IPosition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> At<T>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(*Positions.Choose<T, TPosition>(p0, p1, p2, p3, p4, p5, p6, p7));
}

/// <summary>A one-argument function of a tree.</summary>
internal readonly unsafe struct FusedUnary<TFunction, TX> : IFused
    where TFunction : struct, IUnary
    where TX : struct, IFused
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> At<T>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        TFunction.Apply(TX.At(p0, p1, p2, p3, p4, p5, p6, p7, i));
}

/// <summary>A two-argument function of trees.</summary>
internal readonly unsafe struct FusedBinary<TFunction, TA, TB> : IFused
    where TFunction : struct, IBinary
    where TA : struct, IFused
    where TB : struct, IFused
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> At<T>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        TFunction.Apply(TA.At(p0, p1, p2, p3, p4, p5, p6, p7, i), TB.At(p0, p1, p2, p3, p4, p5, p6, p7, i));
}

/// <summary>A choice between trees.</summary>
internal readonly unsafe struct FusedSelect<TCondition, TA, TB> : IFused
    where TCondition : struct, IFused
    where TA : struct, IFused
    where TB : struct, IFused
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> At<T>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.ConditionalSelect(
            Vector.Equals(TCondition.At(p0, p1, p2, p3, p4, p5, p6, p7, i), Vector<T>.Zero),
            TB.At(p0, p1, p2, p3, p4, p5, p6, p7, i),
            TA.At(p0, p1, p2, p3, p4, p5, p6, p7, i)
        );
}

/// <summary>Computes a tree of pointwise operations in one pass.</summary>
/// <param name="output">Where the result goes.</param>
/// <param name="operands">What is read.</param>
/// <param name="runs">The length of the inner run in each round of the outer nest, or one length for all.</param>
internal sealed unsafe class FusedKernel<T, TTree>(Operand output, Operand[] operands, int[] runs) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTree : struct, IFused
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var starts = stackalloc T*[Positions.Most];
        var row = stackalloc T*[Positions.Most];
        for (var j = 0; j < operands.Length; j++)
            starts[j] = operands[j].Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            for (var j = 0; j < operands.Length; j++)
                row[j] = starts[j] + operands[j].Outer[k];
            Row(
                runs[runs.Length == 1 ? 0 : k],
                o + output.Outer[k],
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                row[5],
                row[6],
                row[7]
            );
        }
    }

    // Compiled once, optimized: a loop that starts slow and is replaced later would be timed as slow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(int length, T* o, T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7)
    {
        for (var i = 0; i < length; i += Vector<T>.Count)
            TTree.At(p0, p1, p2, p3, p4, p5, p6, p7, i).Store(o + i);
    }
}

/// <summary>The eight positions that a fused kernel's operands can have.</summary>
internal static unsafe class Positions
{
    /// <summary>Operands of a fused kernel at most.</summary>
    public const int Most = 8;

    private static readonly Type[] All =
    [
        typeof(P0),
        typeof(P1),
        typeof(P2),
        typeof(P3),
        typeof(P4),
        typeof(P5),
        typeof(P6),
        typeof(P7),
    ];

    /// <summary>The type of an operand at a position.</summary>
    public static Type Operand(int position, bool moves) =>
        (moves ? typeof(MovingOperand<>) : typeof(StillOperand<>)).MakeGenericType(All[position]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T* Choose<T, TPosition>(T* p0, T* p1, T* p2, T* p3, T* p4, T* p5, T* p6, T* p7)
        where T : unmanaged
        where TPosition : struct, IPosition =>
        TPosition.Value switch
        {
            0 => p0,
            1 => p1,
            2 => p2,
            3 => p3,
            4 => p4,
            5 => p5,
            6 => p6,
            _ => p7,
        };

    private readonly struct P0 : IPosition
    {
        public static int Value => 0;
    }

    private readonly struct P1 : IPosition
    {
        public static int Value => 1;
    }

    private readonly struct P2 : IPosition
    {
        public static int Value => 2;
    }

    private readonly struct P3 : IPosition
    {
        public static int Value => 3;
    }

    private readonly struct P4 : IPosition
    {
        public static int Value => 4;
    }

    private readonly struct P5 : IPosition
    {
        public static int Value => 5;
    }

    private readonly struct P6 : IPosition
    {
        public static int Value => 6;
    }

    private readonly struct P7 : IPosition
    {
        public static int Value => 7;
    }
}
