using MathNet.Numerics;

namespace Alignment;

/// <summary>What best-of-n would come to, from N draws of a policy and without a bias: the mean over all n of the N.</summary>
/// <remarks>
/// <para>Of the C(N, n) sets of n draws, C(r - 1, n - 1) have the draw of rank r as their best. So sum over draws of C(r - 1, n - 1) / C(N, n) times
/// its value is an unbiased estimate for every n up to N, all from the same N labels. Draws with equal scores share their ranks evenly.</para>
/// <para>Shapes: one score and one value a draw.</para>
/// <para>Errors: lists of different lengths, n below 1 or above N, numbers that are not finite.</para>
/// <para>Source: Nakano et al. (2021), "WebGPT", arXiv 2112.09332, appendix; used by Gao, Schulman, Hilton (2023), arXiv 2210.10760.</para>
/// <para>Not for responses with known masses: there <see cref="BestOfLaw"/> is exact. As n comes near N its variance grows to that of one set.</para>
/// </remarks>
public static class BestOfSample
{
    /// <summary>The estimate.</summary>
    /// <param name="scores">What the best has most of, draw by draw.</param>
    /// <param name="values">What is averaged, such as gold labels.</param>
    /// <param name="n">Draws of which one is kept, from 1 to N.</param>
    /// <exception cref="ArgumentException">They are no such lists.</exception>
    public static double Mean(IReadOnlyList<double> scores, IReadOnlyList<double> values, int n)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(values);
        var count = scores.Count;
        if (values.Count != count || n < 1 || n > count)
            throw new ArgumentException(
                $"Best of n: expected as many values as scores and n from 1 to their number, got {count} scores, {values.Count} values and n = {n}."
            );
        if (scores.Concat(values).Any(x => !double.IsFinite(x)))
            throw new ArgumentException("Best of n: expected finite scores and values.");
        var order = Enumerable.Range(0, count).OrderBy(k => scores[k]).ToArray();
        var (sum, start) = (0.0, 0);
        while (start < count)
        {
            var end = start;
            var (weight, total) = (0.0, 0.0);
            for (; end < count && scores[order[end]] == scores[order[start]]; end++)
            {
                weight += Share(end + 1, count, n);
                total += values[order[end]];
            }

            sum += weight * total / (end - start);
            start = end;
        }

        return sum;
    }

    // C(rank - 1, n - 1) / C(count, n); logarithms, since either may not be a number
    private static double Share(int rank, int count, int n) =>
        rank < n ? 0 : Math.Exp(SpecialFunctions.BinomialLn(rank - 1, n - 1) - SpecialFunctions.BinomialLn(count, n));
}
