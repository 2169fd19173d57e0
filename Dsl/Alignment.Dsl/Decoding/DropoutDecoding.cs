namespace Alignment;

/// <summary>What tokens are hidden by.</summary>
public enum MaskedBy
{
    /// <summary>KL(q_i || qbar): how far a token is from the others.</summary>
    Epistemic,

    /// <summary>H(q_i): how unsure a token is by itself. A comparator.</summary>
    Aleatoric,

    /// <summary>Nothing: each mask hides all tokens with one chance, the mean of what epistemic masking has. A comparator.</summary>
    Random,
}

/// <summary>Dropout decoding: several contexts, each with uncertain tokens hidden, propose a word each, and the majority decides. No loss, no training.</summary>
/// <remarks>
/// <para>Mask k of a <see cref="MaskSchedule"/> hides tokens, the model reads what is left, and its candidate is the word with the largest logit. The word
/// with most votes wins; a tie goes to the candidate whose mask hid the fewest tokens, then to the first word. With <see cref="ProtectedTop"/> a
/// preliminary pass reads all tokens, and tokens that have its word among their so many most probable ones are never hidden.</para>
/// <para>The model is a function from visible tokens (1 or 0, over the tokens and whatever the draws are over) to logits over the vocabulary. It is called
/// while the expression is built, and all masks are one more axis of one program: on the Host each is what it would be alone, bit for bit.</para>
/// <para>Shapes: draws over the masks, the tokens and what has masks of its own; the word over the vocabulary and the latter, 1 at the word, else 0.</para>
/// <para>Defaults: epistemic, the paper's schedule, no preliminary pass.</para>
/// <para>Source: Fang et al. (2024), "From Uncertainty to Trust: Enhancing Reliability in Vision-Language Models with Uncertainty-Guided Dropout
/// Decoding", arXiv 2412.06474.</para>
/// <para>Not where most of what shows a thing is misread: then the tokens far from the mean are the ones that are right.</para>
/// </remarks>
/// <param name="Readings">The uncertainty of the tokens.</param>
/// <param name="Draws">Uniform on 0 to 1: see <see cref="MaskSchedule.Draws"/>.</param>
public sealed record DropoutDecoding(TokenUncertainty Readings, Expr Draws)
{
    /// <summary>What tokens are hidden by.</summary>
    public MaskedBy By { get; init; }

    /// <summary>How many masks there are, and how much they hide.</summary>
    public MaskSchedule Schedule { get; init; } = MaskSchedule.Paper;

    /// <summary>How many most probable words of a token protect it if the preliminary word is among them; 0 for no preliminary pass, 5 in the source.</summary>
    public int ProtectedTop { get; init; }

    /// <summary>Each mask's chance to hide each token, before protection.</summary>
    public Expr Chances =>
        By switch
        {
            MaskedBy.Aleatoric => Schedule.Chances(Readings.Aleatoric, Readings.Tokens),
            MaskedBy.Random => Schedule.Chances(Readings.Epistemic, Readings.Tokens).Mean(Readings.Tokens),
            _ => Schedule.Chances(Readings.Epistemic, Readings.Tokens),
        };

    /// <summary>1 where a mask hides a token, else 0.</summary>
    /// <param name="logits">The model: logits over the vocabulary from visible tokens.</param>
    public Expr Hidden(Func<Expr, Expr> logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (ProtectedTop == 0)
            return Schedule.Hidden(Chances, Draws);
        var known = Readings.HasAmongTop(Greedy(logits, Readings), ProtectedTop);
        return Schedule.Hidden(Chances * (1 - known), Draws);
    }

    /// <summary>The word that is decoded: 1 at it, else 0.</summary>
    /// <param name="logits">The model: logits over the vocabulary from visible tokens.</param>
    public Expr Decode(Func<Expr, Expr> logits) => Vote(Hidden(logits), logits, Readings, Schedule.Masks);

    /// <summary>The word with the largest logit where all tokens are visible.</summary>
    /// <param name="logits">The model: logits over the vocabulary from visible tokens.</param>
    /// <param name="readings">The tokens and words.</param>
    public static Expr Greedy(Func<Expr, Expr> logits, TokenUncertainty readings)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(readings);
        return logits(Expr.Constant(1).Expand(readings.Tokens)).OneHotMax(readings.Vocabulary);
    }

    /// <summary>The majority of the words that masks leave.</summary>
    /// <param name="hidden">1 where a mask hides a token, else 0; over the masks and the tokens.</param>
    /// <param name="logits">The model: logits over the vocabulary from visible tokens.</param>
    /// <param name="readings">The tokens and words.</param>
    /// <param name="masks">The axis of the ensemble.</param>
    public static Expr Vote(Expr hidden, Func<Expr, Expr> logits, TokenUncertainty readings, Axis masks)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(readings);
        var candidates = logits(1 - hidden).OneHotMax(readings.Vocabulary);
        // votes count more than all tokens together, and whole numbers of this size are exact
        var most = readings.Tokens.Size + 1.0;
        var fewest = candidates.Select(hidden.Sum(readings.Tokens), most).Min(masks);
        return ((candidates.Sum(masks) * (most + 1)) - fewest).OneHotMax(readings.Vocabulary);
    }
}
