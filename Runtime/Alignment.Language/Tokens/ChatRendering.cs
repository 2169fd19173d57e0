namespace Alignment;

/// <summary>Writes conversations down by a template for a vocabulary.</summary>
internal sealed class ChatRendering
{
    private readonly ChatTemplate _template;
    private readonly Tokenizer _tokenizer;
    private readonly List<(string Text, int Id)> _markers = [];
    private readonly List<string> _plain = [];

    public ChatRendering(ChatTemplate template, Tokenizer tokenizer)
    {
        (_template, _tokenizer) = (template, tokenizer);
        foreach (var marker in template.Markers)
        {
            _markers.Add(
                tokenizer.MarkerOf(marker) is { } id
                    ? (marker, id)
                    : throw new ArgumentException(
                        $"Chat template '{template.Name}': expected a token '{marker}' in {tokenizer.Name}, which has {Listed(tokenizer)}; take another template."
                    )
            );
        }

        foreach (var marker in template.TextMarkers)
        {
            if (tokenizer.MarkerOf(marker) is { } id)
            {
                _markers.Add((marker, id));
            }
            else
            {
                _plain.Add(marker);
            }
        }
    }

    public ChatTokens Of(ChatMessage[] messages, bool generate)
    {
        Check(messages, generate);
        var parts = Parts(messages, generate);
        var (ids, written) = (new List<int>(), new List<bool>());
        for (var i = 0; i < parts.Count; )
        {
            if (parts[i].Id is { } id)
            {
                ids.Add(id);
                written.Add(parts[i].IsWritten);
                i++;
                continue;
            }

            var run = parts.Skip(i).TakeWhile(part => part.Id is null).ToArray();
            Add(run, ids, written);
            i += run.Length;
        }

        return new ChatTokens(ids.ToValueList(), written.ToValueList());
    }

    // Text between markers is encoded as one, as the family does. A token counts as written from where the tokens of the text before it,
    // encoded by itself, end or first differ.
    private void Add(Part[] run, List<int> ids, List<bool> written)
    {
        var all = _tokenizer.EncodeText(string.Concat(run.Select(part => part.Text)));
        var (text, at, isWritten) = ("", 0, false);
        foreach (var part in run)
        {
            if (part.IsWritten != isWritten)
            {
                var end =
                    text.Length == 0 ? 0 : Math.Max(at, all.AsSpan().CommonPrefixLength(_tokenizer.EncodeText(text)));
                written.AddRange(Enumerable.Repeat(isWritten, end - at));
                (at, isWritten) = (end, part.IsWritten);
            }

            text += part.Text;
        }

        written.AddRange(Enumerable.Repeat(isWritten, all.Length - at));
        ids.AddRange(all);
    }

    private List<Part> Parts(ChatMessage[] messages, bool generate)
    {
        var system = messages is [{ Role: ChatRole.System } first, ..] ? first.Content : _template.DefaultSystem;
        var parts = new List<Part>();
        Frame(_template.Start, parts);
        if (system is not null && !_template.SystemInUser)
        {
            Turn(_template.System, system, parts);
        }

        var isFirst = true;
        foreach (var message in messages.Where(message => message.Role != ChatRole.System))
        {
            if (message.Role == ChatRole.Assistant)
            {
                Turn(_template.Assistant, message.Content, parts, isWritten: true);
                continue;
            }

            Frame(_template.User.Before, parts);
            if (isFirst && _template.SystemInUser && system is not null)
            {
                Turn(_template.System, system, parts);
            }

            Turn(_template.User with { Before = "" }, message.Content, parts);
            isFirst = false;
        }

        if (generate)
        {
            // a space before a reply is the first thing that the model writes, as it is in its training
            Frame(_template.Assistant.Before.TrimEnd(' '), parts);
        }

        return parts;
    }

    private void Turn(ChatTemplate.Turn turn, string content, List<Part> parts, bool isWritten = false)
    {
        foreach (var marker in _plain)
        {
            if (content.Contains(marker, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"Chat template '{_template.Name}': expected messages without '{marker.Replace("\n", "\\n", StringComparison.Ordinal)}', which is a marker and plain text in {_tokenizer.Name}, got '{Shown(content)}'; take it out."
                );
            }
        }

        var isSpace = isWritten && turn.Before.EndsWith(' ');
        Frame(isSpace ? turn.Before.TrimEnd(' ') : turn.Before, parts);
        parts.Add(new Part((isSpace ? " " : "") + (_template.Trims ? content.Trim() : content), null, isWritten));
        Frame(turn.End, parts, isWritten);
        Frame(turn.After, parts);
    }

    // A text of the template: its markers as their tokens, the rest as text.
    private void Frame(string text, List<Part> parts, bool isWritten = false)
    {
        while (text.Length > 0)
        {
            var (place, marker, id) = (text.Length, "", 0);
            foreach (var (candidate, number) in _markers)
            {
                var found = text.IndexOf(candidate, StringComparison.Ordinal);
                if (found >= 0 && found < place)
                {
                    (place, marker, id) = (found, candidate, number);
                }
            }

            if (place > 0)
            {
                parts.Add(new Part(text[..place], null, isWritten));
            }

            if (marker.Length > 0)
            {
                parts.Add(new Part("", id, isWritten));
            }

            text = text[(place + marker.Length)..];
        }
    }

    private void Check(ChatMessage[] messages, bool generate)
    {
        var turns = messages is [{ Role: ChatRole.System }, ..] ? messages[1..] : messages;
        for (var i = 0; i < turns.Length; i++)
        {
            var expected = i % 2 == 0 ? ChatRole.User : ChatRole.Assistant;
            if (turns[i].Role != expected)
            {
                throw new ArgumentException(
                    $"Chat template '{_template.Name}': expected user and assistant in turn, a user first and instructions before all, got {turns[i].RoleName} where {ChatMessage.NameOf(expected)} is due, message {i + messages.Length - turns.Length + 1} of {messages.Length}."
                );
            }
        }

        if (turns.Length == 0 || (generate && turns[^1].Role != ChatRole.User))
        {
            throw new ArgumentException(
                $"Chat template '{_template.Name}': expected {(generate ? "a last message of a user to reply to" : "at least one message of a user")}, got {(turns.Length == 0 ? "none" : "one of the assistant")}."
            );
        }
    }

    private static string Listed(Tokenizer tokenizer)
    {
        string[] markers = [.. tokenizer.Markers.Take(8)];
        return markers.Length == 0 ? "none of that kind" : string.Join(", ", markers.Select(marker => $"'{marker}'"));
    }

    private static string Shown(string content) =>
        (content.Length <= 60 ? content : content[..60] + "...").ReplaceLineEndings(" ");

    private readonly record struct Part(string Text, int? Id, bool IsWritten);
}
