namespace Alignment;

/// <summary>A linear reward model that is fitted to labelled pairs: a player who sets its weights, and what it maximizes.</summary>
/// <remarks>
/// <para>With rewards R = w'x: the mean over pairs of log sigmoid(R(chosen) - R(rejected)) less a weight times the mean of the squares of both (<see
/// cref="RewardModel"/>). Concave in w, and strictly so with a weight above 0: one maximum.</para>
/// <para>Shapes: w over the features, from 0. Several scorers are one game, in which none has an interest in another: <see cref="Together"/>.</para>
/// <para>Source: Bradley, Terry (1952), "Rank analysis of incomplete block designs"; Dai et al. (2024), "SafeSora", arXiv 2406.14477.</para>
/// </remarks>
public sealed record PairScorer
{
    private PairScorer(Player player, Expr payoff) => (Player, Payoff) = (player, payoff);

    /// <summary>Who sets the weights.</summary>
    public Player Player { get; }

    /// <summary>What it maximizes.</summary>
    public Expr Payoff { get; }

    /// <summary>w.</summary>
    public Weights Weights => Player.Weights[0];

    internal static PairScorer Of(string name, LabelledPairs pairs, double size)
    {
        if (!(size >= 0 && double.IsFinite(size)))
            throw new ArgumentException(
                $"Scorer '{name}': expected a weight of the size of at least 0, got {Text.Number(size)}."
            );
        var (pair, feature) = (Axis.Of($"{name} pairs", pairs.Count), Axis.Of($"{name} features", pairs.Features));
        var weights = Weights.Of($"{name} weights", feature).StartingAt(Initializer.Constant(0));
        var chosen = pairs.ChosenOver(pair, feature).Dot(weights, feature);
        var rejected = pairs.RejectedOver(pair, feature).Dot(weights, feature);
        var payoff = RewardModel.LogLikelihood(chosen, rejected) - (size * RewardModel.Size(chosen, rejected));
        return new(Player.With(name, weights), payoff.Mean(pair));
    }

    /// <summary>The game in which each scorer fits its own pairs.</summary>
    /// <exception cref="ArgumentException">Two have one name.</exception>
    public static GameSpec Together(params IEnumerable<PairScorer> scorers)
    {
        ArgumentNullException.ThrowIfNull(scorers);
        return scorers.Aggregate(
            Game.Named("scorers"),
            (spec, scorer) => spec.Player(scorer.Player).Payoff(scorer.Player, scorer.Payoff)
        );
    }
}
