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
        var (rows, tokens) = (x.shape[0], x.shape[1]);
        var projected = Inputs.Select(matrix => matrix.Apply(x, pass)).ToArray();
        if (projected.Length == 1)
            projected = projected[0].chunk(3, 2);
        Tensor Heads(Tensor all, int heads) => all.view(rows, tokens, heads, Config.HeadSize);
        var q = Heads(projected[0], Config.Heads);
        var k = Heads(projected[1], Config.KeyValueHeads);
        var v = Heads(projected[2], Config.KeyValueHeads).transpose(1, 2);
        q = (QueryNorm?.Apply(q) ?? q).transpose(1, 2);
        k = (KeyNorm?.Apply(k) ?? k).transpose(1, 2);
        if (turn is not null)
            (q, k) = (turn.Apply(q), turn.Apply(k));
        if (pass.Cache is { } cache)
            (k, v) = cache.Append(layer, k, v);
        var seen = Attend(q, k, v, pass.Mask);
        return Output.Apply(seen.transpose(1, 2).reshape(rows, tokens, (long)Config.Heads * Config.HeadSize), pass);
    }

    private Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        var (rows, tokens, keys) = (q.shape[0], q.shape[2], k.shape[2]);
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
