namespace Alignment;

/// <summary>How far a solution is from equilibrium, and how that is known. Closed: nothing can claim more than its case says.</summary>
public abstract record Certificate
{
    private Certificate() { }

    /// <summary>The word for reports and JSON.</summary>
    public abstract string Kind { get; }

    /// <summary>Computed in float64 from exact best responses on the unregularized game.</summary>
    /// <param name="NashConv">Sum over players of best-response value minus own value.</param>
    /// <param name="Players">Number of players.</param>
    public sealed record Exact(double NashConv, int Players) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "exact";

        /// <summary>NashConv divided by the number of players.</summary>
        public double Exploitability => NashConv / Players;

        /// <summary>The same sum with every player's regularizer subtracted from its payoff; null without regularizers.</summary>
        public double? RegularizedGap { get; init; }

        /// <summary>Largest gain of a player from ignoring recommendations of the joint distribution; null where none is kept.</summary>
        public double? CoarseCorrelatedGap { get; init; }

        /// <summary>Largest gain of a player from mapping recommendations to other actions; null where none is kept.</summary>
        public double? CorrelatedGap { get; init; }
    }

    /// <summary>The gain of deviations that were found; others may gain more. Never satisfies a rule on NashConv.</summary>
    /// <param name="NashConv">Sum over players of the measured gain.</param>
    /// <param name="Players">Number of players.</param>
    /// <param name="Oracle">What searched for deviations, and with what measured power.</param>
    /// <param name="StandardError">Of the sum, on fresh samples.</param>
    public sealed record LowerBound(double NashConv, int Players, string Oracle, double StandardError) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "lower_bound";

        /// <summary>NashConv divided by the number of players: a lower bound too.</summary>
        public double Exploitability => NashConv / Players;
    }

    /// <summary>NashConv is at most this with the stated confidence.</summary>
    /// <param name="NashConv">The bound.</param>
    /// <param name="Players">Number of players.</param>
    /// <param name="Confidence">From 0 to 1.</param>
    public sealed record UpperBound(double NashConv, int Players, double Confidence) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "upper_bound";
    }

    /// <summary>Handles every case.</summary>
    public T Fold<T>(Func<Exact, T> exact, Func<LowerBound, T> lowerBound, Func<UpperBound, T> upperBound) =>
        this switch
        {
            Exact e => exact(e),
            LowerBound l => lowerBound(l),
            UpperBound u => upperBound(u),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
