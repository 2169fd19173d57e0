using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>What a model says of given texts.</summary>
internal static class Scoring
{
    /// <summary>So many logits are held at once, 64 MB of float32 for each of the few tensors of their size; where there are more tokens times vocabulary, they come in parts.</summary>
    public const long Most = 1L << 24;

    /// <summary>log p of each token but the first, given those before it: [rows, tokens - 1]. Gradients pass through <see cref="Score"/>.</summary>
    public static Tensor LogProbabilities(Transformer transformer, TokenBatch batch, Pass pass) =>
        Score(transformer, batch, pass).LogProbabilities;

    /// <summary>The same, and the way back.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="batch">The texts.</param>
    /// <param name="pass">How they pass through it.</param>
    /// <param name="most">Logits that are held at once.</param>
    public static Scored Score(Transformer transformer, TokenBatch batch, Pass pass, long most = Most)
    {
        var (rows, tokens) = (batch.Tokens.size(0), batch.Tokens.size(1));
        if (tokens == 1)
            return new(zeros([rows, 0]), null);
        var hidden = transformer.Hidden(batch.Tokens.narrow(1, 0, tokens - 1), pass);
        var next = batch.Tokens.narrow(1, 1, tokens - 1).unsqueeze(2);
        var vocabulary = transformer.Vocabulary;
        if (rows * (tokens - 1) * vocabulary <= most)
            return new(Of(transformer, hidden, next, pass), null);
        // an eighth at a time: then also what is made of them fits
        var parts = new HeadInParts(
            (states, following) => Of(transformer, states, following, pass),
            hidden.flatten(0, 1),
            next.flatten(0, 1),
            Math.Max(1, most / 8 / vocabulary)
        );
        return parts.Scored(rows, tokens - 1);
    }

    private static Tensor Of(Transformer transformer, Tensor hidden, Tensor next, Pass pass) =>
        functional.log_softmax(transformer.Logits(hidden, pass), -1).gather(-1, next).squeeze(-1);
}

/// <summary>Log-probabilities of tokens, and the way back from them.</summary>
internal sealed class Scored(Tensor logProbabilities, Action<Tensor>? back)
{
    /// <summary>[rows, tokens].</summary>
    public Tensor LogProbabilities => logProbabilities;

    /// <summary>Takes derivatives back into all that learns.</summary>
    /// <param name="of">The log-probabilities or what was made of them.</param>
    /// <param name="gradient">Derivatives by these, of their shape.</param>
    public void Backward(Tensor of, Tensor gradient)
    {
        of.backward([gradient]);
        back?.Invoke(logProbabilities.grad!);
    }
}

/// <summary>The head over a large vocabulary, some tokens at a time: its logits are made twice, forward without gradients and once more on the way back, and never held all at once.</summary>
/// <param name="head">Log-probabilities of the following tokens from states.</param>
/// <param name="hidden">States, [tokens, hidden].</param>
/// <param name="next">The following tokens, [tokens, 1].</param>
/// <param name="part">How many tokens at a time.</param>
internal sealed class HeadInParts(Func<Tensor, Tensor, Tensor> head, Tensor hidden, Tensor next, long part)
{
    public Scored Scored(long rows, long tokens)
    {
        var records = hidden.requires_grad;
        using (no_grad())
        {
            var all = empty([rows * tokens], dtype: ScalarTypeOf(hidden), device: hidden.device);
            foreach (var (from, count) in Parts())
            {
                using var scope = NewDisposeScope();
                var states = hidden.narrow(0, from, count);
                all.narrow(0, from, count).copy_(head(states, next.narrow(0, from, count)));
            }

            // a beginning of its own: what is made of it ends there
            var logProbabilities = all.view(rows, tokens).requires_grad_(records);
            return new(logProbabilities, records ? Back : null);
        }
    }

    private void Back(Tensor gradient)
    {
        var flat = gradient.flatten();
        var byStates = empty_like(hidden, requires_grad: false);
        foreach (var (from, count) in Parts())
        {
            using var scope = NewDisposeScope();
            var states = hidden.narrow(0, from, count).detach().requires_grad_(true);
            head(states, next.narrow(0, from, count)).backward([flat.narrow(0, from, count)]);
            using var quiet = no_grad();
            using var grad = states.grad;
            byStates.narrow(0, from, count).copy_(grad!);
        }

        hidden.backward([byStates]);
    }

    private IEnumerable<(long From, long Count)> Parts()
    {
        for (var from = 0L; from < hidden.size(0); from += part)
            yield return (from, Math.Min(part, hidden.size(0) - from));
    }

    private static ScalarType ScalarTypeOf(Tensor hidden) =>
        hidden.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
}
