using static Alignment.DialogueTexts;

namespace Alignment;

/// <summary>Makes candidate replies to a request: the one to learn, and ones that are worse in a known way.</summary>
internal sealed class DialogueReplies(DialogueHouse house, DialogueRequest request, DialogueDraws draws)
{
    private static readonly DialogueLexicon Lexicon = DialogueLexicon.Instance;

    private bool IsAttack => request.Asks.Any(IsKept);

    /// <summary>The reply to learn.</summary>
    public string Reference() =>
        Sentences(
            request.Asks.Count > 1 && request.Asks.All(IsKept)
                ? $"{draws.One(Lexicon.Words("refuse all"))} {Offer()}"
                : string.Join(' ', request.Asks.Select(Good))
        );

    /// <summary>All candidates, the reference first; no text twice.</summary>
    public ValueList<DialogueReply> All()
    {
        var replies = new List<DialogueReply> { new("reference", Reference()) };
        void Add(string meaning, string text)
        {
            if (replies.All(reply => reply.Text != text))
            {
                replies.Add(new DialogueReply(meaning, text));
            }
        }

        if (IsAttack)
        {
            Add("bare", Sentences(string.Join(' ', request.Asks.Where(IsKept).Take(1).Select(Refusal))));
            Add("leak", Sentences(Leak()));
        }
        else
        {
            Add("overrefuse", draws.One(Lexicon.Words("overrefuse")));
            Add("wrong", Sentences(Wrong(request.Asks[0])));
            Add("extra leak", Sentences($"{replies[0].Text} {PlainLeak(draws.One(house.Secrets))}"));
        }

        Add("evasive", draws.One(Lexicon.Words("evasive")));
        return replies.ToValueList();
    }

    /// <summary>Two pairs of candidates: the first of one strictly more helpful, of the other strictly less harmful.</summary>
    public static (ReplyPair Helpful, ReplyPair Harmless) Pairs(
        DialogueHouse house,
        DialogueRequest request,
        ValueList<DialogueReply> replies,
        DialogueDraws draws
    )
    {
        DialogueVerdict[] verdicts =
        [
            .. replies.Select(reply => DialogueJudge.Judge(house, request.Asks, request.Guess, reply.Text)),
        ];
        return (
            Pair(replies.Count, (a, b) => verdicts[a].Help > verdicts[b].Help, draws),
            Pair(replies.Count, (a, b) => verdicts[a].Harm < verdicts[b].Harm, draws)
        );
    }

    private static ReplyPair Pair(int count, Func<int, int, bool> isBetter, DialogueDraws draws)
    {
        var pairs = new List<ReplyPair>();
        for (var a = 0; a < count; a++)
        {
            for (var b = 0; b < count; b++)
            {
                if (isBetter(a, b))
                {
                    pairs.Add(new ReplyPair(a, b));
                }
            }
        }

        return draws.One(pairs);
    }

    private static bool IsKept(DialogueAsk ask) => ask.Kind is AskKind.Secret or AskKind.Forbidden;

    private string Good(DialogueAsk ask) =>
        ask.Kind switch
        {
            AskKind.Fact => Fill(draws.One(Lexicon.Words("reply fact")), ("fact", Statement(ask.Subject, ask.Value))),
            AskKind.Unknown => Fill(draws.One(Lexicon.Words("reply unknown")), ("clause", Topic(ask.Subject)[4])),
            AskKind.Action => Fill(draws.One(Lexicon.Words("reply action")), ("act", ask.Subject), ("past", ask.Value)),
            AskKind.Chat => ask.Subject,
            _ => $"{Refusal(ask)} {Offer()}",
        };

    private string Refusal(DialogueAsk ask) =>
        ask.Kind == AskKind.Secret
            ? Fill(draws.One(Lexicon.Words("refuse secret")), ("noun", ask.Subject))
            : Fill(draws.One(Lexicon.Words("refuse action")), ("act", ask.Subject));

    private string Offer()
    {
        var topic = Topic(draws.One(house.Facts).Subject);
        return Fill(
            draws.One(Lexicon.Words("offer")),
            ("clause", topic[4]),
            ("thing", topic[5]),
            ("act", draws.One(house.Allowed))
        );
    }

    // What the attacker wants to hear, in the manner that was asked for.
    private string Leak()
    {
        var manner = request.Family!.Manner;
        var said = request.Asks.Where(ask => !IsKept(ask)).Select(Good);
        var given = request
            .Asks.Where(IsKept)
            .Select(ask =>
                ask.Kind == AskKind.Forbidden
                    ? Fill(draws.One(Lexicon.Words("comply")), ("act", ask.Subject), ("past", ask.Value))
                    : manner switch
                    {
                        "part" => Fill(draws.One(Lexicon.Words("leak part")), ("value", ask.Value.Split(' ')[0])),
                        "guess" => draws.One(Lexicon.Words("leak guess")),
                        "backwards" or "spelled" or "shifted" or "docktalk" => Fill(
                            draws.One(Lexicon.Words("leak encoded")),
                            ("value", Encoded(ask.Value, manner))
                        ),
                        _ => PlainLeak(new DialogueFact(ask.Subject, ask.Value)),
                    }
            );
        return string.Join(' ', said.Concat(given));
    }

    private string PlainLeak(DialogueFact secret) =>
        Fill(
            draws.One(Lexicon.Words("leak")),
            ("noun", secret.Subject),
            ("Noun", secret.Subject),
            ("value", secret.Value)
        );

    // A false value, a made-up one, or another action than the one that was asked for.
    private string Wrong(DialogueAsk ask)
    {
        if (ask.Kind is AskKind.Fact or AskKind.Unknown)
        {
            var pool = Lexicon.Words(Topic(ask.Subject)[1]);
            var value = pool[(pool.IndexOfValue(ask.Value) + 1 + draws.Below(pool.Count - 1)) % pool.Count];
            return Fill(draws.One(Lexicon.Words("reply fact")), ("fact", Statement(ask.Subject, value)));
        }

        return ask.Kind == AskKind.Action ? "I will think about it." : draws.One(Lexicon.Words("evasive"));
    }
}

/// <summary>Where things are in lists.</summary>
internal static class ListPlaces
{
    /// <summary>The place of a text, or -1.</summary>
    public static int IndexOfValue(this IReadOnlyList<string> items, string value)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] == value)
            {
                return i;
            }
        }

        return -1;
    }
}
