namespace Alignment;

/// <summary>Losses of sampled responses with rewards: policy gradients and what keeps their steps small. To be minimized.</summary>
/// <remarks>
/// <para>Shapes: rewards over prompts' groups of samples; log-probabilities over samples and tokens, or over samples.</para>
/// <para>Units: rewards in their own unit; log-probabilities in nats.</para>
/// <para>Errors: a range of ratios that is not above 0.</para>
/// <para>Not for labelled pairs without a reward: <see cref="PreferenceLoss"/>.</para>
/// </remarks>
public static class PolicyGradientLoss
{
    /// <summary>Clipped surrogate: -min(rho A, clip(rho, 1 - low, 1 + high) A), with rho = pi / pi_old of a token.</summary>
    /// <remarks>Source: Schulman et al. (2017), "Proximal policy optimization algorithms", arXiv 1707.06347, eq. 7; Yu et al. (2025), "DAPO", arXiv 2503.14476, for a wider upper range.</remarks>
    /// <param name="logPolicy">log pi of each token.</param>
    /// <param name="logOld">log pi_old of the same; held fixed.</param>
    /// <param name="advantage">A of each token, or of each sample; held fixed.</param>
    /// <param name="low">How far below 1 ratios count.</param>
    /// <param name="high">How far above; the same as <paramref name="low"/> where null.</param>
    public static Expr Clipped(Expr logPolicy, Expr logOld, Expr advantage, double low = 0.2, double? high = null)
    {
        ArgumentNullException.ThrowIfNull(logPolicy);
        ArgumentNullException.ThrowIfNull(logOld);
        ArgumentNullException.ThrowIfNull(advantage);
        PreferenceLoss.RequirePositive(nameof(Clipped), "a range of ratios", low);
        PreferenceLoss.RequirePositive(nameof(Clipped), "a range of ratios", high ?? low);
        var ratio = (logPolicy - logOld).Exp();
        var near = ratio.Maximum(1 - low).Minimum(1 + (high ?? low));
        var fixedAdvantage = advantage.StopGradient();
        return -(ratio * fixedAdvantage).Minimum(near * fixedAdvantage);
    }

    /// <summary>Half of the value head's squared error, of the worse of its own value and that kept within a range of its old one.</summary>
    /// <remarks>Source: Schulman et al. (2017), arXiv 1707.06347, with the clipping of its authors' program.</remarks>
    /// <param name="value">V of each token.</param>
    /// <param name="old">V as it was when responses were drawn.</param>
    /// <param name="returns">What it should be: advantage plus old value.</param>
    /// <param name="range">How far from its old value it counts.</param>
    public static Expr Value(Expr value, Expr old, Expr returns, double range = 0.2)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(returns);
        PreferenceLoss.RequirePositive(nameof(Value), "a range", range);
        var near = old + (value - old).Maximum(-range).Minimum(range);
        return 0.5 * PreferenceLoss.Square(value - returns).Maximum(PreferenceLoss.Square(near - returns));
    }

    /// <summary>Generalized advantage estimates: A_t = sum over l of (gamma lambda)^l (r_(t+l) + gamma V_(t+l+1) - V_(t+l)), V = 0 behind the end.</summary>
    /// <remarks>Source: Schulman et al. (2015), "High-dimensional continuous control using generalized advantage estimation", arXiv 1506.02438, eq. 16.</remarks>
    /// <param name="rewards">r of each token.</param>
    /// <param name="values">V before each token; held fixed.</param>
    /// <param name="mask">1 for tokens of the response, one behind the other, 0 for the rest.</param>
    /// <param name="tokens">The axis of the tokens.</param>
    /// <param name="gamma">Discount, from 0 to 1.</param>
    /// <param name="lambda">How far rewards rather than values are trusted, from 0 to 1.</param>
    public static Expr Advantages(
        Expr rewards,
        Expr values,
        Expr mask,
        Axis tokens,
        double gamma = 1,
        double lambda = 0.95
    )
    {
        ArgumentNullException.ThrowIfNull(rewards);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(tokens);
        var from = tokens.Named($"{tokens.Name} from");
        var size = tokens.Size;
        var (next, later) = (new double[size, size], new double[size, size]);
        for (var i = 0; i < size; i++)
        {
            for (var j = i; j < size; j++)
                (next[i, j], later[i, j]) = (j == i + 1 ? 1 : 0, Math.Pow(gamma * lambda, j - i));
        }

        // the value behind each token, and errors discounted to it
        Expr Along(Expr x, double[,] weights) => Expr.Matrix(from, tokens, weights).Dot(x, tokens).On(from, tokens);
        var kept = values.StopGradient() * mask;
        return mask * Along(mask * ((gamma * Along(kept, next)) + rewards - kept), later);
    }

    /// <summary>Advantage of a sample over the mean of its prompt's others: A_i = r_i - mean over j other than i of r_j.</summary>
    /// <remarks>Unbiased: what is taken off does not depend on the sample. Source: Ahmadian et al. (2024), "Back to basics", arXiv 2402.14740 (RLOO).</remarks>
    /// <param name="rewards">Rewards over a prompt's samples, and prompts.</param>
    /// <param name="samples">The axis of a prompt's samples; at least 2.</param>
    public static Expr LeaveOneOut(Expr rewards, Axis samples)
    {
        RequireGroup(nameof(LeaveOneOut), rewards, samples);
        var n = (double)samples.Size;
        return (rewards - rewards.Mean(samples)) * (n / (n - 1));
    }

    /// <summary>Advantage within a group: A_i = (r_i - mean r) / (std r + 1e-4), the standard deviation with n - 1.</summary>
    /// <remarks>Source: Shao et al. (2024), "DeepSeekMath", arXiv 2402.03300, section 4.1 (GRPO), which leaves open which deviation; n - 1 is what most programs take. The division weighs prompts
    /// on which samples nearly agree as much as any other: a bias, see <see cref="Centred"/>.</remarks>
    /// <inheritdoc cref="LeaveOneOut"/>
    public static Expr Standardized(Expr rewards, Axis samples)
    {
        RequireGroup(nameof(Standardized), rewards, samples);
        var centred = Centred(rewards, samples);
        var variance = (centred * centred).Sum(samples) / (samples.Size - 1.0);
        return centred / (variance.Sqrt() + 1e-4);
    }

    /// <summary>Advantage within a group without the division: A_i = r_i - mean r.</summary>
    /// <remarks>Source: Liu et al. (2025), "Understanding R1-Zero-like training", arXiv 2503.20783 (Dr. GRPO).</remarks>
    /// <inheritdoc cref="LeaveOneOut"/>
    public static Expr Centred(Expr rewards, Axis samples)
    {
        RequireGroup(nameof(Centred), rewards, samples);
        return rewards - rewards.Mean(samples);
    }

    /// <summary>-A log pi of a sample: its gradient is the policy gradient.</summary>
    /// <remarks>Source: Williams (1992), "Simple statistical gradient-following algorithms", Machine Learning 8.</remarks>
    /// <param name="logPolicy">log pi of samples that pi drew, summed over tokens.</param>
    /// <param name="advantage">A; held fixed.</param>
    public static Expr Reinforce(Expr logPolicy, Expr advantage)
    {
        ArgumentNullException.ThrowIfNull(logPolicy);
        ArgumentNullException.ThrowIfNull(advantage);
        return -advantage.StopGradient() * logPolicy;
    }

    /// <summary>Group-relative policy optimization, of each token: the clipped surrogate plus beta k3 to the reference.</summary>
    /// <remarks>The paper's loss is the mean over each sample's tokens (<see cref="TokenLoss.Mean"/>), then over samples, with <see cref="Standardized"/> advantages: short samples weigh
    /// more a token. Its unbiased variant is the sum over tokens divided by a constant, with <see cref="Centred"/> advantages. Source: Shao et al. (2024), arXiv 2402.03300, eq. 3.</remarks>
    /// <param name="logPolicy">log pi of each token.</param>
    /// <param name="logOld">log pi_old of the same.</param>
    /// <param name="logReference">log ref of the same.</param>
    /// <param name="advantage">A of each sample.</param>
    /// <param name="beta">Weight of the KL, at least 0. Its gradient is that of KL(ref || pi), see <see cref="KlEstimator"/>.</param>
    /// <param name="low">How far below 1 ratios count.</param>
    /// <param name="high">How far above; the same where null.</param>
    public static Expr Grpo(
        Expr logPolicy,
        Expr logOld,
        Expr logReference,
        Expr advantage,
        double beta,
        double low = 0.2,
        double? high = null
    ) => Clipped(logPolicy, logOld, advantage, low, high) + (beta * KlEstimator.K3(logPolicy, logReference));

    private static void RequireGroup(string who, Expr rewards, Axis samples)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Size < 2)
            throw new ArgumentException($"{who}: expected at least 2 samples a prompt, got {samples.Size}.");
    }
}
