namespace Alignment;

/// <summary>Several ratings of the same comparisons side by side, as a value and as text.</summary>
/// <remarks>
/// <para>Always: Elo points by <see cref="BradleyTerry"/> with the half-width of their 95 % intervals, and the transitive part of
/// <see cref="HodgeDecomposition"/> in Elo points. If every pair met: the first circle of <see cref="MultidimensionalElo"/>, and one column for each
/// solver given, with the weights that it puts on competitors in the game of margins (wins minus losses over games).</para>
/// <para>Which solvers: NashAveraging of Alignment.Solvers.Exact, whose weights say who is needed in a mixture that nobody beats; AlphaRank of
/// Alignment.Solvers, whose weights say how long evolution dwells on each.</para>
/// <para>Errors: those of the ratings; solvers where a pair never met.</para>
/// </remarks>
/// <param name="Comparisons">What was rated.</param>
/// <param name="Columns">The ratings.</param>
/// <param name="Notes">Sentences about them.</param>
public sealed record RatingReport(Comparisons Comparisons, ValueList<RatingColumn> Columns, ValueList<string> Notes)
{
    /// <summary>Rates by everything there is, without a prior.</summary>
    /// <param name="comparisons">The comparisons.</param>
    /// <param name="solvers">Solvers of the game of margins.</param>
    /// <exception cref="ArgumentException">See <see cref="RatingReport"/>.</exception>
    public static RatingReport Of(Comparisons comparisons, params IDirectSolver[] solvers) =>
        Of(comparisons, RatingPrior.None, solvers);

    /// <summary>Rates by everything there is.</summary>
    /// <param name="comparisons">The comparisons.</param>
    /// <param name="prior">What is known of Elo ratings before.</param>
    /// <param name="solvers">Solvers of the game of margins.</param>
    /// <exception cref="ArgumentException">See <see cref="RatingReport"/>.</exception>
    public static RatingReport Of(Comparisons comparisons, RatingPrior prior, params IDirectSolver[] solvers)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(solvers);
        var elo = BradleyTerry.Fit(comparisons, prior);
        var split = HodgeDecomposition.Of(comparisons);
        var n = comparisons.Count;
        var half = Enumerable.Range(0, n).Select(i => elo.Interval(i).InEloPoints);
        List<RatingColumn> columns =
        [
            new("Elo", "Elo points", elo.EloPoints, 1),
            new("+-", "Elo points", half.Select(interval => interval.High - interval.Value).ToValueList(), 1),
            new("Hodge", "Elo points", split.EloPoints, 1),
        ];
        List<string> notes =
        [
            $"Elo: maximum of the Bradley-Terry likelihood, {elo.Prior}, 95 % intervals; log-likelihood {Text.Fixed(elo.LogLikelihood, 3)}.",
            $"Hodge: {Text.Fixed(100 * split.CyclicShare, 1)} % of the log-odds' energy is cyclic, which no rating explains; {CycleTest(comparisons)}.",
        ];
        if (solvers.Length > 0 || (IsComplete(comparisons) && n >= 3))
            AddCyclic(comparisons, solvers, columns, notes);
        return new(comparisons, columns.ToValueList(), notes.ToValueList());
    }

    /// <summary>A column by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public RatingColumn Column(string name) =>
        Columns[Text.Find("Rating report", Columns.Select(column => column.Name).ToValueList(), name)];

    /// <summary>A line a competitor, the highest Elo rating first, then the notes.</summary>
    public override string ToString() =>
        Text.Table(
            ["", .. Columns.Select(column => column.Name)],
            Enumerable
                .Range(0, Comparisons.Count)
                .OrderByDescending(i => Columns[0].Values[i])
                .Select(i =>
                    (IReadOnlyList<string>)
                        [
                            Comparisons.Labels[i],
                            .. Columns.Select(column => Text.Fixed(column.Values[i], column.Decimals)),
                        ]
                )
        ) + string.Concat(Notes.Select(note => note + "\n"));

    private static void AddCyclic(
        Comparisons comparisons,
        IDirectSolver[] solvers,
        List<RatingColumn> columns,
        List<string> notes
    )
    {
        var game = SymmetricGame.Of(comparisons); // refuses what is not complete, with the pair that never met
        var circle = MultidimensionalElo.Fit(comparisons);
        columns.Add(new("x", "", circle.Circles[0].X, 3));
        columns.Add(new("y", "", circle.Circles[0].Y, 3));
        notes.Add(
            $"x, y: the first circle of multidimensional Elo, strength {Text.Fixed(circle.Circles[0].Strength, 3)}; it holds {Text.Fixed(100 * circle.CyclicEnergyHeld, 1)} % of the cyclic energy, all pairs alike."
        );
        foreach (var solver in solvers)
        {
            var answer = solver.Solve(game, CancellationToken.None);
            columns.Add(new(solver.Info.Name, "weight", answer.Strategies[0], 4));
            notes.Add($"{solver.Info.Name}: {solver.Info.Summary}{(answer.Note is { } note ? $" {note}" : "")}");
        }
    }

    private static string CycleTest(Comparisons comparisons)
    {
        var split = HodgeDecomposition.Of(comparisons, weights: PairWeights.Precision);
        return split.PValue is { } p
            ? $"from sampling alone it would be as cyclic with probability {(p < 1e-4 ? "below 0.0001" : Text.Fixed(p, 4))}"
            : "there are no cycles of pairs that met";
    }

    private static bool IsComplete(Comparisons comparisons) =>
        Enumerable
            .Range(0, comparisons.Count)
            .All(i => Enumerable.Range(0, comparisons.Count).All(j => i == j || comparisons.Games(i, j) > 0));
}

/// <summary>One rating of all competitors.</summary>
/// <param name="Name">Title of the column.</param>
/// <param name="Unit">Unit, or nothing.</param>
/// <param name="Values">One number a competitor.</param>
/// <param name="Decimals">Digits behind the point in text.</param>
public sealed record RatingColumn(string Name, string Unit, ValueList<double> Values, int Decimals);
