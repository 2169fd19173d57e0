namespace Alignment;

/// <summary>Losses whose steps play a preference game: the opponent is the policy itself, or a mixture with the reference. To be minimized.</summary>
/// <remarks>
/// <para>P(y > pi) is the probability that response y is preferred to one that the present policy draws.</para>
/// <para>Shapes: log-probabilities over samples or pairs, summed over tokens. Units: nats; preferences from 0 to 1.</para>
/// <para>Errors: a step or temperature that is not above 0.</para>
/// <para>Not for labels that a reward explains: then <see cref="PreferenceLoss.Dpo"/> needs no rounds of play.</para>
/// </remarks>
public static class PreferenceGameLoss
{
    /// <summary>Self-play preference optimization: (log pi(y) / pi_t(y) - eta (P(y > pi_t) - 1/2))^2.</summary>
    /// <remarks>Its optimum is pi_t exp(eta P(y > pi_t)), a step of Hedge, where the normalizer is exp(eta / 2), as it is to first order in eta. Only the average of the steps converges.
    /// Source: Wu et al. (2024), arXiv 2405.00675.</remarks>
    /// <param name="logPolicy">log pi of responses that pi_t drew.</param>
    /// <param name="logPresent">log pi_t of the same; held fixed.</param>
    /// <param name="preference">P(y > pi_t).</param>
    /// <param name="eta">The step.</param>
    public static Expr Sppo(Expr logPolicy, Expr logPresent, Expr preference, double eta)
    {
        ArgumentNullException.ThrowIfNull(logPolicy);
        ArgumentNullException.ThrowIfNull(logPresent);
        ArgumentNullException.ThrowIfNull(preference);
        PreferenceLoss.RequirePositive(nameof(Sppo), "eta", eta);
        return PreferenceLoss.Square(logPolicy - logPresent - (eta * (preference - 0.5)));
    }

    /// <summary>Iterative Nash policy optimization: (m - 1 / (2 eta))^2 of a labelled pair, with m the margin of log pi less tau / eta times that of log ref and
    /// 1 - tau / eta times that of log pi_t.</summary>
    /// <remarks>For pairs that pi_t drew its optimum is a step of magnetic mirror descent: ref^(tau / eta) pi_t^(1 - tau / eta) exp(P(y > pi_t) / eta), normalized.
    /// Source: Zhang et al. (2024), arXiv 2407.00617.</remarks>
    /// <param name="pair">Log-probabilities of pi and the reference.</param>
    /// <param name="presentChosen">log pi_t of the chosen.</param>
    /// <param name="presentRejected">log pi_t of the rejected.</param>
    /// <param name="eta">1 / step; at least <paramref name="tau"/>.</param>
    /// <param name="tau">The game's temperature towards the reference; at least 0.</param>
    public static Expr Inpo(PairLogProbabilities pair, Expr presentChosen, Expr presentRejected, double eta, double tau)
    {
        ArgumentNullException.ThrowIfNull(pair);
        ArgumentNullException.ThrowIfNull(presentChosen);
        ArgumentNullException.ThrowIfNull(presentRejected);
        PreferenceLoss.RequirePositive(nameof(Inpo), "eta", eta);
        if (!(tau >= 0 && tau <= eta))
            throw new ArgumentException(
                $"Inpo: expected tau from 0 to eta = {Quote.Number(eta)}, got {Quote.Number(tau)}."
            );
        var share = tau / eta;
        var margin =
            (pair.Chosen - pair.Rejected)
            - (share * (pair.ReferenceChosen - pair.ReferenceRejected))
            - ((1 - share) * (presentChosen - presentRejected));
        return PreferenceLoss.Square(margin - (1 / (2 * eta)));
    }

    /// <summary>Nash-MD's policy gradient: -(P(y > y') - 1/2 - tau log pi(y) / ref(y)) log pi(y), with the factor in brackets held fixed.</summary>
    /// <remarks>y is drawn by the policy, y' by the geometric mixture of policy and reference that the opponent plays. A mixture that stays fixed leaves a biased solution;
    /// let it vanish as 2 / (t + 2). Source: Munos et al. (2023), arXiv 2312.00886, section 7.</remarks>
    /// <param name="logPolicy">log pi of responses that pi drew.</param>
    /// <param name="logReference">log ref of the same.</param>
    /// <param name="preference">P(y > y').</param>
    /// <param name="tau">The game's temperature towards the reference; at least 0.</param>
    public static Expr NashMd(Expr logPolicy, Expr logReference, Expr preference, double tau)
    {
        ArgumentNullException.ThrowIfNull(logPolicy);
        ArgumentNullException.ThrowIfNull(logReference);
        ArgumentNullException.ThrowIfNull(preference);
        if (!(tau >= 0 && double.IsFinite(tau)))
            throw new ArgumentException($"NashMd: expected tau of at least 0, got {Quote.Number(tau)}.");
        return -(preference - 0.5 - (tau * (logPolicy - logReference))).StopGradient() * logPolicy;
    }
}
