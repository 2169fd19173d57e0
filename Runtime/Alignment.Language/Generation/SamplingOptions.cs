namespace Alignment;

/// <summary>How the next token is drawn, and when a text ends.</summary>
/// <remarks>
/// <para>p = softmax(logits / temperature), over the k largest logits, over the smallest set of largest p whose sum reaches the nucleus; what is left is normalized.
/// At temperature 0 the largest logit is taken, of equals the first.</para>
/// <para>Default: temperature 1, all tokens, 128 new tokens, no stop but the model's own ends, seed 0.</para>
/// <para>Errors: a number out of range.</para>
/// <para>Source: Fan, Lewis, Dauphin (2018), arXiv 1805.04833, for top-k; Holtzman et al. (2020), arXiv 1904.09751, for top-p.</para>
/// </remarks>
public sealed record SamplingOptions
{
    /// <summary>At least 0; 0 for the likeliest token.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>How many tokens are left to draw from; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>The nucleus's probability, above 0 and at most 1; 1 for all tokens.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The most tokens that are added; at least 1.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>Tokens that end a text, beside those of the model.</summary>
    public ValueList<int> Stops { get; init; } = [];

    /// <summary>Ends a text that goes round in circles: so many times the same tokens, one behind the other; 0 for never, else at least 2.</summary>
    /// <remarks>A circle is 1 to 32 tokens long; one of a single token must turn 8 times as often.</remarks>
    public int RepetitionStop { get; init; }

    /// <summary>Of all draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>What is wrong, or null.</summary>
    public string? Fault() =>
        !(Temperature >= 0 && double.IsFinite(Temperature))
            ? $"temperature: expected at least 0, got {Quote.Number(Temperature)}"
        : TopK < 0 ? $"top_k: expected at least 0, got {TopK}"
        : !(TopP is > 0 and <= 1) ? $"top_p: expected above 0 and at most 1, got {Quote.Number(TopP)}"
        : MaxNewTokens < 1 ? $"max_new_tokens: expected at least 1, got {MaxNewTokens}"
        : RepetitionStop is < 0 or 1 ? $"repetition_stop: expected 0, or at least 2, got {RepetitionStop}"
        : null;
}
