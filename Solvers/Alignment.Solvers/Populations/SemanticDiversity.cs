namespace Alignment;

/// <summary>How unlike a strategy's answers are to those of a population: 1 - mean cosine of their embeddings.</summary>
/// <remarks>
/// <para>Div(x) = 1 - mean over members m of sum_ab x_a m_b cos(e_a, e_b): the expected cosine between an answer of x and one of a member. Linear in x.</para>
/// <para>In a sequential game: the cosine of the two answers with which they part, where both are asked alike (<see cref="ResponseContext.Shares"/>); of a last answer
/// with itself where they never do. Div(x) = 1 - mean over m of sum over sets I of share(I) sum_ab x_a m_b cos(e_a, e_b), x and m plans, over a and b in I but not
/// a = b where more sets are behind a.</para>
/// <para>Shapes: an embedding for each action of the player, of one length. Range: from 0 to 2; the range that is used is that of the coefficients.</para>
/// <para>Default: no embeddings, so that two actions are like each other only if they are the same.</para>
/// <para>Errors: another number of embeddings than actions, unequal lengths, an embedding of 0 or not finite.</para>
/// <para>Source: Ma, Yang et al. (2023), "Red teaming game", arXiv 2310.00322, diversity in a semantic space.</para>
/// <para>Not where other words do the same harm: it rewards the words.</para>
/// </remarks>
public sealed record SemanticDiversity : IDiversity
{
    /// <summary>For each player an embedding for each action; empty for none.</summary>
    public ValueList<ValueList<ValueList<double>>> Embeddings { get; init; } = [];

    /// <inheritdoc/>
    public string Name => "semantic";

    /// <inheritdoc/>
    public Func<double[], DiversityValue> From(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var gradient = Gradient(context);
        return plan => new(Plans.Dot(plan, gradient), gradient);
    }

    /// <inheritdoc/>
    public double Range(ResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var gradient = Gradient(context);
        return context.Plans.Best(gradient).Worth + context.Plans.Best([.. gradient.Select(g => -g)]).Worth;
    }

    /// <summary>1 - mean cosine of one embedding against others: for policies that have no actions to mix.</summary>
    /// <param name="embedding">Of the policy's answers.</param>
    /// <param name="population">Of the answers of each member.</param>
    /// <exception cref="ArgumentException">There are none, lengths differ, or one is 0 or not finite.</exception>
    public static double Of(ValueList<double> embedding, IEnumerable<ValueList<double>> population)
    {
        ArgumentNullException.ThrowIfNull(population);
        var own = Unit(embedding);
        double[] cosines = [.. population.Select(other => Cosine(own, Unit(other)))];
        return cosines.Length > 0
            ? 1 - cosines.Average()
            : throw new ArgumentException("Semantic diversity: expected at least one member, got none.");
    }

    private double[] Gradient(ResponseContext context)
    {
        var units = Units(context);
        double CosineOf(int a, int b) =>
            units.Count > 0 ? Cosine(units[a], units[b])
            : a == b ? 1
            : 0;
        var gradient = new double[context.Strategy.Count];
        foreach (var set in context.InformationSets)
        {
            var own = Enumerable.Range(set.First, set.Actions.Count);
            foreach (var a in own)
            {
                // with more behind it, an answer in common parts nobody
                double[] cosines = [.. own.Select(b => a == b && !context.EndsWith[a] ? 0 : CosineOf(a, b))];
                var alike = context.MemberPlans.Average(plan =>
                    cosines.Select((c, k) => plan[set.First + k] * c).Sum()
                );
                gradient[a] = context.Shares[a] * ((context.EndsWith[a] ? 1 : 0) - alike);
            }
        }

        return gradient;
    }

    private IReadOnlyList<double[]> Units(ResponseContext context)
    {
        if (Embeddings.Count == 0)
            return [];
        var actions = context.Strategy.Count;
        var own = context.Player < Embeddings.Count ? Embeddings[context.Player] : [];
        return own.Count == actions
            ? [.. own.Select(Unit)]
            : throw new ArgumentException(
                $"Semantic diversity: expected an embedding for each of {actions} actions of '{context.Name}', got {own.Count}."
            );
    }

    private static double[] Unit(ValueList<double> embedding)
    {
        var norm = Math.Sqrt(embedding.Sum(x => x * x));
        return norm > 0 && double.IsFinite(norm)
            ? [.. embedding.Select(x => x / norm)]
            : throw new ArgumentException(
                $"Semantic diversity: expected finite embeddings that are not 0, got one of length {NumberText.Of(norm)}."
            );
    }

    private static double Cosine(double[] a, double[] b) =>
        a.Length == b.Length
            ? a.Zip(b, (x, y) => x * y).Sum()
            : throw new ArgumentException(
                $"Semantic diversity: expected embeddings of one length, got {a.Length} and {b.Length} numbers."
            );
}
