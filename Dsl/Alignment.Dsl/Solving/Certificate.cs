namespace Alignment;

/// <summary>How far a solution is from equilibrium, and how that is known. Closed: nothing can claim more than its case says.</summary>
public abstract record Certificate
{
    private Certificate() { }

    /// <summary>The word for reports and JSON.</summary>
    public abstract string Kind { get; }

    /// <summary>The figure that says how far: NashConv or a bound on it, or a residual where NashConv is not known.</summary>
    public abstract double Distance { get; }

    /// <summary>NashConv, or the bound on it that this certificate is.</summary>
    /// <exception cref="InvalidOperationException">The certificate says nothing about NashConv.</exception>
    public virtual double NashConv => throw NotKnown;

    /// <summary>NashConv divided by the number of players.</summary>
    /// <exception cref="InvalidOperationException">The certificate says nothing about NashConv.</exception>
    public virtual double Exploitability => throw NotKnown;

    /// <summary>NashConv with every player's regularizer subtracted from its payoff; null where it is not known.</summary>
    public double? RegularizedGap { get; init; }

    /// <summary>Largest gain of a player from ignoring recommendations of the joint distribution; null where none is kept.</summary>
    public double? CoarseCorrelatedGap { get; init; }

    /// <summary>Largest gain of a player from mapping recommendations to other actions; null where none is kept.</summary>
    public double? CorrelatedGap { get; init; }

    /// <summary>The kind and all figures, every digit.</summary>
    public sealed override string ToString()
    {
        static string Gap(string name, double? value) => value is { } v ? $", {name} {Quote.Number(v)}" : "";
        var figures = Fold(
            e => $"nash_conv {Quote.Number(e.NashConv)}",
            l => $"nash_conv {Quote.Number(l.NashConv)}, standard error {Quote.Number(l.StandardError)}, {l.Oracle}",
            u =>
                $"nash_conv {Quote.Number(u.NashConv)}, confidence {Quote.Number(u.Confidence)}{(u.Basis.Length > 0 ? ", " : "")}{u.Basis}",
            s => $"residual {Quote.Number(s.Residual)}",
            k =>
                $"residual {Quote.Number(k.Residual)}, violation {Quote.Number(k.Violation)}, slackness {Quote.Number(k.Slackness)}"
        );
        return $"{Kind}: {figures}{Gap("regularized_gap", RegularizedGap)}{Gap("cce_gap", CoarseCorrelatedGap)}{Gap("ce_gap", CorrelatedGap)}";
    }

    private InvalidOperationException NotKnown =>
        new(
            $"The certificate is of the kind '{Kind}': best responses are not known in a game of smooth payoffs, and so is NashConv. Ask for Distance, which is the residual."
        );

    /// <summary>Computed in float64 from exact best responses on the unregularized game.</summary>
    /// <param name="NashConv">Sum over players of best-response value minus own value.</param>
    /// <param name="Players">Number of players.</param>
    public sealed record Exact(double NashConv, int Players) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "exact";

        /// <inheritdoc/>
        public override double Distance => NashConv;

        /// <inheritdoc/>
        public override double NashConv { get; } = NashConv;

        /// <inheritdoc/>
        public override double Exploitability => NashConv / Players;
    }

    /// <summary>First-order stationarity, computed in float64: no player gains to first order by a small step of its own. Says nothing about large ones.</summary>
    /// <param name="Residual">How far the projected unit step along the players' gradients goes, in the coordinate where it goes furthest.</param>
    public sealed record Stationary(double Residual) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "stationary";

        /// <inheritdoc/>
        public override double Distance => Residual;
    }

    /// <summary>The conditions of Karush, Kuhn and Tucker, computed in float64.</summary>
    /// <param name="Residual">Stationarity of all weights and multipliers; 0 exactly where all conditions hold.</param>
    /// <param name="Violation">By how much the most violated constraint is: expected cost less bound; 0 where all hold.</param>
    /// <param name="Slackness">Largest |multiplier times (cost - bound)|: 0 where only constraints that bind have a price.</param>
    public sealed record Kkt(double Residual, double Violation, double Slackness) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "kkt";

        /// <inheritdoc/>
        public override double Distance => Residual;
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

        /// <inheritdoc/>
        public override double Distance => NashConv;

        /// <inheritdoc/>
        public override double NashConv { get; } = NashConv;

        /// <inheritdoc/>
        public override double Exploitability => NashConv / Players;
    }

    /// <summary>NashConv is at most this with the stated confidence.</summary>
    /// <param name="NashConv">The bound.</param>
    /// <param name="Players">Number of players.</param>
    /// <param name="Confidence">From 0 to 1.</param>
    public sealed record UpperBound(double NashConv, int Players, double Confidence) : Certificate
    {
        /// <inheritdoc/>
        public override string Kind => "upper_bound";

        /// <summary>What the bound stands on, without a full stop; empty where nobody says.</summary>
        public string Basis { get; init; } = "";

        /// <inheritdoc/>
        public override double Distance => NashConv;

        /// <inheritdoc/>
        public override double NashConv { get; } = NashConv;

        /// <inheritdoc/>
        public override double Exploitability => NashConv / Players;
    }

    /// <summary>Handles every case.</summary>
    public T Fold<T>(
        Func<Exact, T> exact,
        Func<LowerBound, T> lowerBound,
        Func<UpperBound, T> upperBound,
        Func<Stationary, T> stationary,
        Func<Kkt, T> kkt
    ) =>
        this switch
        {
            Exact e => exact(e),
            Stationary s => stationary(s),
            Kkt k => kkt(k),
            LowerBound l => lowerBound(l),
            UpperBound u => upperBound(u),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
