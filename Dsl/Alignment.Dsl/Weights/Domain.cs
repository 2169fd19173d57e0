namespace Alignment;

/// <summary>The numbers that weights may have: a closed convex set, and how to move within it. Closed.</summary>
public abstract record Domain
{
    private Domain() { }

    /// <summary>All real numbers.</summary>
    public static Domain Real { get; } = new All();

    /// <summary>Numbers of at least 0.</summary>
    public static Domain NonNegative { get; } = new Interval(0, double.PositiveInfinity);

    /// <summary>Numbers of an interval.</summary>
    /// <param name="low">Least, or minus infinity.</param>
    /// <param name="high">Largest, or infinity; above <paramref name="low"/>.</param>
    /// <exception cref="ArgumentException">The interval is empty, or a bound is NaN.</exception>
    public static Domain Between(double low, double high) =>
        low < high
            ? new Interval(low, high)
            : throw new ArgumentException(
                $"Expected an interval, got one from {Quote.Number(low)} to {Quote.Number(high)}."
            );

    /// <summary>Distributions along an axis: numbers of at least 0 that sum to 1, for each element of the other axes.</summary>
    public static Domain Distributions(Axis axis)
    {
        ArgumentNullException.ThrowIfNull(axis);
        return new Simplex(axis);
    }

    /// <summary>The Euclidean projection onto the set.</summary>
    public abstract Expr Project(Expr point);

    /// <summary>Where a step leads: the point that maximizes &lt;direction, q&gt; less a distance of q from where the step begins.</summary>
    /// <remarks>Half the squared Euclidean distance (a projected step), on a simplex Kullback-Leibler divergence (a multiplicative one).</remarks>
    public virtual Expr Move(Expr point, Expr direction)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Project(point + direction);
    }

    /// <summary>How far the projected unit step along a gradient goes: 0 exactly where no small step gains (a natural residual).</summary>
    public Expr Residual(Expr point, Expr gradient)
    {
        ArgumentNullException.ThrowIfNull(point);
        return (Project(point + gradient) - point).Abs();
    }

    /// <summary>Where weights start that say nothing else.</summary>
    internal abstract Expr Middle(Weights weights);

    /// <summary>All real numbers.</summary>
    public sealed record All : Domain
    {
        /// <inheritdoc/>
        public override Expr Project(Expr point) => point;

        internal override Expr Middle(Weights weights) => Expr.Constant(0).Expand([.. weights.Axes]);

        /// <inheritdoc/>
        public override string ToString() => "real";
    }

    /// <summary>Numbers from <paramref name="Low"/> to <paramref name="High"/>.</summary>
    public sealed record Interval(double Low, double High) : Domain
    {
        /// <inheritdoc/>
        public override Expr Project(Expr point)
        {
            ArgumentNullException.ThrowIfNull(point);
            var above = double.IsNegativeInfinity(Low) ? point : point.Maximum(Low);
            return double.IsPositiveInfinity(High) ? above : above.Minimum(High);
        }

        internal override Expr Middle(Weights weights)
        {
            var middle =
                double.IsFinite(Low) && double.IsFinite(High) ? (Low / 2) + (High / 2)
                : double.IsFinite(Low) ? Low
                : double.IsFinite(High) ? High
                : 0;
            return Expr.Constant(middle).Expand([.. weights.Axes]);
        }

        /// <inheritdoc/>
        public override string ToString() => $"[{Quote.Number(Low)}, {Quote.Number(High)}]";
    }

    /// <summary>Distributions along an axis.</summary>
    public sealed record Simplex(Axis Axis) : Domain
    {
        /// <inheritdoc/>
        public override Expr Project(Expr point)
        {
            ArgumentNullException.ThrowIfNull(point);
            return point.ProjectToSimplex(Axis);
        }

        /// <inheritdoc/>
        public override Expr Move(Expr point, Expr direction)
        {
            ArgumentNullException.ThrowIfNull(point);
            ArgumentNullException.ThrowIfNull(direction);
            var grown = point * (direction - direction.Max(Axis)).Exp();
            return grown / grown.Sum(Axis);
        }

        internal override Expr Middle(Weights weights) => Expr.Constant(1.0 / Axis.Size).Expand([.. weights.Axes]);

        /// <inheritdoc/>
        public override string ToString() => $"simplex({Axis.Name})";
    }
}
