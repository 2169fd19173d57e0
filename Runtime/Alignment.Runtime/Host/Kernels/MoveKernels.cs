using System.Numerics;

namespace Alignment.Runtime.Host;

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
    public override void Run(T* shared, T* block, Round round) =>
        new Vector<T>(T.CreateChecked(round.Step)).Store(output.Address.In(shared, block));
}
