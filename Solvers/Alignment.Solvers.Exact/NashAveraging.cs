namespace Alignment;

/// <summary>What becomes of strategies that are copies of each other.</summary>
public enum CloneRule
{
    /// <summary>Each is a strategy of its own.</summary>
    Separate,

    /// <summary>They count as one strategy, whose weight they share.</summary>
    Merge,
}

/// <summary>Nash averaging: the equilibrium of largest entropy of a symmetric zero-sum game, and ratings against it.</summary>
/// <remarks>
/// <para>A is antisymmetric, A_ij what i gets against j. Of all equilibria p (A p &lt;= 0, p >= 0, sum p = 1) the one that maximizes
/// -sum p_i log p_i, which is unique; ratings n = A p are 0 for every strategy that some equilibrium plays, and below 0 for all others. On margins of
/// majorities p is a maximal lottery.</para>
/// <para>First a linear program finds which strategies some equilibrium plays, then the rank of the payoffs between them how many dimensions
/// equilibria have, and last a primal-dual Newton iteration the largest entropy. <see cref="NashAverage.Residual"/> and
/// <see cref="NashAverage.EntropyGap"/> must lie below <see cref="Tolerance"/>. Whether the equilibrium is the only one is decided twice, by rank and
/// by linear programs for how far equilibria reach; where the two disagree the game is refused.</para>
/// <para>Copies: where ratings are the same in all equilibria, adding a copy of a strategy changes none. Where they are not, it can: the choice by
/// entropy counts strategies. <see cref="CloneRule.Merge"/> takes strategies whose payoffs differ by at most <see cref="CloneTolerance"/> of the largest
/// payoff for one and lets them share its weight equally, and then copies change nothing.</para>
/// <para>Shapes: two players of the same n actions. Units: ratings in those of the payoffs; their value, half of what both get, taken off.</para>
/// <para>Defaults: clones separate; tolerance 1e-9.</para>
/// <para>Errors: games that are not symmetric and constant-sum; more than <see cref="MostStrategies"/> strategies; games too close to others with
/// more or fewer equilibria.</para>
/// <para>Source: Balduzzi, Tuyls, Perolat, Graepel (2018), "Re-evaluating evaluation", NeurIPS, arXiv 1806.02643, section 4; maximal lotteries:
/// Kreweras (1965), "Aggregation of preference orderings"; Fishburn (1984), "Probabilistic social choice based on simple voting comparisons".</para>
/// <para>Not to rank those that are played: they are all rated 0. Not on payoffs known up to noise without repeating it on resampled ones: supports
/// jump.</para>
/// </remarks>
public sealed record NashAveraging : IDirectSolver
{
    /// <summary>Largest residual of the conditions of an optimum, and largest gap of the entropy in nats, that are let through.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Most strategies.</summary>
    public const int MostStrategies = 300;

    /// <summary>What becomes of copies.</summary>
    public CloneRule Clones { get; init; } = CloneRule.Separate;

    /// <summary>By how much payoffs of copies may differ, in parts of the largest payoff.</summary>
    public double CloneTolerance { get; init; } = 1e-9;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "nash_averaging",
            "Nash averaging",
            "Equilibrium of largest entropy of a symmetric zero-sum game, and whether it is the only one; of majority margins a maximal lottery.",
            "Balduzzi, Tuyls, Perolat, Graepel (2018), Re-evaluating evaluation, arXiv 1806.02643; Kreweras (1965), Aggregation of preference orderings; Fishburn (1984), Probabilistic social choice based on simple voting comparisons.",
            "For games that are not symmetric, where 'lp' answers; to rank those that are played, which are all rated 0; on noisy payoffs without resampling them."
        )
        {
            Reports = Iterate.Last,
            TwoPlayersOnly = true,
            ZeroSumOnly = true,
            SymmetricOnly = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Choice(
                "clones",
                Clones,
                "What becomes of strategies that are copies of each other.",
                value => this with { Clones = value }
            ),
            Setting.Number(
                "cloneTolerance",
                CloneTolerance,
                0,
                1,
                "By how much payoffs of copies may differ, in parts of the largest payoff.",
                value => this with { CloneTolerance = value }
            ),
        ];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        var average = Average(game, cancellationToken);
        return new([average.Weights, average.Weights], null, average.Note);
    }

    /// <summary>The equilibrium, ratings, and how far equilibria reach.</summary>
    /// <exception cref="ArgumentException">The game is not one that Nash averaging takes; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The largest entropy was not found to <see cref="Tolerance"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public NashAverage Average(IGameData game, CancellationToken cancellationToken = default)
    {
        if (!(CloneTolerance >= 0 && CloneTolerance <= 1))
            throw NormalForm.Wrong(
                Info.Name,
                $"expected a cloneTolerance from 0 to 1, got {NormalForm.Text(CloneTolerance)}"
            );
        var form = NormalForm.Read(Info.Name, game).RequireTwoPlayers("use 'alpha_rank' or 'cce' for more");
        if (form.Actions[0] > MostStrategies)
            throw NormalForm.Wrong(
                Info.Name,
                $"expected at most {MostStrategies} strategies, got {form.Actions[0]}; use 'prm+', which finds some equilibrium"
            );
        var payoffs = Antisymmetric(form);
        var labels = Enumerable.Range(0, form.Actions[0]).Select(form.Players[0].Actions.Label).ToArray();
        var groups =
            Clones == CloneRule.Merge ? CloneGroups.Of(payoffs, CloneTolerance) : CloneGroups.Apart(labels.Length);
        var merged = groups.Merge(payoffs);
        var scale = merged.Cast<double>().Max(Math.Abs) is > 0 and var largest ? largest : 1;
        var face = EquilibriumFace.Of(
            Info.Name,
            [.. groups.Groups.Select(g => labels[g[0]])],
            Scaled(merged, 1 / scale),
            cancellationToken
        );
        var best = MaximumEntropy.On(Info.Name, face, cancellationToken);
        if (!(best.Residual <= Tolerance && best.Gap <= Tolerance))
            throw new InvalidOperationException(
                $"Solver '{Info.Name}': the conditions of an optimum are met to {NormalForm.Text(best.Residual)} and the entropy is known to {NormalForm.Text(best.Gap)} only, above {NormalForm.Text(Tolerance)}; the game is too close to one with other equilibria: merge clones, or round its payoffs."
            );

        var reach = face.Reach(Info.Name, cancellationToken);
        var weights = groups.Share(best.Strategy);
        return new(
            labels.ToValueList(),
            weights.ToValueList(),
            Ratings(payoffs, weights),
            face.Dimension,
            groups.SplitReach(reach.Weights),
            groups.CopyReach(reach.Ratings, scale),
            reach.Ratings.All(r => r.Width <= EquilibriumFace.WidthTolerance),
            best.Entropy,
            best.Residual,
            best.Gap,
            groups.Groups.Where(g => g.Count > 1).Select(g => g.Select(k => labels[k]).ToValueList()).ToValueList()
        );
    }

    private double[,] Antisymmetric(NormalForm form)
    {
        var n = form.Actions[0];
        if (form.Actions[1] != n)
            throw NormalForm.Wrong(
                Info.Name,
                $"expected a symmetric game, both players having the same actions, got {n} and {form.Actions[1]}; use 'lp'"
            );
        var (first, second) = (form.Matrix(0), form.Matrix(1));
        var magnitude = Math.Max(form.Payoffs[0].Max(Math.Abs), form.Payoffs[1].Max(Math.Abs));
        var sum = first[0, 0] + second[0, 0];
        var antisymmetric = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (
                    Math.Abs(first[i, j] + second[i, j] - sum) > 1e-12 * magnitude
                    || Math.Abs(first[i, j] - second[j, i]) > 1e-12 * magnitude
                )
                {
                    throw NormalForm.Wrong(
                        Info.Name,
                        $"expected a symmetric game of constant sum, in which players who change places change payoffs, got {NormalForm.Text(first[i, j])} and {NormalForm.Text(second[i, j])} at {form.Describe((i * n) + j)}, {NormalForm.Text(first[j, i])} and {NormalForm.Text(second[j, i])} at {form.Describe((j * n) + i)}; use 'lp' for other zero-sum games"
                    );
                }

                antisymmetric[i, j] = (first[i, j] - first[j, i]) / 2;
            }
        }

        return antisymmetric;
    }

    private static ValueList<double> Ratings(double[,] payoffs, double[] weights)
    {
        var ratings = new double[weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            for (var j = 0; j < weights.Length; j++)
                ratings[i] += payoffs[i, j] * weights[j];
        }

        return ratings.ToValueList();
    }

    private static double[,] Scaled(double[,] payoffs, double factor)
    {
        var scaled = (double[,])payoffs.Clone();
        for (var i = 0; i < scaled.GetLength(0); i++)
        {
            for (var j = 0; j < scaled.GetLength(1); j++)
                scaled[i, j] *= factor;
        }

        return scaled;
    }
}
