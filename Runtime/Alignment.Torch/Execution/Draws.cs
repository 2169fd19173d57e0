using TorchSharp;

namespace Alignment.Torch;

/// <summary>The random draws of a call's steps: made on the host, element by element as every executor makes them, and handed to the script.</summary>
internal sealed class Draws : IDisposable
{
    private const long MostBytes = 1 << 24;

    private readonly (RandomStream Stream, RandomKind Kind, int Elements)[] _sources;
    private readonly double[][] _values;

    public Draws(IReadOnlyList<Op.Random> sources, ulong seed, DeviceMemory memory)
    {
        _sources =
        [
            .. sources.Select(r =>
                (new RandomStream(seed, r.Name), r.Kind, r.Axes.Aggregate(1, (n, a) => checked(n * a.Size)))
            ),
        ];
        var each = _sources.Sum(s => (long)s.Elements) * sizeof(double);
        Capacity = each == 0 ? int.MaxValue : (int)Math.Clamp(MostBytes / each, 1, 4096);
        _values = [.. _sources.Select(s => new double[checked(Capacity * s.Elements)])];
        Tensors =
        [
            .. sources.Select(r =>
                torch
                    .zeros([Capacity, .. r.Axes.Select(a => (long)a.Size)], dtype: memory.Number, device: memory.Device)
                    .DetachFromDisposeScope()
            ),
        ];
    }

    /// <summary>Steps whose draws fit in at once.</summary>
    public int Capacity { get; }

    /// <summary>Size of the draws.</summary>
    public long Bytes => Tensors.Sum(t => t.NumberOfElements * t.ElementSize);

    /// <summary>The draws, one row a step.</summary>
    public torch.Tensor[] Tensors { get; }

    /// <summary>Makes the draws of some steps.</summary>
    public void Fill(long firstStep, int steps)
    {
        for (var k = 0; k < _sources.Length; k++)
        {
            var (stream, kind, elements) = _sources[k];
            for (var step = 0; step < steps; step++)
            {
                for (var index = 0; index < elements; index++)
                {
                    _values[k][(step * elements) + index] =
                        kind == RandomKind.Uniform
                            ? stream.Uniform(firstStep + step, index)
                            : stream.Normal(firstStep + step, index);
                }
            }

            using var rows = Tensors[k].narrow(0, 0, steps);
            using var source = torch.tensor(_values[k].AsMemory(0, steps * elements), rows.shape);
            rows.copy_(source);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }
}
