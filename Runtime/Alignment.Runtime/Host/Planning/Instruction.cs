using System.Numerics;

namespace Alignment.Runtime.Host;

/// <summary>One planned kernel with what it writes and reads, for the layout of memory and the printed plan.</summary>
/// <param name="Kernel">The work.</param>
/// <param name="Outputs">What it writes.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="InPlace">Inputs that it reads element by element exactly where it writes, so that they may share memory with the output.</param>
internal sealed record Instruction<T>(Kernel<T> Kernel, Storage[] Outputs, Storage[] Inputs, Storage[] InPlace)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where its outputs lie.</summary>
    public Segment Segment => Outputs[0].Root.Segment;
}
