using System.Text.Json;
using Alignment.Formats;

namespace Alignment;

/// <summary>What the files beside a vocabulary say: names of tokens, the chat template, the kind of the model.</summary>
internal sealed record TokenizerConfig
{
    /// <summary>The name of the token of the beginning.</summary>
    public string? Bos { get; init; }

    /// <summary>The name of the token of the end.</summary>
    public string? Eos { get; init; }

    /// <summary>The name of the token that fills up.</summary>
    public string? Pad { get; init; }

    /// <summary>Whether a SentencePiece model's texts begin with a token of the beginning; a <c>tokenizer.json</c> says that itself.</summary>
    public bool AddsBos { get; init; } = true;

    /// <summary>Whether a SentencePiece model's texts end with a token of the end.</summary>
    public bool AddsEos { get; init; }

    /// <summary>The chat template's text.</summary>
    public string? ChatText { get; init; }

    /// <summary><c>model_type</c> of <c>config.json</c>.</summary>
    public string? ModelKind { get; init; }

    private string File { get; init; } = "tokenizer_config.json";

    /// <summary>The files in the folder of a vocabulary's file; each may be missing.</summary>
    public static TokenizerConfig Beside(string vocabulary)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(vocabulary))!;
        var (file, model, jinja) = (
            Path.Combine(folder, "tokenizer_config.json"),
            Path.Combine(folder, "config.json"),
            Path.Combine(folder, "chat_template.jinja")
        );
        var config = System.IO.File.Exists(file) ? Of(JsonField.Read(file)) : new TokenizerConfig();
        if (config.ChatText is null && System.IO.File.Exists(jinja))
        {
            config = config with { ChatText = System.IO.File.ReadAllText(jinja) };
        }

        return System.IO.File.Exists(model)
            ? config with
            {
                ModelKind = JsonField.Read(model).Find("model_type")?.Text(),
            }
            : config;
    }

    /// <summary>What a <c>tokenizer_config.json</c> says.</summary>
    public static TokenizerConfig Of(JsonField root) =>
        new()
        {
            File = root.File,
            Bos = TokenName(root.Find("bos_token")),
            Eos = TokenName(root.Find("eos_token")),
            Pad = TokenName(root.Find("pad_token")),
            AddsBos = root.Flag("add_bos_token", otherwise: true),
            AddsEos = root.Flag("add_eos_token", otherwise: false),
            ChatText = Template(root.Find("chat_template")),
        };

    /// <summary>The id of a token that is named here.</summary>
    /// <exception cref="InputFormatException">The vocabulary has no such token.</exception>
    public int? Id(string? token, string field, Tokenizer tokenizer) =>
        token is null
            ? null
            : tokenizer.IdOf(token)
                ?? throw new InputFormatException(
                    File,
                    $"{field}: expected a token of {tokenizer.Name}, got '{token}', which it lacks"
                );

    private static string? TokenName(JsonField? field) =>
        field is not { } token ? null
        : token.Value.ValueKind == JsonValueKind.Object ? token.Need("content").Text()
        : token.Text();

    // One text, or a list of named ones of which `default` is for chats.
    private static string? Template(JsonField? field) =>
        field is not { } template ? null
        : template.Value.ValueKind != JsonValueKind.Array ? template.Text()
        : template
            .Items()
            .Where(item => item.Find("name")?.Text() == "default")
            .Select(item => item.Find("template")?.Text())
            .FirstOrDefault();
}
