namespace Alignment;

/// <summary>Images of a <see cref="SlotVision"/>, the model that describes them, and what its descriptions are judged by.</summary>
/// <remarks>
/// Everything is an expression over <see cref="Images"/>, which a specification declares with Over, and over <see cref="Slots"/>, <see cref="Tokens"/> and
/// <see cref="Words"/>. A description is 1 at the word of each slot, else 0, over slots and words.
/// </remarks>
public sealed record SlotImages
{
    private readonly Expr _present;
    private readonly Expr _weights;
    private readonly Expr _evidence;
    private readonly double _nothing;

    internal SlotImages(SlotVision vision, int images, double[] present, double[] weights, double[] readings)
    {
        Images = Axis.Of("images", images);
        Slots = Axis.Of("slots", vision.Regions);
        Tokens = Axis.Of("tokens", vision.Regions * vision.TokensEach);
        Words = Axis.Of("words", vision.Words);
        _present = Expr.Table([Images, Words], present);
        _evidence = Expr.Table([Images, Tokens, Words], readings);
        double[] reads =
        [
            .. Enumerable
                .Range(0, Slots.Size * Tokens.Size)
                .Select(k => k % Tokens.Size / vision.TokensEach == k / Tokens.Size ? 1.0 : 0.0),
        ];
        _weights = Expr.Table([Images, Tokens], weights) * Expr.Table([Slots, Tokens], reads);
        _nothing = vision.Nothing;
        Readings = TokenUncertainty.Of(Tokens, Words, _evidence.Softmax(Words));
    }

    /// <summary>The images.</summary>
    public Axis Images { get; }

    /// <summary>The slots of a description, one a region.</summary>
    public Axis Slots { get; }

    /// <summary>The tokens of an image.</summary>
    public Axis Tokens { get; }

    /// <summary>The words.</summary>
    public Axis Words { get; }

    /// <summary>What each token is read as, and how unsure that is.</summary>
    public TokenUncertainty Readings { get; }

    /// <summary>The model: logits of each slot's word from visible tokens.</summary>
    /// <param name="visible">1 where a token is seen, else 0; over the tokens.</param>
    public Expr Logits(Expr visible) => (visible * _weights).Dot(_evidence, Tokens) + (_nothing * Word(0));

    /// <summary>Share of the slots that name an object which is not in the image.</summary>
    public Expr Hallucination(Expr description) => (Objects(description) * (1 - _present)).Sum(Words).Mean(Slots);

    /// <summary>Share of the image's objects that some slot names.</summary>
    public Expr Recall(Expr description) => (description.Max(Slots) * _present).Sum(Words) / Slots.Size;

    /// <summary>Share of the slots whose word an earlier slot has said.</summary>
    public Expr Repetition(Expr description)
    {
        ArgumentNullException.ThrowIfNull(description);
        return (description * (description.CumulativeSum(Slots) - description).Above(0)).Sum(Words).Mean(Slots);
    }

    private Expr Objects(Expr description) => description * (1 - Word(0));

    private Expr Word(int word) =>
        Expr.Vector(Words, [.. Enumerable.Range(0, Words.Size).Select(w => w == word ? 1.0 : 0.0)]);
}
