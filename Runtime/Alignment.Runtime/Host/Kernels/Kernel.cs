using System.Numerics;

namespace Alignment.Runtime.Host;

/// <summary>One instruction of a planned program.</summary>
/// <remarks>
/// Rules that make results independent of layout, batch and threads: sums run in index order; a product that is added is a fused
/// multiply-add, everywhere; functions see whole vectors. A kernel loops over an outer nest, given as a table of offsets an operand, and an
/// inner run of whole vectors.
/// </remarks>
internal abstract unsafe class Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Does the work for one block at one step.</summary>
    public abstract void Run(T* shared, T* block, Round round);

    /// <summary>The name in plans.</summary>
    public string Label { get; set; } = "";
}

/// <summary>What changes between two runs of the same kernel, apart from memory.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Games">The game in each lane, over all blocks.</param>
/// <param name="FirstLane">The block's first lane.</param>
internal readonly record struct Round(long Step, int[] Games, int FirstLane);

/// <summary>An operand of a kernel: where it starts, how far each round of the outer nest moves it, and whether the inner run moves along it.</summary>
internal sealed class Operand(View view, int[] outer, bool runs)
{
    private bool _shared;
    private long _offset;
    private bool _placed;

    public View View => view;

    /// <summary>Offset of each round of the outer nest.</summary>
    public int[] Outer => outer;

    /// <summary>Whether consecutive elements of the inner run are consecutive here; otherwise one element serves the whole run.</summary>
    public bool Runs => runs;

    /// <summary>Known once memory is laid out, so looked up at the first use; several threads may be the first.</summary>
    public Address Address
    {
        get
        {
            if (!Volatile.Read(ref _placed))
            {
                (_shared, _offset) = Address.Of(view);
                Volatile.Write(ref _placed, true);
            }

            return new(_shared, _offset);
        }
    }
}
