using System.Globalization;

namespace Alignment;

/// <summary>How often a model gave each answer under each combination of factors: what uncertainty is estimated from.</summary>
/// <remarks>
/// <para>Shapes: counts over the factors' axes, in their order, and the axis of the answers, which varies fastest.</para>
/// <para>The share of the samples that a combination has stands for its probability: sample each as often as it occurs in use, or all alike.</para>
/// <para>Errors: no factors; an axis twice; a count below 0; as many counts as do not fit; no samples.</para>
/// </remarks>
public sealed record AnswerCounts
{
    private AnswerCounts(Axis answers, ValueList<Axis> factors, ValueList<int> counts) =>
        (Answers, Factors, Counts) = (answers, factors, counts);

    /// <summary>The answers, each in its canonical form.</summary>
    public Axis Answers { get; }

    /// <summary>What was varied: the prompt's template, the context, the model.</summary>
    public ValueList<Axis> Factors { get; }

    /// <summary>The counts, answers fastest, then the last factor.</summary>
    public ValueList<int> Counts { get; }

    /// <summary>Number of combinations of factors.</summary>
    public int Combinations => Counts.Count / Answers.Size;

    /// <summary>Number of all samples.</summary>
    public long Samples => Counts.Sum(c => (long)c);

    /// <summary>Number of answers that occurred under any combination.</summary>
    public int Observed =>
        Enumerable.Range(0, Answers.Size).Count(y => Enumerable.Range(0, Combinations).Any(z => At(z, y) > 0));

    /// <summary>How often an answer was given under a combination.</summary>
    public int At(int combination, int answer) => Counts[(combination * Answers.Size) + answer];

    /// <summary>Counts as they are.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="factors">What was varied.</param>
    /// <param name="counts">Row-major over the factors and the answers.</param>
    /// <exception cref="ArgumentException">They are no such counts.</exception>
    public static AnswerCounts Of(Axis answers, IEnumerable<Axis> factors, IEnumerable<int> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var axes = Checked(answers, factors);
        var list = counts.ToValueList();
        var cells = Cells(axes);
        if (list.Count != cells * answers.Size)
            throw new ArgumentException(
                $"Answers: expected {cells * answers.Size} counts, one for each of {cells} combinations and {answers.Size} answers, got {list.Count}."
            );
        for (var k = 0; k < list.Count; k++)
        {
            if (list[k] < 0)
                throw new ArgumentException(
                    $"Answers: expected counts of at least 0, got {list[k]} of '{answers.Label(k % answers.Size)}' at {Describe(axes, k / answers.Size)}."
                );
        }

        if (list.All(c => c == 0))
            throw new ArgumentException("Answers: expected at least 1 sample, got none.");
        return new(answers, axes, list);
    }

    /// <summary>Counts of answers drawn from given probabilities, as many under each combination.</summary>
    /// <remarks>Sample s of combination z lies at step s, index z of the stream <c>answers</c>: more samples change none of the others.</remarks>
    /// <param name="answers">The answers.</param>
    /// <param name="factors">What is varied.</param>
    /// <param name="probabilities">p(y | z), row-major over the factors and the answers; at least 0, not all 0 in a combination.</param>
    /// <param name="samples">Samples of each combination, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">They are no such probabilities, or there are no samples.</exception>
    public static AnswerCounts Draw(
        Axis answers,
        IEnumerable<Axis> factors,
        IEnumerable<double> probabilities,
        int samples,
        ulong seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        var axes = Checked(answers, factors);
        double[] p = [.. probabilities];
        var cells = Cells(axes);
        if (p.Length != cells * answers.Size)
            throw new ArgumentException(
                $"Answers: expected {cells * answers.Size} probabilities, one for each of {cells} combinations and {answers.Size} answers, got {p.Length}."
            );
        if (samples < 1)
            throw new ArgumentException($"Answers: expected at least 1 sample of each combination, got {samples}.");
        var stream = new RandomStream(seed, "answers");
        var counts = new int[p.Length];
        for (var z = 0; z < cells; z++)
        {
            var row = p.AsSpan(z * answers.Size, answers.Size);
            for (var s = 0; s < samples; s++)
                counts[(z * answers.Size) + stream.Categorical(row, s, z)]++;
        }

        return new(answers, axes, counts.ToValueList());
    }

    /// <summary>The same for each of several questions; question k is drawn by the seed plus k.</summary>
    /// <param name="questions">The axis of the questions.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="factors">What is varied, in the order of the counts.</param>
    /// <param name="probabilities">p(y | z) of each question, over the questions, the factors and the answers; of an expression by <c>Measurements.Numbers</c>.</param>
    /// <param name="samples">Samples of each combination, at least 1.</param>
    /// <param name="seed">Seed of the first question's draws.</param>
    /// <exception cref="ArgumentException">They are no such probabilities, or there are no samples.</exception>
    public static ValueList<AnswerCounts> DrawEach(
        Axis questions,
        Axis answers,
        IEnumerable<Axis> factors,
        NamedTensor probabilities,
        int samples,
        ulong seed = 0
    )
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(probabilities);
        var axes = Checked(answers, factors);
        var all = probabilities.Along([questions, .. axes, answers]).Values.ToArray();
        return all.Chunk(all.Length / questions.Size)
            .Select((chances, k) => Draw(answers, axes, chances, samples, seed + (ulong)k))
            .ToValueList();
    }

    /// <summary>The levels of a combination: <c>prompt=short, context=2</c>.</summary>
    public string Describe(int combination) => Describe(Factors, combination);

    /// <summary>The level that a factor has in a combination.</summary>
    internal int Level(int combination, int factor)
    {
        for (var k = Factors.Count - 1; k > factor; k--)
            combination /= Factors[k].Size;
        return combination % Factors[factor].Size;
    }

    /// <summary><c>120 samples of 3 answers under 6 combinations of prompt=2, context=3</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Samples} samples of {Observed} answers under {Combinations} combinations of {string.Join(", ", Factors)}"
        );

    private static int Cells(ValueList<Axis> factors) => factors.Aggregate(1, (n, axis) => checked(n * axis.Size));

    private static ValueList<Axis> Checked(Axis answers, IEnumerable<Axis> factors)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(factors);
        var axes = factors.ToArray();
        return Attribution.InOrder(axes).Fault(answers) is { } fault
            ? throw new ArgumentException($"Answers: {fault}")
            : axes.ToValueList();
    }

    private static string Describe(ValueList<Axis> factors, int combination)
    {
        var levels = new string[factors.Count];
        for (var k = factors.Count - 1; k >= 0; k--)
        {
            levels[k] = $"{factors[k].Name}={factors[k].Label(combination % factors[k].Size)}";
            combination /= factors[k].Size;
        }

        return string.Join(", ", levels);
    }
}
