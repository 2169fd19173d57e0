using System.Text;
using Alignment.Formats;

namespace Alignment;

/// <summary>Turns text into the tokens of a language model and back.</summary>
/// <remarks>
/// <para>
/// Text is searched for added tokens, normalized, cut into pieces by the vocabulary's pattern, and each piece is merged: of all adjacent
/// pairs the one of lowest rank first, the leftmost of equals, until none is left. Byte-level vocabularies (GPT-2, Llama 3, Qwen 2 and 3)
/// merge bytes, so decoding gives back any text; those of Llama 2 and Mistral merge characters and write unknown ones as bytes.
/// </para>
/// <para>
/// Read from the files of a Hugging Face folder: <c>tokenizer.json</c> with the model <c>BPE</c>, else <c>tokenizer.model</c>
/// (SentencePiece), and <c>tokenizer_config.json</c> for the names of the tokens of beginning, end and padding. What such a file asks for
/// and is not known here is refused by name. <c>truncation</c> and <c>padding</c> are not read: how long a batch is, is its maker's matter.
/// </para>
/// <para>A tokenizer is immutable and may be used from several threads.</para>
/// <para>
/// Source: Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units", arXiv:1508.07909, section 3.2;
/// Kudo, Richardson 2018, "SentencePiece", arXiv:1808.06226. Merging is done by Microsoft.ML.Tokenizers.
/// </para>
/// <para>Not for WordPiece, Unigram in <c>tokenizer.json</c>, or dropout of merges.</para>
/// </remarks>
public sealed class Tokenizer
{
    private const string JsonName = "tokenizer.json";
    private const string ModelName = "tokenizer.model";

    private readonly TokenizerParts _parts;
    private readonly Dictionary<string, int> _ids;
    private readonly HashSet<int> _special;
    private readonly AddedTokens _raw;
    private readonly AddedTokens _normalized;
    private readonly AddedTokens _plainRaw;
    private readonly AddedTokens _plainNormalized;

    internal Tokenizer(string name, TokenizerParts parts, TokenizerConfig config)
    {
        (Name, _parts, ChatText, ModelKind) = (name, parts, config.ChatText, config.ModelKind);
        _ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < parts.Tokens.Length; id++)
        {
            if (parts.Tokens[id] is { } token)
            {
                _ids[token] = id;
            }
        }

        _special = [.. parts.Added.Where(token => token.IsSpecial).Select(token => token.Id)];
        _raw = new AddedTokens(parts.Added.Where(token => !token.IsNormalized));
        _normalized = new AddedTokens(parts.Added.Where(token => token.IsNormalized));
        _plainRaw = new AddedTokens(parts.Added.Where(token => !token.IsNormalized && !token.IsMarker));
        _plainNormalized = new AddedTokens(parts.Added.Where(token => token.IsNormalized && !token.IsMarker));
        Bos = config.Id(config.Bos, "bos_token", this);
        Eos = config.Id(config.Eos, "eos_token", this);
        Pad = config.Id(config.Pad, "pad_token", this);
    }

    /// <summary>Where the tokenizer comes from, for messages.</summary>
    public string Name { get; }

    /// <summary>One more than the largest id. A model's table may have more rows; ids beyond are no tokens.</summary>
    public int VocabularySize => _parts.Tokens.Length;

    /// <summary>The token that begins a text, if the vocabulary names one.</summary>
    public int? Bos { get; }

    /// <summary>The token that ends a text, if the vocabulary names one.</summary>
    public int? Eos { get; }

    /// <summary>The token that fills up a batch, if the vocabulary names one.</summary>
    public int? Pad { get; }

    /// <summary>The text of the chat template that came with the vocabulary, as it is written; see <see cref="ChatTemplate.Of"/>.</summary>
    public string? ChatText { get; }

    /// <summary>The name of the model's kind beside the vocabulary (<c>model_type</c> of <c>config.json</c>), if there is one.</summary>
    public string? ModelKind { get; }

    internal bool DropsFirstSpace => _parts.DropsFirstSpace;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A folder that holds <c>tokenizer.json</c> or <c>tokenizer.model</c>, or one of those files; others may lie beside it.</param>
    /// <exception cref="InputFormatException">There is none, or it is malformed, or asks for what is not known here.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = path;
        if (Directory.Exists(path))
        {
            file = Path.Combine(path, JsonName);
            file = File.Exists(file) ? file : Path.Combine(path, ModelName);
            if (!File.Exists(file))
            {
                throw new InputFormatException(path, $"expected {JsonName} or {ModelName} in this folder, got neither");
            }
        }

        var config = TokenizerConfig.Beside(file);
        return file.EndsWith(".model", StringComparison.Ordinal)
            ? new Tokenizer(file, SentencePieceParts.Read(file, config), config)
            : new Tokenizer(file, TokenizerJson.Read(JsonField.Read(file)), config);
    }

    /// <summary>Reads a tokenizer from the texts of its files.</summary>
    /// <param name="json">The content of <c>tokenizer.json</c>.</param>
    /// <param name="config">The content of <c>tokenizer_config.json</c>; nothing by default.</param>
    /// <param name="name">The name that error messages begin with.</param>
    /// <exception cref="InputFormatException">As for <see cref="Load"/>.</exception>
    public static Tokenizer Parse(string json, string? config = null, string name = JsonName)
    {
        var settings = config is null
            ? new TokenizerConfig()
            : TokenizerConfig.Of(JsonField.Parse(Encoding.UTF8.GetBytes(config), "tokenizer_config.json", line: 0));
        return new Tokenizer(
            name,
            TokenizerJson.Read(JsonField.Parse(Encoding.UTF8.GetBytes(json), name, line: 0)),
            settings
        );
    }

    /// <summary>The tokens of a text in which markers count as markers: <c>&lt;|im_end|&gt;</c> becomes that token.</summary>
    /// <remarks>For texts that the program wrote itself. What somebody else wrote goes through <see cref="EncodeText"/>.</remarks>
    /// <param name="text">Any text of valid Unicode.</param>
    /// <param name="addSpecial">Whether the tokens of beginning and end are added, where the vocabulary's file says so.</param>
    /// <returns>Ids, each below <see cref="VocabularySize"/>.</returns>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    public int[] Encode(string text, bool addSpecial = true)
    {
        var ids = new List<int>(text.Length / 2);
        ids.AddRange(addSpecial ? _parts.Before : []);
        Collect(text, _raw, _normalized, ids);
        ids.AddRange(addSpecial ? _parts.After : []);
        return [.. ids];
    }

    /// <summary>The tokens of a text in which nothing counts as a marker: what a user typed can't end a turn or begin one.</summary>
    /// <remarks>
    /// No token comes out that is special or has the look of a marker (<c>&lt;...&gt;</c>, <c>[...]</c>): a text that spells one is encoded
    /// as the signs that it consists of, and decodes to the same text. Other added tokens (runs of spaces, say) count as in <see cref="Encode"/>.
    /// Nothing is added before or behind.
    /// </remarks>
    /// <param name="text">Any text of valid Unicode.</param>
    /// <returns>Ids, each below <see cref="VocabularySize"/>.</returns>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    public int[] EncodeText(string text)
    {
        var ids = new List<int>(text.Length / 2);
        Collect(text, _plainRaw, _plainNormalized, ids);
        return [.. ids];
    }

    /// <summary>The text of tokens. Bytes that form no character become U+FFFD.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="skipSpecial">Whether special tokens are left out; they are shown by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such token.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = false)
    {
        var decoder = Decoder(skipSpecial);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(decoder.Add(id));
        }

        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>A decoder for tokens that come one after the other.</summary>
    /// <param name="skipSpecial">Whether special tokens are left out; they are shown by default.</param>
    public TokenDecoder Decoder(bool skipSpecial = false) => new(this, skipSpecial);

    /// <summary>A token as the vocabulary writes it: letters that stand for bytes, or a sign for the space.</summary>
    /// <param name="id">The token's id.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such token.</exception>
    public string TokenOf(int id) =>
        (uint)id < (uint)_parts.Tokens.Length && _parts.Tokens[id] is { } token
            ? token
            : throw new ArgumentOutOfRangeException(
                nameof(id),
                $"{Name}: expected the id of a token, from 0 to {VocabularySize - 1}, got {id}."
            );

    /// <summary>The id of a token as the vocabulary writes it; null when there is none.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Whether a token is special: it marks something and is no text.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The name and the number of tokens.</summary>
    public override string ToString() => $"{Name} ({VocabularySize} tokens)";

    /// <summary>The id of an added token; null when no token of that text is found in texts before merging.</summary>
    internal int? MarkerOf(string content) =>
        _parts.Added.FirstOrDefault(token => token.Content == content && token.IsMarker)?.Id;

    internal IEnumerable<string> Markers => _parts.Added.Where(token => token.IsMarker).Select(token => token.Content);

    internal byte[] BytesOf(int id)
    {
        _ = TokenOf(id);
        return _parts.Bytes[id];
    }

    private void Collect(string text, AddedTokens raw, AddedTokens normalized, List<int> ids)
    {
        if (Broken(text) is { } place)
        {
            throw new ArgumentException(
                $"{Name}: expected a text of valid Unicode, got half of a surrogate pair at position {place}; replace it.",
                nameof(text)
            );
        }

        var isFirst = true;
        foreach (var (outer, marker) in raw.Split(text))
        {
            if (outer is null)
            {
                ids.Add(marker!.Id);
            }
            else
            {
                foreach (var (inner, token) in normalized.Split(_parts.Normalization.Apply(outer)))
                {
                    if (inner is null)
                    {
                        ids.Add(token!.Id);
                    }
                    else
                    {
                        _parts.Model.Encode(inner, isFirst, ids);
                    }

                    isFirst = false;
                }
            }

            isFirst = false;
        }
    }

    private static int? Broken(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return i;
                }

                i++;
            }
        }

        return null;
    }
}
