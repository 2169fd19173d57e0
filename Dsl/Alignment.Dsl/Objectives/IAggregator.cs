namespace Alignment;

/// <summary>Makes one payoff of several objectives. Implement it as a record, so that specifications stay value-equal; a new one is one file.</summary>
/// <remarks>
/// Objectives are expected values, over everything but the chance variables that the aggregator's own expressions hold: a preference that is drawn is
/// averaged out behind the aggregator, a prompt before it. They lie along <see cref="Objectives"/>, whose labels are their names: preferences
/// mean objectives by name, never by position.
/// </remarks>
public interface IAggregator
{
    /// <summary>Text form with all parameters; equal aggregators have equal texts.</summary>
    string Text { get; }

    /// <summary>The axis of the objectives, labelled by their names.</summary>
    Axis Objectives { get; }

    /// <summary>The expressions inside, so that their parameters can be listed, checked and swept.</summary>
    ValueList<Expr> Expressions { get; }

    /// <summary>The same aggregator over other expressions, in the order of <see cref="Expressions"/>.</summary>
    IAggregator WithExpressions(ValueList<Expr> expressions);

    /// <summary>The payoff; a scalar but for batch axes and chance variables of the aggregator's own expressions.</summary>
    Expr Combine(IObjectiveValues values);
}

/// <summary>The objectives of a player at a point.</summary>
public interface IObjectiveValues
{
    /// <summary>Expected values, over the axis of the objectives.</summary>
    Expr Values { get; }

    /// <summary>The products of the objectives' gradients with respect to the player's own weights: over the axis and its <see cref="Axis.Prime"/>.</summary>
    Expr Gram { get; }

    /// <summary>The largest values that objectives had at any point so far, this one included, over the axis of the objectives.</summary>
    Expr Best { get; }
}

/// <summary>The aggregators that come with the library.</summary>
public static class Aggregator
{
    /// <summary>The sum of the objectives, each times its weight.</summary>
    /// <param name="objectives">The axis, labelled by the objectives' names.</param>
    /// <param name="weights">Over that axis, at least 0.</param>
    public static IAggregator Linear(Axis objectives, Expr weights) => new LinearAggregator(objectives, weights);

    /// <summary>The worst of the objectives' distances from an ideal point, each times its weight.</summary>
    /// <param name="objectives">The axis, labelled by the objectives' names.</param>
    /// <param name="weights">Over that axis, above 0.</param>
    /// <param name="ideal">What the objectives are measured from.</param>
    public static IAggregator Tchebycheff(Axis objectives, Expr weights, IdealPoint ideal) =>
        new TchebycheffAggregator(objectives, weights, ideal);

    /// <summary>Tchebycheff with a little of the sum, so that what it finds is Pareto optimal and not weakly so.</summary>
    /// <param name="objectives">The axis, labelled by the objectives' names.</param>
    /// <param name="weights">Over that axis, above 0.</param>
    /// <param name="ideal">What the objectives are measured from.</param>
    /// <param name="share">rho, the factor of the sum, above 0.</param>
    public static IAggregator AugmentedTchebycheff(Axis objectives, Expr weights, IdealPoint ideal, double share) =>
        new TchebycheffAggregator(objectives, weights, ideal) { Share = share };

    /// <summary>Tchebycheff with a soft minimum, which is smooth.</summary>
    /// <param name="objectives">The axis, labelled by the objectives' names.</param>
    /// <param name="weights">Over that axis, above 0.</param>
    /// <param name="ideal">What the objectives are measured from.</param>
    /// <param name="smoothing">mu, above 0, in units of the objectives.</param>
    public static IAggregator SoftTchebycheff(Axis objectives, Expr weights, IdealPoint ideal, double smoothing) =>
        new TchebycheffAggregator(objectives, weights, ideal) { Smoothing = smoothing };

    /// <summary>The sum of the logarithms of what the objectives gain over a disagreement point.</summary>
    /// <param name="objectives">The axis, labelled by the objectives' names.</param>
    /// <param name="disagreement">Over that axis: what the objectives are worth without an agreement, below what they start at.</param>
    public static IAggregator NashBargaining(Axis objectives, Expr disagreement) =>
        new NashBargainingAggregator(objectives, disagreement);

    /// <summary>The direction in which all objectives gain alike: the shortest vector of the gradients' hull.</summary>
    /// <param name="objectives">The axis, labelled by the objectives' names.</param>
    public static IAggregator MinimumNorm(Axis objectives) => new MinimumNormAggregator(objectives);

    /// <summary>The Pareto optimum at which the objectives, each times its preference, are equal.</summary>
    /// <param name="objectives">The axis, labelled by the names of two to four objectives.</param>
    /// <param name="preferences">Over that axis, above 0.</param>
    /// <param name="ideal">What the losses are measured from.</param>
    public static IAggregator ExactParetoOptimal(Axis objectives, Expr preferences, IdealPoint ideal) =>
        new ExactParetoOptimalAggregator(objectives, preferences, ideal);
}

/// <summary>What objectives are measured from: a point that is at least as good in each. Closed; there is no default.</summary>
public abstract record IdealPoint
{
    private IdealPoint() { }

    /// <summary>Given numbers, over the axis of the objectives.</summary>
    public static IdealPoint At(Expr values) => new Given(values);

    /// <summary>The largest values that the objectives have had so far, brought up to date before they are used.</summary>
    /// <remarks>It moves while a run goes on, so the payoff does too; what is measured of a point is measured from what is best at that point alone.</remarks>
    public static IdealPoint RunningMaximum { get; } = new Running();

    /// <summary>Given numbers.</summary>
    public sealed record Given(Expr Values) : IdealPoint
    {
        /// <inheritdoc/>
        public override string ToString() => Values.ToString();
    }

    /// <summary>The largest values so far.</summary>
    public sealed record Running : IdealPoint
    {
        /// <inheritdoc/>
        public override string ToString() => "running maximum";
    }

    internal Expr Of(IObjectiveValues values) => this is Given given ? given.Values : values.Best;

    internal ValueList<Expr> Expressions => this is Given given ? [given.Values] : [];

    internal IdealPoint With(ReadOnlySpan<Expr> expressions) =>
        expressions.Length == 0 ? this : new Given(expressions[0]);
}
