using static TorchSharp.torch;

namespace Alignment;

/// <summary>Learning from labelled pairs, whatever a pair is given to: batches of them, gradients of their loss, and the same of held-out ones.</summary>
/// <param name="pairs">To learn from.</param>
/// <param name="heldOut">To be judged by.</param>
/// <param name="options">How.</param>
/// <param name="prepare">Gives the loss of some pairs with its inputs set.</param>
internal sealed class PairLessons(
    PreferredText[] pairs,
    PreferredText[] heldOut,
    TrainingOptions options,
    PairLessons.Prepare prepare
)
{
    /// <summary>The inputs by which a pair's loss is differentiated.</summary>
    public const string Chosen = "chosen";

    /// <inheritdoc cref="Chosen"/>
    public const string Rejected = "rejected";

    private readonly ExampleOrder _order = new(pairs.Length, options);
    private TokenCount? _tokens;

    /// <summary>The loss of some pairs.</summary>
    /// <param name="isHeldOut">Whether they are held out.</param>
    /// <param name="numbers">Which.</param>
    public delegate PreparedPairs Prepare(bool isHeldOut, int[] numbers);

    /// <summary>A name for the pairs by what they are.</summary>
    public string Fingerprint => TextFingerprint.Of(pairs.SelectMany(Both));

    public static void Check(
        ModelConfig config,
        IReadOnlyList<PreferredText> pairs,
        IReadOnlyList<PreferredText> heldOut,
        TrainingOptions options
    )
    {
        TrainingText.Check(config, [.. pairs.SelectMany(Both)], "data");
        if (heldOut.Count > 0 || options.EvaluateEvery > 0)
            TrainingText.Check(config, [.. heldOut.SelectMany(Both)], "held-out data");
    }

    public IReadOnlyDictionary<string, double> Backward(long step)
    {
        var batches = _order.At(step);
        var metrics = new MeanMetrics();
        foreach (var numbers in batches)
        {
            using var scope = NewDisposeScope();
            var (loss, values, back) = prepare(false, numbers);
            loss.Evaluate();
            var share = 1.0 / batches.Length;
            double[] gradient = [.. loss.Gradient(Chosen), .. loss.Gradient(Rejected)];
            for (var k = 0; k < gradient.Length; k++)
                gradient[k] *= share;
            back(tensor(gradient, values.shape, values.dtype, values.device));
            metrics.Add(Read(loss), 1);
        }

        metrics.Set("epoch", _order.Epochs(step + 1));
        _tokens ??= new(_order, k => Both(pairs[k]).Sum(text => text.Tokens.Count));
        metrics.Set("num_tokens", _tokens.After(step + 1));
        return metrics.Values;
    }

    public IReadOnlyDictionary<string, double>? Evaluate()
    {
        if (heldOut.Length == 0)
            return null;
        var metrics = new MeanMetrics("eval_");
        foreach (var numbers in Enumerable.Range(0, heldOut.Length).Chunk(options.BatchSize))
        {
            using var scope = NewDisposeScope();
            var loss = prepare(true, numbers).Loss;
            loss.Evaluate();
            metrics.Add(Read(loss), numbers.Length);
        }

        return metrics.Values;
    }

    public static TrainingText[] Both(PreferredText pair) => [pair.Chosen, pair.Rejected];

    private static Dictionary<string, double> Read(CompiledLoss loss) =>
        loss.Metrics.ToDictionary(key => key, loss.Metric, StringComparer.Ordinal);
}

/// <summary>The loss of some pairs, ready to be evaluated.</summary>
/// <param name="Loss">With its inputs set.</param>
/// <param name="Values">The numbers that it was given: of the chosen, then of the rejected.</param>
/// <param name="Back">Takes derivatives by those numbers back to the parameters.</param>
internal sealed record PreparedPairs(CompiledLoss Loss, Tensor Values, Action<Tensor> Back);

/// <summary>Two texts with the same beginning, the first preferred. What counts is the reply.</summary>
/// <param name="Chosen">The preferred.</param>
/// <param name="Rejected">The other.</param>
public sealed record PreferredText(TrainingText Chosen, TrainingText Rejected);
