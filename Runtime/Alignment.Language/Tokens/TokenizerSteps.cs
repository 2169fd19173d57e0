namespace Alignment;

/// <summary>Reads the steps of a <c>tokenizer.json</c>: normalizers, pre-tokenizers, post-processors, decoders.</summary>
internal static class TokenizerSteps
{
    private const string Space = "\u2581";

    private static readonly string[] Normalizers =
    [
        "NFC",
        "NFD",
        "NFKC",
        "NFKD",
        "Lowercase",
        "Prepend",
        "Replace",
        "Strip",
        "Sequence",
    ];

    private static readonly string[] Splits =
    [
        "ByteLevel",
        "Digits",
        "Metaspace",
        "Sequence",
        "Split",
        "Whitespace",
        "WhitespaceSplit",
    ];

    private static readonly string[] Decoders =
    [
        "ByteFallback",
        "ByteLevel",
        "Fuse",
        "Metaspace",
        "Replace",
        "Sequence",
        "Strip",
    ];

    private static readonly string[] Processors = ["ByteLevel", "Sequence", "TemplateProcessing"];

    /// <summary>The regular expression of a family.</summary>
    public static string RegexOf(WordPattern pattern) =>
        pattern switch
        {
            WordPattern.Gpt2 => SplitPattern.Gpt2,
            WordPattern.Llama3 => SplitPattern.Llama3,
            WordPattern.Qwen2 => SplitPattern.Qwen2,
            _ => throw new ArgumentOutOfRangeException(nameof(pattern)),
        };

    /// <summary>The words of a family.</summary>
    public static SplitPattern WordsOf(WordPattern pattern) => SplitPattern.Of(RegexOf(pattern))!;

    /// <summary>A normalizer.</summary>
    public static Normalization Normalize(JsonField field) =>
        Kind(field, Normalizers) switch
        {
            "NFC" => new Normalization.Unicode(IsComposed: true, IsCompatible: false),
            "NFD" => new Normalization.Unicode(IsComposed: false, IsCompatible: false),
            "NFKC" => new Normalization.Unicode(IsComposed: true, IsCompatible: true),
            "NFKD" => new Normalization.Unicode(IsComposed: false, IsCompatible: true),
            "Lowercase" => new Normalization.Lowercase(),
            "Prepend" => new Normalization.Prepend(field.Need("prepend").Text()),
            "Replace" => new Normalization.Replace(Pattern(field), field.Need("content").Text()),
            "Strip" => new Normalization.Strip(field.Flag("strip_left", true), field.Flag("strip_right", true)),
            _ => new Normalization.Sequence([.. field.Need("normalizers").Items().Select(Normalize)]),
        };

    /// <summary>A pre-tokenizer.</summary>
    public static PreTokenization Split(JsonField field) =>
        Kind(field, Splits) switch
        {
            "ByteLevel" => new PreTokenization.ByteLevel(
                field.Flag("add_prefix_space", otherwise: true),
                field.Flag("use_regex", otherwise: true) ? SplitPattern.Of(SplitPattern.Gpt2) : null
            ),
            "Digits" => new PreTokenization.By(
                SplitPattern.Of(@"\p{N}")!,
                field.Flag("individual_digits", otherwise: false)
                    ? PreTokenization.Matched.Isolated
                    : PreTokenization.Matched.Contiguous,
                Invert: false
            ),
            "Metaspace" => Metaspace(field),
            "Split" => new PreTokenization.By(
                Pattern(field),
                Behavior(field.Need("behavior")),
                field.Flag("invert", otherwise: false)
            ),
            "Whitespace" => new PreTokenization.By(
                SplitPattern.Of(@"\w+|[^\w\s]+")!,
                PreTokenization.Matched.Removed,
                Invert: true
            ),
            "WhitespaceSplit" => new PreTokenization.By(
                SplitPattern.Of(@"\s")!,
                PreTokenization.Matched.Removed,
                Invert: false
            ),
            _ => new PreTokenization.Sequence([.. field.Need("pretokenizers").Items().Select(Split)]),
        };

    /// <summary>Whether the vocabulary's letters stand for bytes.</summary>
    public static bool IsByteLevel(PreTokenization split) =>
        split switch
        {
            PreTokenization.ByteLevel => true,
            PreTokenization.Sequence sequence => sequence.Steps.Any(IsByteLevel),
            _ => false,
        };

    /// <summary>Checks that decoding is what follows from the model; says whether it takes away the first space.</summary>
    public static bool CheckDecoder(JsonField root, bool isBytes)
    {
        if (root.Find("decoder") is not { } decoder)
        {
            return false;
        }

        JsonField[] steps = Kind(decoder, Decoders) == "Sequence" ? [.. decoder.Need("decoders").Items()] : [decoder];
        var dropsFirst = false;
        foreach (var step in steps)
        {
            var kind = Kind(step, Decoders);
            if ((kind == "ByteLevel") != isBytes)
            {
                throw step.Error(isBytes ? "ByteLevel, as the pre_tokenizer" : "one that fits the pre_tokenizer");
            }

            dropsFirst |= kind switch
            {
                "Strip" => step.Find("start")?.Integer() is > 0,
                "Metaspace" => Scheme(step) != "never",
                _ => false,
            };
        }

        return dropsFirst;
    }

    /// <summary>Ids before and behind a text.</summary>
    public static (int[] Before, int[] After) Around(JsonField root, string?[] tokens)
    {
        if (root.Find("post_processor") is not { } field)
        {
            return ([], []);
        }

        var (before, after) = (new List<int>(), new List<int>());
        JsonField[] steps = Kind(field, Processors) == "Sequence" ? [.. field.Need("processors").Items()] : [field];
        foreach (var step in steps.Where(step => Kind(step, Processors) == "TemplateProcessing"))
        {
            var isBehind = false;
            foreach (var item in step.Need("single").Items())
            {
                if (item.Find("SpecialToken") is not { } special)
                {
                    isBehind = true;
                    continue;
                }

                var name = special.Need("id");
                var ids = step.Need("special_tokens").Need(name.Text()).Need("ids");
                foreach (var id in ids.Items())
                {
                    var number = id.Integer();
                    if (number < 0 || number >= tokens.Length || tokens[number] is null)
                    {
                        throw id.Error("an id of the vocabulary");
                    }

                    (isBehind ? after : before).Add(number);
                }
            }
        }

        return ([.. before], [.. after]);
    }

    private static PreTokenization.Metaspace Metaspace(JsonField field)
    {
        var sign = field.Find("replacement")?.Text() ?? Space;
        if (sign != Space)
        {
            throw field.Need("replacement").Error($"the sign {Space}, the one that is known here");
        }

        var scheme = Scheme(field);
        return new PreTokenization.Metaspace(
            sign,
            scheme == "always",
            scheme == "first",
            field.Flag("split", otherwise: true)
        );
    }

    private static string Scheme(JsonField field)
    {
        if (field.Find("prepend_scheme") is not { } scheme)
        {
            return field.Flag("add_prefix_space", otherwise: true) ? "always" : "never";
        }

        return scheme.Text() is "always" or "first" or "never"
            ? scheme.Text()
            : throw scheme.Error("always, first or never");
    }

    private static SplitPattern Pattern(JsonField field)
    {
        var pattern = field.Need("pattern");
        if (pattern.Find("String") is { } text)
        {
            return SplitPattern.Literal(text.Text());
        }

        var regex = pattern.Need("Regex");
        return SplitPattern.Of(regex.Text())
            ?? throw regex.Error(
                "a regular expression that .NET understands too (no possessive quantifiers, no scripts)"
            );
    }

    private static PreTokenization.Matched Behavior(JsonField field) =>
        Enum.TryParse<PreTokenization.Matched>(field.Text(), out var behavior) && !char.IsAsciiDigit(field.Text()[0])
            ? behavior
            : throw field.Error(string.Join(", ", Enum.GetNames<PreTokenization.Matched>()));

    private static string Kind(JsonField field, string[] known)
    {
        var type = field.Need("type");
        return known.Contains(type.Text(), StringComparer.Ordinal)
            ? type.Text()
            : throw type.Error($"one of {string.Join(", ", known)}, the ones that are known here");
    }
}
