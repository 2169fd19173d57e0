namespace Alignment;

/// <summary>Losses that fit a policy to labelled pairs directly, without a reward model between. To be minimized.</summary>
/// <remarks>
/// <para>With h the margin of log-ratios to the reference (<see cref="PairLogProbabilities.Margin"/>), a loss for each pair; take the mean over pairs.</para>
/// <para>Only differences of log-probabilities are fitted: a loss falls while the chosen response grows less likely too, if the rejected one falls faster. Watch
/// both.</para>
/// <para>Shapes: as the log-probabilities. Units: beta in 1/nat of the reward's unit; losses without unit.</para>
/// <para>Errors: beta that is not above 0; a smoothing outside of [0, 1/2).</para>
/// <para>Not for a preference that goes round in circles: see <see cref="PreferenceGameLoss"/>.</para>
/// </remarks>
public static class PreferenceLoss
{
    /// <summary>Direct preference optimization: -log sigmoid(beta h).</summary>
    /// <remarks>On all pairs with labels of a Bradley-Terry model of rewards r its optimum is ref exp(r / beta), normalized. Smoothed, the loss is 1 - e of it and e of that of the
    /// pair reversed: a label of p counts as e + (1 - 2 e) p, so that the optimum stays within reach of the reference however sure labels are. Source: Rafailov et al. (2023),
    /// arXiv 2305.18290, eq. 7; Mitchell (2023), "A note on DPO with noisy preferences", for the smoothing.</remarks>
    /// <param name="pair">Log-probabilities, summed over tokens.</param>
    /// <param name="beta">How dear it is to leave the reference.</param>
    /// <param name="smoothing">e, from 0 to below 0.5.</param>
    public static Expr Dpo(PairLogProbabilities pair, double beta, double smoothing = 0)
    {
        Require(nameof(Dpo), pair, beta);
        if (!(smoothing is >= 0 and < 0.5))
            throw new ArgumentException(
                $"Dpo: expected a smoothing of labels from 0 to below 0.5, got {Quote.Number(smoothing)}."
            );
        var loss = -RewardModel.LogSigmoid(beta * pair.Margin);
        return smoothing == 0
            ? loss
            : ((1 - smoothing) * loss) - (smoothing * RewardModel.LogSigmoid(-beta * pair.Margin));
    }

    /// <summary>Identity preference optimization: (h - 1 / (2 tau))^2.</summary>
    /// <remarks>Its optimum is bounded however sure labels are: for two responses, and for labels between responses drawn from mu, ref exp(E P(y > y') / tau).
    /// With log-probabilities summed over tokens this is the paper's; with their means over tokens it is what several libraries train, another loss with another tau:
    /// pass the one that is meant. Source: Azar et al. (2023), arXiv 2310.12036, eq. 17.</remarks>
    /// <param name="pair">Log-probabilities: summed over tokens, or their mean over tokens.</param>
    /// <param name="tau">How dear it is to leave the reference, in nats.</param>
    public static Expr Ipo(PairLogProbabilities pair, double tau)
    {
        Require(nameof(Ipo), pair, tau);
        return Square(pair.Margin - (1 / (2 * tau)));
    }

    /// <summary>Exploratory preference optimization: DPO's loss, and alpha log pi of responses that the reference drew.</summary>
    /// <remarks>The bonus makes what the reference says less likely, and so the policy try what it would not. Source: Xie et al. (2024), arXiv 2405.21046, algorithm 1.</remarks>
    /// <param name="pair">Log-probabilities, summed over tokens.</param>
    /// <param name="drawn">log pi of responses that the reference drew, summed over tokens.</param>
    /// <param name="beta">How dear it is to leave the reference.</param>
    /// <param name="alpha">Weight of the bonus; at least 0.</param>
    public static Expr Xpo(PairLogProbabilities pair, Expr drawn, double beta, double alpha)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        return Dpo(pair, beta) + (alpha * drawn);
    }

    /// <summary>Kahneman-Tversky optimization, of responses that are good or bad each by itself: w (1 - sigmoid(beta (r - z))) of a good one, w (1 - sigmoid(beta (z - r))) of a bad one.</summary>
    /// <remarks>r is the log-ratio of the response, z an estimate of KL(pi || ref) of at least 0 that no gradient passes. It has no optimum inside of the simplex: losses
    /// fall on as probabilities go to 0 and 1. Source: Ethayarajh et al. (2024), arXiv 2402.01306.</remarks>
    /// <param name="ratio">r = log pi(y) / ref(y), summed over tokens.</param>
    /// <param name="good">1 where the response is desirable, 0 where it is not.</param>
    /// <param name="kl">z, in nats.</param>
    /// <param name="beta">How sharply gains and losses saturate.</param>
    /// <param name="goodWeight">w of the good.</param>
    /// <param name="badWeight">w of the bad.</param>
    public static Expr Kto(Expr ratio, Expr good, Expr kl, double beta, double goodWeight = 1, double badWeight = 1)
    {
        ArgumentNullException.ThrowIfNull(ratio);
        ArgumentNullException.ThrowIfNull(good);
        ArgumentNullException.ThrowIfNull(kl);
        RequirePositive(nameof(Kto), "beta", beta);
        // 1 - sigmoid(x) = sigmoid(-x)
        var beyond = beta * (ratio - kl.Positive().StopGradient());
        return good.Above(0.5).Select(goodWeight * Sigmoid(-beyond), badWeight * Sigmoid(beyond));
    }

    internal static Expr Sigmoid(Expr x) => (0.5 * ((0.5 * x).Tanh() + 1));

    internal static Expr Square(Expr x) => x * x;

    internal static void RequirePositive(string who, string what, double value)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentException($"{who}: expected {what} above 0, got {Quote.Number(value)}.");
    }

    private static void Require(string who, PairLogProbabilities pair, double weight)
    {
        ArgumentNullException.ThrowIfNull(pair);
        RequirePositive(who, who == nameof(Ipo) ? "tau" : "beta", weight);
    }
}
