using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>What a model says of given texts.</summary>
internal static class Scoring
{
    /// <summary>log p of each token but the first, given those before it: [rows, tokens - 1].</summary>
    public static Tensor LogProbabilities(Transformer transformer, TokenBatch batch, Pass pass)
    {
        var tokens = batch.Tokens.shape[1];
        if (tokens == 1)
            return zeros([batch.Tokens.shape[0], 0]);
        var hidden = transformer.Hidden(batch.Tokens.narrow(1, 0, tokens - 1), pass);
        var next = batch.Tokens.narrow(1, 1, tokens - 1).unsqueeze(2);
        return functional.log_softmax(transformer.Logits(hidden, pass), -1).gather(2, next).squeeze(2);
    }
}
