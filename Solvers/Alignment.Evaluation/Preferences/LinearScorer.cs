using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.RootFinding;

namespace Alignment;

/// <summary>People whose preferences are linear in features: a world with a known answer for scorers that are fitted to labelled pairs.</summary>
/// <remarks>
/// <para>Responses have independent standard normal features x. Of two responses the first is preferred with probability sigmoid(k w'(x1 - x2)), |w| = 1, k the
/// <see cref="Sharpness"/>. The score difference u = w'(x1 - x2) is normal with variance 2, so everything about a scorer v depends on the angle between v and w alone:
/// agreement with labels is E max(p, 1 - p) for v = w, and the excess error of v is E[|2 p - 1| 1{v and w disagree}], each an integral over u.</para>
/// <para>Units: shares, from 0 to 1. Integrals are by Gauss and Legendre over 12 standard deviations, to about 1e-12.</para>
/// <para>Errors: no features, weights that are all 0 or not finite, an agreement not between 0.5 and 1.</para>
/// </remarks>
public sealed record LinearScorer
{
    private const int Order = 512;

    private LinearScorer(ValueList<double> weights, double sharpness) => (Weights, Sharpness) = (weights, sharpness);

    /// <summary>w, of length 1.</summary>
    public ValueList<double> Weights { get; }

    /// <summary>k: how sure people are of a difference.</summary>
    public double Sharpness { get; }

    /// <summary>How often the best scorer agrees with a label: E max(p, 1 - p).</summary>
    public double BestAgreement => BestAgreementOf(Sharpness);

    /// <summary>People of whom the best scorer says right so often.</summary>
    /// <param name="weights">w; divided by its length.</param>
    /// <param name="bestAgreement">The agreement with labels that no scorer exceeds, above 0.5 and below 1.</param>
    /// <param name="features">Number of features, of which those behind the weights have weight 0; left out, as many as weights.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static LinearScorer Of(IEnumerable<double> weights, double bestAgreement, int? features = null)
    {
        var unit = Unit(weights);
        if (features < unit.Count)
            throw new ArgumentException(
                $"Linear scorer: expected at least {unit.Count} features, one for each weight, got {features}."
            );
        unit = unit.Concat(Enumerable.Repeat(0.0, (features ?? unit.Count) - unit.Count)).ToValueList();
        if (bestAgreement is not (> 0.5 and < 0.999))
            throw new ArgumentException(
                $"Linear scorer: expected an agreement above 0.5 and below 0.999, got {Text.Number(bestAgreement)}."
            );
        var log = Brent.FindRoot(k => BestAgreementOf(Math.Exp(k)) - bestAgreement, -15, 15, 1e-13, 500);
        return new(unit, Math.Exp(log));
    }

    /// <summary>How often another scorer agrees with a label.</summary>
    /// <param name="weights">v.</param>
    /// <exception cref="ArgumentException">It has another number of features, or no direction.</exception>
    public double Agreement(IEnumerable<double> weights) => BestAgreement - ExcessError(weights);

    /// <summary>How much less often another scorer agrees with a label than the best one: E[|2 p - 1| 1{they disagree}].</summary>
    /// <param name="weights">v.</param>
    /// <exception cref="ArgumentException">It has another number of features, or no direction.</exception>
    public double ExcessError(IEnumerable<double> weights)
    {
        var unit = Unit(weights);
        if (unit.Count != Weights.Count)
            throw new ArgumentException($"Linear scorer: expected {Weights.Count} weights, got {unit.Count}.");
        var cosine = Math.Clamp(unit.Zip(Weights, (a, b) => a * b).Sum(), -1, 1);
        var sine = Math.Sqrt(1 - (cosine * cosine));
        // given u, v'(x1 - x2) = cosine u + sine (a normal of the same variance)
        double Wrong(double z) => sine == 0 ? (cosine < 0 ? 1 : 0) : Normal.CDF(0, 1, -z * cosine / sine);
        return Twice(z => Math.Abs((2 * Sigmoid(Sharpness * Math.Sqrt(2) * z)) - 1) * Wrong(z));
    }

    /// <summary>Labelled pairs.</summary>
    /// <param name="pairs">How many, at least 1.</param>
    /// <param name="responses">Draws the features; labellers of the same pairs share it.</param>
    /// <param name="labels">Draws the labels.</param>
    /// <exception cref="ArgumentException">There are no pairs.</exception>
    public LabelledPairs Pairs(int pairs, RandomStream responses, RandomStream labels)
    {
        if (pairs < 1)
            throw new ArgumentException($"Linear scorer: expected at least 1 pair, got {pairs}.");
        var size = Weights.Count;
        var (chosen, rejected) = (new double[pairs * size], new double[pairs * size]);
        for (var pair = 0; pair < pairs; pair++)
        {
            var (first, second) = (new double[size], new double[size]);
            for (var k = 0; k < size; k++)
            {
                first[k] = responses.Normal(2L * pair, k);
                second[k] = responses.Normal((2L * pair) + 1, k);
            }

            var difference = 0.0;
            for (var k = 0; k < size; k++)
                difference += Weights[k] * (first[k] - second[k]);
            if (labels.Uniform(0, pair) >= Sigmoid(Sharpness * difference))
                (first, second) = (second, first);
            first.CopyTo(chosen, pair * size);
            second.CopyTo(rejected, pair * size);
        }

        return new(pairs, size, chosen, rejected);
    }

    private static ValueList<double> Unit(IEnumerable<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var all = weights.ToArray();
        var length = Math.Sqrt(all.Sum(w => w * w));
        return length > 0 && double.IsFinite(length)
            ? all.Select(w => w / length).ToValueList()
            : throw new ArgumentException("Linear scorer: expected finite weights, not all of them 0.");
    }

    private static double BestAgreementOf(double sharpness) => Twice(z => Sigmoid(sharpness * Math.Sqrt(2) * z));

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    // the mean over a standard normal of a function of its absolute value
    private static double Twice(Func<double, double> value) =>
        2 * GaussLegendreRule.Integrate(z => Normal.PDF(0, 1, z) * value(z), 0, 12, Order);
}
