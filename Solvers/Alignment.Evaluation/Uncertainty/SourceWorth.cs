using System.Globalization;
using MathNet.Numerics.Statistics;

namespace Alignment;

/// <summary>What a component of uncertainty is worth: how well it tells questions that were answered wrongly from those that were not.</summary>
/// <remarks>
/// <para>With scores s_k and wrongness w_k of questions: AUROC is the chance that a wrong answer has a larger score than a right one, both drawn at random,
/// ties counting half: sum over j, k of w_j (1 - w_k) (1 if s_j > s_k, 1/2 if equal) over sum w sum (1 - w). Where w is 0 or 1 that is the
/// statistic of Mann and Whitney; a question answered wrongly in a share of its tries counts as both. Rank correlation is Spearman's, ties at
/// their mean rank, of s and w.</para>
/// <para>Shapes: one number of each a question. No units: AUROC from 0 to 1, 1/2 if scores tell nothing; correlation from -1 to 1.</para>
/// <para>Errors: fewer than 2 questions; wrongness outside 0 to 1, or the same for all; scores that are not finite, or all the same.</para>
/// <para>Source: Mann, Whitney (1947), "On a test of whether one of two random variables is stochastically larger than the other"; Spearman (1904).</para>
/// <para>Not for how far a score is calibrated: both look at the order alone. Neither has an interval here; compare components on the same questions.</para>
/// </remarks>
public sealed record SourceWorth
{
    private SourceWorth(double auroc, double correlation, int questions, double wrong) =>
        (Auroc, RankCorrelation, Questions, Wrong) = (auroc, correlation, questions, wrong);

    /// <summary>The chance that a wrong answer has a larger score than a right one.</summary>
    public double Auroc { get; }

    /// <summary>Spearman's rank correlation of scores and wrongness.</summary>
    public double RankCorrelation { get; }

    /// <summary>Number of questions.</summary>
    public int Questions { get; }

    /// <summary>Mean wrongness.</summary>
    public double Wrong { get; }

    /// <summary>Measures scores against wrongness.</summary>
    /// <param name="scores">A component of the uncertainty of each question, larger for more.</param>
    /// <param name="wrongness">From 0 to 1: 1 if answered wrongly, or the share of tries that were.</param>
    /// <exception cref="ArgumentException">They are no such numbers.</exception>
    public static SourceWorth Of(IEnumerable<double> scores, IEnumerable<double> wrongness)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(wrongness);
        double[] s = [.. scores];
        double[] w = [.. wrongness];
        if (s.Length != w.Length || s.Length < 2)
            throw new ArgumentException(
                $"Worth: expected a score and a wrongness of each of at least 2 questions, got {s.Length} and {w.Length}."
            );
        if (Array.FindIndex(s, x => !double.IsFinite(x)) is >= 0 and var bad)
            throw new ArgumentException($"Worth: expected finite scores, got {Text.Number(s[bad])} at question {bad}.");
        if (Array.FindIndex(w, x => !(x >= 0 && x <= 1)) is >= 0 and var off)
            throw new ArgumentException(
                $"Worth: expected wrongness from 0 to 1, got {Text.Number(w[off])} at question {off}."
            );
        if (w.All(x => x == w[0]) || s.All(x => x == s[0]))
            throw new ArgumentException(
                $"Worth: expected questions that differ, got the same {(s.All(x => x == s[0]) ? "score" : "wrongness")} for all {s.Length}; nothing can be told apart."
            );
        return new(AurocOf(s, w), Correlation.Spearman(s, w), s.Length, w.Average());
    }

    // by rising scores: wrong answers of a level beat the right ones below it, and half of those beside it
    private static double AurocOf(double[] s, double[] w)
    {
        int[] order = [.. Enumerable.Range(0, s.Length).OrderBy(k => s[k])];
        var (wins, below) = (0.0, 0.0);
        for (var from = 0; from < order.Length; )
        {
            var to = from;
            var (wrong, right) = (0.0, 0.0);
            for (; to < order.Length && s[order[to]] == s[order[from]]; to++)
                (wrong, right) = (wrong + w[order[to]], right + 1 - w[order[to]]);
            wins += wrong * (below + (right / 2));
            below += right;
            from = to;
        }

        return wins / (w.Sum() * below);
    }

    /// <summary><c>AUROC 0.873, rank correlation 0.642 over 200 questions, 31.0 % wrong</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"AUROC {Auroc:f3}, rank correlation {RankCorrelation:f3} over {Questions} questions, {100 * Wrong:f1} % wrong"
        );
}
