namespace Alignment;

/// <summary>What one thing tells of another: I(X; Y) = sum p(x, y) log(p(x, y) / (p(x) p(y))) in nats, exactly, of given probabilities.</summary>
/// <remarks>
/// <para>0 exactly where X and Y are independent, at most the smaller of their entropies. Of a hidden state, first make it a code with few values, by
/// <see cref="Expr.OneHotMax"/> or a probe's answer: a state of real numbers that differ at all tells everything, which says nothing of what a model reads there.</para>
/// <para>Shapes: the joint over x and y, and any others; the result over the others.</para>
/// <para>Of counts, plug-in figures are biased upwards: see the estimators of Alignment.Evaluation.</para>
/// </remarks>
public static class MutualInformation
{
    /// <summary>I(X; Y) of a joint distribution.</summary>
    /// <param name="joint">p(x, y), sums to 1 over both axes.</param>
    /// <param name="x">The axis of X.</param>
    /// <param name="y">The axis of Y.</param>
    public static Expr Of(Expr joint, Axis x, Axis y)
    {
        ArgumentNullException.ThrowIfNull(joint);
        var there = joint.Above(0);
        var ratio = there.Select(joint, 1).Log() - there.Select(joint.Sum(y) * joint.Sum(x), 1).Log();
        return (joint * ratio).Sum(x, y);
    }
}
