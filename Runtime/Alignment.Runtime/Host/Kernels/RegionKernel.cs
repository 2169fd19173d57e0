using System.Numerics;

namespace Alignment.Runtime.Host;

/// <summary>A generated pass over the games of a block.</summary>
/// <param name="shared">Memory that all blocks share.</param>
/// <param name="block">The block's memory.</param>
/// <param name="step">Number of the step.</param>
internal unsafe delegate void Pass<T>(T* shared, T* block, T step)
    where T : unmanaged;

/// <summary>Computes many small values of a step in one pass. The code is generated when it is first run, for memory is laid out by then.</summary>
internal sealed unsafe class RegionKernel<T>(Func<Pass<T>> generate) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Lazy<Pass<T>> _pass = new(generate);
    private Pass<T>? _ready;

    public override void Run(T* shared, T* block, Round round) =>
        (_ready ??= _pass.Value)(shared, block, T.CreateChecked(round.Step));
}
