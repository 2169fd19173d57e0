using static TorchSharp.torch;

namespace Alignment;

/// <summary>Cosines and sines of all positions of a model, in the numbers of its weights: [context, head size], for both halves of a head.</summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly long[] _half;
    private readonly Tensor _cosines; // (cos, cos)
    private readonly Tensor _sines; // (-sin, sin)

    public RotaryTable(RotaryPositions rotary, ModelConfig config, ScalarType type, Device device)
    {
        var frequencies = rotary.Frequencies(config.HeadSize);
        Tensor Table(Func<double, double> wave, int first)
        {
            var half = frequencies.Length;
            var numbers = new double[config.Context, 2 * half];
            for (var position = 0; position < config.Context; position++)
            {
                for (var k = 0; k < half; k++)
                {
                    var number = rotary.Attention * wave(position * frequencies[k]);
                    (numbers[position, k], numbers[position, half + k]) = (first * number, number);
                }
            }

            using var scope = NewDisposeScope();
            return tensor(numbers, device: device).to(type).DetachFromDisposeScope();
        }

        _half = [frequencies.Length];
        (_cosines, _sines) = (Table(Math.Cos, 1), Table(Math.Sin, -1));
    }

    /// <summary>The turn of each token.</summary>
    /// <param name="positions">[rows, tokens]; null where all rows go on at the same.</param>
    /// <param name="first">Which that is.</param>
    /// <param name="tokens">How many.</param>
    public Rotation At(Tensor? positions, long first, long tokens)
    {
        Tensor Of(Tensor table) =>
            positions is null
                ? table.narrow(0, first, tokens)
                : table.index_select(0, positions.flatten()).view(positions.shape[0], 1, tokens, -1);
        return new(Of(_cosines), Of(_sines), _half);
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}

/// <summary>Turns the pairs (x_k, x_(k + d/2)) of each head: x cos, and the halves of x changed over times (-sin, sin).</summary>
internal sealed record Rotation(Tensor Cosines, Tensor Sines, long[] Half)
{
    private static readonly long[] s_last = [-1];

    public Tensor Apply(Tensor heads) => (heads * Cosines).addcmul_(roll(heads, Half, s_last), Sines, Numbers.One);
}
