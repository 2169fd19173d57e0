namespace Alignment;

/// <summary>How well what comes of preferences agrees with them: the mean inner product of each preference vector and the point it led to.</summary>
/// <remarks>
/// <para>1/n sum_k sum_j lambda_kj J_kj, for n preferences lambda_k on the simplex and the objectives J_k that were reached with each. Larger is
/// better.</para>
/// <para>Shapes: a point and a preference each, in the same order; objectives by name. Units: those of the objectives, which must be common or scaled
/// before: no normalization is done here.</para>
/// <para>Errors: as many preferences as points are needed; preferences that are below 0 or do not sum to 1 (to 1e-9).</para>
/// <para>Source: Zhong et al. (2024), "Panacea: Pareto alignment via preference adaptation for LLMs", NeurIPS, arXiv 2402.02030, which reports it
/// beside hypervolume, sparsity and spacing.</para>
/// <para>Not for fronts that were not indexed by preferences, nor to compare runs with different preferences.</para>
/// </remarks>
public static class PreferenceFit
{
    private const string Who = "Mean inner product";

    /// <summary>The mean inner product of points and the preferences that led to them.</summary>
    /// <param name="points">What was reached, one point a preference; dominated points are part of it.</param>
    /// <param name="preferences">The preferences, in the order of the points.</param>
    /// <exception cref="ArgumentException">See <see cref="PreferenceFit"/>.</exception>
    public static double InnerProduct(ObjectivePoints points, IEnumerable<ObjectiveVector> preferences)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(preferences);
        var all = preferences.ToArray();
        if (all.Length != points.Count)
            throw new ArgumentException(
                $"{Who}: expected a preference for each of {points.Count} points, got {all.Length}."
            );
        var sum = 0.0;
        for (var k = 0; k < all.Length; k++)
        {
            var weights = all[k].In(points.Objectives, $"{Who}, preference {k}");
            if (!(weights.All(w => w >= 0) && Math.Abs(weights.Sum() - 1) <= 1e-9))
                throw new ArgumentException(
                    $"{Who}, preference {k}: expected weights of at least 0 that sum to 1, got {all[k]}."
                );
            for (var j = 0; j < weights.Length; j++)
                sum += weights[j] * points[k, j];
        }

        return sum / all.Length;
    }
}
