namespace Alignment;

/// <summary>How a family of models writes a conversation down as tokens.</summary>
/// <remarks>
/// <para>
/// A template is a value: the texts around a turn of each role, and which parts of them are tokens of the vocabulary (markers). No
/// program that came with a model is run; the family is recognized and its layout is one of those below.
/// </para>
/// <para>
/// Contents of messages are text and nothing else: a user who types <c>&lt;|im_end|&gt;</c> ends no turn
/// (<see cref="Tokenizer.EncodeText"/>). Where a family writes its markers as plain text (Llama 2, Mistral without tokens of that kind,
/// <see cref="Plain"/>) tokens can't tell the two apart, so a message that holds such a marker is refused.
/// </para>
/// <para>Not for tools, images, or thinking: turns of text alone.</para>
/// </remarks>
public sealed record ChatTemplate
{
    private ChatTemplate(string name) => Name = name;

    /// <summary>The name, for <see cref="Find"/>.</summary>
    public string Name { get; }

    /// <summary>Instructions where a conversation has none of its own; none by default.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>Texts that are tokens of the vocabulary, all of which it must have.</summary>
    public ValueList<string> Markers { get; private init; } = [];

    /// <summary>Texts that mark turns but are tokens only in some vocabularies; elsewhere no message may hold them.</summary>
    public ValueList<string> TextMarkers { get; private init; } = [];

    /// <summary>What stands before a conversation.</summary>
    public string Start { get; private init; } = "";

    /// <summary>What is around instructions; with <see cref="SystemInUser"/> inside of the first user's turn, before its content.</summary>
    public Turn System { get; private init; } = new("", "", "");

    /// <summary>Whether instructions are a part of the first user's turn.</summary>
    public bool SystemInUser { get; private init; }

    /// <summary>What is around a user's turn.</summary>
    public Turn User { get; private init; } = new("", "", "");

    /// <summary>What is around a turn of the assistant; its <c>Before</c> is what generation starts from.</summary>
    public Turn Assistant { get; private init; } = new("", "", "");

    /// <summary>Whether white space around contents is taken away.</summary>
    public bool Trims { get; private init; }

    /// <summary>The texts around a turn.</summary>
    /// <param name="Before">Before its content.</param>
    /// <param name="End">What ends it; the assistant writes it itself.</param>
    /// <param name="After">What follows, which nobody writes.</param>
    public sealed record Turn(string Before, string End, string After);

    /// <summary>The layout of Qwen 2 and 3 and of many others: <c>&lt;|im_start|&gt;role ... &lt;|im_end|&gt;</c>. No default instructions, as Qwen 3.</summary>
    public static ChatTemplate ChatMl { get; } =
        new("chatml")
        {
            Markers = ["<|im_start|>", "<|im_end|>"],
            System = new("<|im_start|>system\n", "<|im_end|>", "\n"),
            User = new("<|im_start|>user\n", "<|im_end|>", "\n"),
            Assistant = new("<|im_start|>assistant\n", "<|im_end|>", "\n"),
        };

    /// <summary><see cref="ChatMl"/> with the instructions that Qwen 2 puts where there are none: "You are a helpful assistant."</summary>
    public static ChatTemplate Qwen2 { get; } =
        ChatMl.Named("qwen2") with
        {
            DefaultSystem = "You are a helpful assistant.",
        };

    /// <summary>The layout of Llama 3, without the date that 3.1 and later write into instructions.</summary>
    public static ChatTemplate Llama3 { get; } =
        new("llama3")
        {
            Markers = ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
            Start = "<|begin_of_text|>",
            System = new("<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>", ""),
            User = new("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>", ""),
            Assistant = new("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>", ""),
            Trims = true,
        };

    /// <summary>The layout of Llama 2: instructions between <c>&lt;&lt;SYS&gt;&gt;</c> in the first user's turn, turns between <c>[INST]</c>.</summary>
    public static ChatTemplate Llama2 { get; } =
        new("llama2")
        {
            Markers = ["<s>", "</s>"],
            TextMarkers = ["[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"],
            System = new("<<SYS>>\n", "\n<</SYS>>\n\n", ""),
            SystemInUser = true,
            User = new("<s>[INST] ", " [/INST]", ""),
            Assistant = new(" ", " </s>", ""),
            Trims = true,
        };

    /// <summary>The layout of Mistral 7B: as <see cref="Llama2"/>, one beginning for all turns; instructions before the first user's text.</summary>
    public static ChatTemplate Mistral { get; } =
        new("mistral")
        {
            Markers = ["<s>", "</s>"],
            TextMarkers = ["[INST]", "[/INST]"],
            Start = "<s>",
            System = new("", "\n\n", ""),
            SystemInUser = true,
            User = new("[INST] ", " [/INST]", ""),
            Assistant = new(" ", "</s>", ""),
            Trims = true,
        };

    /// <summary>For models without a layout of their own, such as GPT-2: lines that begin with the role, a reply ends the text.</summary>
    public static ChatTemplate Plain { get; } =
        new("plain")
        {
            Markers = ["<|endoftext|>"],
            TextMarkers = ["\n\nSystem:", "\n\nUser:", "\n\nAssistant:"],
            System = new("System: ", "", "\n\n"),
            User = new("User: ", "", "\n\n"),
            Assistant = new("Assistant: ", "<|endoftext|>", ""),
            Trims = true,
        };

    /// <summary>This project's small models: one token before each turn, one behind, nothing else.</summary>
    public static ChatTemplate Tiny { get; } =
        new("tiny")
        {
            Markers = ["<|sys|>", "<|usr|>", "<|bot|>", "<|end|>"],
            System = new("<|sys|>", "<|end|>", ""),
            User = new("<|usr|>", "<|end|>", ""),
            Assistant = new("<|bot|>", "<|end|>", ""),
        };

    /// <summary>All templates.</summary>
    public static ValueList<ChatTemplate> All { get; } = [ChatMl, Qwen2, Llama3, Llama2, Mistral, Plain, Tiny];

    /// <summary>The same layout with other instructions for conversations that have none; null for none.</summary>
    public ChatTemplate WithDefaultSystem(string? text) => this with { DefaultSystem = text };

    /// <summary>A template by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static ChatTemplate Find(string name) =>
        All.FirstOrDefault(template => template.Name == name)
        ?? throw new ArgumentException(
            $"Chat template '{name}': expected one that is known.{Nearest.Hint(name, All.Select(t => t.Name), "There are")}",
            nameof(name)
        );

    /// <summary>The template of a tokenizer: by the markers in the text that came with it, else by the kind of the model.</summary>
    /// <exception cref="ArgumentException">Neither is known.</exception>
    public static ChatTemplate Of(Tokenizer tokenizer) => ChatFamily.Of(tokenizer);

    /// <summary>A conversation as tokens.</summary>
    /// <param name="tokenizer">The vocabulary, which must have all <see cref="Markers"/>.</param>
    /// <param name="messages">Instructions first or not at all, then user and assistant in turn, a user first.</param>
    /// <param name="generate">Whether the assistant's next turn is opened; the last message must then be a user's.</param>
    /// <exception cref="ArgumentException">
    /// The vocabulary lacks a marker, the turns are in no such order, or a message holds a marker that is plain text here.
    /// </exception>
    public ChatTokens Render(Tokenizer tokenizer, IEnumerable<ChatMessage> messages, bool generate = false) =>
        new ChatRendering(this, tokenizer).Of([.. messages], generate);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private ChatTemplate Named(string name) =>
        new(name)
        {
            DefaultSystem = DefaultSystem,
            Markers = Markers,
            TextMarkers = TextMarkers,
            Start = Start,
            System = System,
            SystemInUser = SystemInUser,
            User = User,
            Assistant = Assistant,
            Trims = Trims,
        };
}
