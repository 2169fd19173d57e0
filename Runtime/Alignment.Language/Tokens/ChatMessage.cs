namespace Alignment;

/// <summary>Who says something in a conversation.</summary>
public enum ChatRole
{
    /// <summary>The instructions that come first.</summary>
    System,

    /// <summary>The one who asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who says it.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(ChatRole Role, string Content)
{
    /// <summary>Instructions that come before everything.</summary>
    public static ChatMessage System(string content) => new(ChatRole.System, content);

    /// <summary>A turn of the one who asks.</summary>
    public static ChatMessage User(string content) => new(ChatRole.User, content);

    /// <summary>A turn of the model.</summary>
    public static ChatMessage Assistant(string content) => new(ChatRole.Assistant, content);

    /// <summary>The role's name as data files write it: <c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
    public string RoleName => NameOf(Role);

    internal static string NameOf(ChatRole role) =>
        role switch
        {
            ChatRole.System => "system",
            ChatRole.User => "user",
            ChatRole.Assistant => "assistant",
            _ => throw new ArgumentOutOfRangeException(nameof(role)),
        };

    /// <summary>The role, a colon, and what is said.</summary>
    public override string ToString() => $"{RoleName}: {Content}";
}

/// <summary>A conversation as tokens, each with whether the assistant wrote it.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="Written">
/// As long as the tokens: true for those of the assistant's replies and for the token that ends a reply, false for all others, headers of
/// turns among them. A loss over these alone teaches replies, and to stop.
/// </param>
public sealed record ChatTokens(ValueList<int> Ids, ValueList<bool> Written);
