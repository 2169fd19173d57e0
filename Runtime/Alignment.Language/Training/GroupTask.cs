using static TorchSharp.torch;

namespace Alignment;

/// <summary>Learns from rewards of what the model itself says: groups of samples of each prompt, each judged against its group (GRPO and its relatives).</summary>
internal sealed class GroupTask : ITrainingTask
{
    private const string Logps = "logps";
    private const string Old = "old";
    private const string Reference = "reference";
    private const string Mask = "mask";
    private const string Rewards = "rewards";
    private const string Share = "share";

    private readonly LanguagePolicy _policy;
    private readonly LanguageModel _model;
    private readonly GroupOptions _group;
    private readonly IReward _reward;
    private readonly IReadOnlyList<ValueList<int>> _prompts;
    private readonly TrainingOptions _options;
    private readonly ExampleOrder _order;
    private readonly CompiledLosses<int> _losses;

    public GroupTask(
        LanguagePolicy policy,
        GroupOptions group,
        IReward reward,
        IReadOnlyList<ValueList<int>> prompts,
        TrainingOptions options
    )
    {
        if (group.FaultIn(options) is { } fault)
            throw new ArgumentException($"Training, {fault}.");
        if (policy.Adapter is null && group.Beta > 0)
            throw new ArgumentException(
                "Training, beta: a KL to the reference needs the reference to stay; train an adapter, or set beta to 0."
            );
        TokenBatch.Check(policy.Model.Config, [.. prompts.Select(p => p.ToArray())]);
        var longest = prompts.Max(p => p.Count) + group.Sampling.MaxNewTokens;
        if (longest > policy.Model.Config.Context)
            throw new ArgumentException(
                $"Training, max_completion_length: the longest prompt and a completion take {Quote.Count(longest)} tokens, and the model takes at most {Quote.Count(policy.Model.Config.Context)}."
            );
        (_policy, _model, _group, _reward, _prompts, _options) = (
            policy,
            policy.Model,
            group,
            reward,
            prompts,
            options
        );
        _order = new(prompts.Count, options with { BatchSize = options.BatchSize / group.Generations });
        _losses = new(Loss);
        Parameters = policy.Learn();
    }

    public string Name => "grpo";

    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task"] = Name,
            ["group"] = $"{_group}",
            ["reward"] = _reward.Name,
            ["model"] = _policy.Description,
            ["data"] = TextFingerprint.Of(_prompts.Select(p => TrainingText.All(p))),
        };

    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    public IReadOnlyDictionary<string, double> Backward(long step)
    {
        var batches = _order.At(step).Select((b, k) => Sampled(b, (step * _options.Accumulation) + k)).ToArray();
        var tokens = batches.Sum(b => b.Sum(c => (double)c.Generated.Tokens.Count));
        var share =
            _group.Normalization == GroupNormalization.Tokens ? _options.BatchSize / tokens : 1.0 / batches.Length;
        var (metrics, sum) = (new MeanMetrics(), 0.0);
        foreach (var completions in batches)
        {
            using var scope = NewDisposeScope();
            var rewards = _reward.Of(completions);
            Check(rewards, completions.Count);
            var (loss, scored) = Prepared(completions, rewards, share);
            sum += loss.Evaluate();
            var logps = scored.LogProbabilities;
            scored.Backward(logps, loss.GradientTensor(Logps, logps));
            metrics.Add(Metrics(loss, completions, rewards), 1);
        }

        metrics.Set("loss", sum);
        metrics.Set("epoch", _order.Epochs(step + 1));
        return metrics.Values;
    }

    public IReadOnlyDictionary<string, double>? Evaluate() => null;

    public string? Warning(IReadOnlyList<IReadOnlyDictionary<string, double>> lines)
    {
        var recent = lines.Skip(Math.Max(0, lines.Count - 5)).ToArray();
        double Mean(string key) => recent.Average(line => line[key]);
        if (recent.Length < 5)
            return null;
        return Mean("completions/repetition") > 0.2
                ? "More than a fifth of the completions go round in circles: the reward may like what nobody would. Look at some, or raise beta."
            : Mean("frac_reward_zero_std") > 0.9
                ? "In nine of ten groups all rewards are the same: there is nothing to learn from. Take harder or easier prompts, more samples, or a higher temperature."
            : Mean("completions/clipped_ratio") > 0.5
                ? "More than half of the completions are cut off at their greatest length: allow longer ones, or reward that they end."
            : null;
    }

    public void Dispose()
    {
        _losses.Dispose();
        _model.Rest();
    }

    private List<Completion> Sampled(int[] prompts, long number)
    {
        var requests = prompts
            .SelectMany(p => Enumerable.Repeat(p, _group.Generations))
            .Select((p, k) => _policy.Request(_prompts[p], (number * _options.BatchSize) + k))
            .ToArray();
        var sampling = _group.Sampling with { Seed = _options.Seed };
        var rows = _model.Generate(requests, sampling);
        return
        [
            .. rows.Select(
                (row, k) =>
                    new Completion(prompts[k / _group.Generations], _prompts[prompts[k / _group.Generations]], row)
            ),
        ];
    }

    private (CompiledLoss Loss, Scored Scored) Prepared(List<Completion> completions, double[] rewards, double share)
    {
        var texts = completions
            .Select(c => new TrainingText(
                [.. c.Prompt, .. c.Generated.Tokens],
                [.. c.Prompt.Select(_ => false), .. c.Generated.Tokens.Select(_ => true)]
            ))
            .ToArray();
        var batch = TextBatch.Of(_model, texts);
        var scored = batch.Score(_model, _policy.Pass(texts.Length));
        var numbers = TensorNumbers.Read(scored.LogProbabilities);
        var loss = _losses[batch.Width];
        loss.Set(Logps, numbers);
        loss.Set(Old, numbers); // one step for each batch of samples: the policy that drew is the present one
        loss.Set(Mask, batch.Mask);
        loss.Set(Rewards, rewards);
        loss.Set(Share, [share]);
        if (loss.Takes(Reference))
        {
            using var quiet = no_grad();
            loss.Set(Reference, TensorNumbers.Read(batch.Score(_model, Pass.Plain).LogProbabilities));
        }

        return (loss, scored);
    }

    private CompiledLoss Loss(int width)
    {
        var samples = Axis.Of("samples", _group.Generations);
        var prompts = Axis.Of("prompts", _options.BatchSize / _group.Generations);
        var tokens = Axis.Of("tokens", width);
        Expr Tokens(string name) => Signal.External(name, prompts, samples, tokens);
        var (logps, mask, rewards) = (Tokens(Logps), Tokens(Mask), Signal.External(Rewards, prompts, samples));
        var reference = _group.Beta > 0 ? Tokens(Reference) : logps.StopGradient();
        var advantage = _group.Advantage switch
        {
            GroupAdvantage.Standardized => PolicyGradientLoss.Standardized(rewards, samples),
            GroupAdvantage.LeaveOneOut => PolicyGradientLoss.LeaveOneOut(rewards, samples),
            _ => PolicyGradientLoss.Centred(rewards, samples),
        };
        var each = PolicyGradientLoss.Grpo(
            logps,
            Tokens(Old),
            reference,
            advantage,
            _group.Beta,
            _group.Low,
            _group.High
        );
        var sample = _group.Normalization switch
        {
            GroupNormalization.Sample => TokenLoss.Mean(each, mask, tokens),
            GroupNormalization.Length => TokenLoss.Sum(each, mask, tokens) / _group.Sampling.MaxNewTokens,
            _ => TokenLoss.Sum(each, mask, tokens),
        };
        return CompiledLoss.Of(
            Name,
            sample.Mean(prompts, samples) * Signal.External(Share),
            [logps],
            KeyValuePair.Create(
                "kl",
                TokenLoss.Mean(KlEstimator.K3(logps, reference), mask, tokens).Mean(prompts, samples)
            )
        );
    }

    private Dictionary<string, double> Metrics(CompiledLoss loss, List<Completion> completions, double[] rewards)
    {
        double Share(Func<Completion, bool> holds) => completions.Count(holds) / (double)completions.Count;
        var deviations = rewards.Chunk(_group.Generations).Select(Deviation).ToArray();
        return new(StringComparer.Ordinal)
        {
            ["kl"] = loss.Metric("kl"),
            ["reward"] = rewards.Average(),
            ["reward_std"] = deviations.Average(),
            ["frac_reward_zero_std"] = deviations.Count(d => d == 0) / (double)deviations.Length,
            ["completions/mean_length"] = completions.Average(c => (double)c.Generated.Tokens.Count),
            ["completions/min_length"] = completions.Min(c => (double)c.Generated.Tokens.Count),
            ["completions/max_length"] = completions.Max(c => (double)c.Generated.Tokens.Count),
            ["completions/clipped_ratio"] = Share(c => c.Generated.End != GenerationEnd.Stop),
            ["completions/repetition"] = Share(c => c.Generated.End == GenerationEnd.Repetition),
        };
    }

    private static double Deviation(double[] group)
    {
        var mean = group.Average();
        return Math.Sqrt(group.Sum(r => (r - mean) * (r - mean)) / (group.Length - 1));
    }

    private void Check(double[] rewards, int count)
    {
        if (rewards.Length != count || Array.Exists(rewards, r => !double.IsFinite(r)))
            throw new ArgumentException(
                $"Reward '{_reward.Name}': expected {count} finite numbers, got {rewards.Length}{(Array.Exists(rewards, r => !double.IsFinite(r)) ? ", not all finite" : "")}."
            );
    }
}
