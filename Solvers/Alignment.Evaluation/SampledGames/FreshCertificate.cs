namespace Alignment;

/// <summary>Certifies a profile that was found in samples on games that it was not found on.</summary>
/// <remarks>
/// <para>Cell (i, j) is played ceil(N max(q_j, p_i)) times. Then sum_j q_j^2 / n_ij is at most sum_j q_j / N = 1 / N for every row, and the same for every column:
/// Hoeffding's width of each of the K = m + n deviations is at most r sqrt(log(K / (1 - confidence)) / (2 N)), whatever the profile. Cells that
/// neither player's mixture comes to are not played at all. At most N (m + n) games and one more a cell.</para>
/// <para>The bound is at most the NashConv in the fresh samples plus twice that width: hence <see cref="Games"/>,
/// N = 2 (r / width)^2 log(K / (1 - confidence)) for a total of <c>width</c>.</para>
/// <para>Since equilibria need not be unique, it is the profile that is certified and not the solver that found it: another one needs games of its
/// own.</para>
/// <para>Source: Hoeffding (1963); the allocation is ours.</para>
/// <para>Not where a game costs so much that none can be left for this: then <see cref="PosteriorBound"/> on the games there are.</para>
/// </remarks>
public static class FreshCertificate
{
    private const string Who = "Fresh certificate";

    /// <summary>Plays games that the profile was not found on, and bounds its NashConv from those alone.</summary>
    /// <param name="table">Where the profile was found; none of its games is used.</param>
    /// <param name="sampler">Plays the games.</param>
    /// <param name="row">p, the row player's mixture.</param>
    /// <param name="column">q, the column player's.</param>
    /// <param name="games">The games of each cell; see <see cref="Games"/>.</param>
    /// <param name="bound">Default <see cref="FixedProfileBound"/>.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">A mixture does not fit, a number is out of range, or a cell that matters has no games.</exception>
    public static Certificate.UpperBound Of(
        SampledPayoffs table,
        PayoffSampler sampler,
        ValueList<double> row,
        ValueList<double> column,
        ValueList<long> games,
        FixedProfileBound? bound = null,
        double confidence = 0.95
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        return (bound ?? new()).Of(table.Fresh().Draw(sampler, games), row, column, confidence);
    }

    /// <summary>Games of each cell, row after row, so that the bound is at most so far above what the fresh games themselves say.</summary>
    /// <param name="table">For the number of strategies and the range.</param>
    /// <param name="row">p, the row player's mixture.</param>
    /// <param name="column">q, the column player's.</param>
    /// <param name="width">In units of payoffs; above 0.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">A mixture does not fit, or a number is out of range.</exception>
    public static ValueList<long> Games(
        SampledPayoffs table,
        ValueList<double> row,
        ValueList<double> column,
        double width,
        double confidence = 0.95
    )
    {
        Saddle.Require(Who, table, row, column);
        Saddle.RequireConfidence(Who, confidence);
        if (!(width > 0 && double.IsFinite(width)))
            throw new ArgumentException($"{Who}: expected a width above 0, got {Text.Number(width)}.");
        var ratio = table.Range.Width / width;
        var each = 2 * ratio * ratio * Math.Log((row.Count + column.Count) / (1 - confidence));
        if (!(each <= 1e12))
            throw new ArgumentException(
                $"{Who}: a width of {Text.Number(width)} takes more than 1e12 games a deviation; ask for a larger one."
            );
        return row.SelectMany(p => column.Select(q => (long)Math.Ceiling(each * Math.Max(p, q)))).ToValueList();
    }
}
