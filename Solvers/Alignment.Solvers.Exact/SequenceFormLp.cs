namespace Alignment;

/// <summary>An equilibrium of a two-player zero-sum game tree.</summary>
/// <param name="Value">The first player's payoff: the middle between what the two best responses leave open.</param>
/// <param name="NashConv">What both players together gain by best responses, computed afterwards from the strategies.</param>
/// <param name="First">The first player's strategy: a probability for each action of its treeplex.</param>
/// <param name="Second">The second player's.</param>
internal sealed record SequenceFormSolution(double Value, double NashConv, double[] First, double[] Second);

/// <summary>The maximin strategies of a two-player zero-sum game tree by one linear program over the sequence form.</summary>
/// <remarks>
/// <para>max v_0 subject to: x is a realization plan of the first player (x_0 = 1; in every information set the actions' plans sum to that of
/// the sequence before it; x >= 0); and, for every sequence t of the second player, v_J(t) &lt;= sum_s A_st x_s + sum of v_K over the information
/// sets K behind t, where J(t) is the set that t ends in and v_0 belongs to the empty sequence. The dual values of the rows of t are the second
/// player's realization plan. Strategies are uniform in information sets that a plan does not reach.</para>
/// <para>Numbers of a <see cref="LinearProgram"/> are not negative, so it has w_J = v_J + B_J + 1 for v_J, B_J a bound of |v_J|: the 1 keeps
/// w_J positive wherever the dual values count.</para>
/// <para>The gain from best responses is computed afterwards and must lie below <see cref="Tolerance"/> times a bound of the game's value; on
/// Kuhn and Leduc poker it was below 1e-13. Where equilibria are not unique, one vertex of the set is returned.</para>
/// <para>Source: D. Koller, N. Megiddo, B. von Stengel (1996), "Efficient computation of equilibria for extensive two-person games", Games
/// and Economic Behavior 14. Simplex method: GLOP of Google OR-Tools.</para>
/// <para>Not for trees of many tens of thousands of sequences, where iterative solvers are faster.</para>
/// </remarks>
internal static class SequenceFormLp
{
    /// <summary>Largest gain from best responses that is let through, as a part of a bound of the game's value.</summary>
    public const double Tolerance = 1e-9;

    private const string Name = "sequence_form_lp";

    /// <summary>A realization plan of less is rounding: the information set is not reached.</summary>
    private const double LeastReach = 1e-12;

    /// <param name="tree">A game of two players.</param>
    /// <param name="payoffs">The first player's payoff at each outcome, times chance, as in <see cref="GameTree.Payoffs"/>; the second's is the negative.</param>
    /// <param name="cancellationToken">Stops the solve.</param>
    /// <exception cref="ArgumentException">There are not two players, or not as many finite payoffs as outcomes.</exception>
    /// <exception cref="InvalidOperationException">The linear program was not solved well enough.</exception>
    public static SequenceFormSolution Solve(GameTree tree, double[] payoffs, CancellationToken cancellationToken)
    {
        Require(tree, payoffs);
        var (first, second) = (tree.Players[0], tree.Players[1]);
        var scale = payoffs.Length == 0 ? 0 : payoffs.Max(Math.Abs);
        if (scale == 0)
            return new(
                0,
                0,
                Strategy(first, new double[first.Sequences]),
                Strategy(second, new double[second.Sequences])
            );

        var scaled = Array.ConvertAll(payoffs, u => u / scale);
        var bounds = Bounds(tree, scaled);
        using var program = new LinearProgram();
        var (plans, values) = Variables(program, first, second);
        PlanRows(program, first, plans);
        var rows = BestResponseRows(program, tree, scaled, bounds, (plans, values), cancellationToken);

        var solution = program.Maximize(cancellationToken);
        var x = Strategy(first, solution.Values[plans..(plans + first.Sequences)]);
        var y = Strategy(second, solution.Duals[rows..(rows + second.Sequences)]);
        var high = BestResponse(first, Gains(tree, payoffs, player: 0, Plan(second, y)));
        var low = -BestResponse(second, Gains(tree, payoffs, player: 1, Plan(first, x)));
        var nashConv = high - low;
        var bound = bounds[^1] * scale;
        return nashConv <= Tolerance * bound
            ? new((high + low) / 2, Math.Max(nashConv, 0), x, y)
            : throw new InvalidOperationException(
                $"Solver '{Name}': the linear program was solved to a NashConv of {NormalForm.Text(nashConv)} only, above {NormalForm.Text(Tolerance)} of the bound {NormalForm.Text(bound)} of the value; use an iterative solver."
            );
    }

    private static void Require(GameTree tree, double[] payoffs)
    {
        if (tree.Players.Count != 2)
            throw NormalForm.Wrong(Name, $"expected two players, got {tree.Players.Count} of {tree.Name}");
        if (payoffs.Length != tree.Outcomes)
        {
            throw NormalForm.Wrong(
                Name,
                $"expected a payoff for each of the {tree.Outcomes} outcomes of {tree.Name}, got {payoffs.Length}"
            );
        }

        if (Array.FindIndex(payoffs, u => !double.IsFinite(u)) is >= 0 and var outcome)
        {
            throw NormalForm.Wrong(
                Name,
                $"expected finite payoffs, got {NormalForm.Text(payoffs[outcome])} at outcome {outcome}"
            );
        }
    }

    /// <summary>How large the values v of the second player's information sets can be at most, and at the end that of the whole game.</summary>
    private static double[] Bounds(GameTree tree, double[] payoffs)
    {
        var second = tree.Players[1];
        var sizes = new double[second.Sequences];
        for (var outcome = 0; outcome < payoffs.Length; outcome++)
            sizes[tree.Sequences[1][outcome]] += Math.Abs(payoffs[outcome]);
        var sets = second.InformationSets;
        var bounds = new double[sets.Count + 1];
        for (var i = sets.Count - 1; i >= 0; i--)
        {
            bounds[i] = Best(sets[i], sizes);
            sizes[sets[i].Parent] += bounds[i];
        }

        bounds[^1] = sizes[0];
        return bounds;
    }

    /// <summary>The first player's plans, and a w for every information set of the second player with that of the empty sequence at the end.</summary>
    private static (int Plans, int Values) Variables(LinearProgram program, Treeplex first, Treeplex second)
    {
        var plans = program.AddVariable(objective: 0);
        for (var sequence = 1; sequence < first.Sequences; sequence++)
            program.AddVariable(objective: 0);
        var values = plans + first.Sequences;
        for (var i = 0; i < second.InformationSets.Count; i++)
            program.AddVariable(objective: 0);
        program.AddVariable(objective: 1);
        return (plans, values);
    }

    private static void PlanRows(LinearProgram program, Treeplex player, int plans)
    {
        program.Set(program.AddRow(1, 1), plans, 1);
        foreach (var set in player.InformationSets)
        {
            var row = program.AddRow(0, 0);
            program.Set(row, plans + set.Parent, -1);
            for (var a = 0; a < set.Actions.Count; a++)
                program.Set(row, plans + set.First + 1 + a, 1);
        }
    }

    /// <summary>A row for each sequence of the second player, in their order: w_J - A'x - sum of w_K &lt;= B_J + 1 - sum of (B_K + 1).</summary>
    private static int BestResponseRows(
        LinearProgram program,
        GameTree tree,
        double[] payoffs,
        double[] bounds,
        (int Plans, int Values) variables,
        CancellationToken cancellationToken
    )
    {
        var second = tree.Players[1];
        var sets = second.InformationSets;
        var limits = new double[second.Sequences];
        limits[0] = bounds[^1] + 1;
        for (var i = 0; i < sets.Count; i++)
        {
            Array.Fill(limits, bounds[i] + 1, sets[i].First + 1, sets[i].Actions.Count);
            limits[sets[i].Parent] -= bounds[i] + 1;
        }

        var rows = program.AddRow(double.NegativeInfinity, limits[0]);
        for (var sequence = 1; sequence < second.Sequences; sequence++)
            program.AddRow(double.NegativeInfinity, limits[sequence]);
        program.Set(rows, variables.Values + sets.Count, 1);
        for (var i = 0; i < sets.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            program.Set(rows + sets[i].Parent, variables.Values + i, -1);
            for (var a = 0; a < sets[i].Actions.Count; a++)
                program.Set(rows + sets[i].First + 1 + a, variables.Values + i, 1);
        }

        for (var outcome = 0; outcome < payoffs.Length; outcome++)
        {
            program.Set(
                rows + tree.Sequences[1][outcome],
                variables.Plans + tree.Sequences[0][outcome],
                -payoffs[outcome]
            );
        }

        return rows;
    }

    /// <summary>The strategy of a realization plan that may be off by rounding.</summary>
    private static double[] Strategy(Treeplex player, double[] plan)
    {
        var strategy = new double[player.Actions];
        foreach (var set in player.InformationSets)
        {
            var actions = strategy.AsSpan(set.First, set.Actions.Count);
            var reach = 0.0;
            for (var a = 0; a < actions.Length; a++)
            {
                actions[a] = Math.Max(plan[set.First + 1 + a], 0);
                reach += actions[a];
            }

            for (var a = 0; a < actions.Length; a++)
                actions[a] = reach > LeastReach ? actions[a] / reach : 1.0 / actions.Length;
        }

        return strategy;
    }

    /// <summary>For each sequence: the probability that the player makes its moves.</summary>
    private static double[] Plan(Treeplex player, double[] strategy)
    {
        var plan = new double[player.Sequences];
        plan[0] = 1;
        foreach (var set in player.InformationSets) // parents come first
        {
            for (var a = set.First; a < set.First + set.Actions.Count; a++)
                plan[a + 1] = plan[set.Parent] * strategy[a];
        }

        return plan;
    }

    /// <summary>For each of a player's sequences: what games pay it that end there, against the other's plan.</summary>
    private static double[] Gains(GameTree tree, double[] payoffs, int player, double[] other)
    {
        var gains = new double[tree.Players[player].Sequences];
        var (own, others) = (tree.Sequences[player], tree.Sequences[1 - player]);
        var sign = player == 0 ? 1 : -1;
        for (var outcome = 0; outcome < payoffs.Length; outcome++)
            gains[own[outcome]] += sign * payoffs[outcome] * other[others[outcome]];
        return gains;
    }

    /// <summary>The most a player can get; <paramref name="gains"/> are overwritten by those of all that follows a sequence.</summary>
    private static double BestResponse(Treeplex player, double[] gains)
    {
        var sets = player.InformationSets;
        for (var i = sets.Count - 1; i >= 0; i--) // children come last
            gains[sets[i].Parent] += Best(sets[i], gains);
        return gains[0];
    }

    private static double Best(InformationSet set, double[] gains)
    {
        var best = double.NegativeInfinity;
        for (var a = set.First + 1; a <= set.First + set.Actions.Count; a++)
            best = Math.Max(best, gains[a]);
        return best;
    }
}
