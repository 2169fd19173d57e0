using static TorchSharp.torch;

namespace Alignment;

/// <summary>Texts that pass through a model together, and which of their tokens count.</summary>
internal sealed record TextBatch(TokenBatch Tokens, int Width, double[] Mask)
{
    private const int Grain = 16; // widths are multiples of this, so that losses are compiled a few times only

    /// <summary>Texts filled up behind their end.</summary>
    public static TextBatch Of(LanguageModel model, IReadOnlyList<TrainingText> texts)
    {
        var longest = texts.Max(t => t.Tokens.Count) - 1;
        var width = Math.Min((longest + Grain - 1) / Grain * Grain, model.Config.Context - 1);
        var mask = new double[texts.Count * width];
        for (var r = 0; r < texts.Count; r++)
        {
            for (var t = 1; t < texts[r].Tokens.Count; t++)
                mask[(r * width) + t - 1] = texts[r].Counts[t] ? 1 : 0;
        }

        return new(TokenBatch.Of(model, [.. texts.Select(t => t.Tokens.ToArray())], width + 1), width, mask);
    }

    /// <summary>log p of all tokens but the first, [rows, width], and the way back where the model records gradients.</summary>
    public Scored Score(LanguageModel model, Pass pass) => Scoring.Score(model.Transformer, Tokens, pass);

    /// <summary>The sums over each row's tokens that count, [rows].</summary>
    public Tensor Sums(Tensor logProbabilities)
    {
        var weights = tensor(Mask, logProbabilities.shape, logProbabilities.dtype, logProbabilities.device);
        return (logProbabilities * weights).sum(1);
    }

    /// <summary>How many tokens count, row by row.</summary>
    public double[] Counts =>
        [.. Enumerable.Range(0, Tokens.Lengths.Length).Select(r => Mask.AsSpan(r * Width, Width).ToArray().Sum())];
}
