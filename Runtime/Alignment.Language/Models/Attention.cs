using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>Attention of several heads, each group of them with one head of keys and values.</summary>
/// <param name="Config">Sizes.</param>
/// <param name="Inputs">The matrices of queries, keys and values, or one for all three.</param>
/// <param name="Output">From all heads back to a state.</param>
/// <param name="QueryNorm">Of each head's queries, or null.</param>
/// <param name="KeyNorm">Of each head's keys, or null.</param>
internal sealed record Attention(
    ModelConfig Config,
    ValueList<Linear> Inputs,
    Linear Output,
    INorm? QueryNorm,
    INorm? KeyNorm
)
{
    public IEnumerable<Linear> Linears => Inputs.Append(Output);

    public Tensor Apply(Tensor x, int layer, Rotation? turn, Pass pass)
    {
        var (rows, tokens) = (x.size(0), x.size(1));
        var projected = Inputs.Count == 1 ? Inputs[0].Apply(x, pass).chunk(3, 2) : null;
        Tensor Heads(int input, int heads)
        {
            var all = projected?[input] ?? Inputs[input].Apply(x, pass);
            // of one token the heads lie as they should
            return tokens == 1
                ? all.view(rows, heads, 1, Config.HeadSize)
                : all.view(rows, tokens, heads, Config.HeadSize).transpose(1, 2);
        }

        var (q, k) = (Heads(0, Config.Heads), Heads(1, Config.KeyValueHeads));
        var v = Heads(2, Config.KeyValueHeads);
        (q, k) = (QueryNorm?.Apply(q) ?? q, KeyNorm?.Apply(k) ?? k);
        if (turn is not null)
            (q, k) = (turn.Apply(q), turn.Apply(k));
        if (pass.Cache is { } cache)
            (k, v) = cache.Append(layer, k, v);
        var seen = Attend(q, k, v, pass.Mask);
        seen = tokens == 1 ? seen : seen.transpose(1, 2);
        return Output.Apply(seen.reshape(rows, tokens, (long)Config.Heads * Config.HeadSize), pass);
    }

    private Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        var (rows, tokens, keys) = (q.size(0), q.size(2), k.size(2));
        var group = Config.Heads / Config.KeyValueHeads;
        // one new token: the heads of a group are as good as so many tokens that see the same keys
        if (tokens == 1 && group > 1)
            return functional
                .scaled_dot_product_attention(q.view(rows, Config.KeyValueHeads, group, Config.HeadSize), k, v, mask)
                .view(rows, Config.Heads, 1, Config.HeadSize);
        if (group > 1)
        {
            Tensor Shared(Tensor t) =>
                t.unsqueeze(2)
                    .expand(rows, Config.KeyValueHeads, group, keys, Config.HeadSize)
                    .reshape(rows, Config.Heads, keys, Config.HeadSize);
            (k, v) = (Shared(k), Shared(v));
        }

        return functional.scaled_dot_product_attention(q, k, v, mask, is_casual: mask is null && tokens > 1);
    }
}
