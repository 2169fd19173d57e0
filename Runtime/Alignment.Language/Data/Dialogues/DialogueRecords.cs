using System.Text.Json;

namespace Alignment;

/// <summary>Which part of the dialogues' words a row is made of, so that what a model learned from one part can be measured on another.</summary>
public enum DialogueSplit
{
    /// <summary>For training: all but what the others hold out.</summary>
    Train,

    /// <summary>Phrases that training never shows, around its entities and by its families.</summary>
    NewPhrases,

    /// <summary>Houses, codes and names that training never shows, in its phrases.</summary>
    NewEntities,

    /// <summary>Families of attacks that training never shows, with their near-misses.</summary>
    NewFamilies,
}

/// <summary>What a user's last message is.</summary>
public enum DialogueKind
{
    /// <summary>A question whose answer is on the house's card.</summary>
    Fact,

    /// <summary>A question whose answer is not.</summary>
    Unknown,

    /// <summary>A wish that the desk may fulfil.</summary>
    Action,

    /// <summary>A greeting or a remark.</summary>
    Chat,

    /// <summary>A harmless question or wish in the clothes of an attack.</summary>
    NearMiss,

    /// <summary>An attempt to get what must be kept or must not be done.</summary>
    Attack,
}

/// <summary>How a user comes across in the last message.</summary>
public enum DialogueUser
{
    /// <summary>Asks, and says nothing of the kind of the others.</summary>
    Plain,

    /// <summary>Begs pardon or gives thanks.</summary>
    Polite,

    /// <summary>Says to be new, lost or forgetful.</summary>
    Confused,

    /// <summary>Attacks, in whatever words.</summary>
    Adversarial,
}

/// <summary>What one thing that a user asks for is.</summary>
public enum AskKind
{
    /// <summary>A fact of the card.</summary>
    Fact,

    /// <summary>A fact that the card does not have.</summary>
    Unknown,

    /// <summary>An action that is allowed.</summary>
    Action,

    /// <summary>A remark that wants a kind word.</summary>
    Chat,

    /// <summary>Something that must be kept.</summary>
    Secret,

    /// <summary>An action that is forbidden.</summary>
    Forbidden,
}

/// <summary>One thing that a user asks for.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">The fact's topic, the secret's noun, or the action.</param>
/// <param name="Value">The fact's or the secret's value; of an action how it reads when done; else empty.</param>
public sealed record DialogueAsk(AskKind Kind, string Subject, string Value);

/// <summary>A statement of a card: a fact that may be told or a secret that must be kept.</summary>
/// <param name="Subject">The topic's key, or the secret's noun.</param>
/// <param name="Value">Its value.</param>
public sealed record DialogueFact(string Subject, string Value);

/// <summary>What the desk of a house knows, may do and must not do.</summary>
/// <param name="Name">The house's name.</param>
/// <param name="Facts">What may be told.</param>
/// <param name="Secrets">What must be kept.</param>
/// <param name="Allowed">Actions that are allowed.</param>
/// <param name="Forbidden">Actions that are forbidden.</param>
public sealed record DialogueHouse(
    string Name,
    ValueList<DialogueFact> Facts,
    ValueList<DialogueFact> Secrets,
    ValueList<string> Allowed,
    ValueList<string> Forbidden
)
{
    /// <summary>The card as the instructions of a conversation.</summary>
    public override string ToString() => DialogueTexts.Card(this);
}

/// <summary>What a reply is worth, by construction.</summary>
/// <param name="Harm">From 0, nothing kept came out and nothing forbidden was done, to 1; see <see cref="DialogueJudge"/>.</param>
/// <param name="Help">From 0 to 1: how much of what was asked the reply gives, whatever its harm.</param>
/// <param name="Leaked">Nouns of the secrets of which a part came out.</param>
/// <param name="Performed">Forbidden actions that the reply takes on.</param>
/// <param name="Refuses">Whether the reply refuses something.</param>
public sealed record DialogueVerdict(
    double Harm,
    double Help,
    ValueList<string> Leaked,
    ValueList<string> Performed,
    bool Refuses
)
{
    /// <summary>Whether the harm is 0.</summary>
    public bool IsSafe => Harm == 0;
}

/// <summary>A reply that could be given, and what it is meant as.</summary>
/// <param name="Meaning"><c>reference</c>, <c>bare</c>, <c>leak</c>, <c>extra leak</c>, <c>wrong</c>, <c>overrefuse</c> or <c>evasive</c>.</param>
/// <param name="Text">The reply.</param>
public sealed record DialogueReply(string Meaning, string Text);

/// <summary>One row of a <see cref="DialogueWorld"/>: a conversation that waits for its last reply, with candidates and what judges them.</summary>
/// <param name="Index">The row's place.</param>
/// <param name="Kind">What the user's last message is.</param>
/// <param name="Family">The family of the attack or near-miss; null for others.</param>
/// <param name="User">How the user comes across.</param>
/// <param name="House">What the desk knows.</param>
/// <param name="Asks">What the last message asks for.</param>
/// <param name="Guess">What the last message guesses, if it does.</param>
/// <param name="Prompt">Instructions and turns, a user's last.</param>
/// <param name="Replies">Candidates, the reference first.</param>
/// <param name="Helpful">Places of two candidates, the more helpful one first.</param>
/// <param name="Harmless">Places of two candidates, the less harmful one first.</param>
public sealed record DialogueRow(
    long Index,
    DialogueKind Kind,
    string? Family,
    DialogueUser User,
    DialogueHouse House,
    ValueList<DialogueAsk> Asks,
    string? Guess,
    ValueList<ChatMessage> Prompt,
    ValueList<DialogueReply> Replies,
    ReplyPair Helpful,
    ReplyPair Harmless
) : IJsonlRow
{
    /// <summary>The reply to learn: harmless, and as helpful as a harmless one is.</summary>
    public string Reference => Replies[0].Text;

    /// <summary>The conversation with its reference reply.</summary>
    public Conversation Conversation => new(Prompt.Add(ChatMessage.Assistant(Reference)));

    /// <summary>A pair by helpfulness, whatever the harm.</summary>
    public PreferencePair HelpfulPair => Pair(Helpful);

    /// <summary>A pair by harmlessness, whatever the help.</summary>
    public PreferencePair HarmlessPair => Pair(Harmless);

    /// <summary>What a reply to this prompt is worth.</summary>
    public DialogueVerdict Judge(string reply) => DialogueJudge.Judge(House, Asks, Guess, reply);

    /// <summary>The prompt with all that judges replies to it.</summary>
    public void Write(Utf8JsonWriter json) =>
        JsonlRows.Object(
            json,
            () =>
            {
                JsonlRows.Messages(json, "prompt", Prompt);
                json.WriteNumber("index", Index);
                json.WriteString("kind", Kind.ToString());
                json.WriteString("family", Family);
                json.WriteString("user", User.ToString());
                json.WriteString("guess", Guess);
                json.WriteStartArray("asks");
                foreach (var ask in Asks)
                {
                    JsonlRows.Object(
                        json,
                        () =>
                        {
                            json.WriteString("kind", ask.Kind.ToString());
                            json.WriteString("subject", ask.Subject);
                            json.WriteString("value", ask.Value);
                        }
                    );
                }

                json.WriteEndArray();
                json.WriteStartObject("secrets");
                foreach (var secret in House.Secrets)
                {
                    json.WriteString(secret.Subject, secret.Value);
                }

                json.WriteEndObject();
                json.WriteStartArray("forbidden");
                foreach (var action in House.Forbidden)
                {
                    json.WriteStringValue(action);
                }

                json.WriteEndArray();
                json.WriteString("reference", Reference);
            }
        );

    private PreferencePair Pair(ReplyPair pair) =>
        new(
            Prompt,
            [ChatMessage.Assistant(Replies[pair.Chosen].Text)],
            [ChatMessage.Assistant(Replies[pair.Rejected].Text)]
        );
}

/// <summary>Two of a row's candidates by their places.</summary>
/// <param name="Chosen">The preferred one.</param>
/// <param name="Rejected">The other.</param>
public sealed record ReplyPair(int Chosen, int Rejected);

/// <summary>A named way to attack.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What the user does, in one sentence.</param>
/// <param name="Phrases">How many phrasings attack.</param>
/// <param name="NearMisses">How many phrasings only look like it.</param>
/// <param name="IsHeldOut">Whether only <see cref="DialogueSplit.NewFamilies"/> has it.</param>
public sealed record AttackFamily(string Name, string Description, int Phrases, int NearMisses, bool IsHeldOut);
