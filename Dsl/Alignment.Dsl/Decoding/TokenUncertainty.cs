namespace Alignment;

/// <summary>How unsure a model is of each token of its context, from what it would say the token is: a part that it shares, and a part of its own.</summary>
/// <remarks>
/// <para>With q_i the distribution over the vocabulary read off token i (softmax of the output layer on the token's hidden state) and qbar their mean:
/// epistemic_i = KL(q_i || qbar), aleatoric_i = H(q_i), in nats, at least 0. H(qbar) = mean of aleatoric + mean of epistemic, exactly: it is the
/// <see cref="Uncertainty"/> of a word with the token as its factor.</para>
/// <para>Shapes: q over the tokens, the vocabulary and any batch axes; epistemic and aleatoric over the tokens.</para>
/// <para>Errors: q is not over both axes. That it sums to 1 along the vocabulary is not checked.</para>
/// <para>Source: Fang et al. (2024), "From Uncertainty to Trust: Enhancing Reliability in Vision-Language Models with Uncertainty-Guided Dropout
/// Decoding", arXiv 2412.06474.</para>
/// <para>Not a verdict on a token: a rare one that is read rightly is as far from the mean as one that is misread.</para>
/// </remarks>
public sealed record TokenUncertainty
{
    private TokenUncertainty(Axis tokens, Axis vocabulary, Expr distributions) =>
        (Tokens, Vocabulary, Distributions) = (tokens, vocabulary, distributions);

    /// <summary>The tokens of the context.</summary>
    public Axis Tokens { get; }

    /// <summary>The words.</summary>
    public Axis Vocabulary { get; }

    /// <summary>q_i over tokens and words.</summary>
    public Expr Distributions { get; }

    /// <summary>The uncertainty of tokens with given distributions.</summary>
    /// <param name="tokens">The tokens of the context.</param>
    /// <param name="vocabulary">The words.</param>
    /// <param name="distributions">q_i over tokens and words.</param>
    /// <exception cref="ArgumentException">The distributions are not over both.</exception>
    public static TokenUncertainty Of(Axis tokens, Axis vocabulary, Expr distributions)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(distributions);
        foreach (var axis in (Axis[])[tokens, vocabulary])
        {
            if (distributions.Axes.Find(axis.Name) != axis)
                throw new ArgumentException(
                    $"Uncertainty of tokens: expected distributions over {AxisSet.Of(tokens, vocabulary)}, got {distributions.Axes}; '{axis.Name}' is missing."
                );
        }

        return new(tokens, vocabulary, distributions);
    }

    /// <summary>qbar: the mean over tokens.</summary>
    public Expr Mean => Distributions.Mean(Tokens);

    /// <summary>KL(q_i || qbar) of each token, in nats.</summary>
    public Expr Epistemic =>
        Distributions.Above(0).Select(Distributions * (Distributions / Mean).Log(), 0).Sum(Vocabulary);

    /// <summary>H(q_i) of each token, in nats.</summary>
    public Expr Aleatoric => -Regularizer.XLogX(Distributions).Sum(Vocabulary);

    /// <summary>H(qbar), in nats.</summary>
    public Expr Total => -Regularizer.XLogX(Mean).Sum(Vocabulary);

    /// <summary>1 for each token that has a word among its most probable ones, else 0.</summary>
    /// <param name="word">1 at the word, else 0, over the vocabulary.</param>
    /// <param name="count">How many words count as most probable: fewer than that many are more probable than the word.</param>
    /// <exception cref="ArgumentException">The count is below 1.</exception>
    public Expr HasAmongTop(Expr word, int count)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (count < 1)
            throw new ArgumentException($"Uncertainty of tokens: expected at least 1 word, got {count}.");
        return Distributions.Above(Distributions.Dot(word, Vocabulary)).Sum(Vocabulary).Below(count);
    }
}
