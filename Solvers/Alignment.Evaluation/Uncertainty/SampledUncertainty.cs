using System.Globalization;

namespace Alignment;

/// <summary>What a factor explains of the uncertainty of an answer, estimated from samples, and what it would read if it explained nothing.</summary>
/// <param name="Factor">The factor.</param>
/// <param name="Value">The estimate, in nats; below 0 by chance or by correction.</param>
/// <param name="PlugIn">The same from plug-in entropies: too high on average.</param>
/// <param name="NullMean">Mean of the estimate over permutations of the factor's levels: what it reads if it explains nothing.</param>
/// <param name="PValue">(1 + permutations that read at least as much) / (1 + permutations).</param>
/// <param name="Samples">How many samples it is from.</param>
/// <param name="Cells">How many combinations of this factor and those known before they lie in.</param>
public sealed record SampledPart(
    Axis Factor,
    double Value,
    double PlugIn,
    double NullMean,
    double PValue,
    long Samples,
    int Cells
);

/// <summary>Where the uncertainty of an answer comes from, estimated from counts: total = sum of parts + rest, each part with a permutation test.</summary>
/// <remarks>
/// <para>H(Y | factors of a set S) is estimated by the mean of <see cref="EntropyEstimate"/> over the combinations of S, weighted by their samples; parts are
/// differences of them as in <see cref="Uncertainty"/>, so total = parts + rest holds up to rounding for either estimator, and a part may be below 0.
/// With the model as the only factor its part is the epistemic uncertainty and the rest the aleatoric one.</para>
/// <para>Finer combinations have fewer samples and read lower entropies, so parts read too much: a factor that explains nothing reads +0.36 by plug-in and
/// +0.25 by Miller-Madow with 6 levels, 5 samples each, 7 answers from a Dirichlet(1/2). Hence the null: the factor's levels are shuffled among samples
/// alike in the factors known before it, in an order those that precede it, over all orders all others. The p-value is valid if samples are
/// exchangeable there. In an order with as many samples of each combination it is conservative where later factors matter.</para>
/// <para>Least samples: by default <see cref="SamplesPerAnswer"/> for each answer that occurred in the table, in every combination of all factors. With
/// that many, Miller-Madow leaves 0.025 nats at most of a uniform answer, for any number of answers; with one for each it leaves 0.26.</para>
/// <para>Costs for each permutation and factor a pass over samples and combinations, over all orders 2^m such. Draw r of stratum s lies at (r, s) of a
/// stream named after the factor.</para>
/// <para>Units: nats; p-values none. Defaults: Miller-Madow, 999 permutations, seed 0.</para>
/// <para>Errors: factors that are not those of the counts; a combination with too few samples, or too many in all; fewer than 19 permutations.</para>
/// <para>Source: Yang, Hao, Sun et al. (2025), "Understanding the Sources of Uncertainty for Large Language and Multimodal Models", ICLR workshop, for the
/// decomposition; Phipson, Smyth (2010), "Permutation p-values should never be zero", Statistical Applications in Genetics 9.</para>
/// <para>Not for continuous answers, nor for the size of a part alone: read its p-value and null beside it.</para>
/// </remarks>
public sealed record SampledUncertainty
{
    /// <summary>Samples of a combination that are asked for by default, for each answer that occurred anywhere.</summary>
    public const int SamplesPerAnswer = 3;

    /// <summary>Most samples: each is moved in every permutation.</summary>
    public const int MostSamples = 10_000_000;

    private const int FewestPermutations = 19;

    private SampledUncertainty(AnswerCounts counts, Attribution attribution) =>
        (Counts, Attribution) = (counts, attribution);

    /// <summary>What it is estimated from.</summary>
    public AnswerCounts Counts { get; }

    /// <summary>How the explained part is shared out.</summary>
    public Attribution Attribution { get; }

    /// <summary>How entropies are estimated.</summary>
    public EntropyEstimator Estimator { get; private init; }

    /// <summary>Samples that every combination has at least.</summary>
    public int LeastSamples { get; private init; }

    /// <summary>Permutations of each factor.</summary>
    public int Permutations { get; private init; }

    /// <summary>Seed of the permutations.</summary>
    public ulong Seed { get; private init; }

    /// <summary>H(Y): the entropy of all samples together.</summary>
    public double Total { get; private init; }

    /// <summary>H(Y | Z): what no factor explains.</summary>
    public double Rest { get; private init; }

    /// <summary>What each factor explains, in the attribution's order.</summary>
    public ValueList<SampledPart> Parts { get; private init; } = [];

    /// <summary>What a factor explains.</summary>
    /// <exception cref="ArgumentException">It is none of the factors.</exception>
    public SampledPart Part(Axis factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return Parts[Text.Find("Uncertainty", Parts.Select(p => p.Factor.Name).ToValueList(), factor.Name)];
    }

    /// <summary>Estimates the parts.</summary>
    /// <param name="counts">Answers under combinations of factors.</param>
    /// <param name="attribution">How the explained part is shared out: all the counts' factors, in any order.</param>
    /// <param name="estimator">How entropies are estimated.</param>
    /// <param name="leastSamples">Samples that every combination has to have, at least 1; left out, three for each answer that occurred.</param>
    /// <param name="permutations">Permutations of each factor, at least 19.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <exception cref="ArgumentException">Factors do not fit, samples are too few, or a number is out of range.</exception>
    public static SampledUncertainty Of(
        AnswerCounts counts,
        Attribution attribution,
        EntropyEstimator estimator = EntropyEstimator.MillerMadow,
        int? leastSamples = null,
        int permutations = 999,
        ulong seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(attribution);
        Check(counts, attribution, permutations);
        var least = leastSamples ?? SamplesPerAnswer * counts.Observed;
        CheckSamples(counts, least, leastSamples is null);
        var factors = attribution.Factors;
        var table = new FactorTable(counts, factors);
        var everything = (1 << factors.Count) - 1;
        return new(counts, attribution)
        {
            Estimator = estimator,
            LeastSamples = least,
            Permutations = permutations,
            Seed = seed,
            Total = table.Entropy(0, estimator),
            Rest = table.Entropy(everything, estimator),
            Parts = Enumerable
                .Range(0, factors.Count)
                .Select(k => Test(table, attribution, k, estimator, permutations, seed))
                .ToValueList(),
        };
    }

    private static SampledPart Test(
        FactorTable table,
        Attribution attribution,
        int factor,
        EntropyEstimator estimator,
        int permutations,
        ulong seed
    )
    {
        var turns = attribution.Turns(factor);
        var known =
            attribution is Attribution.Ordered
                ? turns[0].Known
                : ((1 << attribution.Factors.Count) - 1) & ~(1 << factor);
        var axis = attribution.Factors[factor];
        var value = table.Gain(turns, factor, estimator);
        var shuffles = new FactorShuffles(table, factor, known, new RandomStream(seed, $"permutations of {axis.Name}"));
        var (sum, atLeast) = (0.0, 0);
        // tables that are the same up to the order of levels read the same up to rounding
        var same = value - (1e-12 * (1 + Math.Abs(value)));
        for (var r = 0; r < permutations; r++)
        {
            var read = shuffles.Shuffled(r).Gain(turns, factor, estimator);
            sum += read;
            atLeast += read >= same ? 1 : 0;
        }

        return new(
            axis,
            value,
            table.Gain(turns, factor, EntropyEstimator.PlugIn),
            sum / permutations,
            (1.0 + atLeast) / (1.0 + permutations),
            table.Samples,
            table.Cells(known | (1 << factor))
        );
    }

    private static void Check(AnswerCounts counts, Attribution attribution, int permutations)
    {
        if (attribution.Fault(counts.Answers) is { } fault)
            throw new ArgumentException($"Uncertainty: {fault}");
        foreach (var factor in attribution.Factors)
        {
            if (counts.Factors.IndexOf(factor) < 0)
                throw new ArgumentException(
                    $"Uncertainty: '{factor.Name}' is no factor of the counts.{Nearest.Hint(factor.Name, counts.Factors.Select(f => f.Name), "They have")}"
                );
        }

        if (attribution.Factors.Count < counts.Factors.Count)
            throw new ArgumentException(
                $"Uncertainty: expected all factors of the counts, {string.Join(", ", counts.Factors)}, got {string.Join(", ", attribution.Factors)}; add the others, or add counts up over them."
            );
        if (counts.Samples > MostSamples)
            throw new ArgumentException(
                $"Uncertainty: expected at most {MostSamples} samples, got {counts.Samples}; with so many, take the exact split of the observed shares, Uncertainty.Of."
            );
        if (permutations < FewestPermutations)
            throw new ArgumentException(
                $"Uncertainty: expected at least {FewestPermutations} permutations, got {permutations}; fewer cannot reach a p-value of 5 %."
            );
    }

    private static void CheckSamples(AnswerCounts counts, int least, bool isDefault)
    {
        if (least < 1)
            throw new ArgumentException($"Uncertainty: expected least samples of at least 1, got {least}.");
        for (var z = 0; z < counts.Combinations; z++)
        {
            var samples = Enumerable.Range(0, counts.Answers.Size).Sum(y => counts.At(z, y));
            if (samples >= least)
                continue;
            var reason = isDefault ? $", {SamplesPerAnswer} for each of {counts.Observed} answers that occurred" : "";
            throw new ArgumentException(
                $"Uncertainty: expected at least {least} samples of each combination{reason}, got {samples} at {counts.Describe(z)}; sample more, pool answers or levels, or set leastSamples and read p-values alone."
            );
        }
    }

    /// <summary>A line a part: estimate, null, p-value, samples.</summary>
    public override string ToString()
    {
        static string Nats(double value) => Text.Fixed(value, 4);
        static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
        var (least, samples) = (Whole(LeastSamples), Whole(Counts.Samples));
        return $"{Attribution}, {(Estimator == EntropyEstimator.PlugIn ? "plug-in" : "Miller-Madow")}, nats; {samples} samples, {least} or more a combination; {Whole(Permutations)} permutations\n"
            + Text.Table(
                ["source", "estimate", "plug-in", "if nothing", "p", "cells"],
                [
                    ["total", Nats(Total), "", "", "", "1"],
                    .. Parts.Select(p =>
                        (string[])
                            [
                                p.Factor.Name,
                                Nats(p.Value),
                                Nats(p.PlugIn),
                                Nats(p.NullMean),
                                Nats(p.PValue),
                                Whole(p.Cells),
                            ]
                    ),
                    ["rest", Nats(Rest), "", "", "", Whole(Counts.Combinations)],
                ]
            );
    }
}
