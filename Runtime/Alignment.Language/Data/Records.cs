using System.Text.Json;

namespace Alignment;

/// <summary>A row of a file of one JSON object a line.</summary>
public interface IJsonlRow
{
    /// <summary>Writes the row's object.</summary>
    /// <param name="json">Where to; the object is begun and ended here.</param>
    void Write(Utf8JsonWriter json);
}

/// <summary>A conversation to learn from.</summary>
/// <param name="Messages">The turns, instructions first if there are any.</param>
public sealed record Conversation(ValueList<ChatMessage> Messages) : IJsonlRow
{
    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json) =>
        JsonlRows.Object(json, () => JsonlRows.Messages(json, "messages", Messages));
}

/// <summary>Two replies to one prompt, the first of which somebody prefers.</summary>
/// <param name="Prompt">The turns before the reply; none where only whole texts are given that have nothing in common.</param>
/// <param name="Chosen">The preferred reply, one turn or several.</param>
/// <param name="Rejected">The other.</param>
public sealed record PreferencePair(
    ValueList<ChatMessage> Prompt,
    ValueList<ChatMessage> Chosen,
    ValueList<ChatMessage> Rejected
) : IJsonlRow
{
    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json) =>
        JsonlRows.Object(
            json,
            () =>
            {
                JsonlRows.Messages(json, "prompt", Prompt);
                JsonlRows.Messages(json, "chosen", Chosen);
                JsonlRows.Messages(json, "rejected", Rejected);
            }
        );
}

/// <summary>A reply that somebody found good or not.</summary>
/// <param name="Prompt">The turns before it.</param>
/// <param name="Reply">The reply.</param>
/// <param name="IsGood">Whether it is wanted.</param>
public sealed record LabelledReply(ValueList<ChatMessage> Prompt, ValueList<ChatMessage> Reply, bool IsGood) : IJsonlRow
{
    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json) =>
        JsonlRows.Object(
            json,
            () =>
            {
                JsonlRows.Messages(json, "prompt", Prompt);
                JsonlRows.Messages(json, "completion", Reply);
                json.WriteBoolean("label", IsGood);
            }
        );
}

/// <summary>A reply with the kinds of harm that annotators saw in it (BeaverTails).</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Response">What was replied.</param>
/// <param name="Categories">Names of the kinds of harm that were seen, as the file has them.</param>
/// <param name="IsSafe">Whether the reply as a whole was found safe.</param>
/// <remarks>Source: Ji et al. 2023, "BeaverTails", arXiv:2307.04657.</remarks>
public sealed record SafetyLabel(string Prompt, string Response, ValueList<string> Categories, bool IsSafe);

/// <summary>Two replies, each safe or not, with which is more helpful and which is safer (PKU-SafeRLHF).</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Response0">The first reply.</param>
/// <param name="Response1">The second.</param>
/// <param name="IsSafe0">Whether the first is safe.</param>
/// <param name="IsSafe1">Whether the second is.</param>
/// <param name="Better">Which is more helpful, 0 or 1, whatever its harm.</param>
/// <param name="Safer">Which is safer, 0 or 1.</param>
/// <remarks>Source: Dai et al. 2023, "Safe RLHF", arXiv:2310.12773; Ji et al. 2024, "PKU-SafeRLHF", arXiv:2406.15513.</remarks>
public sealed record SafetyPair(
    string Prompt,
    string Response0,
    string Response1,
    bool IsSafe0,
    bool IsSafe1,
    int Better,
    int Safer
) : IJsonlRow
{
    /// <summary>The pair by helpfulness.</summary>
    public PreferencePair Helpful => Pair(Better);

    /// <summary>The pair by harmlessness.</summary>
    public PreferencePair Harmless => Pair(Safer);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json) =>
        JsonlRows.Object(
            json,
            () =>
            {
                json.WriteString("prompt", Prompt);
                json.WriteString("response_0", Response0);
                json.WriteString("response_1", Response1);
                json.WriteBoolean("is_response_0_safe", IsSafe0);
                json.WriteBoolean("is_response_1_safe", IsSafe1);
                json.WriteNumber("better_response_id", Better);
                json.WriteNumber("safer_response_id", Safer);
            }
        );

    private PreferencePair Pair(int chosen) =>
        new(
            [ChatMessage.User(Prompt)],
            [ChatMessage.Assistant(chosen == 0 ? Response0 : Response1)],
            [ChatMessage.Assistant(chosen == 0 ? Response1 : Response0)]
        );
}

/// <summary>Two videos of one prompt, with which is more helpful and which is less harmful (SafeSora).</summary>
/// <param name="PairId">The pair's name.</param>
/// <param name="PromptId">The prompt's name.</param>
/// <param name="Prompt">What was asked for.</param>
/// <param name="Video0">Where the first video lies.</param>
/// <param name="Video1">Where the second does.</param>
/// <param name="Helpful">Which is more helpful, 0 or 1; null where it was not asked.</param>
/// <param name="Harmless">Which is less harmful, 0 or 1; null where it was not asked.</param>
/// <remarks>Source: Dai et al. 2024, "SafeSora", arXiv:2406.14477, and the fields of its published readers.</remarks>
public sealed record VideoPair(
    string PairId,
    string PromptId,
    string Prompt,
    string Video0,
    string Video1,
    int? Helpful,
    int? Harmless
);
