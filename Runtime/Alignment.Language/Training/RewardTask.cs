using static TorchSharp.torch;

namespace Alignment;

/// <summary>Learns rewards from labelled pairs, after Bradley and Terry.</summary>
internal sealed class RewardTask : ITrainingTask
{
    private readonly RewardScorer _scorer;
    private readonly double _centring;
    private readonly PreferredText[] _pairs;
    private readonly PreferredText[] _heldOut;
    private readonly PairLessons _lessons;
    private readonly CompiledLosses<int> _losses;

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
                $"Training, center_rewards_coefficient: expected at least 0, got {Quote.Number(centring)}."
            );
        PairLessons.Check(scorer.Model.Config, pairs, heldOut, options);
        (_scorer, _centring, _pairs, _heldOut) = (scorer, centring, [.. pairs], [.. heldOut]);
        _losses = new(Loss);
        _lessons = new(_pairs, _heldOut, options, Prepare);
        Parameters = [.. scorer.Model.Learn(scorer.Adapter), scorer.HeadParameter];
    }

    public string Name => "reward";

    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task"] = Name,
            ["center_rewards_coefficient"] = Quote.Number(_centring),
            ["model"] = new LanguagePolicy(_scorer.Model, _scorer.Adapter).Description,
            ["data"] = _lessons.Fingerprint,
        };

    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    public IReadOnlyDictionary<string, double> Backward(long step) => _lessons.Backward(step);

    public IReadOnlyDictionary<string, double>? Evaluate() => _lessons.Evaluate();

    public string? Warning(IReadOnlyList<IReadOnlyDictionary<string, double>> lines) => null;

    public void Dispose()
    {
        _losses.Dispose();
        _scorer.Model.Rest();
    }

    private PreparedPairs Prepare(bool isHeldOut, int[] numbers)
    {
        var pairs = isHeldOut ? _heldOut : _pairs;
        int[][] rows =
        [
            .. numbers.Select(k => pairs[k].Chosen.Tokens.ToArray()),
            .. numbers.Select(k => pairs[k].Rejected.Tokens.ToArray()),
        ];
        var scores = _scorer.Scores(TokenBatch.Of(_scorer.Model, rows));
        var values = TensorNumbers.Read(scores);
        var loss = _losses[numbers.Length];
        loss.Set(PairLessons.Chosen, values.AsSpan(0, numbers.Length));
        loss.Set(PairLessons.Rejected, values.AsSpan(numbers.Length));
        return new(loss, scores, gradient => scores.backward([gradient]));
    }

    private CompiledLoss Loss(int count)
    {
        var pairs = Axis.Of("pairs", count);
        var (chosen, rejected) = (
            Signal.External(PairLessons.Chosen, pairs),
            Signal.External(PairLessons.Rejected, pairs)
        );
        var each = -RewardModel.LogLikelihood(chosen, rejected);
        if (_centring > 0)
            each += _centring * RewardModel.Centring(chosen, rejected);
        return CompiledLoss.Of(
            Name,
            each.Mean(pairs),
            [chosen, rejected],
            new("accuracy", chosen.Above(rejected).Mean(pairs)),
            new("margin", (chosen - rejected).Mean(pairs)),
            new("min_reward", chosen.Minimum(rejected).Min(pairs)),
            new("mean_reward", ((chosen + rejected) * 0.5).Mean(pairs)),
            new("max_reward", chosen.Maximum(rejected).Max(pairs))
        );
    }
}
