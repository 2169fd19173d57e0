using static TorchSharp.torch;

namespace Alignment;

/// <summary>Learns rewards from labelled pairs, after Bradley and Terry.</summary>
internal sealed class RewardTask : ITrainingTask
{
    private const string Chosen = "chosen";
    private const string Rejected = "rejected";

    private readonly RewardScorer _scorer;
    private readonly double _centring;
    private readonly IReadOnlyList<PreferredText> _pairs;
    private readonly IReadOnlyList<PreferredText> _heldOut;
    private readonly TrainingOptions _options;
    private readonly ExampleOrder _order;
    private readonly Dictionary<int, CompiledLoss> _losses = [];

    public RewardTask(
        RewardScorer scorer,
        double centring,
        IReadOnlyList<PreferredText> pairs,
        IReadOnlyList<PreferredText> heldOut,
        TrainingOptions options
    )
    {
        if (!(centring >= 0 && double.IsFinite(centring)))
            throw new ArgumentException(
                $"Training, center_rewards_coefficient: expected at least 0, got {NumberText.Of(centring)}."
            );
        TrainingText.Check(scorer.Model.Config, [.. pairs.SelectMany(p => new[] { p.Chosen, p.Rejected })], "data");
        if (heldOut.Count > 0 || options.EvaluateEvery > 0)
            TrainingText.Check(
                scorer.Model.Config,
                [.. heldOut.SelectMany(p => new[] { p.Chosen, p.Rejected })],
                "held-out data"
            );
        (_scorer, _centring, _pairs, _heldOut, _options) = (scorer, centring, pairs, heldOut, options);
        _order = new(pairs.Count, options);
        Parameters = [.. scorer.Model.Learn(scorer.Adapter), scorer.HeadParameter];
    }

    public string Name => "reward";

    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task"] = Name,
            ["center_rewards_coefficient"] = NumberText.Of(_centring),
            ["model"] = _scorer.Model.Describe(_scorer.Adapter),
            ["data"] = TextFingerprint.Of(_pairs.SelectMany(p => new[] { p.Chosen, p.Rejected })),
        };

    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    public IReadOnlyDictionary<string, double> Backward(long step)
    {
        var batches = _order.At(step);
        var metrics = new MeanMetrics();
        foreach (var numbers in batches)
        {
            using var scope = NewDisposeScope();
            var (loss, scores) = Prepared([.. numbers.Select(k => _pairs[k])]);
            loss.Evaluate();
            var gradient = loss.Gradient(Chosen).ToArray().Concat(loss.Gradient(Rejected).ToArray());
            var share = 1.0 / batches.Length;
            scores.backward([
                tensor(gradient.Select(g => share * g).ToArray(), scores.shape, scores.dtype, scores.device),
            ]);
            metrics.Add(loss.Metrics.ToDictionary(key => key, loss.Metric, StringComparer.Ordinal), 1);
        }

        metrics.Set("epoch", _order.Epochs(step + 1));
        return metrics.Values;
    }

    public IReadOnlyDictionary<string, double>? Evaluate()
    {
        if (_heldOut.Count == 0)
            return null;
        var metrics = new MeanMetrics("eval_");
        foreach (var pairs in _heldOut.Chunk(_options.BatchSize))
        {
            using var scope = NewDisposeScope();
            var (loss, _) = Prepared(pairs);
            loss.Evaluate();
            metrics.Add(loss.Metrics.ToDictionary(key => key, loss.Metric, StringComparer.Ordinal), pairs.Length);
        }

        return metrics.Values;
    }

    public string? Warning(IReadOnlyList<IReadOnlyDictionary<string, double>> lines) => null;

    public void Dispose()
    {
        foreach (var loss in _losses.Values)
            loss.Dispose();
        _scorer.Model.Rest();
    }

    private (CompiledLoss Loss, Tensor Scores) Prepared(PreferredText[] pairs)
    {
        int[][] rows =
        [
            .. pairs.Select(p => p.Chosen.Tokens.ToArray()),
            .. pairs.Select(p => p.Rejected.Tokens.ToArray()),
        ];
        var scores = _scorer.Scores(TokenBatch.Of(_scorer.Model, rows));
        var numbers = SupervisedTask.Numbers(scores);
        var loss = Loss(pairs.Length);
        loss.Set(Chosen, numbers.AsSpan(0, pairs.Length));
        loss.Set(Rejected, numbers.AsSpan(pairs.Length));
        return (loss, scores);
    }

    private CompiledLoss Loss(int count)
    {
        if (_losses.TryGetValue(count, out var loss))
            return loss;
        var pairs = Axis.Of("pairs", count);
        var (chosen, rejected) = (Signal.External(Chosen, pairs), Signal.External(Rejected, pairs));
        var each = -RewardModel.LogLikelihood(chosen, rejected);
        if (_centring > 0)
            each += _centring * RewardModel.Centring(chosen, rejected);
        loss = CompiledLoss.Of(
            Name,
            each.Mean(pairs),
            [chosen, rejected],
            new("rewards/accuracies", chosen.Above(rejected).Mean(pairs)),
            new("rewards/margins", (chosen - rejected).Mean(pairs)),
            new("rewards/mean", ((chosen + rejected) * 0.5).Mean(pairs))
        );
        _losses.Add(count, loss);
        return loss;
    }
}
