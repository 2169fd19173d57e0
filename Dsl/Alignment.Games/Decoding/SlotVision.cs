namespace Alignment;

/// <summary>A toy of a vision-language model whose errors are planted: it names one region of an image a slot, and some tokens are misread loudly.</summary>
/// <remarks>
/// <para>An image has regions with one object each, all different; each region has the same number of tokens. A token's reading of word w is
/// sharpness 1{w is what it reads} + noise z, z normal; q_i is the softmax of that. A region is misread with a chance: then some of its tokens read one
/// word that is not in the image, more sharply, and the first of them is loud, its weight in attention drawn from an interval; all others have 1.</para>
/// <para>Slot s names region s: its logits are the sum over the region's visible tokens of weight times reading, plus a constant for the word 0, which
/// stands for a word that says nothing (<c>something</c>), and is all that is left where everything is hidden.</para>
/// <para>Regime: with the default, 1 of 8, an error stands alone in its image, and that is what epistemic masking finds. With 5 of 8, read no more sharply
/// than others (<see cref="MisreadSharpness"/> 3), most of the region agrees on it, and such masking does no better than hiding tokens at random.</para>
/// <para>Made for this library after the claims of Fang et al. (2024), arXiv 2412.06474; its numbers say nothing about real models.</para>
/// </remarks>
public sealed record SlotVision
{
    /// <summary>Most readings: images times tokens times words.</summary>
    public const int MostReadings = 100_000_000;

    /// <summary>Regions of an image, and slots of its description.</summary>
    public int Regions { get; init; } = 4;

    /// <summary>Tokens of a region.</summary>
    public int TokensEach { get; init; } = 8;

    /// <summary>Words: word 0 says nothing, the others are objects.</summary>
    public int Words { get; init; } = 20;

    /// <summary>Chance that a region is misread.</summary>
    public double Misread { get; init; } = 0.5;

    /// <summary>How many tokens of a misread region read the wrong word.</summary>
    public int MisreadTokens { get; init; } = 1;

    /// <summary>Reading of the word that a token reads rightly.</summary>
    public double Sharpness { get; init; } = 3;

    /// <summary>Reading of the word that a token misreads.</summary>
    public double MisreadSharpness { get; init; } = 6;

    /// <summary>Deviation of the noise on readings.</summary>
    public double Noise { get; init; } = 0.5;

    /// <summary>Smallest weight of a misread token in attention.</summary>
    public double Quietest { get; init; } = 2;

    /// <summary>Largest weight of a misread token in attention.</summary>
    public double Loudest { get; init; } = 8.5;

    /// <summary>Logit of the word that says nothing.</summary>
    public double Nothing { get; init; } = 5;

    /// <summary>Images of this kind. Image n draws at step n of streams named after what is drawn, so more images change none of the others.</summary>
    /// <param name="images">How many, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public SlotImages Draw(int images, ulong seed)
    {
        Require(images >= 1 && Regions >= 1 && TokensEach >= 1, "expected images, regions and tokens of at least 1");
        Require(Words > 2 * Regions, $"expected more than {2 * Regions} words for {Regions} regions, got {Words}");
        Require(Misread >= 0 && Misread <= 1, "expected a chance from 0 to 1");
        Require(MisreadTokens >= 1 && MisreadTokens <= TokensEach, $"expected from 1 to {TokensEach} misread tokens");
        Require(
            Quietest > 0 && Quietest <= Loudest && double.IsFinite(Loudest),
            "expected weights above 0, the quietest first"
        );
        Require(
            Noise >= 0 && double.IsFinite(Noise + Sharpness + MisreadSharpness + Nothing),
            "expected finite numbers, noise at least 0"
        );
        Require(
            (double)images * Regions * TokensEach * Words <= MostReadings,
            $"expected at most {MostReadings} readings, images times tokens times words, got {(double)images * Regions * TokensEach * Words}; take fewer images"
        );
        var tokens = Regions * TokensEach;
        var present = new double[images * Words];
        var weights = new double[images * tokens];
        var readings = new double[images * tokens * Words];
        var (objects, misread, noise) = (Stream(seed, "objects"), Stream(seed, "misread"), Stream(seed, "noise"));
        for (var n = 0; n < images; n++)
        {
            // the first words of a permutation are in the image, those after them are misread
            var words = objects.Permutation(Words - 1, n, 0);
            for (var r = 0; r < Regions; r++)
            {
                present[(n * Words) + words[r] + 1] = 1;
                var isMisread = misread.Uniform(n, 2 * r) < Misread;
                var weight = Quietest + ((Loudest - Quietest) * misread.Uniform(n, (2 * r) + 1));
                for (var t = 0; t < TokensEach; t++)
                {
                    var i = (r * TokensEach) + t;
                    var wrong = isMisread && t < MisreadTokens;
                    weights[(n * tokens) + i] = wrong && t == 0 ? weight : 1;
                    for (var w = 0; w < Words; w++)
                        readings[(((n * tokens) + i) * Words) + w] = Noise * noise.Normal(n, (i * Words) + w);
                    readings[(((n * tokens) + i) * Words) + words[wrong ? Regions + r : r] + 1] += wrong
                        ? MisreadSharpness
                        : Sharpness;
                }
            }
        }

        return new(this, images, present, weights, readings);
    }

    private static RandomStream Stream(ulong seed, string what) => new(seed, $"slot vision {what}");

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new ArgumentException($"Slot vision: {message}.");
    }
}
