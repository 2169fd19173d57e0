using static TorchSharp.torch;

namespace Alignment;

/// <summary>Two texts with the same beginning, the first preferred. What counts is the reply.</summary>
public sealed record PreferredText(TrainingText Chosen, TrainingText Rejected);

/// <summary>Learns from labelled pairs without a reward model.</summary>
internal sealed class PreferenceTask : ITrainingTask
{
    private static readonly string[] Inputs = ["chosen", "rejected", "referenceChosen", "referenceRejected"];

    private readonly LanguageModel _model;
    private readonly Adapter? _adapter;
    private readonly double[] _preferences;
    private readonly IPairLoss _loss;
    private readonly PreferredText[] _pairs;
    private readonly PreferredText[] _heldOut;
    private readonly (double Chosen, double Rejected)[] _reference;
    private readonly (double Chosen, double Rejected)[] _heldOutReference;
    private readonly TrainingOptions _options;
    private readonly ExampleOrder _order;
    private readonly Dictionary<int, CompiledLoss> _losses = [];

    public PreferenceTask(
        LanguageModel model,
        Adapter? adapter,
        double[] preferences,
        IPairLoss loss,
        IReadOnlyList<PreferredText> pairs,
        IReadOnlyList<PreferredText> heldOut,
        TrainingOptions options
    )
    {
        if (loss.Fault is { } fault)
            throw new ArgumentException($"Training, {fault}.");
        TrainingText.Check(model.Config, [.. pairs.SelectMany(p => new[] { p.Chosen, p.Rejected })], "data");
        if (heldOut.Count > 0 || options.EvaluateEvery > 0)
            TrainingText.Check(
                model.Config,
                [.. heldOut.SelectMany(p => new[] { p.Chosen, p.Rejected })],
                "held-out data"
            );
        (_model, _adapter, _preferences, _loss, _options) = (model, adapter, preferences, loss, options);
        (_pairs, _heldOut) = ([.. pairs], [.. heldOut]);
        // the reference is the base, or what all of its weights were before the first step
        (_reference, _heldOutReference) = (Reference(_pairs), Reference(_heldOut));
        _order = new(pairs.Count, options);
        Parameters = model.Learn(adapter);
    }

    public string Name => "dpo";

    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task"] = Name,
            ["loss"] = $"{_loss}",
            ["model"] = _model.Describe(_adapter),
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
            var (loss, scored, sums) = Evaluate(_pairs, _reference, numbers);
            loss.Evaluate();
            var gradient = loss.Gradient(Inputs[0]).ToArray().Concat(loss.Gradient(Inputs[1]).ToArray());
            var share = 1.0 / batches.Length;
            scored.Backward(
                sums,
                tensor(gradient.Select(g => share * g).ToArray(), sums.shape, sums.dtype, sums.device)
            );
            metrics.Add(Metrics(loss), 1);
        }

        metrics.Set("epoch", _order.Epochs(step + 1));
        return metrics.Values;
    }

    public IReadOnlyDictionary<string, double>? Evaluate()
    {
        if (_heldOut.Length == 0)
            return null;
        var metrics = new MeanMetrics("eval_");
        for (var from = 0; from < _heldOut.Length; from += _options.BatchSize)
        {
            using var scope = NewDisposeScope();
            int[] numbers = [.. Enumerable.Range(from, Math.Min(_options.BatchSize, _heldOut.Length - from))];
            var (loss, _, _) = Evaluate(_heldOut, _heldOutReference, numbers);
            loss.Evaluate();
            metrics.Add(Metrics(loss), numbers.Length);
        }

        return metrics.Values;
    }

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
        foreach (var loss in _losses.Values)
            loss.Dispose();
        _model.Rest();
    }

    /// <summary>The loss with its inputs set, and the log-probabilities that it was given: of the chosen, then of the rejected.</summary>
    private (CompiledLoss Loss, Scored Scored, Tensor Sums) Evaluate(
        PreferredText[] pairs,
        (double Chosen, double Rejected)[] reference,
        int[] numbers
    )
    {
        TrainingText[] texts = [.. numbers.Select(k => pairs[k].Chosen), .. numbers.Select(k => pairs[k].Rejected)];
        var (scored, sums) = Sums(texts, _adapter);
        var values = SupervisedTask.Numbers(sums);
        var loss = Loss(numbers.Length);
        loss.Set(Inputs[0], values.AsSpan(0, numbers.Length));
        loss.Set(Inputs[1], values.AsSpan(numbers.Length));
        loss.Set(Inputs[2], numbers.Select(k => reference[k].Chosen).ToArray());
        loss.Set(Inputs[3], numbers.Select(k => reference[k].Rejected).ToArray());
        return (loss, scored, sums);
    }

    private (Scored Scored, Tensor Sums) Sums(TrainingText[] texts, Adapter? adapter)
    {
        var batch = TextBatch.Of(_model, texts);
        var pass = Pass.Plain with
        {
            Adapters = _model.Uses(adapter, texts.Length, adapter is null ? [] : _preferences),
        };
        var scored = batch.Score(_model, pass);
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
            var values = SupervisedTask.Numbers(
                Sums([.. some.Select(p => p.Chosen), .. some.Select(p => p.Rejected)], null).Sums
            );
            for (var k = 0; k < some.Length; k++)
                reference[from + k] = (values[k], values[some.Length + k]);
        }

        return reference;
    }

    private CompiledLoss Loss(int count)
    {
        if (_losses.TryGetValue(count, out var loss))
            return loss;
        var pairs = Axis.Of("pairs", count);
        Expr[] inputs = [.. Inputs.Select(name => Signal.External(name, pairs))];
        var pair = new PairLogProbabilities(inputs[0], inputs[1], inputs[2], inputs[3]);
        var (chosen, rejected) = (_loss.Beta * pair.ChosenRatio, _loss.Beta * pair.RejectedRatio);
        loss = CompiledLoss.Of(
            _loss.Name,
            _loss.Of(pair).Mean(pairs),
            inputs[..2],
            new("rewards/chosen", chosen.Mean(pairs)),
            new("rewards/rejected", rejected.Mean(pairs)),
            new("rewards/margins", (chosen - rejected).Mean(pairs)),
            new("rewards/accuracies", chosen.Above(rejected).Mean(pairs)),
            new("logps/chosen", pair.Chosen.Mean(pairs)),
            new("logps/rejected", pair.Rejected.Mean(pairs))
        );
        _losses.Add(count, loss);
        return loss;
    }

    private static Dictionary<string, double> Metrics(CompiledLoss loss) =>
        loss.Metrics.ToDictionary(key => key, loss.Metric, StringComparer.Ordinal);
}
