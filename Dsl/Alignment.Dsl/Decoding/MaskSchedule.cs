namespace Alignment;

/// <summary>How a score becomes the chance that a token is hidden.</summary>
public enum MaskRule
{
    /// <summary>floor + level minmax(score).</summary>
    Additive,

    /// <summary>floor + (level - floor) minmax(score): the level is the largest chance.</summary>
    Interpolated,
}

/// <summary>Which tokens an ensemble of masks hides: one mask a level, each hiding tokens with a chance that rises with a score.</summary>
/// <remarks>
/// <para>minmax(s)_i = (s_i - min s) / (max s - min s) over the tokens, 0 where all are alike. Mask k hides token i with chance floor + level_k minmax(s)_i,
/// independently of others. Cumulative masks hide what any mask before them hides too.</para>
/// <para><see cref="Paper"/>, the default, is the text of the source: additive, independent. <see cref="ReleasedCode"/> is what its authors' code does:
/// interpolated, cumulative. Both have floor 0.1 and levels 0.3, 0.5, 0.7, and differ: the largest chance of mask 1 is 0.4 or 0.3.</para>
/// <para>Shapes: chances and masks over <see cref="Masks"/>, the tokens and any other axes. No units.</para>
/// <para>Errors: no levels; a floor or a chance outside 0 to 1; an interpolated level below the floor.</para>
/// <para>Source: Fang et al. (2024), arXiv 2412.06474, section 4.2.</para>
/// <para>Not for scores whose size matters: minmax keeps their order within one image alone.</para>
/// </remarks>
public sealed record MaskSchedule
{
    private MaskSchedule(double floor, ValueList<double> levels, MaskRule rule, bool isCumulative) =>
        (Floor, Levels, Rule, IsCumulative, Masks) = (
            floor,
            levels,
            rule,
            isCumulative,
            Axis.Of("masks", levels.Count)
        );

    /// <summary>The schedule of the paper's text: additive, independent masks.</summary>
    public static MaskSchedule Paper { get; } = Of(0.1, [0.3, 0.5, 0.7]);

    /// <summary>The schedule of the released code: interpolated, cumulative masks.</summary>
    public static MaskSchedule ReleasedCode { get; } =
        Of(0.1, [0.3, 0.5, 0.7], MaskRule.Interpolated, isCumulative: true);

    /// <summary>Chance of a token with the lowest score.</summary>
    public double Floor { get; }

    /// <summary>One level a mask.</summary>
    public ValueList<double> Levels { get; }

    /// <summary>How a score becomes a chance.</summary>
    public MaskRule Rule { get; }

    /// <summary>Whether a mask hides what those before it hide.</summary>
    public bool IsCumulative { get; }

    /// <summary>The axis of the ensemble, <c>masks</c>.</summary>
    public Axis Masks { get; }

    /// <summary>A schedule.</summary>
    /// <param name="floor">Chance of a token with the lowest score, from 0 to 1.</param>
    /// <param name="levels">One a mask, at least 0.</param>
    /// <param name="rule">How a score becomes a chance.</param>
    /// <param name="isCumulative">Whether a mask hides what those before it hide.</param>
    /// <exception cref="ArgumentException">There are no levels, or a chance would be outside of 0 to 1.</exception>
    public static MaskSchedule Of(
        double floor,
        IEnumerable<double> levels,
        MaskRule rule = MaskRule.Additive,
        bool isCumulative = false
    )
    {
        ArgumentNullException.ThrowIfNull(levels);
        var list = levels.ToValueList();
        if (list.Count == 0)
            throw new ArgumentException("Masks: expected at least one level, got none.");
        if (!(floor >= 0 && floor <= 1))
            throw new ArgumentException($"Masks: expected a floor from 0 to 1, got {Quote.Number(floor)}.");
        var (least, most) = rule == MaskRule.Additive ? (0.0, 1 - floor) : (floor, 1.0);
        foreach (var level in list)
        {
            if (!(level >= least && level <= most))
                throw new ArgumentException(
                    $"Masks: expected levels from {Quote.Number(least)} to {Quote.Number(most)}, so that chances with the floor {Quote.Number(floor)} stay from 0 to 1, got {Quote.Number(level)}."
                );
        }

        return new(floor, list, rule, isCumulative);
    }

    /// <summary>Each mask's chance to hide each token.</summary>
    /// <param name="score">Over the tokens.</param>
    /// <param name="tokens">The tokens.</param>
    /// <exception cref="ArgumentException">The score is not over the tokens.</exception>
    public Expr Chances(Expr score, Axis tokens)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(tokens);
        if (score.Axes.Find(tokens.Name) != tokens)
            throw new ArgumentException($"Masks: expected a score over {AxisSet.Of(tokens)}, got {score.Axes}.");
        var (low, range) = (score.Min(tokens), score.Max(tokens) - score.Min(tokens));
        var minmax = range.Above(0).Select((score - low) / range.Above(0).Select(range, 1), 0);
        double[] scales = [.. Levels.Select(level => Rule == MaskRule.Additive ? level : level - Floor)];
        return Floor + (Expr.Vector(Masks, scales) * minmax);
    }

    /// <summary>1 where a mask hides a token, else 0.</summary>
    /// <param name="chances">Over the masks and the tokens.</param>
    /// <param name="draws">Uniform on 0 to 1, over the same; see <see cref="Draws"/>.</param>
    public Expr Hidden(Expr chances, Expr draws)
    {
        ArgumentNullException.ThrowIfNull(draws);
        var hidden = draws.Below(chances);
        return IsCumulative ? hidden.CumulativeSum(Masks).Above(0) : hidden;
    }

    /// <summary>Numbers from 0 to below 1 for <see cref="Hidden"/>, part of the specification.</summary>
    /// <remarks>
    /// Number (mask, token) of element e, e row-major over the axes that come before, lies at (e, mask tokens + token) of the stream <c>masks</c>: more
    /// images change none of the others.
    /// </remarks>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="over">What has masks of its own: images, the positions that are decoded.</param>
    public Expr Draws(ulong seed, Axis tokens, params Axis[] over)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(over);
        var stream = new RandomStream(seed, "masks");
        var each = Masks.Size * tokens.Size;
        var values = new double[over.Aggregate(each, (n, axis) => checked(n * axis.Size))];
        for (var k = 0; k < values.Length; k++)
            values[k] = stream.Uniform(k / each, k % each);
        return Expr.Table([.. over, Masks, tokens], values);
    }

    /// <summary><c>additive(0.1 + 0.3, 0.5, 0.7)</c>.</summary>
    public override string ToString() =>
        $"{Rule.ToString().ToLowerInvariant()}({Quote.Number(Floor)}; {string.Join(", ", Levels.Select(Quote.Number))}{(IsCumulative ? "; cumulative" : "")})";
}
