namespace Alignment;

/// <summary>How unlike a strategy's answers are to those of a population: 1 - mean cosine of their embeddings.</summary>
/// <remarks>
/// <para>Div(x) = 1 - mean over members m of sum_ab x_a m_b cos(e_a, e_b): the expected cosine between an answer of x and one of a member. Linear in x.</para>
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
        return strategy =>
        {
            var value = 0.0;
            for (var a = 0; a < gradient.Length; a++)
                value += strategy[a] * gradient[a];
            return new(value, gradient);
        };
    }

    /// <inheritdoc/>
    public double Range(ResponseContext context)
    {
        var gradient = Gradient(context);
        return gradient.Max() - gradient.Min();
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
        var cosines = Cosines(context);
        return
        [
            .. cosines.Select(row => 1 - context.Members.Average(member => member.Select((m, b) => m * row[b]).Sum())),
        ];
    }

    private double[][] Cosines(ResponseContext context)
    {
        var actions = context.Strategy.Count;
        if (Embeddings.Count == 0)
            return
            [
                .. Enumerable
                    .Range(0, actions)
                    .Select(a => Enumerable.Range(0, actions).Select(b => a == b ? 1.0 : 0.0).ToArray()),
            ];
        var own = context.Player < Embeddings.Count ? Embeddings[context.Player] : [];
        if (own.Count != actions)
            throw new ArgumentException(
                $"Semantic diversity: expected an embedding for each of {actions} actions of '{context.Name}', got {own.Count}."
            );
        double[][] units = [.. own.Select(Unit)];
        return [.. units.Select(a => units.Select(b => Cosine(a, b)).ToArray())];
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
