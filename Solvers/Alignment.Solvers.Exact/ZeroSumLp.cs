namespace Alignment;

/// <summary>The maximin strategies of a two-player zero-sum or constant-sum game by one linear program.</summary>
/// <remarks>
/// <para>Games of one simultaneous move: max v subject to sum_i x_i A_ij >= v for every j, sum_i x_i = 1, x >= 0; the dual values of the rows are the second player's strategy.</para>
/// <para>The saddle gap max_i (Ay)_i - min_j (x'A)_j of the answer is computed afterwards and must lie below <see cref="Tolerance"/> times the
/// range of the payoffs; on random games of up to 300 x 300 actions it was below 1e-14 of it. Where equilibria are not unique, one vertex of
/// the set is returned. No settings.</para>
/// <para>Sequential games: the linear program over the sequence form of Koller, Megiddo and von Stengel (1996).</para>
/// <para>Errors: more or fewer than two players; payoffs that do not sum to one number in all cells (to 1e-12 of the largest).</para>
/// <para>Source: von Neumann (1928), "Zur Theorie der Gesellschaftsspiele"; Dantzig (1951), "A proof of the equivalence of the programming
/// problem and the game problem". Simplex method: GLOP of Google OR-Tools.</para>
/// <para>Not for games of many thousands of actions, nor where one equilibrium of several is wanted, as that of largest entropy.</para>
/// </remarks>
public sealed record ZeroSumLp : IDirectSolver
{
    /// <summary>Largest saddle gap that is let through, as a part of the range of the payoffs.</summary>
    public const double Tolerance = 1e-9;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "lp",
            "Maximin linear program",
            "Exact equilibrium of a two-player zero-sum or constant-sum game.",
            "von Neumann (1928), Zur Theorie der Gesellschaftsspiele; Dantzig (1951), A proof of the equivalence of the programming problem and the game problem; GLOP of Google OR-Tools.",
            "Above some 1,000 actions a player, where iterative solvers are faster; where equilibria are not unique and a particular one is wanted: this returns a vertex, not the one of largest entropy."
        )
        {
            Reports = Iterate.Last,
            TwoPlayersOnly = true,
            ZeroSumOnly = true,
            TakesTrees = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings => [];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        if (game.Tree is { } tree)
        {
            var plans = SequenceFormLp.Solve(tree, game.Payoff(0).ToArray(), cancellationToken);
            return new([plans.First.ToValueList(), plans.Second.ToValueList()], null, null);
        }

        var form = NormalForm
            .Read(Info.Name, game)
            .RequireTwoPlayers("use 'cce' or 'ce' for more, or an iterative solver");
        RequireConstantSum(form);
        var (rows, columns) = (form.Actions[0], form.Actions[1]);
        var payoffs = form.Payoffs[0];
        var (low, range) = (payoffs.Min(), form.Range(0));
        if (range == 0)
            return new(
                [Uniform(rows), Uniform(columns)],
                null,
                "All payoffs are equal: every profile is an equilibrium."
            );

        using var program = new LinearProgram();
        for (var i = 0; i < rows; i++)
            program.AddVariable(objective: 0);
        var value = program.AddVariable(objective: 1);
        var scaled = payoffs.Select(u => (u - low) / range).ToArray(); // in [0, 1], so that the value is not negative either
        for (var j = 0; j < columns; j++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = program.AddRow(0, double.PositiveInfinity);
            program.Set(row, value, -1);
            for (var i = 0; i < rows; i++)
                program.Set(row, i, scaled[(i * columns) + j]);
        }

        var total = program.AddRow(1, 1);
        for (var i = 0; i < rows; i++)
            program.Set(total, i, 1);

        var solution = program.Maximize(cancellationToken);
        var x = NormalForm.Normalize(solution.Values[..rows]);
        var y = NormalForm.Normalize([.. solution.Duals[..columns].Select(dual => -dual)]);
        var gap = SaddleGap(scaled, x, y);
        if (!(gap <= Tolerance))
        {
            throw new InvalidOperationException(
                $"Solver 'lp': the linear program was solved to a saddle gap of {NormalForm.Text(gap * range)} only, above {NormalForm.Text(Tolerance)} of the payoffs' range {NormalForm.Text(range)}; use an iterative solver such as 'prm+'."
            );
        }

        return new([x.ToValueList(), y.ToValueList()], null, null);
    }

    private static void RequireConstantSum(NormalForm form)
    {
        var (a, b) = (form.Payoffs[0], form.Payoffs[1]);
        var magnitude = Math.Max(a.Max(Math.Abs), b.Max(Math.Abs));
        var sum = a[0] + b[0];
        for (var cell = 1; cell < a.Length; cell++)
        {
            if (Math.Abs(a[cell] + b[cell] - sum) > 1e-12 * magnitude)
            {
                throw NormalForm.Wrong(
                    form.Solver,
                    $"expected payoffs of a constant sum, got {NormalForm.Text(sum)} at {form.Describe(0)} and {NormalForm.Text(a[cell] + b[cell])} at {form.Describe(cell)}; use 'support_enumeration' for general payoffs"
                );
            }
        }
    }

    private static double SaddleGap(double[] payoffs, double[] x, double[] y)
    {
        var best = double.NegativeInfinity;
        var columnValues = new double[y.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var value = 0.0;
            for (var j = 0; j < y.Length; j++)
            {
                value += payoffs[(i * y.Length) + j] * y[j];
                columnValues[j] += x[i] * payoffs[(i * y.Length) + j];
            }

            best = Math.Max(best, value);
        }

        return best - columnValues.Min();
    }

    private static ValueList<double> Uniform(int actions) => Enumerable.Repeat(1.0 / actions, actions).ToValueList();
}
