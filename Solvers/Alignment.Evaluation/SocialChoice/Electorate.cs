namespace Alignment;

/// <summary>How a group of voters counts between two alternatives.</summary>
public enum GroupVote
{
    /// <summary>Each part of the group for what it prefers: margins of the whole population.</summary>
    Shares,

    /// <summary>The whole group for what more than half of it prefers, and for neither at exactly one half.</summary>
    Majority,
}

/// <summary>Groups of voters, such as annotators of different populations, and what each prefers between any two alternatives.</summary>
/// <remarks>
/// <para>A group g has a weight w_g and shares P_g(i, j), the part of it (or the probability) that prefers i to j; P_g(i, j) + P_g(j, i) = 1, whoever is
/// indifferent counting half on each side. A ranking is a group of one mind.</para>
/// <para>Shapes: n alternatives; n x n shares a group, row after row. Units: weights in voters or in parts of all.</para>
/// <para>Errors: fewer than two alternatives; weights that are not above 0; rankings that leave an alternative out or name one twice; shares out of
/// range.</para>
/// <para>Not for scores: how much better one alternative is than another does not count here, only how many prefer it.</para>
/// </remarks>
public sealed record Electorate
{
    private const string Who = "Electorate";

    private Electorate(ValueList<string> alternatives, ValueList<VoterGroup> groups) =>
        (Alternatives, Groups) = (alternatives, groups);

    /// <summary>What is voted on.</summary>
    public ValueList<string> Alternatives { get; }

    /// <summary>The groups, in the order in which they were added.</summary>
    public ValueList<VoterGroup> Groups { get; }

    /// <summary>An electorate without voters yet.</summary>
    /// <exception cref="ArgumentException">Fewer than two alternatives, or two of one name.</exception>
    public static Electorate Over(params string[] alternatives) => new(Text.Distinct(Who, alternatives, 2), []);

    /// <summary>Adds a group that is of one mind.</summary>
    /// <param name="group">Its name.</param>
    /// <param name="weight">Its weight, above 0.</param>
    /// <param name="bestFirst">All alternatives, the best first.</param>
    /// <exception cref="ArgumentException">See <see cref="Electorate"/>.</exception>
    public Electorate WithRanking(string group, double weight, params string[] bestFirst)
    {
        ArgumentNullException.ThrowIfNull(bestFirst);
        var ranking = Text.Distinct($"Ranking of '{group}'", bestFirst, 1)
            .Select(name => Text.Find($"Ranking of '{group}'", Alternatives, name))
            .ToArray();
        if (ranking.Length < Alternatives.Count)
        {
            var missing = Alternatives.Where((_, k) => !ranking.Contains(k));
            throw new ArgumentException(
                $"Ranking of '{group}': expected all {Alternatives.Count} alternatives, but {Text.Names(missing)} is not ranked; give a table of shares if the group has no opinion."
            );
        }

        var place = new int[ranking.Length];
        for (var k = 0; k < ranking.Length; k++)
            place[ranking[k]] = k;
        var shares = new double[place.Length, place.Length];
        for (var i = 0; i < place.Length; i++)
        {
            for (var j = 0; j < place.Length; j++)
                shares[i, j] = place[i] < place[j] ? 1 : 0;
        }

        return WithShares(group, weight, shares);
    }

    /// <summary>Adds a group by how many of it prefer the row to the column; the diagonal is not read.</summary>
    /// <exception cref="ArgumentException">See <see cref="Electorate"/>.</exception>
    public Electorate WithShares(string group, double weight, double[,] shares)
    {
        if (!(weight > 0 && double.IsFinite(weight)))
            throw new ArgumentException(
                $"{Who}: expected a weight above 0 of group '{group}', got {Text.Number(weight)}."
            );
        _ = Text.Distinct(Who, [.. Groups.Select(g => g.Name), group], 1);
        // the same rules as for win rates, and the same messages
        var rates = Comparisons.OfRates(Alternatives, shares, 1);
        return new(Alternatives, Groups.Add(new(group, weight, rates.Wins)));
    }

    /// <summary>Adds a group by its comparisons of pairs, all of which it must have compared.</summary>
    /// <exception cref="ArgumentException">See <see cref="Electorate"/>.</exception>
    public Electorate WithComparisons(string group, double weight, Comparisons comparisons)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        var shares = new double[Alternatives.Count, Alternatives.Count];
        var at = Alternatives.Select(comparisons.IndexOf).ToArray();
        for (var i = 0; i < at.Length; i++)
        {
            for (var j = 0; j < at.Length; j++)
            {
                if (i != j)
                    shares[i, j] =
                        comparisons.WinRate(at[i], at[j])
                        ?? throw new ArgumentException(
                            $"{Who}: expected comparisons of every pair by group '{group}', but it never compared '{Alternatives[i]}' and '{Alternatives[j]}'."
                        );
            }
        }

        return WithShares(group, weight, shares);
    }

    /// <summary>What a reward model is trained on: comparisons as if drawn from the whole population, groups pooled.</summary>
    /// <param name="games">Comparisons of each pair, above 0.</param>
    /// <exception cref="ArgumentException">There are no voters.</exception>
    public Comparisons Pooled(double games = 1)
    {
        var n = Alternatives.Count;
        var rates = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                rates[i, j] = i == j ? 0 : (1 + MarginOf(i, j, GroupVote.Shares)) / 2;
        }

        return Comparisons.OfRates(Alternatives, rates, games);
    }

    /// <summary>Who prefers what by how much, over all groups.</summary>
    /// <exception cref="ArgumentException">There are no voters.</exception>
    public MajorityMargins Margins(GroupVote vote = GroupVote.Shares)
    {
        var n = Alternatives.Count;
        var margins = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                margins[i, j] = i == j ? 0 : MarginOf(i, j, vote);
        }

        return MajorityMargins.Of(Alternatives, margins);
    }

    /// <summary>Alternatives and groups.</summary>
    public override string ToString() =>
        $"electorate over {string.Join(", ", Alternatives)}: {string.Join(", ", Groups.Select(g => $"{g.Name} ({Text.Number(g.Weight)})"))}";

    private double MarginOf(int first, int second, GroupVote vote)
    {
        if (Groups.Count == 0)
            throw new ArgumentException(
                $"{Who}: expected at least one group of voters, got none; add them by WithRanking or WithShares."
            );
        var n = Alternatives.Count;
        var (sum, weight) = (0.0, 0.0);
        foreach (var group in Groups)
        {
            var margin = group.Shares[(first * n) + second] - group.Shares[(second * n) + first];
            sum += group.Weight * (vote == GroupVote.Majority ? Math.Sign(margin) : margin);
            weight += group.Weight;
        }

        return sum / weight;
    }
}

/// <summary>Voters who are counted together.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">Its weight, above 0.</param>
/// <param name="Shares">The part of it that prefers the row to the column, row after row.</param>
public sealed record VoterGroup(string Name, double Weight, ValueList<double> Shares);
