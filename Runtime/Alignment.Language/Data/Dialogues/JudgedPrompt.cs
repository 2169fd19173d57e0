namespace Alignment;

/// <summary>A prompt of a <see cref="DialogueWorld"/> with what judges replies to it, and nothing else.</summary>
/// <param name="Prompt">Instructions and turns, a user's last.</param>
/// <param name="House">What must be kept and must not be done; the rest of the card is not needed, and may be missing.</param>
/// <param name="Asks">What the last message asks for.</param>
/// <param name="Guess">What it guesses, if it does.</param>
public sealed record JudgedPrompt(
    ValueList<ChatMessage> Prompt,
    DialogueHouse House,
    ValueList<DialogueAsk> Asks,
    string? Guess
)
{
    /// <summary>Of a row.</summary>
    public static JudgedPrompt Of(DialogueRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(row.Prompt, row.House, row.Asks, row.Guess);
    }

    /// <summary>What a reply is worth.</summary>
    public DialogueVerdict Judge(string reply) => DialogueJudge.Judge(House, Asks, Guess, reply);

    internal static JudgedPrompt Read(JsonField row)
    {
        if (row.Find("asks") is null || row.Find("secrets") is null || row.Find("forbidden") is null)
            throw row.Fault(
                "the row carries no judge: expected the fields 'asks', 'secrets' and 'forbidden', as prompts.jsonl of the dialogue world has them"
            );
        var forbidden = row.Need("forbidden").Items().Select(Action).ToValueList();
        var secrets = row.Need("secrets")
            .Fields()
            .Select(field => new DialogueFact(field.Name, field.Field.Text()))
            .ToValueList();
        return new(
            JsonlRows.Prompt(row),
            new("", [], secrets, [], forbidden),
            row.Need("asks").Items().Select(Ask).ToValueList(),
            row.Find("guess")?.Text()
        );
    }

    private static DialogueAsk Ask(JsonField field)
    {
        var (kind, subject) = (field.Need("kind"), field.Need("subject"));
        if (!Enum.TryParse<AskKind>(kind.Text(), out var found) || !Enum.IsDefined(found))
            throw kind.Error($"one of {string.Join(", ", Enum.GetNames<AskKind>())}");
        var isKnown = found switch
        {
            AskKind.Fact or AskKind.Unknown => DialogueLexicon.Instance.HasTopic(subject.Text()),
            AskKind.Action or AskKind.Forbidden => DialogueLexicon.Instance.HasAction(subject.Text()),
            _ => true,
        };
        return isKnown
            ? new(found, subject.Text(), field.Need("value").Text())
            : throw subject.Error("a topic or an action of the dialogue world");
    }

    private static string Action(JsonField field) =>
        DialogueLexicon.Instance.HasAction(field.Text())
            ? field.Text()
            : throw field.Error("an action of the dialogue world");
}
