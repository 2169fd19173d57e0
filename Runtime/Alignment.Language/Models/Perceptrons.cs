using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>What a block does to each token's state alone.</summary>
internal interface IPerceptron
{
    IEnumerable<Linear> Linears { get; }

    Tensor Apply(Tensor x, Pass pass);
}

/// <summary>down(silu(gate(x)) * up(x)). Source: Shazeer (2020), "GLU variants improve transformer", arXiv 2002.05202.</summary>
internal sealed record GatedPerceptron(Linear Gate, Linear Up, Linear Down) : IPerceptron
{
    public IEnumerable<Linear> Linears => [Gate, Up, Down];

    public Tensor Apply(Tensor x, Pass pass) =>
        Down.Apply(functional.silu(Gate.Apply(x, pass)) * Up.Apply(x, pass), pass);
}

/// <summary>down(gelu(up(x))), gelu by its approximation with tanh.</summary>
internal sealed record Perceptron(Linear Up, Linear Down) : IPerceptron
{
    public IEnumerable<Linear> Linears => [Up, Down];

    public Tensor Apply(Tensor x, Pass pass) =>
        Down.Apply(functional.gelu(Up.Apply(x, pass), TorchSharp.Modules.GELU.Approximate.tanh), pass);
}
