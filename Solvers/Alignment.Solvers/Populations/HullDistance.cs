namespace Alignment;

/// <summary>How far a strategy is from everything that a population can play: KL divergence from the hull of its members.</summary>
/// <remarks>
/// <para>Div(x) = min over h in the hull of KL(x || (1 - s) h + s / n), n actions, s the smoothing: 0 without it only where x is a mixture of members, and
/// infinite where x plays what no member does. The minimum over weights is that of a mixture's likelihood: w_k' = w_k sum_a x_a m_ka / h_a, which never
/// raises it. Convex in x.</para>
/// <para>In a sequential game x_a is the probability that play ends with action a, of n actions with no information set behind, where the player is asked as
/// <see cref="ResponseContext.Shares"/> has it: share times plan. It is linear in plans and tells them apart, so the hull is that of all mixtures of members.</para>
/// <para>Units: nats. Range: at most log(n / s).</para>
/// <para>Default: s = 0.05. The iteration ends when the value is within 1e-6 of the minimum, by concavity of the likelihood (max_k sum_a x_a m_ka / h_a - 1 is
/// at least the difference), or after 5,000 steps.</para>
/// <para>Errors: a smoothing that is not above 0 and at most 1.</para>
/// <para>Source: the distance is the one between a policy and its population's hull of Liu et al. (2021), "Towards unifying behavioral and response diversity for open-ended
/// learning in zero-sum games", arXiv 2106.04958, and Yao et al. (2023), "Policy space diversity for non-transitive games", arXiv 2306.16884; iteration:
/// Dempster, Laird, Rubin (1977), JRSS B 39.</para>
/// <para>Not where actions are many names for the same thing: it counts names.</para>
/// </remarks>
public sealed record HullDistance : IDiversity
{
    private const int MostSteps = 5000;
    private const double Settled = 1e-6; // nats

    /// <summary>s, the share of uniform play in the hull; above 0, at most 1.</summary>
    public double Smoothing { get; init; } = 0.05;

    /// <inheritdoc/>
    public string Name => "hull";

    /// <inheritdoc/>
    public double Range(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Math.Log(context.EndsWith.Count(ends => ends) / Smoothing);
    }

    /// <inheritdoc/>
    public Func<double[], DiversityValue> From(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!(Smoothing > 0 && Smoothing <= 1))
            throw new ArgumentException(
                $"Distance from the hull: expected a smoothing above 0 and at most 1, got {NumberText.Of(Smoothing)}."
            );
        int[] ends = [.. Enumerable.Range(0, context.EndsWith.Count).Where(a => context.EndsWith[a])];
        double[] shares = [.. ends.Select(a => context.Shares[a])];
        double[] Ends(double[] plan) => [.. ends.Select((a, k) => shares[k] * plan[a])];
        var uniform = Smoothing / ends.Length;
        double[][] smooth =
        [
            .. context.MemberPlans.Select(m => Ends(m).Select(p => ((1 - Smoothing) * p) + uniform).ToArray()),
        ];
        return plan =>
        {
            var (value, by) = Of(Ends(plan), smooth);
            var gradient = new double[plan.Length];
            for (var k = 0; k < by.Length; k++)
                gradient[ends[k]] = shares[k] * by[k];
            return new(value, gradient);
        };
    }

    private static (double Value, double[] Gradient) Of(double[] x, double[][] smooth)
    {
        var nearest = Nearest(x, smooth);
        var (value, gradient) = (0.0, new double[x.Length]);
        for (var a = 0; a < gradient.Length; a++)
        {
            // the weights are at their minimum, so only x itself counts
            gradient[a] = Math.Log(Math.Max(x[a], 1e-300) / nearest[a]) + 1;
            value += x[a] > 0 ? x[a] * Math.Log(x[a] / nearest[a]) : 0;
        }

        return (Math.Max(0, value), gradient);
    }

    private static double[] Nearest(double[] x, double[][] smooth)
    {
        var n = x.Length;
        double[] weights = [.. smooth.Select(_ => 1.0 / smooth.Length)];
        var mixture = new double[n];
        for (var step = 0; ; step++)
        {
            Array.Clear(mixture);
            for (var k = 0; k < smooth.Length; k++)
            {
                for (var a = 0; a < n; a++)
                    mixture[a] += weights[k] * smooth[k][a];
            }

            if (step == MostSteps)
                return mixture;
            var gap = 0.0; // what the best member alone promises to first order, so no more than that is left
            for (var k = 0; k < smooth.Length; k++)
            {
                var factor = 0.0;
                for (var a = 0; a < n; a++)
                    factor += x[a] * smooth[k][a] / mixture[a];
                gap = Math.Max(gap, factor - 1);
                weights[k] *= factor;
            }

            if (gap < Settled)
                return mixture;
        }
    }
}
