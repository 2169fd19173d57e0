namespace Alignment;

/// <summary>What each component of sampled uncertainty is worth on the same questions: the total, each factor's part and the rest.</summary>
/// <remarks>Each is a <see cref="SourceWorth"/>, which says what AUROC and rank correlation mean, and refuses a component that is the same for all questions. Errors:
/// another number of questions than of their wrongness, questions that differ in their factors.</remarks>
public sealed class SourceWorths
{
    private readonly SampledUncertainty[] _questions;
    private readonly double[] _wrongness;

    private SourceWorths(SampledUncertainty[] questions, double[] wrongness) =>
        (_questions, _wrongness) = (questions, wrongness);

    /// <summary>What the total is worth.</summary>
    public SourceWorth Total => Of(question => question.Total);

    /// <summary>What is worth what no factor explains.</summary>
    public SourceWorth Rest => Of(question => question.Rest);

    /// <summary>What a factor's part is worth.</summary>
    /// <exception cref="ArgumentException">It is none of the factors, or its part is the same for all questions.</exception>
    public SourceWorth Part(Axis factor) => Of(question => question.Part(factor).Value);

    /// <summary>Components of questions, against their wrongness.</summary>
    /// <param name="questions">The uncertainty of each question.</param>
    /// <param name="wrongness">From 0 to 1: 1 if answered wrongly, or the share of tries that were.</param>
    /// <exception cref="ArgumentException">There is not one wrongness for each of at least 2 questions, or factors differ.</exception>
    public static SourceWorths Of(IEnumerable<SampledUncertainty> questions, IEnumerable<double> wrongness)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(wrongness);
        SampledUncertainty[] all = [.. questions];
        double[] wrong = [.. wrongness];
        if (all.Length != wrong.Length || all.Length < 2)
            throw new ArgumentException(
                $"Worth: expected the uncertainty and the wrongness of each of at least 2 questions, got {all.Length} and {wrong.Length}."
            );
        return all.All(question => question.Attribution == all[0].Attribution)
            ? new(all, wrong)
            : throw new ArgumentException(
                $"Worth: expected questions with one attribution, got {string.Join(" and ", all.Select(q => q.Attribution).Distinct().Take(2))}."
            );
    }

    private SourceWorth Of(Func<SampledUncertainty, double> component) =>
        SourceWorth.Of(_questions.Select(component), _wrongness);

    /// <summary>A line a component: AUROC and rank correlation; nothing for one that is the same for all questions.</summary>
    public override string ToString()
    {
        string[] Row(string name, Func<SampledUncertainty, double> component) =>
            _questions.Select(component).Distinct().Count() > 1 && Of(component) is var worth
                ? [name, Text.Fixed(worth.Auroc, 3), Text.Fixed(worth.RankCorrelation, 3)]
                : [name, "", ""];
        return Text.Table(
            ["source", "AUROC", "rank correlation"],
            [
                Row("total", question => question.Total),
                .. _questions[0].Attribution.Factors.Select(f => Row(f.Name, question => question.Part(f).Value)),
                Row("rest", question => question.Rest),
            ]
        );
    }
}
