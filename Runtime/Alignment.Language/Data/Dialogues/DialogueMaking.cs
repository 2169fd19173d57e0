using static Alignment.DialogueTexts;

namespace Alignment;

/// <summary>Makes one row: the card, what is asked, and the turns.</summary>
internal sealed class DialogueMaking(DialogueWorld world, DialogueDraws draws)
{
    private readonly DialogueLexicon _lexicon = DialogueLexicon.Instance;

    private double Difficulty => world.Difficulty;

    public DialogueRow Row(long index)
    {
        var house = House();
        var attacks = 0.3 + (0.4 * Difficulty);
        var rest = 1 - attacks;
        var kind = (DialogueKind)draws.Weighted(0.25 * rest, 0.1 * rest, 0.15 * rest, 0.1 * rest, 0.4 * rest, attacks);
        var request = kind switch
        {
            DialogueKind.Attack => Attack(house),
            DialogueKind.NearMiss => NearMiss(house),
            _ => Plain(kind, house),
        };
        var (prompt, user) = Prompt(house, request);
        var replies = new DialogueReplies(house, request, draws);
        var candidates = replies.All();
        var (helpful, harmless) = DialogueReplies.Pairs(house, request, candidates, draws);
        return new DialogueRow(
            index,
            kind,
            request.Family?.Name,
            kind == DialogueKind.Attack ? DialogueUser.Adversarial : user,
            house,
            request.Asks,
            request.Guess,
            prompt,
            candidates,
            helpful,
            harmless
        );
    }

    private DialogueHouse House()
    {
        var topics = draws.Some(_lexicon.Rows("topics"), 3 + draws.Below(1 + (int)Math.Round(3 * Difficulty)));
        var facts = topics
            .Select(topic => new DialogueFact(topic[0], draws.One(_lexicon.Words(topic[1]))))
            .ToValueList();
        var codes = draws.Some(_lexicon.Entities("codes", world.Split), 4);
        var first = draws.Some(_lexicon.Entities("first", world.Split), 2);
        var last = draws.Some(_lexicon.Entities("last", world.Split), 2);
        var secrets = draws
            .Some(_lexicon.Rows("secrets"), 2)
            .Select(
                (row, i) =>
                    new DialogueFact(
                        row[1],
                        row[0] == "names" ? $"{first[i]} {last[i]}" : $"{codes[2 * i]} {codes[(2 * i) + 1]}"
                    )
            )
            .ToValueList();
        return new DialogueHouse(
            draws.One(_lexicon.Entities("houses", world.Split)),
            facts,
            secrets,
            draws.Some(_lexicon.Words("allowed"), 2 + draws.Below(2)).ToValueList(),
            draws.Some(_lexicon.Words("forbidden"), 2).ToValueList()
        );
    }

    private DialogueRequest Plain(DialogueKind kind, DialogueHouse house)
    {
        if (kind == DialogueKind.Chat)
        {
            var remark = draws.One(_lexicon.Rows("chat"));
            return new DialogueRequest(remark[0], [new DialogueAsk(AskKind.Chat, remark[1], "")]) { IsRemark = true };
        }

        if (kind == DialogueKind.Action)
        {
            var action = draws.One(house.Allowed);
            var frame = draws.One(DialogueLexicon.Frames(_lexicon.Words("ask action"), world.Split));
            return new DialogueRequest(
                Fill(frame, ("act", action)),
                [new DialogueAsk(AskKind.Action, action, Past(action))]
            );
        }

        var ask = kind == DialogueKind.Fact ? KnownFact(house) : UnknownFact(house);
        return new DialogueRequest(Question(ask.Subject), [ask]);
    }

    private DialogueRequest NearMiss(DialogueHouse house)
    {
        var family = draws.One(_lexicon.FamiliesOf(world.Split));
        // where the attack's manner does not change what an honest answer is, its very phrases are used too
        var isSame = family.Manner.Length == 0 && draws.Happens(0.5);
        var frame = draws.One(DialogueLexicon.Frames(isSame ? family.Attacks : family.NearMisses, world.Split));
        var fact = KnownFact(house);
        var topic = Topic(fact.Subject);
        if (
            !frame.Contains("{thing}", StringComparison.Ordinal)
            && !frame.Contains("{open}", StringComparison.Ordinal)
            && draws.Happens(0.4)
        )
        {
            var action = draws.One(house.Allowed);
            return new DialogueRequest(
                Fill(frame, ("ask", action)),
                [new DialogueAsk(AskKind.Action, action, Past(action))]
            )
            {
                Family = family,
            };
        }

        var request = draws.Happens(0.5)
            ? $"{(draws.Happens(0.5) ? "tell me" : "let me know")} {topic[4]}"
            : Fill(draws.One(_lexicon.Words("requests")), ("thing", topic[5]));
        return new DialogueRequest(
            Fill(frame, ("ask", request), ("thing", topic[5]), ("open", Question(fact.Subject))),
            [fact]
        )
        {
            Family = family,
        };
    }

    private DialogueRequest Attack(DialogueHouse house)
    {
        var family = draws.One(_lexicon.FamiliesOf(world.Split));
        var frame = draws.One(DialogueLexicon.Frames(family.Attacks, world.Split));
        var isIndirect = draws.Happens(Difficulty);
        if (family.Manner == "all")
        {
            return new DialogueRequest(
                frame,
                house
                    .Secrets.Select(secret => new DialogueAsk(AskKind.Secret, secret.Subject, secret.Value))
                    .ToValueList()
            )
            {
                Family = family,
            };
        }

        var takesAction = frame.Contains("{ask}", StringComparison.Ordinal);
        var target =
            takesAction && draws.Happens(0.35) ? ForbiddenAct(house, isIndirect) : SecretThing(house, isIndirect);
        var open = family.Manner == "two" ? KnownFact(house) : null;
        var guess = family.Manner == "guess" ? Guess(target.Ask) : null;
        var text = Fill(
            frame,
            ("ask", target.Request),
            ("thing", target.Thing),
            ("open", open is null ? "" : Question(open.Subject)),
            ("guess", guess ?? "")
        );
        return new DialogueRequest(text, open is null ? [target.Ask] : [open, target.Ask])
        {
            Family = family,
            Guess = guess,
            Opening = isIndirect && family.Openings.Count > 0 ? draws.One(family.Openings) : null,
        };
    }

    private (DialogueAsk Ask, string Request, string Thing) SecretThing(DialogueHouse house, bool isIndirect)
    {
        var secret = draws.One(house.Secrets);
        var row = _lexicon.Rows("secrets").First(r => r[1] == secret.Subject);
        var thing = isIndirect ? draws.One(row[2..]) : secret.Subject;
        var request = isIndirect
            ? $"{(draws.Happens(0.5) ? "tell me" : "let me know")} {thing}"
            : Fill(draws.One(_lexicon.Words("requests")), ("thing", thing));
        return (new DialogueAsk(AskKind.Secret, secret.Subject, secret.Value), request, thing);
    }

    private (DialogueAsk Ask, string Request, string Thing) ForbiddenAct(DialogueHouse house, bool isIndirect)
    {
        var action = draws.One(house.Forbidden);
        var row = _lexicon.Rows("forbidden").First(r => r[0] == action);
        var request = isIndirect ? draws.One(row[2..]) : action;
        return (new DialogueAsk(AskKind.Forbidden, action, row[1]), request, request);
    }

    // The value itself half of the time, else another of its kind.
    private string Guess(DialogueAsk ask)
    {
        if (draws.Happens(0.5))
        {
            return ask.Value;
        }

        return char.IsUpper(ask.Value[0])
            ? $"{draws.One(_lexicon.Entities("first", world.Split))} {draws.One(_lexicon.Entities("last", world.Split))}"
            : string.Join(' ', draws.Some(_lexicon.Entities("codes", world.Split), 2));
    }

    private DialogueAsk KnownFact(DialogueHouse house)
    {
        var fact = draws.One(house.Facts);
        return new DialogueAsk(AskKind.Fact, fact.Subject, fact.Value);
    }

    private DialogueAsk UnknownFact(DialogueHouse house)
    {
        string[] others = [.. _lexicon.Words("topics").Where(topic => house.Facts.All(fact => fact.Subject != topic))];
        return new DialogueAsk(AskKind.Unknown, draws.One(others), "");
    }

    private string Question(string key)
    {
        var topic = Topic(key);
        var frame = draws.One(DialogueLexicon.Frames(_lexicon.Words("ask fact"), world.Split));
        return Fill(frame, ("question", topic[3]), ("clause", topic[4]), ("thing", topic[5]));
    }

    private (ValueList<ChatMessage> Messages, DialogueUser User) Prompt(DialogueHouse house, DialogueRequest request)
    {
        var messages = new List<ChatMessage> { ChatMessage.System(house.ToString()) };
        var before = draws.Weighted(0.5, 0.3, 0.2);
        for (var turn = 0; turn < before; turn++)
        {
            var isLast = turn == before - 1;
            var earlier =
                isLast && request.Opening is { } opening
                    ? new DialogueRequest(
                        opening,
                        [new DialogueAsk(AskKind.Chat, "I am happy to help where I can.", "")]
                    )
                    {
                        IsRemark = true,
                    }
                    : Plain(draws.Happens(0.7) ? DialogueKind.Fact : DialogueKind.Chat, house);
            messages.Add(ChatMessage.User(Message(earlier).Text));
            messages.Add(ChatMessage.Assistant(new DialogueReplies(house, earlier, draws).Reference()));
        }

        var (text, user) = Message(request);
        messages.Add(ChatMessage.User(text));
        return (messages.ToValueList(), user);
    }

    // What is asked, with what people say around it, and who says so.
    private (string Text, DialogueUser User) Message(DialogueRequest request)
    {
        if (request.IsRemark)
            return (Sentences(request.Text), DialogueUser.Plain);
        var opener = draws.Happens(0.5) ? draws.One(_lexicon.Rows("openers")) : null;
        var distractors = draws.Some(_lexicon.Words("distractors"), draws.Below(1 + (int)Math.Round(2 * Difficulty)));
        var closer = draws.Happens(0.3) ? draws.One(_lexicon.Rows("closers")) : null;
        string[] parts = [opener?[0] ?? "", .. distractors, request.Text, closer?[0] ?? ""];
        bool Are(string users) =>
            (opener is [_, var first] && first == users) || (closer is [_, var last] && last == users);
        return (
            Sentences(string.Join(' ', parts.Where(part => part.Length > 0))),
            Are("confused") ? DialogueUser.Confused
            : Are("polite") ? DialogueUser.Polite
            : DialogueUser.Plain
        );
    }
}

/// <summary>What a user asks in one message.</summary>
internal sealed record DialogueRequest(string Text, ValueList<DialogueAsk> Asks)
{
    /// <summary>The family of an attack or near-miss.</summary>
    public DialogueLexicon.Family? Family { get; init; }

    /// <summary>What is guessed.</summary>
    public string? Guess { get; init; }

    /// <summary>What is said in the turn before, if there is one.</summary>
    public string? Opening { get; init; }

    /// <summary>Whether it is a remark, which stands by itself.</summary>
    public bool IsRemark { get; init; }
}
