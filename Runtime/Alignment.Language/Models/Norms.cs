using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>What brings the numbers of the last axis to a common size.</summary>
internal interface INorm
{
    Tensor Apply(Tensor x);
}

/// <summary>x / sqrt(mean x^2 + epsilon) * scale, in float32 at least. Source: Zhang, Sennrich (2019), arXiv 1910.07467.</summary>
internal sealed record MeanSquareNorm(Tensor Scale, double Epsilon) : INorm
{
    public Tensor Apply(Tensor x)
    {
        var wide = x.dtype is ScalarType.Float32 or ScalarType.Float64 ? x : x.to(ScalarType.Float32);
        var normed = wide * (wide * wide).mean([-1], keepdim: true).add(Epsilon).rsqrt();
        return normed.to(x.dtype) * Scale;
    }
}

/// <summary>(x - mean) / sqrt(variance + epsilon) * scale + shift. Source: Ba, Kiros, Hinton (2016), arXiv 1607.06450.</summary>
internal sealed record LayerNorm(Tensor Scale, Tensor Shift, double Epsilon) : INorm
{
    public Tensor Apply(Tensor x) => functional.layer_norm(x, Scale.shape, Scale, Shift, Epsilon);
}
