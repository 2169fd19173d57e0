using TorchSharp;
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
    private static readonly long[] s_last = [-1];

    // a number that LibTorch takes is made there first: once, not at each call
    private readonly Scalar _epsilon = Epsilon;

    public Tensor Apply(Tensor x)
    {
        var type = x.dtype;
        if (type is ScalarType.Float32 or ScalarType.Float64)
            return (x * Factor(x)).mul(Scale);
        var wide = x.to(ScalarType.Float32);
        return (wide * Factor(wide)).to(type).mul(Scale);
    }

    private Tensor Factor(Tensor x) => (x * x).mean(s_last, keepdim: true).add_(_epsilon, Numbers.One).rsqrt_();
}

/// <summary>(x - mean) / sqrt(variance + epsilon) * scale + shift. Source: Ba, Kiros, Hinton (2016), arXiv 1607.06450.</summary>
internal sealed record LayerNorm(Tensor Scale, Tensor Shift, double Epsilon) : INorm
{
    private static readonly long[] s_last = [-1];
    private readonly Scalar _epsilon = Epsilon;

    public Tensor Apply(Tensor x) =>
        Scale.requires_grad && x.dtype is (ScalarType.Float32 or ScalarType.Float64)
            ? Learning(x)
            : functional.layer_norm(x, Scale.shape, Scale, Shift, Epsilon);

    // LibTorch's own sums the scale's gradient up for each thread apart, so its last bits would tell how many there were
    private Tensor Learning(Tensor x)
    {
        var centred = x.add(x.mean(s_last, keepdim: true), Numbers.MinusOne);
        var variance = (centred * centred).mean(s_last, keepdim: true);
        return (centred * variance.add_(_epsilon, Numbers.One).rsqrt_()).mul(Scale).add(Shift, Numbers.One);
    }
}
