using static TorchSharp.torch;

namespace Alignment;

/// <summary>Learns to continue texts: minus the mean log-probability of the tokens that count.</summary>
internal sealed class SupervisedTask : ITrainingTask
{
    private const string Logps = "logps";
    private const string Mask = "mask";
    private const string Share = "share";

    private readonly LanguagePolicy _policy;
    private readonly LanguageModel _model;
    private readonly IReadOnlyList<TrainingText> _texts;
    private readonly IReadOnlyList<TrainingText> _heldOut;
    private readonly TrainingOptions _options;
    private readonly ExampleOrder _order;
    private readonly CompiledLosses<(int Rows, int Width)> _losses;
    private readonly TokenCount _tokens;

    public SupervisedTask(
        LanguagePolicy policy,
        IReadOnlyList<TrainingText> texts,
        IReadOnlyList<TrainingText> heldOut,
        TrainingOptions options
    )
    {
        TrainingText.Check(policy.Model.Config, texts, "data");
        if (heldOut.Count > 0 || options.EvaluateEvery > 0)
            TrainingText.Check(policy.Model.Config, heldOut, "held-out data");
        (_policy, _model, _texts, _heldOut, _options) = (policy, policy.Model, texts, heldOut, options);
        _order = new(texts.Count, options);
        _tokens = new(_order, k => texts[k].Tokens.Count);
        _losses = new(Loss);
        Parameters = policy.Learn();
    }

    public string Name => "sft";

    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["task"] = Name,
            ["model"] = _policy.Description,
            ["data"] = TextFingerprint.Of(_texts),
        };

    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    public IReadOnlyDictionary<string, double> Backward(long step)
    {
        var batches = _order.At(step);
        var counted = batches.Sum(batch => batch.Sum(k => (double)_texts[k].Counted));
        var loss = 0.0;
        foreach (var numbers in batches)
        {
            using var scope = NewDisposeScope();
            TrainingText[] texts = [.. numbers.Select(k => _texts[k])];
            var share = texts.Sum(t => (double)t.Counted) / counted;
            var batch = TextBatch.Of(_model, texts);
            var scored = batch.Score(_model, _policy.Pass(texts.Length));
            var logps = scored.LogProbabilities;
            var compiled = _losses[(texts.Length, batch.Width)];
            compiled.Set(Logps, TensorNumbers.Read(logps));
            compiled.Set(Mask, batch.Mask);
            compiled.Set(Share, [share]);
            loss += compiled.Evaluate();
            scored.Backward(logps, compiled.GradientTensor(Logps, logps));
        }

        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["loss"] = loss,
            ["epoch"] = _order.Epochs(step + 1),
            ["num_tokens"] = _tokens.After(step + 1),
        };
    }

    public IReadOnlyDictionary<string, double>? Evaluate()
    {
        if (_heldOut.Count == 0)
            return null;
        var (loss, counted) = (0.0, 0.0);
        for (var from = 0; from < _heldOut.Count; from += _options.BatchSize)
        {
            using var scope = NewDisposeScope();
            TrainingText[] texts = [.. _heldOut.Skip(from).Take(_options.BatchSize)];
            var batch = TextBatch.Of(_model, texts);
            var logps = batch.Score(_model, _policy.Pass(texts.Length)).LogProbabilities;
            loss -= batch.Sums(logps).to(ScalarType.Float64).sum().item<double>();
            counted += batch.Mask.Sum();
        }

        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["eval_loss"] = loss / counted,
            ["eval_perplexity"] = Math.Exp(loss / counted),
        };
    }

    public string? Warning(IReadOnlyList<IReadOnlyDictionary<string, double>> lines) => null;

    public void Dispose()
    {
        _losses.Dispose();
        _model.Rest();
    }

    private CompiledLoss Loss((int Rows, int Width) size)
    {
        var (texts, tokens) = (Axis.Of("texts", size.Rows), Axis.Of("tokens", size.Width));
        var (logps, mask) = (Signal.External(Logps, texts, tokens), Signal.External(Mask, texts, tokens));
        // of several batches each counts by its tokens
        var mean = TokenLoss.Supervised(logps, mask, texts, tokens) * Signal.External(Share);
        return CompiledLoss.Of("supervised fine-tuning", mean, [logps]);
    }
}
