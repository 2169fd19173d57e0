using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>A matrix of the base that adapters may change: y = x W' + b, plus what each adapter adds to its rows.</summary>
/// <param name="Name">As in files, without <c>.weight</c>.</param>
/// <param name="Weight">W, [out, in].</param>
/// <param name="Bias">b, or null.</param>
internal sealed record Linear(string Name, Tensor Weight, Tensor? Bias)
{
    public Tensor Apply(Tensor x, Pass pass)
    {
        var y = functional.linear(x, Weight, Bias);
        foreach (var use in pass.Adapters)
        {
            if (use.Adapter.Find(Name) is not { } change)
                continue;
            y = use.Rows is null
                ? y + change.Apply(x, use.Preferences)
                : y.index_add(0, use.Rows, change.Apply(x.index_select(0, use.Rows), use.Preferences), 1);
        }

        return y;
    }
}
