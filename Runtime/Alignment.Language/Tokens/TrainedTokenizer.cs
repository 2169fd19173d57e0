using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Alignment;

/// <summary>A vocabulary that was learned: written as the files of a Hugging Face folder, or used as it is.</summary>
public sealed record TrainedTokenizer
{
    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    internal TrainedTokenizer(
        ValueList<string> tokens,
        ValueList<string> merges,
        ValueList<string> special,
        WordPattern pattern
    ) => (Tokens, Merges, Special, Pattern) = (tokens, merges, special, pattern);

    /// <summary>Tokens by id, as the vocabulary writes them.</summary>
    public ValueList<string> Tokens { get; }

    /// <summary>Merges by rank, two tokens with a space between.</summary>
    public ValueList<string> Merges { get; }

    /// <summary>Special tokens, which have the first ids.</summary>
    public ValueList<string> Special { get; }

    /// <summary>How text is cut into words.</summary>
    public WordPattern Pattern { get; }

    /// <summary>The content of <c>tokenizer.json</c>.</summary>
    public string ToJson() => Written(WriteVocabulary);

    /// <summary>
    /// The content of <c>tokenizer_config.json</c>: <c>&lt;|end|&gt;</c> or <c>&lt;|endoftext|&gt;</c> as the end, <c>&lt;|pad|&gt;</c> as the
    /// padding, and the layout of <see cref="ChatTemplate.Tiny"/> when its markers are there.
    /// </summary>
    public string ToConfig() => Written(WriteConfig);

    /// <summary>The tokenizer itself.</summary>
    public Tokenizer ToTokenizer() => Tokenizer.Parse(ToJson(), ToConfig());

    /// <summary>Writes both files into a folder, which is made if there is none.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), ToJson());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), ToConfig());
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private void WriteConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteName(json, "eos_token", ["<|end|>", "<|endoftext|>"]);
        WriteName(json, "pad_token", ["<|pad|>"]);
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        if (ChatTemplate.Tiny.Markers.All(marker => Special.IndexOf(marker) >= 0))
        {
            json.WriteString(
                "chat_template",
                "{% for m in messages %}{{ {'system': '<|sys|>', 'user': '<|usr|>', 'assistant': '<|bot|>'}[m['role']] + m['content'] + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|bot|>' }}{% endif %}"
            );
        }

        json.WriteEndObject();
    }

    private void WriteName(Utf8JsonWriter json, string field, string[] candidates)
    {
        if (candidates.FirstOrDefault(token => Special.IndexOf(token) >= 0) is { } token)
        {
            json.WriteString(field, token);
        }
    }

    private void WriteVocabulary(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < Special.Count; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", Special[id]);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("normalizer");
        WriteSplit(json);
        WriteBytes(json, "post_processor", useRegex: true);
        WriteBytes(json, "decoder", useRegex: true);
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (var id = 0; id < Tokens.Count; id++)
        {
            json.WriteNumber(Tokens[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var merge in Merges)
        {
            json.WriteStartArray();
            foreach (var token in merge.Split(' '))
            {
                json.WriteStringValue(token);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteSplit(Utf8JsonWriter json)
    {
        if (Pattern == WordPattern.Gpt2)
        {
            WriteBytes(json, "pre_tokenizer", useRegex: true);
            return;
        }

        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", TokenizerSteps.RegexOf(Pattern));
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        WriteBytes(json, name: null, useRegex: false);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBytes(Utf8JsonWriter json, string? name, bool useRegex)
    {
        if (name is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(name);
        }

        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", useRegex);
        json.WriteEndObject();
    }
}
