namespace Alignment;

/// <summary>Proxy and gold along a road away from the base policy: where gold peaks, and what it comes to.</summary>
/// <remarks>
/// <para>Roads: best-of-n by the proxy, pi_n of <see cref="BestOfLaw"/>; and tilting, pi ~ base exp(proxy / beta), the policy that maximizes E proxy - beta
/// KL(pi || base). Both exactly, over a list of responses.</para>
/// <para>Units: KL in nats, so its root is the axis that Gao et al. draw over; proxy and gold in theirs.</para>
/// <para>Source: Gao, Schulman, Hilton (2023), "Scaling laws for reward model overoptimization", arXiv 2210.10760.</para>
/// </remarks>
/// <param name="Points">Along the road, in the order that was asked for.</param>
public sealed record OverOptimizationCurve(ValueList<OverOptimizationPoint> Points)
{
    /// <summary>The point with the most gold, the first of several.</summary>
    public OverOptimizationPoint Peak => Points.MaxBy(point => point.Gold)!;

    /// <summary>Gold at the peak less gold at the end: 0 where it never fell.</summary>
    public double Lost => Peak.Gold - Points[^1].Gold;

    /// <summary>Best-of-n by the proxy.</summary>
    /// <param name="responses">The responses.</param>
    /// <param name="draws">The numbers n, each at least 1.</param>
    /// <exception cref="ArgumentException">There is no n, or one is below 1.</exception>
    public static OverOptimizationCurve BestOf(ProxyResponses responses, IReadOnlyList<double> draws)
    {
        ArgumentNullException.ThrowIfNull(responses);
        var law = BestOfLaw.Of(responses.Proxy, responses.Mass);
        return Along("n", draws, n => Point(responses, n, law.Policy(n)));
    }

    /// <summary>Tilting: for each beta the policy in proportion to base exp(proxy / beta).</summary>
    /// <param name="responses">The responses.</param>
    /// <param name="temperatures">The numbers beta, each above 0, in units of the proxy.</param>
    /// <exception cref="ArgumentException">There is no beta, or one is not above 0.</exception>
    public static OverOptimizationCurve Tilted(ProxyResponses responses, IReadOnlyList<double> temperatures)
    {
        ArgumentNullException.ThrowIfNull(responses);
        var most = responses.Proxy.Max();
        return Along(
            "beta",
            temperatures,
            beta =>
            {
                if (!(beta > 0 && double.IsFinite(beta)))
                    throw new ArgumentException($"Over-optimization: expected beta above 0, got {Text.Number(beta)}.");
                // the largest exponent is 0
                var policy = responses
                    .Proxy.Zip(responses.Mass, (r, mass) => mass * Math.Exp((r - most) / beta))
                    .ToArray();
                var total = policy.Sum();
                return Point(responses, beta, Array.ConvertAll(policy, p => p / total));
            }
        );
    }

    private static OverOptimizationCurve Along(
        string name,
        IReadOnlyList<double> places,
        Func<double, OverOptimizationPoint> point
    )
    {
        ArgumentNullException.ThrowIfNull(places);
        return places.Count > 0
            ? new(places.Select(point).ToValueList())
            : throw new ArgumentException($"Over-optimization: expected at least one {name}.");
    }

    private static OverOptimizationPoint Point(ProxyResponses responses, double place, double[] policy)
    {
        var (proxy, gold, kl) = (0.0, 0.0, 0.0);
        for (var k = 0; k < policy.Length; k++)
        {
            proxy += policy[k] * responses.Proxy[k];
            gold += policy[k] * responses.Gold[k];
            if (policy[k] > 0)
                kl += policy[k] * Math.Log(policy[k] / responses.Mass[k]);
        }

        return new(place, Math.Max(kl, 0), proxy, gold);
    }
}

/// <summary>A policy on the road.</summary>
/// <param name="Place">n, or beta.</param>
/// <param name="Divergence">KL from the base policy in nats.</param>
/// <param name="Proxy">Expected proxy reward; infinite tails are those of the grid.</param>
/// <param name="Gold">Expected gold reward.</param>
public sealed record OverOptimizationPoint(double Place, double Divergence, double Proxy, double Gold);
