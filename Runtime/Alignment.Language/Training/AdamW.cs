using static TorchSharp.torch;

namespace Alignment;

/// <summary>Adam with decoupled weight decay, and its memory.</summary>
/// <remarks>m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = (1 - rate decay) p - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).</remarks>
internal sealed class AdamW : IDisposable
{
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
            squares += (gradient * gradient).sum(ScalarType.Float64).item<double>();
        var norm = Math.Sqrt(squares);
        if (norm > _options.MaxGradientNorm)
        {
            foreach (var gradient in gradients)
                gradient.mul_(_options.MaxGradientNorm / (norm + 1e-6));
        }

        return norm;
    }

    /// <summary>Moves the parameters by their gradients.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="step">Which step it is, from 1.</param>
    public void Step(double rate, long step)
    {
        var (b1, b2) = (_options.Beta1, _options.Beta2);
        var meanScale = 1 - Math.Pow(b1, step);
        var squareScale = Math.Sqrt(1 - Math.Pow(b2, step));
        for (var k = 0; k < _parameters.Count; k++)
        {
            using var scope = NewDisposeScope();
            var parameter = _parameters[k].Value;
            if (parameter.grad is not { } gradient)
                continue;
            _means[k].mul_(b1).add_(gradient, alpha: 1 - b1);
            _squares[k].mul_(b2).addcmul_(gradient, gradient, 1 - b2);
            if (_options.WeightDecay > 0 && parameter.dim() > 1)
                parameter.mul_(1 - (rate * _options.WeightDecay));
            var size = _squares[k].sqrt().div_(squareScale).add_(_options.Epsilon);
            parameter.addcdiv_(_means[k], size, -rate / meanScale);
        }
    }

    /// <summary>Forgets the gradients.</summary>
    public void Clear()
    {
        foreach (var (_, parameter) in _parameters)
        {
            using var gradient = parameter.grad;
            gradient?.zero_();
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
