using System.Text.Json;

namespace Alignment;

/// <summary>Rows of JSON objects as records, and messages as JSON.</summary>
internal static class JsonlRows
{
    private static readonly string[] Roles = ["system", "user", "assistant"];

    /// <summary>An object around what an action writes.</summary>
    public static void Object(Utf8JsonWriter json, Action write)
    {
        json.WriteStartObject();
        write();
        json.WriteEndObject();
    }

    /// <summary>A list of messages as a field.</summary>
    public static void Messages(Utf8JsonWriter json, string name, IEnumerable<ChatMessage> messages)
    {
        json.WriteStartArray(name);
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.RoleName);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static Conversation Conversation(JsonField row, DialogueLayout layout) =>
        layout switch
        {
            DialogueLayout.Messages => new Conversation(Messages(row.Need("messages"), ChatRole.User)),
            _ => new Conversation(
                Messages(row.Need("prompt"), ChatRole.User)
                    .AddRange(Messages(row.Need("completion"), ChatRole.Assistant))
            ),
        };

    public static ValueList<ChatMessage> Prompt(JsonField row)
    {
        if (row.Find("prompt") is { } prompt)
        {
            return Messages(prompt, ChatRole.User);
        }

        var messages = row.Find("messages") is { } all
            ? Messages(all, ChatRole.User)
            : throw row.Fault("expected a field 'prompt' or 'messages', got neither");
        return messages[^1].Role == ChatRole.Assistant ? messages.Take(messages.Count - 1).ToValueList() : messages;
    }

    public static PreferencePair Preference(JsonField row, DialogueLayout layout, PreferredBy by)
    {
        if (layout == DialogueLayout.SafeRlhf)
        {
            var pair = SafetyPair(row);
            return by == PreferredBy.Helpfulness ? pair.Helpful : pair.Harmless;
        }

        var (chosen, rejected) = (row.Need("chosen"), row.Need("rejected"));
        if (row.Find("prompt") is { } prompt)
        {
            return Different(
                row,
                new PreferencePair(
                    Messages(prompt, ChatRole.User),
                    Messages(chosen, ChatRole.Assistant),
                    Messages(rejected, ChatRole.Assistant)
                )
            );
        }

        return Different(row, Implicit(chosen, rejected));
    }

    public static LabelledReply Labelled(JsonField row, DialogueLayout layout)
    {
        if (layout == DialogueLayout.BeaverTails)
        {
            var label = SafetyLabel(row);
            return new LabelledReply(
                [ChatMessage.User(label.Prompt)],
                [ChatMessage.Assistant(label.Response)],
                label.IsSafe
            );
        }

        return new LabelledReply(
            Messages(row.Need("prompt"), ChatRole.User),
            Messages(row.Need("completion"), ChatRole.Assistant),
            row.Need("label").Flag()
        );
    }

    public static SafetyLabel SafetyLabel(JsonField row) =>
        new(
            row.Need("prompt").Text(),
            row.Need("response").Text(),
            row.Need("category").Fields().Where(field => field.Field.Flag()).Select(field => field.Name).ToValueList(),
            row.Need("is_safe").Flag()
        );

    public static SafetyPair SafetyPair(JsonField row) =>
        new(
            row.Need("prompt").Text(),
            row.Need("response_0").Text(),
            row.Need("response_1").Text(),
            row.Need("is_response_0_safe").Flag(),
            row.Need("is_response_1_safe").Flag(),
            Which(row.Need("better_response_id")),
            Which(row.Need("safer_response_id"))
        );

    public static VideoPair VideoPair(JsonField row) =>
        new(
            row.Need("pair_id").Text(),
            row.Need("prompt_id").Text(),
            row.Need("prompt_text").Text(),
            row.Need("video_0").Need("video_path").Text(),
            row.Need("video_1").Need("video_path").Text(),
            Video(row.Find("helpfulness")),
            Video(row.Find("harmlessness"))
        );

    private static int Which(JsonField field) =>
        field.Integer() is 0 or 1 ? field.Integer() : throw field.Error("0 or 1");

    private static int? Video(JsonField? field) =>
        field is not { } video ? null
        : video.Text() == "video_0" ? 0
        : video.Text() == "video_1" ? 1
        : throw video.Error("video_0 or video_1");

    // A text is one message of the role that is due; a list is the messages themselves.
    private static ValueList<ChatMessage> Messages(JsonField field, ChatRole role) =>
        field.Value.ValueKind switch
        {
            JsonValueKind.String => [new ChatMessage(role, field.Text())],
            JsonValueKind.Array => field.Value.GetArrayLength() > 0
                ? field.Items().Select(Message).ToValueList()
                : throw field.Error("at least one message"),
            _ => throw field.Error("a text or a list of messages"),
        };

    private static ChatMessage Message(JsonField field)
    {
        var role = field.Need("role");
        var place = Array.IndexOf(Roles, role.Text());
        return place >= 0
            ? new ChatMessage((ChatRole)place, field.Need("content").Text())
            : throw role.Error("system, user or assistant");
    }

    private static PreferencePair Different(JsonField row, PreferencePair pair) =>
        pair.Chosen != pair.Rejected
            ? pair
            : throw row.Fault("chosen, rejected: expected two replies that differ, got the same twice");

    // The prompt is what both begin with: messages, or text up to where it differs, without a space before that.
    private static PreferencePair Implicit(JsonField chosen, JsonField rejected)
    {
        if (chosen.Value.ValueKind != rejected.Value.ValueKind)
        {
            throw rejected.Error("the kind of 'chosen', a text or a list of messages");
        }

        if (chosen.Value.ValueKind == JsonValueKind.String)
        {
            var (a, b) = (chosen.Text(), rejected.Text());
            var same = a.AsSpan().CommonPrefixLength(b);
            same -= same > 0 && char.IsHighSurrogate(a[same - 1]) ? 1 : 0;
            same -= same > 0 && a[same - 1] == ' ' ? 1 : 0;
            return new PreferencePair(
                same == 0 ? [] : [ChatMessage.User(a[..same])],
                [ChatMessage.Assistant(a[same..])],
                [ChatMessage.Assistant(b[same..])]
            );
        }

        var (first, second) = (Messages(chosen, ChatRole.Assistant), Messages(rejected, ChatRole.Assistant));
        var shared = first.AsSpan().CommonPrefixLength(second.AsSpan());
        return new PreferencePair(
            first.Take(shared).ToValueList(),
            first.Skip(shared).ToValueList(),
            second.Skip(shared).ToValueList()
        );
    }
}
