namespace Alignment;

/// <summary>By how much each alternative is preferred to each other one, and who is chosen by that.</summary>
/// <remarks>
/// <para>m_ij = (voters who prefer i to j - voters who prefer j to i) / voters, from -1 to 1. A <em>Condorcet winner</em> is preferred to every other
/// alternative by more than half. The <em>Smith set</em> is the smallest set whose members are each preferred to all outside of it; with a Condorcet
/// winner it is that one, without it holds a majority cycle or a tie. A <em>maximal lottery</em> is an equilibrium of the game of margins: no
/// alternative is preferred to it by an expected majority.</para>
/// <para>Shapes: n x n margins. Units: parts of the voters.</para>
/// <para>Errors: margins that are not antisymmetric.</para>
/// <para>Source: Condorcet (1785), "Essai sur l'application de l'analyse"; Smith (1973), "Aggregation of preferences with variable electorate";
/// Kreweras (1965), "Aggregation of preference orderings"; Fishburn (1984), "Probabilistic social choice based on simple voting comparisons";
/// Brandl, Brandt, Seedig (2016), "Consistent probabilistic social choice", Econometrica 84(5).</para>
/// <para>Not from few voters: margins are taken as they are, and a majority of one decides.</para>
/// </remarks>
public sealed record MajorityMargins
{
    /// <summary>A margin within this of 0 is a tie: weights of groups do not sum without rounding.</summary>
    public const double Tie = 1e-12;

    private MajorityMargins(SymmetricGame game) => Game = game;

    /// <summary>The margins as the game whose equilibria are maximal lotteries.</summary>
    public SymmetricGame Game { get; }

    /// <summary>The alternatives.</summary>
    public ValueList<string> Alternatives => Game.Labels;

    /// <summary>Margins of a table.</summary>
    /// <exception cref="ArgumentException">It is not antisymmetric, or not finite.</exception>
    public static MajorityMargins Of(IEnumerable<string> alternatives, double[,] margins) =>
        new(SymmetricGame.Of(alternatives, margins));

    /// <summary>Margins of comparisons in which every pair was compared.</summary>
    /// <exception cref="ArgumentException">Some pair was not.</exception>
    public static MajorityMargins Of(Comparisons comparisons) => new(SymmetricGame.Of(comparisons));

    /// <summary>The margin of the first over the second.</summary>
    public double MarginOf(int first, int second) => Game.PayoffOf(first, second);

    /// <summary>The alternative that is preferred to every other one, or null where there is none.</summary>
    public string? CondorcetWinner =>
        Alternatives.Where((_, i) => Others(i).All(j => MarginOf(i, j) > Tie)).FirstOrDefault();

    /// <summary>The Smith set, in the order of the alternatives.</summary>
    /// <remarks>Who comes from itself to everybody by steps to alternatives that are not preferred to it.</remarks>
    public ValueList<string> SmithSet => Alternatives.Where((_, i) => Reached(i) == Alternatives.Count).ToValueList();

    /// <summary>
    /// The sum of margins over all others: the order of Borda's count, and that of the rewards of a Bradley-Terry model fitted to as many comparisons
    /// of each pair, since its derivative is 0 where sum_j P(i beats j) is the sum of shares, and that sum grows with the reward.
    /// </summary>
    public ValueList<double> BordaScores =>
        Alternatives.Select((_, i) => Others(i).Sum(j => MarginOf(i, j))).ToValueList();

    /// <summary>A maximal lottery.</summary>
    /// <param name="solver">What finds equilibria: NashAveraging of Alignment.Solvers.Exact finds the one of largest entropy, and says if there are others.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">What the solver answers is no equilibrium.</exception>
    public MaximalLottery Lottery(IDirectSolver solver, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(solver);
        var (strategy, note) = Game.Equilibrium("Maximal lottery", solver, cancellationToken);
        return new(Alternatives, strategy, note);
    }

    /// <summary>The table of margins.</summary>
    public override string ToString() => Game.ToString();

    private IEnumerable<int> Others(int i) => Enumerable.Range(0, Alternatives.Count).Where(j => j != i);

    private int Reached(int start)
    {
        var reached = new bool[Alternatives.Count];
        reached[start] = true;
        var open = new Stack<int>([start]);
        while (open.TryPop(out var from))
        {
            foreach (var to in Others(from).Where(j => !reached[j] && MarginOf(from, j) >= -Tie))
            {
                reached[to] = true;
                open.Push(to);
            }
        }

        return reached.Count(r => r);
    }
}

/// <summary>Probabilities of alternatives to which no alternative is preferred by an expected majority.</summary>
/// <param name="Alternatives">The alternatives.</param>
/// <param name="Probabilities">One each, of sum 1; a Condorcet winner has 1.</param>
/// <param name="Note">What the solver says of it, such as whether it is the only one.</param>
public sealed record MaximalLottery(ValueList<string> Alternatives, ValueList<double> Probabilities, string? Note)
{
    /// <summary>The alternatives of positive probability, the likeliest first.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            Enumerable
                .Range(0, Alternatives.Count)
                .Where(k => Probabilities[k] > 0)
                .OrderByDescending(k => Math.Round(Probabilities[k], 9))
                .Select(k => $"{Alternatives[k]} {Text.Fixed(Probabilities[k], 4)}")
        );
}
