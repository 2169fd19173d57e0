namespace Alignment;

/// <summary>Best-of-n over a list of responses, exactly and for millions of them: what is drawn n times and kept by its score.</summary>
/// <remarks>
/// <para>With F(y) the mass of responses that score at most as y does and F(y-) of those that score less, m(y) = F(y) - F(y-): pi_n(y) =
/// pi(y) / m(y) (F(y)^n - F(y-)^n). Ties share by mass. The same law as <see cref="BestOf"/>, by sorting instead of comparing each with each:
/// O(m log m) once and O(m) each n.</para>
/// <para>Shapes: one score and one mass a response.</para>
/// <para>Errors: no responses; lengths that differ; a score that is not finite; masses below 0 or without a sum; n below 1.</para>
/// <para>Source: Beirami et al. (2024), "Theoretical guarantees on the best-of-n alignment policy", arXiv 2401.01879.</para>
/// <para>Not for gradients: there <see cref="BestOf"/>.</para>
/// </remarks>
public sealed class BestOfLaw
{
    private readonly int[] _order; // by score, the least first
    private readonly int[] _ends; // behind each group of ties, in that order
    private readonly double[] _masses; // sum to 1
    private readonly double[] _upTo; // F at the end of each group

    private BestOfLaw(int[] order, int[] ends, double[] masses, double[] upTo) =>
        (_order, _ends, _masses, _upTo) = (order, ends, masses, upTo);

    /// <summary>Number of responses.</summary>
    public int Count => _masses.Length;

    /// <summary>The law of responses.</summary>
    /// <param name="scores">What the best has most of.</param>
    /// <param name="masses">How often each is drawn, at least 0; they are divided by their sum. Equal when left out.</param>
    /// <exception cref="ArgumentException">They are no such lists.</exception>
    public static BestOfLaw Of(IReadOnlyList<double> scores, IReadOnlyList<double>? masses = null)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var score = scores.ToArray();
        var mass = masses?.ToArray() ?? Array.ConvertAll(score, _ => 1.0);
        if (score.Length == 0 || mass.Length != score.Length)
            throw new ArgumentException(
                $"Best of n: expected at least one response, and a score and a mass for each, got {score.Length} scores and {mass.Length} masses."
            );
        if (Array.FindIndex(score, s => !double.IsFinite(s)) is >= 0 and var bad)
            throw new ArgumentException(
                $"Best of n: expected finite scores, got {Text.Number(score[bad])} for response {bad}."
            );
        if (Array.FindIndex(mass, m => !(m >= 0 && double.IsFinite(m))) is >= 0 and var wrong)
            throw new ArgumentException(
                $"Best of n: expected masses of at least 0, got {Text.Number(mass[wrong])} for response {wrong}."
            );
        var total = mass.Sum();
        if (!(total > 0 && double.IsFinite(total)))
            throw new ArgumentException($"Best of n: expected masses with a sum above 0, got {Text.Number(total)}.");
        for (var k = 0; k < mass.Length; k++)
            mass[k] /= total;
        return Sorted(score, mass);
    }

    private static BestOfLaw Sorted(double[] score, double[] mass)
    {
        var order = Enumerable.Range(0, score.Length).ToArray();
        Array.Sort(score.ToArray(), order);
        var (ends, upTo) = (new List<int>(), new List<double>());
        // compensated: powers of F magnify what a sum of many small masses rounds away
        var (sum, lost) = (0.0, 0.0);
        for (var k = 0; k < order.Length; k++)
        {
            var (before, added) = (sum, mass[order[k]] - lost);
            sum = before + added;
            lost = sum - before - added;
            if (k + 1 < order.Length && score[order[k + 1]] == score[order[k]])
                continue;
            ends.Add(k + 1);
            upTo.Add(Math.Min(sum, 1));
        }

        upTo[^1] = 1;
        return new(order, [.. ends], mass, [.. upTo]);
    }

    /// <summary>pi_n: how often each response is kept; sums to 1.</summary>
    /// <param name="n">Draws, at least 1; between whole numbers the formula goes on.</param>
    /// <exception cref="ArgumentException">n is below 1.</exception>
    public double[] Policy(double n)
    {
        if (!(n >= 1 && double.IsFinite(n)))
            throw new ArgumentException($"Best of n: expected n of at least 1, got {Text.Number(n)}.");
        var kept = new double[Count];
        var (start, below) = (0, 0.0);
        for (var group = 0; group < _ends.Length; group++)
        {
            var (end, upTo) = (_ends[group], _upTo[group]);
            var same = 0.0;
            for (var k = start; k < end; k++)
                same += _masses[_order[k]];
            var share = same > 0 ? Difference(upTo, below, same, n) / same : 0;
            for (var k = start; k < end; k++)
                kept[_order[k]] = _masses[_order[k]] * share;
            (start, below) = (end, upTo);
        }

        return kept;
    }

    // b^n - (b - m)^n = b^n (1 - (1 - m / b)^n), without losing the digits that both have in common
    private static double Difference(double upTo, double below, double same, double n) =>
        below <= 0.5 * upTo
            ? Math.Pow(upTo, n) - Math.Pow(below, n)
            : -Math.Pow(upTo, n) * Expm1(n * Log1p(-same / upTo));

    // e^x - 1 and log(1 + x) near 0: the rounding of the one is divided out by the other (Kahan; Higham, "Accuracy and stability of numerical algorithms",
    // 2nd edition, 1.14.1)
    private static double Expm1(double x) =>
        Math.Exp(x) is var e && e is 1 or < 0.5 ? (e == 1 ? x : e - 1) : (e - 1) * x / Math.Log(e);

    private static double Log1p(double x) => 1 + x is var sum && sum == 1 ? x : Math.Log(sum) * x / (sum - 1);

    /// <summary>The mean of a value over what is kept of n draws.</summary>
    /// <param name="values">A value each response.</param>
    /// <param name="n">Draws, at least 1.</param>
    /// <exception cref="ArgumentException">There is not a value for each response, or n is below 1.</exception>
    public double Expected(IReadOnlyList<double> values, double n)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != Count)
            throw new ArgumentException(
                $"Best of n: expected a value for each of {Count} responses, got {values.Count}."
            );
        var policy = Policy(n);
        var sum = 0.0;
        for (var k = 0; k < policy.Length; k++)
            sum += policy[k] * values[k];
        return sum;
    }

    /// <summary>KL(pi_n || pi) in nats; at most log n - (n - 1) / n.</summary>
    /// <param name="n">Draws, at least 1.</param>
    /// <exception cref="ArgumentException">n is below 1.</exception>
    public double Divergence(double n)
    {
        var policy = Policy(n);
        var sum = 0.0;
        for (var k = 0; k < policy.Length; k++)
        {
            if (policy[k] > 0)
                sum += policy[k] * Math.Log(policy[k] / _masses[k]);
        }

        return Math.Max(sum, 0);
    }
}
