namespace Alignment;

/// <summary>The equilibrium of largest entropy of a symmetric zero-sum game, and what other equilibria there are.</summary>
/// <param name="Labels">The strategies.</param>
/// <param name="Weights">The equilibrium p.</param>
/// <param name="Ratings">n = A p: the payoff of each strategy against it, at most 0.</param>
/// <param name="Dimension">Dimensions of the set of equilibria, merged copies counting as one strategy; 0 if there is one only.</param>
/// <param name="WeightReach">The least and the largest weight of each strategy in any equilibrium; of merged copies their equal share.</param>
/// <param name="RatingReach">The least and the largest payoff of each strategy against any equilibrium.</param>
/// <param name="RatingsAreUnique">Whether ratings are the same against every equilibrium, so that copies of strategies change none.</param>
/// <param name="Entropy">Entropy of the weights in nats, merged copies counting as one.</param>
/// <param name="Residual">By how much the conditions of an optimum are missed, payoffs scaled to a largest one of 1: stationarity, complementarity, equilibrium.</param>
/// <param name="EntropyGap">No equilibrium has an entropy that is larger by more than this, in nats: the dual bound minus the entropy.</param>
/// <param name="Clones">Groups of strategies that were merged; none unless asked for.</param>
public sealed record NashAverage(
    ValueList<string> Labels,
    ValueList<double> Weights,
    ValueList<double> Ratings,
    int Dimension,
    ValueList<Reach> WeightReach,
    ValueList<Reach> RatingReach,
    bool RatingsAreUnique,
    double Entropy,
    double Residual,
    double EntropyGap,
    ValueList<ValueList<string>> Clones
)
{
    /// <summary>Whether there is one equilibrium only.</summary>
    public bool IsUnique => Dimension == 0;

    /// <summary>A sentence or two: whether it is the only equilibrium, and if not how far others reach.</summary>
    public string Note =>
        Merged
        + (
            IsUnique
                ? $"{(Clones.Count > 0 ? "Otherwise the" : "The")} only equilibrium, by rank and by linear programs."
                : Others
        );

    private string Merged =>
        string.Concat(
            Clones.Select(group =>
                $"{string.Join(", ", group.Select(label => $"'{label}'"))} are copies and share a weight. "
            )
        );

    private string Others
    {
        get
        {
            var weight = Enumerable.Range(0, Labels.Count).MaxBy(k => WeightReach[k].Width);
            var text =
                $"Not the only equilibrium: equilibria have {Dimension} dimension{(Dimension == 1 ? "" : "s")}, and in them the weight of '{Labels[weight]}' goes from {Round(WeightReach[weight].Low)} to {Round(WeightReach[weight].High)}; this is the one of largest entropy. ";
            if (RatingsAreUnique)
                return text + "Ratings are the same against all of them.";
            var rating = Enumerable.Range(0, Labels.Count).MaxBy(k => RatingReach[k].Width);
            return text
                + $"Ratings depend on the choice, that of '{Labels[rating]}' goes from {Round(RatingReach[rating].Low)} to {Round(RatingReach[rating].High)}, and a copy of a strategy may change them"
                + (Clones.Count > 0 ? "." : "; clones=merge lets copies share a weight.");
        }
    }

    private static string Round(double value) =>
        value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>How far a number goes over a set.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The largest.</param>
public sealed record Reach(double Low, double High)
{
    /// <summary>The largest minus the least.</summary>
    public double Width => High - Low;
}
