using System.Numerics;

namespace Alignment.Runtime.Host;

/// <summary>Fills a value with counter-based draws, keyed by seed, name, step and the row-major index over the declared axes.</summary>
/// <remarks>Layout, batch and threads decide where a draw is stored, never which draw it is.</remarks>
internal sealed unsafe class RandomKernel<T>(
    Operand output,
    int run,
    RandomStream stream,
    RandomKind kind,
    long[] outerIndex,
    Func<int, long> gameIndex
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            for (var lane = 0; lane < run; lane++)
            {
                var index = outerIndex[k] + gameIndex(output.View.Lanes ? round.Games[round.FirstLane + lane] : 0);
                var draw =
                    kind == RandomKind.Uniform ? stream.Uniform(round.Step, index) : stream.Normal(round.Step, index);
                o[output.Outer[k] + lane] = T.CreateChecked(draw);
            }
        }
    }
}
