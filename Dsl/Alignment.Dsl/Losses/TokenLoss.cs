namespace Alignment;

/// <summary>Numbers of tokens brought together: texts have different lengths, and which mean is meant makes another loss.</summary>
/// <remarks>
/// <para>Shapes: numbers and masks over texts and tokens, masks 1 for tokens that count and 0 for the rest. Units: those of the numbers.</para>
/// </remarks>
public static class TokenLoss
{
    /// <summary>The sum over each text's tokens.</summary>
    /// <param name="numbers">One a token.</param>
    /// <param name="mask">1 where a token counts.</param>
    /// <param name="tokens">The axis of the tokens.</param>
    public static Expr Sum(Expr numbers, Expr mask, Axis tokens)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentNullException.ThrowIfNull(mask);
        return (numbers * mask).Sum(tokens);
    }

    /// <summary>The mean over each text's tokens; 0 for a text without any.</summary>
    /// <inheritdoc cref="Sum"/>
    public static Expr Mean(Expr numbers, Expr mask, Axis tokens) =>
        Sum(numbers, mask, tokens) / mask.Sum(tokens).Maximum(1);

    /// <summary>The mean over all tokens of all texts: long texts weigh more.</summary>
    /// <param name="numbers">One a token.</param>
    /// <param name="mask">1 where a token counts.</param>
    /// <param name="texts">The axis of the texts.</param>
    /// <param name="tokens">The axis of the tokens.</param>
    public static Expr MeanOverAll(Expr numbers, Expr mask, Axis texts, Axis tokens)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentNullException.ThrowIfNull(mask);
        return (numbers * mask).Sum(texts, tokens) / mask.Sum(texts, tokens).Maximum(1);
    }

    /// <summary>Supervised fine-tuning: minus the mean log-probability of all tokens that count, in nats a token.</summary>
    /// <param name="logPolicy">log pi of each token.</param>
    /// <param name="mask">1 where a token counts.</param>
    /// <param name="texts">The axis of the texts.</param>
    /// <param name="tokens">The axis of the tokens.</param>
    public static Expr Supervised(Expr logPolicy, Expr mask, Axis texts, Axis tokens) =>
        -MeanOverAll(logPolicy, mask, texts, tokens);
}
