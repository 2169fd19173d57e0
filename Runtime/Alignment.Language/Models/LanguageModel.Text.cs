using Alignment.Formats;

namespace Alignment;

/// <summary>What a model said.</summary>
/// <param name="Text">Without the tokens that mark its end.</param>
/// <param name="Generated">Its tokens.</param>
public sealed record Reply(string Text, Generated Generated);

public sealed partial class LanguageModel
{
    // what lies beside the weights and goes where they go
    private static readonly string[] TokenizerFiles =
    [
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "chat_template.jinja",
    ];

    private readonly string? _tokenizerFolder;

    /// <summary>Its tokenizer; null where its folder has none.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>How conversations are laid out; recognized by what came with the tokenizer.</summary>
    /// <exception cref="ArgumentException">There is no tokenizer, or its family is not known.</exception>
    public ChatTemplate Template => field ??= ChatTemplate.Of(Tokens);

    /// <summary>The tokenizer, of a model that has one.</summary>
    private Tokenizer Tokens =>
        Tokenizer
        ?? throw new ArgumentException(
            "This model has no tokenizer: expected tokenizer.json or tokenizer.model in its folder."
        );

    /// <summary>A conversation's tokens, up to where the assistant's next turn begins.</summary>
    /// <param name="messages">Instructions first or not at all, then user and assistant in turn; the last is a user's.</param>
    /// <exception cref="ArgumentException">There is no tokenizer, or the turns are in no such order.</exception>
    public ValueList<int> Prompt(IEnumerable<ChatMessage> messages) =>
        Template.Render(Tokens, messages, generate: true).Ids;

    /// <summary>A conversation to learn from: what the assistant wrote counts.</summary>
    /// <param name="messages">Instructions first or not at all, then user and assistant in turn; at least one is the assistant's.</param>
    /// <exception cref="ArgumentException">There is no tokenizer, or the turns are in no such order.</exception>
    public TrainingText Lesson(IEnumerable<ChatMessage> messages)
    {
        var lesson = TrainingText.Of(Template.Render(Tokens, messages));
        return lesson.Counted > 0
            ? lesson
            : throw new ArgumentException("Expected a turn of the assistant to learn from, got none.");
    }

    /// <summary>A labelled pair to learn from: the replies count.</summary>
    /// <exception cref="ArgumentException">There is no tokenizer, or the turns are in no order of a conversation.</exception>
    public PreferredText Lesson(PreferencePair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var prompt = Prompt(pair.Prompt).Count;
        TrainingText Reply(ValueList<ChatMessage> reply)
        {
            var text = Lesson([.. pair.Prompt, .. reply]);
            // earlier turns of the assistant belong to the prompt
            return text with { Counts = text.Counts.Select((counts, k) => counts && k >= prompt).ToValueList() };
        }

        return new(Reply(pair.Chosen), Reply(pair.Rejected));
    }

    /// <summary>Replies to conversations, all in one batch.</summary>
    /// <param name="conversations">Each with a user's turn as its last.</param>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="adapter">What they pass through; null for the base alone.</param>
    /// <param name="firstNumber">The first conversation's number, the others' follow; see <see cref="GenerationRequest.Number"/>.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <param name="preferences">A point of the simplex where the adapter takes preferences.</param>
    /// <exception cref="ArgumentException">A conversation does not fit, or an option is out of range.</exception>
    public IReadOnlyList<Reply> Reply(
        IReadOnlyList<IReadOnlyList<ChatMessage>> conversations,
        SamplingOptions options,
        Adapter? adapter = null,
        long firstNumber = 0,
        CancellationToken cancellationToken = default,
        params double[] preferences
    )
    {
        ArgumentNullException.ThrowIfNull(conversations);
        ArgumentNullException.ThrowIfNull(options);
        var policy = new LanguagePolicy(this, adapter) { Preferences = [.. preferences] };
        GenerationRequest[] requests = [.. conversations.Select((c, k) => policy.Request(Prompt(c), firstNumber + k))];
        return [.. Generate(requests, Stopping(options), cancellationToken).Select(Read)];
    }

    /// <summary>Sampling that ends where the assistant's turn does.</summary>
    public SamplingOptions Stopping(SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Tokens.IdOf(Template.Assistant.End.Trim()) is { } end && options.Stops.IndexOf(end) < 0
            ? options with
            {
                Stops = options.Stops.Add(end),
            }
            : options;
    }

    /// <summary>What was said, as text.</summary>
    public Reply Read(Generated generated)
    {
        ArgumentNullException.ThrowIfNull(generated);
        return new(Tokens.Decode(generated.Tokens, skipSpecial: true).Trim(), generated);
    }

    /// <summary>How many tokens may be drawn: rows of the embedding beyond the tokenizer's are no tokens.</summary>
    internal int Drawn => Math.Min(Config.Vocabulary, Tokenizer?.VocabularySize ?? Config.Vocabulary);

    private static Tokenizer? TokenizerOf(string folder, ModelConfig config)
    {
        if (!TokenizerFiles[..2].Any(name => File.Exists(Path.Combine(folder, name))))
            return null;
        var tokenizer = Tokenizer.Load(folder);
        return tokenizer.VocabularySize <= config.Vocabulary
            ? tokenizer
            : throw new InputFormatException(
                folder,
                $"the tokenizer has {Quote.Count(tokenizer.VocabularySize)} tokens and the model's embedding only {Quote.Count(config.Vocabulary)} rows; they do not belong together"
            );
    }

    private void SaveTokenizer(string folder)
    {
        if (_tokenizerFolder is null || Path.GetFullPath(_tokenizerFolder) == Path.GetFullPath(folder))
            return;
        foreach (var name in TokenizerFiles)
        {
            var file = Path.Combine(_tokenizerFolder, name);
            if (File.Exists(file))
                File.Copy(file, Path.Combine(folder, name), overwrite: true);
        }
    }
}
