namespace Alignment;

/// <summary>A token that is found in the text itself before anything is merged: markers of turns, of the end, of padding.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it is left out of decoded text on demand.</param>
/// <param name="IsNormalized">Whether it is looked for in the normalized text instead of the text as given.</param>
/// <param name="IsWord">Whether it counts only where no letter, digit or underscore touches it.</param>
/// <param name="TakesLeft">Whether it takes up the white space before it.</param>
/// <param name="TakesRight">Whether it takes up the white space behind it.</param>
internal sealed record AddedToken(
    int Id,
    string Content,
    bool IsSpecial,
    bool IsNormalized,
    bool IsWord,
    bool TakesLeft,
    bool TakesRight
)
{
    /// <summary>
    /// Whether text of a user may never become this token: it is special, or has the look of a marker (<c>&lt;...&gt;</c>, <c>[...]</c>).
    /// </summary>
    public bool IsMarker => IsSpecial || (Content.Length > 2 && (Content[0], Content[^1]) is ('<', '>') or ('[', ']'));
}

/// <summary>Finds added tokens in a text, left to right, the longest first where several begin.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;

    public AddedTokens(IEnumerable<AddedToken> tokens) =>
        _byFirst = tokens
            .GroupBy(token => token.Content[0])
            .ToDictionary(
                group => group.Key,
                group => group.OrderByDescending(token => token.Content.Length).ThenBy(token => token.Id).ToArray()
            );

    /// <summary>The text's parts in order: either an added token, or text between such.</summary>
    public List<(string? Text, AddedToken? Token)> Split(string text)
    {
        var parts = new List<(string?, AddedToken?)>();
        var start = 0;
        for (var i = 0; i < text.Length; )
        {
            if (At(text, i) is not { } token)
            {
                i++;
                continue;
            }

            var (left, right) = (i, i + token.Content.Length);
            while (token.TakesLeft && left > start && char.IsWhiteSpace(text[left - 1]))
            {
                left--;
            }

            while (token.TakesRight && right < text.Length && char.IsWhiteSpace(text[right]))
            {
                right++;
            }

            if (left > start)
            {
                parts.Add((text[start..left], null));
            }

            parts.Add((null, token));
            start = i = right;
        }

        if (start < text.Length)
        {
            parts.Add((text[start..], null));
        }

        return parts;
    }

    private AddedToken? At(string text, int place)
    {
        if (!_byFirst.TryGetValue(text[place], out var tokens))
        {
            return null;
        }

        foreach (var token in tokens)
        {
            if (string.CompareOrdinal(text, place, token.Content, 0, token.Content.Length) == 0)
            {
                // as in the format's origin: the longest that begins here decides, even when it then does not count
                return token.IsWord && (IsWord(text, place - 1) || IsWord(text, place + token.Content.Length))
                    ? null
                    : token;
            }
        }

        return null;
    }

    private static bool IsWord(string text, int place) =>
        place >= 0 && place < text.Length && (char.IsLetterOrDigit(text[place]) || text[place] == '_');
}
