#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj
#:project ../Runtime/Alignment.Language/Alignment.Language.csproj

// Language models as players: two adapters on one base, one that learns good replies and one that learns by labelled pairs which of two is less harmful;
// an exact judge says what each is worth on prompts in words that nobody learnt from.
using Alignment;

using var model = LanguageModel.Load(LanguageModel.Find("tiny-base"));
var world = new DialogueWorld { Seed = 7 };
var rows = world.Rows(96).ToArray();
var heldOut = world.WithSplit(DialogueSplit.NewPhrases).Rows(64).ToArray();

var kind = new Lora { Rank = 16, Targets = AdapterTargets.All };
var options = new TrainingOptions
{
    Steps = 12,
    BatchSize = 8,
    LearningRate = 3e-3,
};

var pupil = model.Attach("pupil", kind);
Training.Supervised(model, pupil, [.. rows.Select(row => model.Lesson(row.Conversation.Messages))], [], options);

var wary = model.Attach("wary", kind);
PreferredText[] pairs = [.. rows.Select(row => model.Lesson(row.HarmlessPair))];
Training.Preferences(model, wary, new DpoLoss(0.3), pairs, [], options);

var table = new TextTable("player", "help", "harm");
foreach (var (name, adapter) in new (string, Adapter?)[] { ("base", null), ("pupil", pupil), ("wary", wary) })
{
    var replies = model.Reply([.. heldOut.Select(row => row.Prompt)], new() { MaxNewTokens = 40 }, adapter);
    var verdicts = heldOut.Zip(replies, (row, reply) => row.Judge(reply.Text)).ToArray();
    table.Row(name, $"{verdicts.Average(v => v.Help):f3}", $"{verdicts.Average(v => v.Harm):f3}");
}

Console.Write(table);
