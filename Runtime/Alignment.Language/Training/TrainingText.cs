namespace Alignment;

/// <summary>A text to learn from.</summary>
/// <param name="Tokens">At least two.</param>
/// <param name="Counts">As long: whether each token counts in the loss. The first never does: nothing stands before it.</param>
public sealed record TrainingText(ValueList<int> Tokens, ValueList<bool> Counts)
{
    /// <summary>A conversation: what the assistant wrote counts.</summary>
    public static TrainingText Of(ChatTokens chat)
    {
        ArgumentNullException.ThrowIfNull(chat);
        return new(chat.Ids, chat.Written);
    }

    /// <summary>A text of which every token counts.</summary>
    public static TrainingText All(IEnumerable<int> tokens)
    {
        var list = tokens.ToValueList();
        return new(list, list.Select(_ => true).ToValueList());
    }

    /// <summary>How many tokens count.</summary>
    internal int Counted => Counts.Skip(1).Count(counts => counts);

    internal static void Check(ModelConfig config, IReadOnlyList<TrainingText> texts, string what)
    {
        if (texts.Count == 0)
            throw new ArgumentException($"Training, {what}: expected at least one text, got none.");
        for (var k = 0; k < texts.Count; k++)
        {
            var text = texts[k];
            var fault =
                text.Counts.Count != text.Tokens.Count
                    ? $"expected as many marks as tokens, got {text.Counts.Count} for {text.Tokens.Count}"
                : text.Tokens.Count > config.Context
                    ? $"expected at most {Quote.Count(config.Context)} tokens, got {Quote.Count(text.Tokens.Count)}; shorten it or leave it out"
                : text.Counted == 0 ? "expected a token that counts, got none"
                : text.Tokens.Any(t => t < 0 || t >= config.Vocabulary)
                    ? $"expected tokens from 0 to {Quote.Count(config.Vocabulary - 1)}"
                : null;
            if (fault is not null)
                throw new ArgumentException($"Training, {what}, text {k}: {fault}.");
        }
    }
}
