using static TorchSharp.torch;

namespace Alignment;

/// <summary>Cosines and sines of all positions of a model.</summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly Tensor _cosines; // [context, head size / 2]
    private readonly Tensor _sines;

    public RotaryTable(RotaryPositions rotary, ModelConfig config, Device device)
    {
        var frequencies = rotary.Frequencies(config.HeadSize);
        Tensor Table(Func<double, double> wave)
        {
            var numbers = new double[config.Context, frequencies.Length];
            for (var position = 0; position < config.Context; position++)
            {
                for (var k = 0; k < frequencies.Length; k++)
                    numbers[position, k] = rotary.Attention * wave(position * frequencies[k]);
            }

            return tensor(numbers, device: device).DetachFromDisposeScope();
        }

        (_cosines, _sines) = (Table(Math.Cos), Table(Math.Sin));
    }

    /// <summary>The turn of each token.</summary>
    /// <param name="positions">[rows, tokens]; null where all rows begin at 0.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="type">Of the states.</param>
    public Rotation At(Tensor? positions, long tokens, ScalarType type)
    {
        Tensor Of(Tensor table) =>
            (
                positions is null
                    ? table.narrow(0, 0, tokens)
                    : table.index_select(0, positions.flatten()).view(positions.shape[0], 1, positions.shape[1], -1)
            ).to(type);
        return new(Of(_cosines), Of(_sines));
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}

/// <summary>Turns the pairs (x_k, x_(k + d/2)) of each head.</summary>
internal sealed record Rotation(Tensor Cosines, Tensor Sines)
{
    public Tensor Apply(Tensor heads)
    {
        var halves = heads.chunk(2, -1);
        return cat([halves[0] * Cosines - (halves[1] * Sines), halves[1] * Cosines + (halves[0] * Sines)], -1);
    }
}
