namespace Alignment;

/// <summary>Where replicates of a rate come from.</summary>
public enum ResamplingKind
{
    /// <summary>Beta(s + 1/2, f + 1/2): the posterior of a rate after s successes and f failures under Jeffreys' prior.</summary>
    Posterior,

    /// <summary>Binomial(n, s / n) / n: the parametric bootstrap. Degenerate at s = 0 and s = n; prefer the posterior there.</summary>
    Bootstrap,
}

/// <summary>Adds the batch axis <c>draw</c>: element 0 is the game at the point estimate, element k its k-th replicate.</summary>
/// <remarks>All replicates are solved in one batched program. Draws are keyed by the run's seed, the table and the cell.</remarks>
/// <param name="Table">The table whose rates are replicated; a payoff must use it.</param>
/// <param name="Draws">Number of replicates, at least 1.</param>
/// <param name="Kind">Where they come from.</param>
public sealed record ResamplingProbe(CountTable Table, int Draws, ResamplingKind Kind) : IProbe
{
    /// <summary>The axis that this probe adds, of <see cref="Draws"/> + 1 elements.</summary>
    public Axis Axis => Axis.Of("draw", Draws + 1);

    /// <inheritdoc/>
    public string Text => $"{Kind.ToString().ToLowerInvariant()}({Draws} draws of {Table})";
}
