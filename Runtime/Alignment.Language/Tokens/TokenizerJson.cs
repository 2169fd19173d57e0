using System.Text;
using Alignment.Formats;
using Microsoft.ML.Tokenizers;

namespace Alignment;

/// <summary>Reads a <c>tokenizer.json</c> of Hugging Face whose model is byte-pair encoding.</summary>
internal static class TokenizerJson
{
    // Vocabularies in use have below 300,000 tokens; an id is an index into tables.
    private const int MostTokens = 1 << 22;
    private const string Space = "\u2581";

    /// <summary>The parts of a file.</summary>
    /// <exception cref="InputFormatException">The file is malformed, or says what this library does not know.</exception>
    public static TokenizerParts Read(JsonField root)
    {
        var model = root.Need("model");
        var type = model.Find("type")?.Text() ?? "BPE"; // files before 2020 leave it out
        if (type != "BPE")
        {
            throw model.Need("type").Error("the model BPE, the one that is known here");
        }

        var vocabulary = Vocabulary(model.Need("vocab"));
        var added = root.Find("added_tokens")?.Items().Select(Added).ToArray() ?? [];
        var tokens = Tokens(vocabulary, added, root);
        var split = root.Find("pre_tokenizer") is { } field ? TokenizerSteps.Split(field) : new PreTokenization.None();
        var normalization = root.Find("normalizer") is { } first
            ? TokenizerSteps.Normalize(first)
            : new Normalization.None();
        var isBytes = TokenizerSteps.IsByteLevel(split);
        var dropsFirst = TokenizerSteps.CheckDecoder(root, isBytes);
        var (before, after) = TokenizerSteps.Around(root, tokens);
        return new TokenizerParts(
            tokens,
            [.. tokens.Select(token => BytesOf(token, isBytes))],
            added,
            normalization,
            Model(model, vocabulary, added, split, isBytes),
            dropsFirst,
            before,
            after
        ).WithTextsOf(added);
    }

    private static TokenizerParts WithTextsOf(this TokenizerParts parts, IEnumerable<AddedToken> added)
    {
        foreach (var token in added)
        {
            parts.Bytes[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        }

        return parts;
    }

    private static MergeModel Model(
        JsonField model,
        Dictionary<string, int> vocabulary,
        AddedToken[] added,
        PreTokenization split,
        bool isBytes
    )
    {
        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Find(name) is { } affix && affix.Text().Length > 0)
            {
                throw affix.Error("none, since affixes of words are not known here");
            }
        }

        if (model.Find("dropout") is { } dropout && dropout.Value.GetRawText() is not ("0" or "0.0"))
        {
            throw dropout.Error("none: encoding repeats here");
        }

        var unknown = model.Find("unk_token");
        if (unknown is { } token && !vocabulary.ContainsKey(token.Text()))
        {
            throw token.Error("a token of the vocabulary");
        }

        var bytes = model.Flag("byte_fallback", otherwise: false) ? ByteTokens(model, vocabulary) : null;
        if (isBytes && unknown is null && Missing(vocabulary) is { } missing)
        {
            throw model.Fault(
                $"model.vocab: expected a token for each of the 256 bytes, got none for byte 0x{missing:X2} ('{ByteLetters.Of(missing)}')"
            );
        }

        if (!isBytes && bytes is null && unknown is null)
        {
            throw model.Fault(
                "model: expected byte_fallback or an unk_token, got neither: characters that the vocabulary lacks could not be encoded"
            );
        }

        var options = new BpeOptions(vocabulary)
        {
            Merges = Merges(model.Need("merges"), vocabulary),
            ByteLevel = isBytes,
            UnknownToken = unknown?.Text(),
            FuseUnknownTokens = model.Flag("fuse_unk", otherwise: false),
        };
        return new MergeModel(
            options,
            split,
            vocabulary,
            [.. added.Where(a => a.IsMarker).Select(a => a.Id).Where(id => id != IdOf(vocabulary, unknown))],
            bytes,
            model.Flag("ignore_merges", otherwise: false)
        );
    }

    private static int? IdOf(Dictionary<string, int> vocabulary, JsonField? token) =>
        token is { } named ? vocabulary[named.Text()] : null;

    private static byte? Missing(Dictionary<string, int> vocabulary)
    {
        for (var b = 0; b < 256; b++)
        {
            if (!vocabulary.ContainsKey(ByteLetters.Of((byte)b).ToString()))
            {
                return (byte)b;
            }
        }

        return null;
    }

    private static int[] ByteTokens(JsonField model, Dictionary<string, int> vocabulary) =>
        [
            .. Enumerable
                .Range(0, 256)
                .Select(b =>
                    vocabulary.TryGetValue($"<0x{b:X2}>", out var id)
                        ? id
                        : throw model.Fault(
                            $"model.vocab: expected a token <0x{b:X2}>, since byte_fallback is on, got none of that name"
                        )
                ),
        ];

    private static Dictionary<string, int> Vocabulary(JsonField field)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        foreach (var (token, id) in field.Fields())
        {
            var number = id.Integer();
            if (number is < 0 or >= MostTokens || !seen.Add(number) || !vocabulary.TryAdd(token, number))
            {
                throw id.Error($"an id from 0 to {MostTokens - 1} that no other token has");
            }
        }

        return vocabulary.Count > 0 ? vocabulary : throw field.Error("at least one token");
    }

    private static IEnumerable<string> Merges(JsonField field, Dictionary<string, int> vocabulary)
    {
        var seen = new HashSet<(string, string)>();
        var merges = new List<string>();
        foreach (var merge in field.Items())
        {
            var parts =
                merge.Value.ValueKind == System.Text.Json.JsonValueKind.Array
                    ? [.. merge.Items().Select(part => part.Text())]
                    : merge.Text().Split(' ');
            if (
                parts.Length != 2
                || parts.Any(part => part.Length == 0 || part.Contains(' ', StringComparison.Ordinal))
            )
            {
                throw merge.Error("two tokens without spaces, as \"a b\" or [\"a\", \"b\"]");
            }

            foreach (var part in new[] { parts[0], parts[1], parts[0] + parts[1] })
            {
                if (!vocabulary.ContainsKey(part))
                {
                    throw merge.Fault($"{merge.Path}: expected tokens of the vocabulary, got '{part}', which it lacks");
                }
            }

            if (!seen.Add((parts[0], parts[1])))
            {
                throw merge.Error("a merge that was not listed before");
            }

            merges.Add($"{parts[0]} {parts[1]}");
        }

        return merges;
    }

    private static AddedToken Added(JsonField field)
    {
        var (id, content) = (field.Need("id"), field.Need("content"));
        if (id.Integer() is < 0 or >= MostTokens)
        {
            throw id.Error($"an id from 0 to {MostTokens - 1}");
        }

        var isSpecial = field.Flag("special", otherwise: false);
        return new AddedToken(
            id.Integer(),
            content.Text().Length > 0 ? content.Text() : throw content.Error("a text"),
            isSpecial,
            field.Flag("normalized", otherwise: !isSpecial),
            field.Flag("single_word", otherwise: false),
            field.Flag("lstrip", otherwise: false),
            field.Flag("rstrip", otherwise: false)
        );
    }

    private static string?[] Tokens(Dictionary<string, int> vocabulary, AddedToken[] added, JsonField root)
    {
        var tokens = new string?[
            1 + Math.Max(vocabulary.Values.Max(), added.Select(a => a.Id).DefaultIfEmpty(0).Max())
        ];
        foreach (var (token, id) in vocabulary)
        {
            tokens[id] = token;
        }

        foreach (var token in added)
        {
            if ((tokens[token.Id] ?? token.Content) != token.Content || IsElsewhere(vocabulary, token))
            {
                throw root.Fault(
                    $"added_tokens: expected '{token.Content}' at an id of its own, got id {token.Id}, where the vocabulary disagrees"
                );
            }

            tokens[token.Id] = token.Content;
        }

        return tokens;
    }

    private static bool IsElsewhere(Dictionary<string, int> vocabulary, AddedToken token) =>
        vocabulary.TryGetValue(token.Content, out var id) && id != token.Id;

    private static byte[] BytesOf(string? token, bool isBytes)
    {
        if (token is null)
        {
            return [];
        }

        if (isBytes)
        {
            return ByteLetters.ToBytes(token) ?? Encoding.UTF8.GetBytes(token);
        }

        return ByteOf(token) is { } b
            ? [b]
            : Encoding.UTF8.GetBytes(token.Replace(Space, " ", StringComparison.Ordinal));
    }

    /// <summary>The byte of a token such as <c>&lt;0x0A&gt;</c>.</summary>
    internal static byte? ByteOf(string token) =>
        token.Length == 6
        && token.StartsWith("<0x", StringComparison.Ordinal)
        && token[5] == '>'
        && byte.TryParse(
            token.AsSpan(3, 2),
            System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture,
            out var b
        )
            ? b
            : null;
}
