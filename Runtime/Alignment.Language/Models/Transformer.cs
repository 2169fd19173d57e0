using static TorchSharp.torch;

namespace Alignment;

/// <summary>A decoder: tokens in, a state for each token out, and from states the logits of the next token.</summary>
/// <remarks>
/// <para>x = embedding(tokens); each block does x += attention(norm(x)), x += perceptron(norm(x)); logits = head(norm(x)).</para>
/// <para>Shapes: tokens [rows, tokens]; states [rows, tokens, hidden]; logits [rows, tokens, vocabulary], float32 unless the weights are float64.</para>
/// <para>Families differ in four things: the norm, where positions enter, the perceptron, and the names of weights.</para>
/// </remarks>
internal sealed class Transformer : IDisposable
{
    private const AdapterTargets FirstOfGpt2 = AdapterTargets.Query | AdapterTargets.Key | AdapterTargets.Value;

    private readonly ModelConfig _config;
    private readonly ModelWeights _weights;
    private readonly Block[] _blocks;
    private readonly INorm _last;
    private readonly Tensor _embedding;
    private readonly Tensor? _positions;
    private readonly Linear _head;
    private readonly RotaryTable? _rotary;

    public Transformer(ModelConfig config, ModelWeights weights)
    {
        (_config, _weights) = (config, weights);
        var isGpt2 = config.Architecture == Architecture.Gpt2;
        _embedding = weights[
            isGpt2 ? $"{WeightSlots.Gpt2Prefix}wte.weight" : $"{WeightSlots.GatedPrefix}embed_tokens.weight"
        ];
        _positions = isGpt2 ? weights[$"{WeightSlots.Gpt2Prefix}wpe.weight"] : null;
        _rotary = config.Rotary is { } rotary ? new(rotary, config, _embedding.dtype, _embedding.device) : null;
        _blocks =
        [
            .. Enumerable.Range(0, config.Layers).Select(layer => isGpt2 ? Gpt2Block(layer) : GatedBlock(layer)),
        ];
        _last = isGpt2 ? LayerNorm($"{WeightSlots.Gpt2Prefix}ln_f") : MeanSquare($"{WeightSlots.GatedPrefix}norm");
        _head = new("lm_head", AdapterTargets.None, weights.Find(WeightSlots.Head) ?? _embedding, null);
    }

    /// <summary>All matrices that adapters may change.</summary>
    public IEnumerable<Linear> Matrices => _blocks.SelectMany(b => b.Attention.Linears.Concat(b.Perceptron.Linears));

    /// <summary>Numbers of a token's logits.</summary>
    public long Vocabulary => _config.Vocabulary;

    /// <summary>The state of each token behind the last norm.</summary>
    public Tensor Hidden(Tensor tokens, Pass pass)
    {
        var (first, added) = (pass.Cache?.Length ?? 0, tokens.size(1));
        var x = Rows(_embedding, tokens);
        if (_positions is not null)
            x = x.add(
                pass.Positions is { } at ? Rows(_positions, at) : _positions.narrow(0, first, added),
                Numbers.One
            );
        pass = pass with { Mask = pass.Mask ?? Masks.Plain(_config, added, _embedding.dtype, tokens.device) };
        var turn = _rotary?.At(pass.Positions, first, added);
        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            var block = _blocks[layer];
            // into what the block gives, which nothing else needs
            x = block.Attention.Apply(block.Before.Apply(x), layer, turn, pass).add_(x, Numbers.One);
            x = block.Perceptron.Apply(block.Between.Apply(x), pass).add_(x, Numbers.One);
        }

        pass.Cache?.Advance(added);
        return _last.Apply(x);
    }

    /// <summary>The logits of the next token from states.</summary>
    public Tensor Logits(Tensor hidden, Pass pass)
    {
        var logits = _head.Apply(hidden, pass);
        return logits.dtype is ScalarType.Float32 or ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);
    }

    public void Dispose()
    {
        _rotary?.Dispose();
        _weights.Dispose();
    }

    private static Tensor Rows(Tensor table, Tensor numbers) =>
        table.index_select(0, numbers.flatten()).view([.. numbers.shape, table.shape[1]]);

    private Block GatedBlock(int layer)
    {
        var block = $"{WeightSlots.GatedPrefix}layers.{layer}.";
        INorm? HeadNorm(string name) =>
            _config.Architecture == Architecture.Qwen3 ? MeanSquare($"{block}self_attn.{name}_norm") : null;
        return new(
            MeanSquare($"{block}input_layernorm"),
            new Attention(
                _config,
                [
                    Matrix($"{block}self_attn.q_proj", AdapterTargets.Query),
                    Matrix($"{block}self_attn.k_proj", AdapterTargets.Key),
                    Matrix($"{block}self_attn.v_proj", AdapterTargets.Value),
                ],
                Matrix($"{block}self_attn.o_proj", AdapterTargets.Output),
                HeadNorm("q"),
                HeadNorm("k")
            ),
            MeanSquare($"{block}post_attention_layernorm"),
            new GatedPerceptron(
                Matrix($"{block}mlp.gate_proj", AdapterTargets.Gate),
                Matrix($"{block}mlp.up_proj", AdapterTargets.Up),
                Matrix($"{block}mlp.down_proj", AdapterTargets.Down)
            )
        );
    }

    private Block Gpt2Block(int layer)
    {
        var block = $"{WeightSlots.Gpt2Prefix}h.{layer}.";
        return new(
            LayerNorm($"{block}ln_1"),
            new Attention(
                _config,
                [Matrix($"{block}attn.c_attn", FirstOfGpt2)],
                Matrix($"{block}attn.c_proj", AdapterTargets.Output),
                null,
                null
            ),
            LayerNorm($"{block}ln_2"),
            new Perceptron(
                Matrix($"{block}mlp.c_fc", AdapterTargets.Up),
                Matrix($"{block}mlp.c_proj", AdapterTargets.Down)
            )
        );
    }

    private Linear Matrix(string name, AdapterTargets target) =>
        new(name, target, _weights[$"{name}.weight"], _weights.Find($"{name}.bias"));

    private MeanSquareNorm MeanSquare(string name) => new(_weights[$"{name}.weight"], _config.NormEpsilon);

    private LayerNorm LayerNorm(string name) =>
        new(_weights[$"{name}.weight"], _weights[$"{name}.bias"], _config.NormEpsilon);

    private sealed record Block(INorm Before, Attention Attention, INorm Between, IPerceptron Perceptron);
}
