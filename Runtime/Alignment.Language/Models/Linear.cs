using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>A matrix of the base that adapters may change: y = x W' + b, plus what each adapter adds to its rows.</summary>
/// <param name="Name">As in files, without <c>.weight</c>.</param>
/// <param name="Target">What adapters call it, or <see cref="AdapterTargets.None"/> where none may change it.</param>
/// <param name="Weight">W, [out, in].</param>
/// <param name="Bias">b, or null.</param>
internal sealed record Linear(string Name, AdapterTargets Target, Tensor Weight, Tensor? Bias)
{
    /// <summary>Its name in a block, as PEFT's <c>target_modules</c> say it: <c>q_proj</c>; <c>attn.c_proj</c> where the last word alone is another's, too.</summary>
    public string Module => ModuleOf(Name);

    /// <summary>The same from a whole name.</summary>
    public static string ModuleOf(string name)
    {
        var last = name.LastIndexOf('.');
        return name[last..] == ".c_proj" ? name[(name.LastIndexOf('.', last - 1) + 1)..] : name[(last + 1)..];
    }

    public Tensor Apply(Tensor x, Pass pass)
    {
        var y = RowProduct.Takes(Weight, x) ? OfOne(x) : functional.linear(x, Weight, Bias);
        foreach (var use in pass.Adapters)
        {
            if (use.Adapter.Find(Name) is not { } change)
                continue;
            y = use.Rows is null
                ? y.add(change.Apply(x, use.Preferences), Numbers.One)
                : y.index_add(0, use.Rows, change.Apply(x.index_select(0, use.Rows), use.Preferences), Numbers.One);
        }

        return y;
    }

    private Tensor OfOne(Tensor x)
    {
        var y = RowProduct.Apply(Weight, x).view([.. x.shape[..^1], Weight.size(0)]);
        return Bias is null ? y : y.add_(Bias, Numbers.One);
    }
}
