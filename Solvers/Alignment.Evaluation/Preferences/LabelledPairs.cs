namespace Alignment;

/// <summary>Pairs of responses of which one was chosen.</summary>
/// <param name="Count">Number of pairs.</param>
/// <param name="Features">Features a response.</param>
/// <param name="Chosen">Features of the chosen response, pair by pair.</param>
/// <param name="Rejected">Features of the other.</param>
public sealed record LabelledPairs(
    int Count,
    int Features,
    IReadOnlyList<double> Chosen,
    IReadOnlyList<double> Rejected
)
{
    /// <summary>The chosen responses as an expression.</summary>
    /// <param name="pairs">An axis of <see cref="Count"/> pairs.</param>
    /// <param name="features">An axis of <see cref="Features"/> features.</param>
    public Expr ChosenOver(Axis pairs, Axis features) => Expr.Table([pairs, features], [.. Chosen]);

    /// <summary>The other responses as an expression.</summary>
    /// <inheritdoc cref="ChosenOver"/>
    public Expr RejectedOver(Axis pairs, Axis features) => Expr.Table([pairs, features], [.. Rejected]);

    /// <summary>A scorer that fits these pairs.</summary>
    /// <param name="name">Names the player and its weights.</param>
    /// <param name="size">Weight of the mean square of rewards, at least 0; 0.001 as in SafeSora.</param>
    /// <exception cref="ArgumentException">The weight of the size is below 0 or not finite.</exception>
    public PairScorer Scorer(string name, double size = 0.001) => PairScorer.Of(name, this, size);
}
