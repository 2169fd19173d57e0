namespace Alignment;

/// <summary>Where the uncertainty of an answer comes from: the entropy of a mixture, split by the factors that it is mixed over.</summary>
/// <remarks>
/// <para>With an answer Y drawn from p(y | z), factors Z = (Z_1, ..., Z_m) with distribution P(z), in nats:
/// total = H(Y) = rest + sum_i part_i exactly, rest = H(Y | Z). In an order part_i = I(Y; Z_i | Z_1 .. Z_(i-1)) = H(Y | Z_(&lt;i)) - H(Y | Z_(&lt;=i)); over all
/// orders the mean of that. All are at least 0. The order matters: a factor that tells nothing by itself may tell much once another is known.</para>
/// <para>part_i is 0 if p ignores Z_i <em>and</em> Z_i is independent of the factors told after it. With the model, or its checkpoint or dropout mask, as
/// the only factor, part is the epistemic uncertainty (the mutual information of answer and model) and rest the aleatoric one (the mean entropy).</para>
/// <para>Axes: answers and factors are summed over; what is left (prompts, tokens, games) stays, so a part is one number for each, and can be a signal in
/// a payoff, a penalty, a weight of sampling or a filter of data.</para>
/// <para>These are exact figures of given probabilities. From samples, plug-in entropies are biased: see the estimators of Alignment.Evaluation.</para>
/// <para>Source: "Understanding the Sources of Uncertainty for Large Language and Multimodal Models" (2025), ICLR workshop; Shapley (1953).</para>
/// </remarks>
public sealed record Uncertainty
{
    private readonly Expr _answer;
    private readonly Expr _weights;

    private Uncertainty(Axis answers, Expr answer, Expr weights, Attribution attribution) =>
        (Answers, _answer, _weights, Attribution) = (answers, answer, weights, attribution);

    /// <summary>The axis of the answers.</summary>
    public Axis Answers { get; }

    /// <summary>How the explained part is shared out.</summary>
    public Attribution Attribution { get; }

    /// <summary>The uncertainty of an answer whose factors are independent.</summary>
    /// <param name="answers">The axis of the answers.</param>
    /// <param name="answer">p(y | z): over the answers and the factors; sums to 1 along the answers.</param>
    /// <param name="attribution">The factors, and how the explained part is shared out.</param>
    /// <param name="weights">For each factor its distribution, in the attribution's order; uniform where left out.</param>
    /// <exception cref="ArgumentException">There are no factors, one occurs twice or is the answers' axis, or weights do not fit.</exception>
    public static Uncertainty Of(Axis answers, Expr answer, Attribution attribution, params Expr[] weights)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        ArgumentNullException.ThrowIfNull(weights);
        var factors = attribution.Factors;
        if (weights.Length > 0 && weights.Length != factors.Count)
            throw new ArgumentException(
                $"Expected a distribution for each of {factors.Count} factors, or none, got {weights.Length}.",
                nameof(weights)
            );
        var joint = factors
            .Select((factor, k) => weights.Length > 0 ? weights[k] : Expr.Constant(1.0 / factor.Size).Expand(factor))
            .Aggregate(Expr.Constant(1), (product, w) => product * w);
        return Jointly(answers, answer, attribution, joint);
    }

    /// <summary>The uncertainty of an answer whose factors go together.</summary>
    /// <param name="answers">The axis of the answers.</param>
    /// <param name="answer">p(y | z): over the answers and the factors; sums to 1 along the answers.</param>
    /// <param name="attribution">The factors, and how the explained part is shared out.</param>
    /// <param name="joint">P(z): over all factors, sums to 1.</param>
    /// <exception cref="ArgumentException">There are no factors, or one occurs twice or is the answers' axis.</exception>
    public static Uncertainty Jointly(Axis answers, Expr answer, Attribution attribution, Expr joint)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(attribution);
        ArgumentNullException.ThrowIfNull(joint);
        if (attribution.Fault(answers) is { } fault)
            throw new ArgumentException(fault, nameof(attribution));
        Axis[] all = [.. attribution.Factors];
        return new(answers, answer.Expand([answers, .. all]), joint.Expand(all), attribution);
    }

    /// <summary>The probabilities that it is of: of answers, and of factors.</summary>
    internal ValueList<Expr> Expressions => [_answer, _weights];

    internal Uncertainty With(ValueList<Expr> expressions) => new(Answers, expressions[0], expressions[1], Attribution);

    /// <summary>H(Y): the entropy of the mixture, in nats.</summary>
    public Expr Total => Entropy(0);

    /// <summary>H(Y | Z): what no factor explains.</summary>
    public Expr Rest => Entropy((1 << Attribution.Factors.Count) - 1);

    /// <summary>What a factor explains.</summary>
    /// <exception cref="ArgumentException">It is none of the factors.</exception>
    public Expr Part(Axis factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        var k = Attribution.Factors.IndexOf(factor);
        if (k < 0)
            throw new ArgumentException(
                $"'{factor.Name}' is no factor.{Nearest.Hint(factor.Name, Attribution.Factors.Select(f => f.Name), "They are")}"
            );
        return Attribution
            .Turns(k)
            .Select(turn => turn.Share == 1 ? Gain(turn.Known, k) : turn.Share * Gain(turn.Known, k))
            .Aggregate((a, b) => a + b);
    }

    /// <summary>What a factor explains once the factors of a set are known.</summary>
    private Expr Gain(int known, int factor) => Entropy(known) - Entropy(known | (1 << factor));

    /// <summary>H(Y | the factors of a set), as sum P log P - sum Q log Q, Q the joint distribution of answer and set.</summary>
    private Expr Entropy(int known)
    {
        Axis[] kept = [.. Attribution.Factors.Where((_, k) => (known & (1 << k)) != 0)];
        Axis[] summed = [.. Attribution.Factors.Where((_, k) => (known & (1 << k)) == 0)];
        var joint = (_weights * _answer).Sum(summed);
        var given = _weights.Sum(summed);
        return Regularizer.XLogX(given).Sum(kept) - Regularizer.XLogX(joint).Sum([Answers, .. kept]);
    }
}
