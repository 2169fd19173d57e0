namespace Alignment.Benchmarks;

/// <summary>One seed's way from a base that knows no rules: supervised learning, an ensemble of reward models, and from it two policies.</summary>
/// <remarks>
/// <para>
/// (1) All weights learn a few good replies. (2) That policy answers prompts twice; the pair is labelled as people would, the better one more often: Bradley and Terry of 4 (worth - worth'),
/// worth = help - harm by the world's exact judge. No policy is trained on the judge itself: it makes labels, with errors, and gives the last verdict. (3) Three reward models learn the labels,
/// each from another order and beginning. (4) DPO learns the labels directly; GRPO learns from the ensemble's mean less half of its variance. (5) The judge says what each policy is worth on
/// prompts in words that nobody learnt from, with the same draws for all.
/// </para>
/// </remarks>
internal sealed class Chain(ulong seed, ChainSizes sizes, Stages stages)
{
    private const double LabelSharpness = 4;
    private const long SecondReplies = 1_000_000; // numbers of the second replies' draws start here
    private const int Batch = 64;

    private static readonly Lora Wide = new() { Rank = 16, Targets = AdapterTargets.All };
    private static readonly SamplingOptions Sampling = new() { MaxNewTokens = 48, RepetitionStop = 4 };

    private readonly DialogueWorld _world = new() { Seed = 100 + seed };

    /// <summary>What the judge says of each policy: help and harm.</summary>
    public IReadOnlyList<(string Policy, double Help, double Harm)> Run()
    {
        using var model = LanguageModel.Load(Supervised());
        var rows = _world
            .Rows(sizes.LabelledPrompts, first: 10_000)
            .Where(row => model.Prompt(row.Prompt).Count + Sampling.MaxNewTokens <= model.Config.Context)
            .ToArray();
        // thousands of replies, which stages that are done need no more
        var pairs = new Lazy<PreferredText[]>(() => Labelled(model, rows));
        var heldOut = _world.WithSplit(DialogueSplit.NewPhrases).Rows(sizes.HeldOut).ToArray();
        var verdicts = new List<(string, double, double)>
        {
            Means("reference", Numbers(heldOut, (row, _) => row.Conversation.Messages[^1].Content)),
            Judged("supervised", model, null, heldOut),
        };
        foreach (
            var (name, train) in new (string, Action<Adapter, TrainingOptions>)[]
            {
                (
                    "dpo",
                    (adapter, options) =>
                        Training.Preferences(model, adapter, new DpoLoss(Beta: 0.3), pairs.Value, [], options)
                ),
                ("grpo", (adapter, options) => Groups(model, adapter, rows, pairs, options)),
            }
        )
        {
            var options =
                name == "dpo" ? Options(sizes.PreferenceSteps, 16, 2e-3) : Options(sizes.GroupSteps, Batch, 1e-3);
            var folder = stages.Folder(
                $"seed-{seed}/{name}",
                options,
                (kept, folder) =>
                {
                    var pupil = model.Attach(name, Wide, seed);
                    train(pupil, kept);
                    model.SaveAdapter(pupil, folder);
                    model.Detach(pupil);
                }
            );
            var adapter = model.LoadAdapter(name, folder);
            verdicts.Add(Judged(name, model, adapter, heldOut));
            model.Detach(adapter);
        }

        return verdicts;
    }

    private TrainingOptions Options(long steps, int batch, double rate) =>
        new()
        {
            Steps = steps,
            BatchSize = batch,
            LearningRate = rate,
            WarmupSteps = Math.Min(10, steps / 2),
            Seed = seed,
        };

    private string Supervised() =>
        stages.Folder(
            $"seed-{seed}/supervised",
            Options(sizes.SupervisedSteps, 16, 1e-3),
            (options, folder) =>
            {
                using var model = LanguageModel.Load(LanguageModel.Find("tiny-base"));
                var lessons = _world
                    .Rows(sizes.Lessons)
                    .Select(row => model.Lesson(row.Conversation.Messages))
                    .ToArray();
                Training.Supervised(model, null, lessons, [], options);
                model.Save(folder);
            }
        );

    private PreferredText[] Labelled(LanguageModel model, DialogueRow[] rows)
    {
        var (first, second) = (Replies(model, null, rows, 0), Replies(model, null, rows, SecondReplies));
        var labels = new RandomStream(seed, "labels");
        var pairs = new List<PreferredText>();
        for (var k = 0; k < rows.Length; k++)
        {
            if (first[k].Text == second[k].Text)
                continue;
            var margin = Worth(rows[k].Judge(first[k].Text)) - Worth(rows[k].Judge(second[k].Text));
            var isFirst = labels.Uniform(0, k) < 1 / (1 + Math.Exp(-LabelSharpness * margin));
            var (chosen, rejected) = isFirst ? (first[k], second[k]) : (second[k], first[k]);
            pairs.Add(
                model.Lesson(
                    new PreferencePair(
                        rows[k].Prompt,
                        [ChatMessage.Assistant(chosen.Text)],
                        [ChatMessage.Assistant(rejected.Text)]
                    )
                )
            );
        }

        return [.. pairs];
    }

    private void Groups(
        LanguageModel model,
        Adapter adapter,
        DialogueRow[] rows,
        Lazy<PreferredText[]> pairs,
        TrainingOptions options
    )
    {
        var scorers = Enumerable.Range(1, 3).Select(k => Scorer(model, pairs, k)).ToArray();
        var group = new GroupOptions { Beta = 0.02, Sampling = model.Stopping(Sampling) };
        ValueList<int>[] prompts = [.. rows.Select(row => model.Prompt(row.Prompt))];
        Training.Groups(model, adapter, group, new ScorerReward("ensemble", scorers, weight: 0.5), prompts, options);
        foreach (var scorer in scorers)
        {
            model.Detach(scorer.Adapter!);
            scorer.Dispose();
        }
    }

    private RewardScorer Scorer(LanguageModel model, Lazy<PreferredText[]> pairs, int number)
    {
        var name = $"scorer-{number}";
        var options = Options(sizes.RewardSteps, 16, 1e-3) with { Seed = (10 * seed) + (ulong)number };
        var folder = stages.Folder(
            $"seed-{seed}/{name}",
            options,
            (kept, folder) =>
            {
                var adapter = model.Attach(name, new Lora { Targets = AdapterTargets.All }, options.Seed);
                using var scorer = new RewardScorer(model, adapter);
                Training.Rewards(scorer, 0.01, pairs.Value, [], kept);
                scorer.Save(folder);
                model.Detach(adapter);
            }
        );
        return RewardScorer.Load(model, name, folder);
    }

    private (string, double, double) Judged(string name, LanguageModel model, Adapter? adapter, DialogueRow[] rows)
    {
        var numbers = stages.Numbers(
            $"seed-{seed}/{name}.verdicts",
            () =>
            {
                var replies = Replies(model, adapter, rows, 0);
                return Numbers(rows, (_, k) => replies[k].Text);
            }
        );
        return Means(name, numbers);
    }

    /// <summary>Help and harm of a reply to each row, in turn.</summary>
    private static double[] Numbers(DialogueRow[] rows, Func<DialogueRow, int, string> reply) =>
        [.. rows.Select((row, k) => row.Judge(reply(row, k))).SelectMany(v => new[] { v.Help, v.Harm })];

    private static (string, double, double) Means(string name, double[] numbers)
    {
        double Mean(int from) => numbers.Where((_, k) => k % 2 == from).Average();
        return (name, Mean(0), Mean(1));
    }

    private Reply[] Replies(LanguageModel model, Adapter? adapter, DialogueRow[] rows, long firstNumber) =>
        [
            .. rows.Chunk(Batch)
                .SelectMany(
                    (part, k) =>
                        model.Reply(
                            [.. part.Select(row => row.Prompt)],
                            Sampling with
                            {
                                Seed = seed,
                            },
                            adapter,
                            firstNumber + (k * Batch)
                        )
                ),
        ];

    private static double Worth(DialogueVerdict verdict) => verdict.Help - verdict.Harm;
}
