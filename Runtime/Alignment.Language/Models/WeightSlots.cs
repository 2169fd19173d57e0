namespace Alignment;

/// <summary>What a weight is, which says how it begins.</summary>
internal enum SlotKind
{
    /// <summary>Vectors that are looked up, [number, hidden].</summary>
    Table,

    /// <summary>A matrix [out, in].</summary>
    Matrix,

    /// <summary>A matrix that writes into the residual stream.</summary>
    Residual,

    /// <summary>A matrix that files hold transposed, [in, out].</summary>
    Transposed,

    /// <summary>The same, and it writes into the residual stream.</summary>
    TransposedResidual,

    /// <summary>The factors of a norm: ones.</summary>
    Scale,

    /// <summary>A bias: zeros.</summary>
    Bias,
}

/// <summary>A weight that a model has: its name in files, its shape there, and what it is.</summary>
internal sealed record WeightSlot(string Name, ValueList<long> Shape, SlotKind Kind)
{
    public bool IsTransposed => Kind is SlotKind.Transposed or SlotKind.TransposedResidual;
}

/// <summary>All weights of a model by the names that its family gives them.</summary>
internal static class WeightSlots
{
    public const string GatedPrefix = "model.";
    public const string Gpt2Prefix = "transformer.";
    public const string Head = "lm_head.weight";

    public static ValueList<WeightSlot> Of(ModelConfig config) =>
        (config.Architecture == Architecture.Gpt2 ? Gpt2(config) : Gated(config)).ToValueList();

    private static IEnumerable<WeightSlot> Gated(ModelConfig c)
    {
        yield return Table($"{GatedPrefix}embed_tokens.weight", c.Vocabulary, c.Hidden);
        var (queries, keys) = ((long)c.Heads * c.HeadSize, (long)c.KeyValueHeads * c.HeadSize);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var block = $"{GatedPrefix}layers.{layer}.";
            yield return Scale($"{block}input_layernorm.weight", c.Hidden);
            foreach (var (name, size) in new[] { ("q", queries), ("k", keys), ("v", keys) })
            {
                yield return Matrix($"{block}self_attn.{name}_proj.weight", size, c.Hidden);
                if (c.QueryBias)
                    yield return Bias($"{block}self_attn.{name}_proj.bias", size);
            }

            if (c.Architecture == Architecture.Qwen3)
            {
                yield return Scale($"{block}self_attn.q_norm.weight", c.HeadSize);
                yield return Scale($"{block}self_attn.k_norm.weight", c.HeadSize);
            }

            yield return new($"{block}self_attn.o_proj.weight", [c.Hidden, queries], SlotKind.Residual);
            if (c.OutputBias)
                yield return Bias($"{block}self_attn.o_proj.bias", c.Hidden);
            yield return Scale($"{block}post_attention_layernorm.weight", c.Hidden);
            foreach (var name in new[] { "gate", "up" })
            {
                yield return Matrix($"{block}mlp.{name}_proj.weight", c.Inner, c.Hidden);
                if (c.InnerBias)
                    yield return Bias($"{block}mlp.{name}_proj.bias", c.Inner);
            }

            yield return new($"{block}mlp.down_proj.weight", [c.Hidden, c.Inner], SlotKind.Residual);
            if (c.InnerBias)
                yield return Bias($"{block}mlp.down_proj.bias", c.Hidden);
        }

        yield return Scale($"{GatedPrefix}norm.weight", c.Hidden);
        if (!c.TiedHead)
            yield return Matrix(Head, c.Vocabulary, c.Hidden);
    }

    private static IEnumerable<WeightSlot> Gpt2(ModelConfig c)
    {
        yield return Table($"{Gpt2Prefix}wte.weight", c.Vocabulary, c.Hidden);
        yield return Table($"{Gpt2Prefix}wpe.weight", c.Context, c.Hidden);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var block = $"{Gpt2Prefix}h.{layer}.";
            foreach (var slot in Norm($"{block}ln_1", c.Hidden))
                yield return slot;
            yield return new($"{block}attn.c_attn.weight", [c.Hidden, 3L * c.Hidden], SlotKind.Transposed);
            yield return Bias($"{block}attn.c_attn.bias", 3L * c.Hidden);
            yield return new($"{block}attn.c_proj.weight", [c.Hidden, c.Hidden], SlotKind.TransposedResidual);
            yield return Bias($"{block}attn.c_proj.bias", c.Hidden);
            foreach (var slot in Norm($"{block}ln_2", c.Hidden))
                yield return slot;
            yield return new($"{block}mlp.c_fc.weight", [c.Hidden, c.Inner], SlotKind.Transposed);
            yield return Bias($"{block}mlp.c_fc.bias", c.Inner);
            yield return new($"{block}mlp.c_proj.weight", [c.Inner, c.Hidden], SlotKind.TransposedResidual);
            yield return Bias($"{block}mlp.c_proj.bias", c.Hidden);
        }

        foreach (var slot in Norm($"{Gpt2Prefix}ln_f", c.Hidden))
            yield return slot;
        if (!c.TiedHead)
            yield return Matrix(Head, c.Vocabulary, c.Hidden);
    }

    private static IEnumerable<WeightSlot> Norm(string name, long size) =>
        [Scale($"{name}.weight", size), Bias($"{name}.bias", size)];

    private static WeightSlot Table(string name, long rows, long columns) => new(name, [rows, columns], SlotKind.Table);

    private static WeightSlot Matrix(string name, long rows, long columns) =>
        new(name, [rows, columns], SlotKind.Matrix);

    private static WeightSlot Scale(string name, long size) => new(name, [size], SlotKind.Scale);

    private static WeightSlot Bias(string name, long size) => new(name, [size], SlotKind.Bias);
}
