namespace Alignment.Benchmarks;

/// <summary>The models that are timed, and texts for them.</summary>
internal static class LanguageCase
{
    /// <summary>What is trained: 10 million parameters.</summary>
    public static ModelConfig Trained(bool smoke) =>
        smoke ? Llama(64, 32, 1, 2, 64) : Llama(vocabulary: 4_096, hidden: 320, layers: 7, heads: 5, inner: 864);

    /// <summary>What is decoded: more than 128 MB in float32.</summary>
    public static ModelConfig Decoded(bool smoke) =>
        smoke ? Llama(64, 64, 1, 2, 128) : Llama(vocabulary: 4_096, hidden: 768, layers: 5, heads: 12, inner: 2_048);

    /// <summary>One million parameters: operations cost more than their numbers.</summary>
    public static ModelConfig Tiny(bool smoke) =>
        smoke ? Llama(32, 16, 1, 2, 32) : Llama(vocabulary: 512, hidden: 128, layers: 4, heads: 4, inner: 384);

    /// <summary>So small that tens of thousands of steps take a minute.</summary>
    public static ModelConfig Least => Llama(vocabulary: 32, hidden: 16, layers: 1, heads: 2, inner: 32);

    /// <summary>Texts of random tokens, all of which count.</summary>
    public static IReadOnlyList<TrainingText> Texts(ModelConfig config, int texts, int tokens)
    {
        var stream = new RandomStream(1, "bench texts");
        return
        [
            .. Enumerable
                .Range(0, texts)
                .Select(r =>
                    TrainingText.All(
                        Enumerable.Range(0, tokens).Select(t => (int)stream.Integer(config.Vocabulary, r, t))
                    )
                ),
        ];
    }

    /// <summary>Prompts of one token.</summary>
    public static GenerationRequest[] Requests(int rows) =>
        [.. Enumerable.Range(0, rows).Select(r => new GenerationRequest([1 + (r % 16)], r))];

    /// <summary>A model's size as a phrase.</summary>
    public static string Describe(ModelConfig c) =>
        FormattableString.Invariant(
            $"{c.Parameters / 1e6:0.0} million parameters (llama; {c.Layers} layers, hidden {c.Hidden}, {c.Heads} heads of {c.HeadSize}, inner {c.Inner}, vocabulary {c.Vocabulary:#,0}, head tied to the embedding)"
        );

    private static ModelConfig Llama(int vocabulary, int hidden, int layers, int heads, int inner) =>
        new()
        {
            Architecture = Architecture.Llama,
            Vocabulary = vocabulary,
            Hidden = hidden,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            Inner = inner,
            Context = 512,
            Rotary = new(),
            TiedHead = true,
        };
}
