using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Alignment.Formats;

namespace Alignment;

/// <summary>How the rows of a file of dialogues are laid out: by their fields.</summary>
public enum DialogueLayout
{
    /// <summary><c>messages</c>: conversations (TRL).</summary>
    Messages,

    /// <summary><c>prompt, completion</c> (TRL).</summary>
    PromptCompletion,

    /// <summary><c>chosen, rejected</c> and mostly <c>prompt</c> (TRL).</summary>
    Preference,

    /// <summary><c>prompt, completion, label</c> (TRL).</summary>
    Unpaired,

    /// <summary><c>prompt, response, category, is_safe</c> (PKU BeaverTails).</summary>
    BeaverTails,

    /// <summary><c>prompt, response_0, response_1, is_response_0_safe, is_response_1_safe, better_response_id, safer_response_id</c> (PKU-SafeRLHF).</summary>
    SafeRlhf,

    /// <summary><c>pair_id, prompt_text, video_0, video_1, helpfulness, harmlessness</c> (SafeSora).</summary>
    SafeSora,
}

/// <summary>By what one of two replies is preferred, in files that say both.</summary>
public enum PreferredBy
{
    /// <summary>The more helpful one, whatever its harm.</summary>
    Helpfulness,

    /// <summary>The safer one, whatever its use.</summary>
    Harmlessness,
}

/// <summary>Reads and writes files of one JSON object a line, a row at a time.</summary>
/// <remarks>
/// <para>
/// The layout is found from the fields of the first row, or named; all rows then have it. A row that has not is refused with file, line,
/// field, what was expected and what was found. Empty lines are passed over; a name that ends in <c>.gz</c> is unpacked while it is read.
/// </para>
/// <para>
/// A prompt that is a text is one message of a user, a reply that is a text one of the assistant. Preferences without a prompt have as
/// prompt what both replies begin with.
/// </para>
/// <para>Not for one JSON list over a whole file: write one object a line.</para>
/// </remarks>
public static class Jsonl
{
    private static readonly (DialogueLayout Layout, string[] Fields)[] Layouts =
    [
        (DialogueLayout.SafeRlhf, ["prompt", "response_0", "response_1"]),
        (DialogueLayout.SafeSora, ["pair_id", "video_0", "video_1"]),
        (DialogueLayout.BeaverTails, ["prompt", "response", "is_safe"]),
        (DialogueLayout.Preference, ["chosen", "rejected"]),
        (DialogueLayout.Unpaired, ["prompt", "completion", "label"]),
        (DialogueLayout.PromptCompletion, ["prompt", "completion"]),
        (DialogueLayout.Messages, ["messages"]),
    ];

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The layout of a file, from its first row.</summary>
    /// <exception cref="InputFormatException">The file cannot be read, is empty, or its first row has the fields of no layout.</exception>
    public static DialogueLayout LayoutOf(string path) =>
        Rows(path).Select(LayoutOf).Cast<DialogueLayout?>().FirstOrDefault()
        ?? throw new InputFormatException(path, "expected at least one row, got none");

    /// <summary>Conversations, from <see cref="DialogueLayout.Messages"/> or <see cref="DialogueLayout.PromptCompletion"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Its layout; found from the first row by default.</param>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<Conversation> Conversations(string path, DialogueLayout? layout = null) =>
        Read(path, layout, JsonlRows.Conversation, DialogueLayout.Messages, DialogueLayout.PromptCompletion);

    /// <summary>Preferences, from <see cref="DialogueLayout.Preference"/> or <see cref="DialogueLayout.SafeRlhf"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Its layout; found from the first row by default.</param>
    /// <param name="by">Which preference, where the layout has two; the one by helpfulness by default.</param>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<PreferencePair> Preferences(
        string path,
        DialogueLayout? layout = null,
        PreferredBy by = PreferredBy.Helpfulness
    ) =>
        Read(
            path,
            layout,
            (row, found) => JsonlRows.Preference(row, found, by),
            DialogueLayout.Preference,
            DialogueLayout.SafeRlhf
        );

    /// <summary>Labelled replies, from <see cref="DialogueLayout.Unpaired"/> or <see cref="DialogueLayout.BeaverTails"/> (good means safe).</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">Its layout; found from the first row by default.</param>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<LabelledReply> Labelled(string path, DialogueLayout? layout = null) =>
        Read(path, layout, JsonlRows.Labelled, DialogueLayout.Unpaired, DialogueLayout.BeaverTails);

    /// <summary>Replies with the kinds of their harm, from <see cref="DialogueLayout.BeaverTails"/>.</summary>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<SafetyLabel> SafetyLabels(string path) =>
        Read(path, null, (row, _) => JsonlRows.SafetyLabel(row), DialogueLayout.BeaverTails);

    /// <summary>Pairs with both preferences, from <see cref="DialogueLayout.SafeRlhf"/>.</summary>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<SafetyPair> SafetyPairs(string path) =>
        Read(path, null, (row, _) => JsonlRows.SafetyPair(row), DialogueLayout.SafeRlhf);

    /// <summary>Pairs of videos, from <see cref="DialogueLayout.SafeSora"/>; the videos themselves are not opened.</summary>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<VideoPair> VideoPairs(string path) =>
        Read(path, null, (row, _) => JsonlRows.VideoPair(row), DialogueLayout.SafeSora);

    /// <summary>Prompts of rows in any layout that has a field <c>prompt</c>, or whose conversations end in a reply.</summary>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<ValueList<ChatMessage>> Prompts(string path) => Rows(path).Select(JsonlRows.Prompt);

    /// <summary>Prompts with what judges replies to them, as <see cref="DialogueWorld.Write"/> writes <c>prompts.jsonl</c>.</summary>
    /// <exception cref="InputFormatException">The file or a row is not as described; thrown when that row is come to.</exception>
    public static IEnumerable<JudgedPrompt> JudgedPrompts(string path) => Rows(path).Select(JudgedPrompt.Read);

    /// <summary>The numbers of the lines that hold a row, from 1, in order: where a row stands, for whoever finds fault with it later.</summary>
    /// <exception cref="InputFormatException">The file cannot be read; thrown when that line is come to.</exception>
    public static IEnumerable<int> RowLines(string path) => Lines(path).Select(line => line.Number);

    /// <summary>Writes rows to a file, which is made anew.</summary>
    /// <returns>How many rows were written.</returns>
    public static long Write(string path, IEnumerable<IJsonlRow> rows)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, OneLine);
        var count = 0L;
        foreach (var row in rows)
        {
            row.Write(json);
            json.Flush();
            json.Reset();
            file.WriteByte((byte)'\n');
            count++;
        }

        return count;
    }

    private static IEnumerable<T> Read<T>(
        string path,
        DialogueLayout? layout,
        Func<JsonField, DialogueLayout, T> record,
        params DialogueLayout[] taken
    )
    {
        foreach (var row in Rows(path))
        {
            var found = layout ??= LayoutOf(row);
            if (!taken.Contains(found))
            {
                throw row.Fault($"expected rows laid out as {string.Join(" or ", taken)}, got {found}");
            }

            yield return record(row, found);
        }
    }

    private static DialogueLayout LayoutOf(JsonField row)
    {
        string[] names = [.. row.Fields().Select(field => field.Name)];
        foreach (var (layout, fields) in Layouts)
        {
            if (fields.All(names.Contains))
            {
                return layout;
            }
        }

        throw row.Fault(
            $"expected the fields of a known layout ({string.Join("; ", Layouts.Select(l => string.Join(", ", l.Fields)))}), got {string.Join(", ", names)}"
        );
    }

    private static IEnumerable<JsonField> Rows(string path) =>
        Lines(path).Select(line => JsonField.Parse(Encoding.UTF8.GetBytes(line.Text), path, line.Number));

    // those that are not empty
    private static IEnumerable<(int Number, string Text)> Lines(string path)
    {
        using var reader = Open(path);
        for (var line = 1; Line(reader, path, line) is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return (line, text);
            }
        }
    }

    private static string? Line(StreamReader reader, string path, int line)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            throw new InputFormatException(
                path,
                line,
                1,
                $"expected UTF-8 text from here on, got other bytes ({e.Message})"
            );
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputFormatException(path, $"cannot be read on from line {line}: {e.Message}", e);
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            var file = File.OpenRead(path);
            return new StreamReader(
                path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                    ? new GZipStream(file, CompressionMode.Decompress)
                    : file,
                StrictUtf8
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputFormatException(path, "no such file; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputFormatException(path, $"cannot be read: {e.Message}", e);
        }
    }
}
