namespace Alignment;

/// <summary>A way to bound the NashConv of a profile of mixtures under the true payoffs, from a table of samples.</summary>
/// <remarks>
/// <para>NashConv = max_i (A q)_i - min_j (p'A)_j, A the unknown means. <see cref="PosteriorBound"/> and <see cref="SimultaneousBound"/> may be
/// asked about a profile that was found in the same table; <see cref="FixedProfileBound"/> may not, and is tighter in return.</para>
/// <para>Derivations: <c>docs/derivations/sampled-games.md</c>.</para>
/// </remarks>
public interface INashConvBound
{
    /// <summary>What the bound stands on, in one sentence without its full stop.</summary>
    string Basis { get; }

    /// <summary>Whether the profile may have been chosen by looking at the table.</summary>
    bool HoldsUnderSelection { get; }

    /// <summary>The bound.</summary>
    /// <param name="table">The samples.</param>
    /// <param name="row">p, the row player's mixture.</param>
    /// <param name="column">q, the column player's.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">A mixture does not fit, a number is out of range, or a cell that matters has no games.</exception>
    Certificate.UpperBound Of(
        SampledPayoffs table,
        ValueList<double> row,
        ValueList<double> column,
        double confidence = 0.95
    );
}
