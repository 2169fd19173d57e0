namespace Alignment;

/// <summary>Rewards learnt from labelled pairs: what a scorer maximizes.</summary>
/// <remarks>
/// <para>Under Bradley and Terry the response that was chosen wins with probability sigmoid(R(chosen) - R(rejected)). A pair's log-likelihood is the logarithm of
/// that, and rewards are known up to a constant for each prompt: a small weight of their mean square keeps them near 0.</para>
/// <para>Shapes: rewards over pairs, and any others. Units: rewards in log-odds.</para>
/// <para>Source: Bradley, Terry (1952), "Rank analysis of incomplete block designs"; Dai et al. (2024), "SafeSora", arXiv 2406.14477, for one scorer each of helpfulness and
/// harmlessness with 0.001 of the mean square.</para>
/// </remarks>
public static class RewardModel
{
    /// <summary>log sigmoid(chosen - rejected), at most 0, of each pair; finite for any rewards.</summary>
    /// <param name="chosen">Rewards of the responses that were chosen.</param>
    /// <param name="rejected">Rewards of the responses that were not.</param>
    public static Expr LogLikelihood(Expr chosen, Expr rejected)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(rejected);
        return LogSigmoid(chosen - rejected);
    }

    /// <summary>log sigmoid(z) = -log(1 + e^-z).</summary>
    /// <param name="margin">z, in log-odds.</param>
    public static Expr LogSigmoid(Expr margin)
    {
        ArgumentNullException.ThrowIfNull(margin);
        // min(z, 0) - log(1 + e^-|z|): no exponential grows
        return margin.Minimum(0) - (-margin.Abs()).Exp().Log1p();
    }

    /// <summary>What keeps rewards near 0: the mean of the squares of both rewards of a pair.</summary>
    /// <param name="chosen">Rewards of the responses that were chosen.</param>
    /// <param name="rejected">Rewards of the responses that were not.</param>
    public static Expr Size(Expr chosen, Expr rejected)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(rejected);
        return ((chosen * chosen) + (rejected * rejected)) * 0.5;
    }

    /// <summary>What keeps the two rewards of a pair around 0: the square of their sum.</summary>
    /// <remarks>Source: Eisenstein et al. (2023), "Helping or herding?", arXiv 2312.09244.</remarks>
    /// <param name="chosen">Rewards of the responses that were chosen.</param>
    /// <param name="rejected">Rewards of the responses that were not.</param>
    public static Expr Centring(Expr chosen, Expr rejected)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(rejected);
        return (chosen + rejected) * (chosen + rejected);
    }

    /// <summary>The loss of a cost model: costs order each pair by harm, and their sign tells harmful from harmless. To be minimized.</summary>
    /// <remarks>-log sigmoid(C(worse) - C(better)) - log sigmoid(s C(worse)) - log sigmoid(s' C(better)), s = 1 where the response is harmful and -1 where it is not. Source: Dai et al. (2023),
    /// "Safe RLHF", arXiv 2310.12773.</remarks>
    /// <param name="worse">Costs of the more harmful responses.</param>
    /// <param name="better">Costs of the others.</param>
    /// <param name="worseSign">s.</param>
    /// <param name="betterSign">s'.</param>
    public static Expr Cost(Expr worse, Expr better, Expr worseSign, Expr betterSign)
    {
        ArgumentNullException.ThrowIfNull(worseSign);
        ArgumentNullException.ThrowIfNull(betterSign);
        return -LogLikelihood(worse, better) - LogSigmoid(worseSign * worse) - LogSigmoid(betterSign * better);
    }
}
