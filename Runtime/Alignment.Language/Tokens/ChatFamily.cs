using System.Text.RegularExpressions;

namespace Alignment;

/// <summary>Recognizes the family of a vocabulary by what came with it.</summary>
internal static class ChatFamily
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The template of a tokenizer.</summary>
    /// <exception cref="ArgumentException">Its family is not known.</exception>
    public static ChatTemplate Of(Tokenizer tokenizer)
    {
        var found = tokenizer.ChatText is { } text ? OfText(text) : OfKind(tokenizer.ModelKind);
        return found
            ?? throw new ArgumentException(
                $"{tokenizer.Name}: expected a chat template of a family that is known, got "
                    + (
                        tokenizer.ChatText is null
                            ? $"none and a model of kind '{tokenizer.ModelKind ?? "?"}'"
                            : "another"
                    )
                    + $"; name one of {string.Join(", ", ChatTemplate.All)}.",
                nameof(tokenizer)
            );
    }

    private static ChatTemplate? OfText(string text)
    {
        bool Has(string marker) => text.Contains(marker, StringComparison.Ordinal);
        return Has("<|bot|>") ? ChatTemplate.Tiny
            : Has("<|im_start|>") ? WithDefault(text)
            : Has("<|start_header_id|>") ? ChatTemplate.Llama3
            : Has("<<SYS>>") ? ChatTemplate.Llama2
            : Has("[INST]") ? ChatTemplate.Mistral
            : null;
    }

    // `llama` is 1, 2 or 3 and says nothing of turns; Qwen 2.5 calls itself qwen2 and states its instructions in its text.
    private static ChatTemplate? OfKind(string? kind) =>
        kind switch
        {
            "qwen2" => ChatTemplate.Qwen2,
            "qwen3" => ChatTemplate.ChatMl,
            "mistral" => ChatTemplate.Mistral,
            "gpt2" => ChatTemplate.Plain,
            _ => null,
        };

    // The instructions that stand in the text between the marker of a system turn and the end of the turn, if they are plain words.
    private static ChatTemplate WithDefault(string text)
    {
        var match = Regex.Match(
            text,
            @"<\|im_start\|>system(?:\\n|\n)([^<>{}'""\\]+)<\|im_end\|>",
            RegexOptions.CultureInvariant,
            Patience
        );
        return !match.Success ? ChatTemplate.ChatMl
            : match.Groups[1].Value == ChatTemplate.Qwen2.DefaultSystem ? ChatTemplate.Qwen2
            : ChatTemplate.ChatMl.WithDefaultSystem(match.Groups[1].Value);
    }
}
