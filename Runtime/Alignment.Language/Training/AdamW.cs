using TorchSharp;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>Adam with decoupled weight decay, and its memory.</summary>
/// <remarks>m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = (1 - rate decay) p - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).</remarks>
internal sealed class AdamW : IDisposable
{
    private static readonly long[] s_last = [-1];

    private readonly IReadOnlyList<(string Name, Tensor Value)> _parameters;
    private readonly TrainingOptions _options;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;

    public AdamW(IReadOnlyList<(string Name, Tensor Value)> parameters, TrainingOptions options)
    {
        (_parameters, _options) = (parameters, options);
        _means = [.. parameters.Select(p => zeros_like(p.Value).DetachFromDisposeScope())];
        _squares = [.. parameters.Select(p => zeros_like(p.Value).DetachFromDisposeScope())];
    }

    /// <summary>Brings all gradients together to a norm, and gives the norm that they had.</summary>
    public double Clip()
    {
        using var scope = NewDisposeScope();
        var squares = 0.0;
        var gradients = _parameters.Select(p => p.Value.grad).OfType<Tensor>().ToArray();
        foreach (var gradient in gradients)
            squares += SumOfSquares(gradient);
        var norm = Math.Sqrt(squares);
        if (norm > _options.MaxGradientNorm)
        {
            // made once and freed at once: left to the collector, such numbers pile up in LibTorch meanwhile
            using Scalar factor = _options.MaxGradientNorm / (norm + 1e-6);
            foreach (var gradient in gradients)
                gradient.mul_(factor);
        }

        return norm;
    }

    // row by row: LibTorch shares the sum over a whole tensor out by threads, and its last bits would tell how many there were
    private static double SumOfSquares(Tensor gradient)
    {
        var rows = (gradient * gradient).sum(s_last, type: ScalarType.Float64).cpu();
        var sum = 0.0;
        foreach (var row in rows.data<double>())
            sum += row;
        return sum;
    }

    /// <summary>Moves the parameters by their gradients.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="step">Which step it is, from 1.</param>
    public void Step(double rate, long step)
    {
        var (b1, b2) = (_options.Beta1, _options.Beta2);
        var meanScale = 1 - Math.Pow(b1, step);
        var squareScale = Math.Sqrt(1 - Math.Pow(b2, step));
        // sqrt(v / s^2) + epsilon = (sqrt(v) + epsilon s) / s: what scales, scales one number and not a tensor
        using Scalar keepMean = b1;
        using Scalar toMean = 1 - b1;
        using Scalar keepSquare = b2;
        using Scalar toSquare = 1 - b2;
        using Scalar keep = 1 - (rate * _options.WeightDecay);
        using Scalar epsilon = _options.Epsilon * squareScale;
        using Scalar move = -rate * squareScale / meanScale;
        for (var k = 0; k < _parameters.Count; k++)
        {
            using var scope = NewDisposeScope();
            var parameter = _parameters[k].Value;
            if (parameter.grad is not { } gradient)
                continue;
            _means[k].mul_(keepMean).add_(gradient, toMean);
            _squares[k].mul_(keepSquare).addcmul_(gradient, gradient, toSquare);
            if (_options.WeightDecay > 0 && parameter.dim() > 1)
                parameter.mul_(keep);
            parameter.addcdiv_(_means[k], _squares[k].sqrt().add_(epsilon, Numbers.One), move);
        }
    }

    /// <summary>Forgets the gradients.</summary>
    public void Clear()
    {
        foreach (var (_, parameter) in _parameters)
        {
            // the next ones take their place, and nothing is added to zeros
            using var gradient = parameter.grad;
            parameter.grad = null;
        }
    }

    /// <summary>Parameters and memory, to go on from.</summary>
    public void Save(Snapshot snapshot)
    {
        for (var k = 0; k < _parameters.Count; k++)
        {
            var (name, value) = _parameters[k];
            snapshot.Put($"parameter/{name}", TensorNumbers.Pack(value));
            snapshot.Put($"mean/{name}", TensorNumbers.Pack(_means[k]));
            snapshot.Put($"square/{name}", TensorNumbers.Pack(_squares[k]));
        }
    }

    /// <summary>Takes parameters and memory from a snapshot.</summary>
    public void Load(Snapshot snapshot)
    {
        for (var k = 0; k < _parameters.Count; k++)
        {
            var (name, value) = _parameters[k];
            TensorNumbers.Unpack(snapshot.Array($"parameter/{name}"), value);
            TensorNumbers.Unpack(snapshot.Array($"mean/{name}"), _means[k]);
            TensorNumbers.Unpack(snapshot.Array($"square/{name}"), _squares[k]);
        }
    }

    /// <summary>Takes the parameters alone.</summary>
    public void LoadParameters(Snapshot snapshot)
    {
        foreach (var (name, value) in _parameters)
            TensorNumbers.Unpack(snapshot.Array($"parameter/{name}"), value);
    }

    public void Dispose()
    {
        foreach (var tensor in _means.Concat(_squares))
            tensor.Dispose();
    }
}
