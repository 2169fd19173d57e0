using static TorchSharp.torch;

namespace Alignment;

/// <summary>Learns from labelled pairs without a reward model.</summary>
internal sealed class PreferenceTask : ITrainingTask
{
    private const string ReferenceChosen = "referenceChosen";
    private const string ReferenceRejected = "referenceRejected";

    private readonly LanguagePolicy _policy;
    private readonly IPairLoss _loss;
    private readonly PreferredText[] _pairs;
    private readonly PreferredText[] _heldOut;
    private readonly (double Chosen, double Rejected)[] _reference;
    private readonly (double Chosen, double Rejected)[] _heldOutReference;
    private readonly TrainingOptions _options;
    private readonly PairLessons _lessons;
    private readonly CompiledLosses<int> _losses;

    public PreferenceTask(
        LanguagePolicy policy,
        IPairLoss loss,
        IReadOnlyList<PreferredText> pairs,
        IReadOnlyList<PreferredText> heldOut,
        TrainingOptions options
    )
    {
        if (loss.Fault() is { } fault)
            throw new ArgumentException($"Training, {fault}.");
        PairLessons.Check(policy.Model.Config, pairs, heldOut, options);
        (_policy, _loss, _options) = (policy, loss, options);
        (_pairs, _heldOut) = ([.. pairs], [.. heldOut]);
        // the reference is the base, or what all of its weights were before the first step
        (_reference, _heldOutReference) = (Reference(_pairs), Reference(_heldOut));
        _losses = new(Loss);
        _lessons = new(_pairs, _heldOut, options, Prepare);
        Parameters = policy.Learn();
    }

    public string Name => "dpo";

    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task"] = Name,
            ["loss"] = $"{_loss}",
            ["model"] = _policy.Description,
            ["data"] = _lessons.Fingerprint,
        };

    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    public IReadOnlyDictionary<string, double> Backward(long step) => _lessons.Backward(step);

    public IReadOnlyDictionary<string, double>? Evaluate() => _lessons.Evaluate();

    // only the difference is fitted: both may fall, and what takes their place is anyone's guess
    public string? Warning(IReadOnlyList<IReadOnlyDictionary<string, double>> lines)
    {
        const int span = 5;
        if (lines.Count < 2 * span)
            return null;
        double Mean(string key, int from) => lines.Skip(from).Take(span).Average(line => line[key]);
        bool Falls(string key) => Mean(key, lines.Count - span) < Mean(key, 0) - 1;
        return Falls("logps/chosen") && Falls("logps/rejected")
            ? "The chosen responses grow less likely together with the rejected ones: probability goes to texts that nobody labelled. Raise beta, lower the learning rate, or add a supervised loss."
            : null;
    }

    public void Dispose()
    {
        _losses.Dispose();
        _policy.Model.Rest();
    }

    private PreparedPairs Prepare(bool isHeldOut, int[] numbers)
    {
        var (pairs, reference) = isHeldOut ? (_heldOut, _heldOutReference) : (_pairs, _reference);
        var (scored, sums) = Sums(
            [.. numbers.Select(k => pairs[k].Chosen), .. numbers.Select(k => pairs[k].Rejected)],
            _policy.Pass(2 * numbers.Length)
        );
        var values = TensorNumbers.Read(sums);
        var loss = _losses[numbers.Length];
        loss.Set(PairLessons.Chosen, values.AsSpan(0, numbers.Length));
        loss.Set(PairLessons.Rejected, values.AsSpan(numbers.Length));
        loss.Set(ReferenceChosen, numbers.Select(k => reference[k].Chosen).ToArray());
        loss.Set(ReferenceRejected, numbers.Select(k => reference[k].Rejected).ToArray());
        return new(loss, sums, gradient => scored.Backward(sums, gradient));
    }

    private (Scored Scored, Tensor Sums) Sums(TrainingText[] texts, Pass pass)
    {
        var batch = TextBatch.Of(_policy.Model, texts);
        var scored = batch.Score(_policy.Model, pass);
        var sums = batch.Sums(scored.LogProbabilities);
        return (scored, _loss.IsByToken ? sums / tensor(batch.Counts, sums.shape, sums.dtype, sums.device) : sums);
    }

    private (double Chosen, double Rejected)[] Reference(PreferredText[] pairs)
    {
        using var quiet = no_grad();
        var reference = new (double, double)[pairs.Length];
        for (var from = 0; from < pairs.Length; from += _options.BatchSize)
        {
            using var scope = NewDisposeScope();
            var some = pairs.AsSpan(from, Math.Min(_options.BatchSize, pairs.Length - from)).ToArray();
            var values = TensorNumbers.Read(
                Sums([.. some.Select(p => p.Chosen), .. some.Select(p => p.Rejected)], Pass.Plain).Sums
            );
            for (var k = 0; k < some.Length; k++)
                reference[from + k] = (values[k], values[some.Length + k]);
        }

        return reference;
    }

    private CompiledLoss Loss(int count)
    {
        var pairs = Axis.Of("pairs", count);
        Expr Input(string name) => Signal.External(name, pairs);
        var pair = new PairLogProbabilities(
            Input(PairLessons.Chosen),
            Input(PairLessons.Rejected),
            Input(ReferenceChosen),
            Input(ReferenceRejected)
        );
        var (chosen, rejected) = (_loss.Beta * pair.ChosenRatio, _loss.Beta * pair.RejectedRatio);
        return CompiledLoss.Of(
            _loss.Name,
            _loss.Of(pair).Mean(pairs),
            [pair.Chosen, pair.Rejected],
            new("rewards/chosen", chosen.Mean(pairs)),
            new("rewards/rejected", rejected.Mean(pairs)),
            new("rewards/margins", (chosen - rejected).Mean(pairs)),
            new("rewards/accuracies", chosen.Above(rejected).Mean(pairs)),
            new("logps/chosen", pair.Chosen.Mean(pairs)),
            new("logps/rejected", pair.Rejected.Mean(pairs))
        );
    }
}
