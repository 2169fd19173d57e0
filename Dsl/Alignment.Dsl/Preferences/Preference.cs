namespace Alignment;

/// <summary>A pairwise preference over responses: for any two of them the probability that the first is preferred. It may go in circles.</summary>
/// <remarks>
/// <para>P(y over y') + P(y' over y) = 1, so P(y over y) = 1/2. A response that is preferred to every other with more than 1/2 is a Condorcet
/// winner; there need be none, and then only a mixture, the von Neumann winner, is preferred to every response with at least 1/2. It is the
/// equilibrium of <see cref="Game.Preference"/>.</para>
/// <para>Shapes: over <see cref="Responses"/>, the same axis with a prime, and any axes of contexts, such as prompts.</para>
/// <para>No unit, from 0 to 1.</para>
/// <para>Errors: ArgumentException for numbers that are no such probabilities, with the cell. What is not numbers yet is looked at when the game is
/// bound to its data.</para>
/// <para>Source: Dudík, Hofmann, Schapire, Slivkins, Zoghi (2015), "Contextual dueling bandits", arXiv 1502.06362, for von Neumann winners;
/// Munos et al. (2023), "Nash learning from human feedback", arXiv 2312.00886, for policies of language models.</para>
/// <para>Not for ratings that one judge gives one response at a time: those are a payoff of one player, with nobody to play against.</para>
/// </remarks>
/// <example><code>Preference.Of(answer, new[,] { { .5, .9, .2 }, { .1, .5, .8 }, { .8, .2, .5 } })</code></example>
public sealed record Preference
{
    /// <summary>Largest distance of P(y over y') + P(y' over y) from 1.</summary>
    public const double Tolerance = 1e-9;

    private Preference(Axis responses, Expr margin)
    {
        Responses = responses;
        Margin = margin;
    }

    /// <summary>What is compared.</summary>
    public Axis Responses { get; }

    /// <summary>P(y over y') - 1/2, from -1/2 to 1/2: y along <see cref="Responses"/>, y' along its prime.</summary>
    public Expr Margin { get; }

    /// <summary>P(y over y'): y along <see cref="Responses"/>, y' along its prime.</summary>
    public Expr Probability => 0.5 + Margin;

    /// <summary>A preference by its probabilities.</summary>
    /// <param name="responses">What is compared.</param>
    /// <param name="probabilities">Row y, column y': the probability that y is preferred to y'.</param>
    /// <exception cref="ArgumentException">A number is no probability, or two of them do not sum to 1; with the cell.</exception>
    public static Preference Of(Axis responses, double[,] probabilities)
    {
        ArgumentNullException.ThrowIfNull(responses);
        ArgumentNullException.ThrowIfNull(probabilities);
        return Of(responses, Expr.Matrix(responses, responses.Prime(), probabilities));
    }

    /// <summary>A preference by an expression, for contexts, parameters and signals.</summary>
    /// <remarks>Numbers are checked now. Anything else is checked by the claim of <see cref="Game.Preference"/> that the players are alike.</remarks>
    /// <param name="responses">What is compared.</param>
    /// <param name="probability">P(y over y'), over <paramref name="responses"/>, its prime, and contexts.</param>
    /// <exception cref="ArgumentException">One of both axes is missing; or, of numbers, as with a matrix.</exception>
    public static Preference Of(Axis responses, Expr probability)
    {
        ArgumentNullException.ThrowIfNull(responses);
        ArgumentNullException.ThrowIfNull(probability);
        foreach (var axis in (Axis[])[responses, responses.Prime()])
        {
            if (probability.Axes.Find(axis.Name) != axis)
                throw Wrong(
                    responses,
                    $"expected probabilities over {AxisSet.Of(responses, responses.Prime())}, got {probability.Axes}; the second axis is the first one's Prime()"
                );
        }

        return probability.Op is Op.Literal { Tensor: var table }
            ? new(responses, Expr.Literal(Margins(responses, table)))
            : new(responses, probability - 0.5);
    }

    /// <summary>The preference of rewards under the Bradley-Terry model: P(y over y') = 1 / (1 + exp(r(y') - r(y))). Never goes in circles.</summary>
    /// <remarks>Source: Bradley, Terry (1952), "Rank analysis of incomplete block designs: I. The method of paired comparisons", Biometrika 39.</remarks>
    /// <param name="responses">What is compared.</param>
    /// <param name="rewards">r, in logits, over <paramref name="responses"/> and contexts.</param>
    /// <exception cref="ArgumentException">The rewards are not over the responses.</exception>
    public static Preference BradleyTerry(Axis responses, Expr rewards)
    {
        ArgumentNullException.ThrowIfNull(responses);
        ArgumentNullException.ThrowIfNull(rewards);
        if (rewards.Axes.Find(responses.Name) != responses)
            throw Wrong(responses, $"expected rewards over {AxisSet.Of(responses)}, got {rewards.Axes}");
        var difference = rewards - rewards.On(responses, responses.Prime());
        return new(responses, 0.5 * (0.5 * difference).Tanh());
    }

    /// <summary>The preference of comparisons that were counted: P(y over y') = wins of y over y' / comparisons of both.</summary>
    /// <remarks>Comparisons of both orders are added up: see <see cref="CountTable.Comparing"/>. Draws of a probe draw each pair once.</remarks>
    /// <param name="table">Counts with <see cref="CountTable.Comparing"/>; its other columns are contexts.</param>
    /// <exception cref="ArgumentException">The table does not say which columns it compares.</exception>
    public static Preference Counts(CountTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Compared is not { } compared)
            throw new ArgumentException(
                $"Preference of table '{table.Path}': expected columns that are compared, got none; name them with Comparing(first, second)."
            );
        var (responses, other) = (compared.First, compared.First.Prime());
        var before = new double[responses.Size * responses.Size];
        for (var i = 0; i < responses.Size; i++)
            before.AsSpan((i * responses.Size) + i + 1, responses.Size - i - 1).Fill(1);
        // each pair once, from the half where the first label is the earlier one, so that both orders are one draw
        var half = Expr.Table([responses, other], before) * (table.Rate.On(compared.Second, other) - 0.5);
        return new(responses, half - Turned(responses, half));
    }

    private static Expr Turned(Axis responses, Expr value)
    {
        var (other, aside) = (responses.Prime(), responses.Prime().Prime());
        return value.On(responses, aside).On(other, responses).On(aside, other);
    }

    /// <summary>(P - P') / 2 of checked numbers: antisymmetric to the last bit, so that self-play stays symmetric.</summary>
    private static NamedTensor Margins(Axis responses, NamedTensor table)
    {
        var axes = table.Axes;
        int Stride(Axis axis) => axes.Skip(axes.IndexOf(axis) + 1).Aggregate(1, (n, a) => n * a.Size);
        var (row, column) = (Stride(responses), Stride(responses.Prime()));
        var margins = new double[table.Values.Length];
        for (var cell = 0; cell < margins.Length; cell++)
        {
            var (i, j) = (cell / row % responses.Size, cell / column % responses.Size);
            var (p, q) = (table.Values[cell], table.Values[cell + ((j - i) * row) + ((i - j) * column)]);
            if (!(p >= 0 && p <= 1))
                throw Wrong(
                    responses,
                    $"expected probabilities from 0 to 1, got {Quote.Number(p)} at {NamedTensor.Describe(axes, cell)}"
                );
            if (!(Math.Abs(p + q - 1) <= Tolerance))
            {
                var (y, z) = (Quote.Label(responses.Label(i)), Quote.Label(responses.Label(j)));
                throw Wrong(
                    responses,
                    i == j
                        ? $"expected 0.5 where a response is compared with itself, got {Quote.Number(p)} at {NamedTensor.Describe(axes, cell)}"
                        : $"expected P({y} over {z}) + P({z} over {y}) = 1, got {Quote.Number(p)} + {Quote.Number(q)} = {Quote.Number(p + q)} at {NamedTensor.Describe(axes, cell)}"
                );
            }

            margins[cell] = (p - q) / 2;
        }

        return NamedTensor.Of(axes, margins);
    }

    private static ArgumentException Wrong(Axis responses, string sentence) =>
        new($"Preference over '{responses.Name}': {sentence}.");
}
