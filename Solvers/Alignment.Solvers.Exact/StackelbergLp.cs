namespace Alignment;

/// <summary>The strong Stackelberg equilibrium of a two-player game: the mixed strategy that it is best to commit to, by one linear program for each
/// answer of the follower.</summary>
/// <remarks>
/// <para>For each action j of the follower: max over x of sum_i x_i a_ij subject to sum_i x_i (b_ik - b_ij) &lt;= 0 for every k, x a distribution; a and
/// b are the leader's and the follower's payoffs. The largest of these maxima is the commitment value. The follower sees x, not what is drawn from it,
/// and where it is indifferent it answers as the leader likes best.</para>
/// <para>The answer is a commitment with a response to it, not a Nash equilibrium: the certificate's NashConv is in general above 0, by what the leader
/// would gain if it could go back on its commitment. What it claims is in its metrics and its note: <c>game/gain/{follower}</c> is 0 to round-off;
/// <c>game/value/{leader}</c> is the commitment value; and the note has a bound from the dual programs above which no commitment pays.</para>
/// <para>Two checks afterwards, each to <see cref="Tolerance"/> of the range of the player's payoffs: the follower's gain, and the distance from the
/// value to that bound.</para>
/// <para>In a zero-sum game the value is that of <see cref="ZeroSumLp"/>. In general it is at least the leader's payoff in every Nash equilibrium.</para>
/// <para>Errors: more or fewer than two players; a program that is not solved to the tolerance.</para>
/// <para>Source: Conitzer, Sandholm (2006), "Computing the optimal strategy to commit to"; von Stengel, Zamir (2004), "Leadership with commitment to
/// mixed strategies". Simplex method: GLOP of Google OR-Tools.</para>
/// <para>Not where the follower cannot see the commitment, nor where it may break ties against the leader: then the value is only approached, by
/// commitments nearby.</para>
/// </remarks>
public sealed record StackelbergLp : IDirectSolver
{
    /// <summary>Largest gain of the follower, and distance of the value to its bound, that is let through, as a part of the range of payoffs.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>The player who commits, from 1; default 1.</summary>
    public int Leader { get; init; } = 1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "stackelberg",
            "Stackelberg linear programs",
            "The mixed strategy that it is best for one of two players to commit to, with the other's best response to it.",
            "Conitzer, Sandholm (2006), Computing the optimal strategy to commit to; GLOP of Google OR-Tools.",
            "Where the follower cannot see the commitment: the answer is no Nash equilibrium. Above some 1,000 actions a player: it solves a program for each action of the follower."
        )
        {
            Reports = Iterate.Last,
            MetaCaveat = "commits the first player, which need not be an equilibrium",
            TwoPlayersOnly = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Integer(
                "leader",
                Leader,
                1,
                2,
                "The player, from 1, who commits to its strategy before the other chooses.",
                value => this with { Leader = value }
            ),
        ];

    /// <inheritdoc/>
    public GameSpec Complete(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Probes.IndexOf(Probe.Gains) >= 0 ? spec : spec.Probe(Probe.Gains);
    }

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        if (Leader is not (1 or 2))
            throw NormalForm.Wrong(Info.Name, $"expected a leader of 1 or 2, got {Leader}");
        var form = NormalForm.Read(Info.Name, game).RequireTwoPlayers("commitment among more is not solved here");
        var (leader, follower) = (form.Players[Leader - 1], form.Players[2 - Leader]);
        var (own, others) = (Scaled(form, Leader - 1), Scaled(form, 2 - Leader));
        var answers = Enumerable
            .Range(0, follower.Actions.Size)
            .Select(answer => Best(own, others, answer, cancellationToken))
            .ToArray();
        var best = answers.MaxBy(a => a.Value)!;
        var bound = answers.Max(a => a.Bound);
        var range = form.Range(Leader - 1);
        if (!(bound - best.Value <= Tolerance))
            throw Unsolved($"the commitment value was found to {NormalForm.Text((bound - best.Value) * range)} only");
        if (Gain(others, best.Strategy, best.Answer) is var gain && !(gain <= Tolerance))
            throw Unsolved($"the follower gains {NormalForm.Text(gain * form.Range(2 - Leader))} by another answer");

        var low = form.Payoffs[Leader - 1].Min();
        string Payoff(double scaled) => NormalForm.Text(Math.Round(low + (scaled * range), 9));
        var response = new double[answers.Length];
        response[best.Answer] = 1;
        var (x, y) = (best.Strategy.ToValueList(), response.ToValueList());
        return new(
            Leader == 1 ? [x, y] : [y, x],
            null,
            $"'{leader}' commits and gets {Payoff(best.Value)}, '{follower}' answers with '{follower.Actions.Label(best.Answer)}'; no commitment gets more than {Payoff(bound)}, by the duals of {answers.Length} linear programs. It is a Nash equilibrium only where NashConv is 0."
        );
    }

    /// <summary>The best commitment to which the follower answers so, with a bound for all of them; a value of minus infinity where there is none.</summary>
    private Commitment Best(double[,] own, double[,] others, int answer, CancellationToken cancellationToken)
    {
        var (rows, columns) = (own.GetLength(0), own.GetLength(1));
        using var program = new LinearProgram();
        for (var i = 0; i < rows; i++)
            program.AddVariable(own[i, answer]);
        for (var k = 0; k < columns; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = program.AddRow(double.NegativeInfinity, 0);
            for (var i = 0; i < rows; i++)
                program.Set(row, i, others[i, k] - others[i, answer]);
        }

        var total = program.AddRow(1, 1);
        for (var i = 0; i < rows; i++)
            program.Set(total, i, 1);
        if (program.MaximizeIfFeasible(cancellationToken) is not { } solution)
        {
            ThrowUndominated(others, answer, cancellationToken);
            return new(answer, [], double.NegativeInfinity, double.NegativeInfinity);
        }

        var strategy = NormalForm.Normalize(solution.Values[..rows]);
        var value = 0.0;
        // weak duality: with any prices of at least 0 on what the follower would gain, no commitment gets more than this
        var bound = double.NegativeInfinity;
        for (var i = 0; i < rows; i++)
        {
            value += strategy[i] * own[i, answer];
            var priced = own[i, answer];
            for (var k = 0; k < columns; k++)
                priced -= Math.Max(solution.Duals[k], 0) * (others[i, k] - others[i, answer]);
            bound = Math.Max(bound, priced);
        }

        return new(answer, strategy, value, bound);
    }

    /// <summary>An answer that is never a best response is worse than a mixture of others whatever the leader does: finds that mixture.</summary>
    private void ThrowUndominated(double[,] others, int answer, CancellationToken cancellationToken)
    {
        // max over x of the least advantage of the answer, plus 1 so that it is not negative; the duals are the mixture
        var (rows, columns) = (others.GetLength(0), others.GetLength(1));
        using var program = new LinearProgram();
        for (var i = 0; i < rows; i++)
            program.AddVariable(objective: 0);
        var advantage = program.AddVariable(objective: 1);
        for (var k = 0; k < columns; k++)
        {
            var row = program.AddRow(-1, double.PositiveInfinity);
            program.Set(row, advantage, -1);
            for (var i = 0; i < rows; i++)
                program.Set(row, i, others[i, answer] - others[i, k]);
        }

        var total = program.AddRow(1, 1);
        for (var i = 0; i < rows; i++)
            program.Set(total, i, 1);
        var mixture = NormalForm.Normalize([.. program.Maximize(cancellationToken).Duals[..columns].Select(d => -d)]);
        for (var i = 0; i < rows; i++)
        {
            var margin = 0.0;
            for (var k = 0; k < columns; k++)
                margin += mixture[k] * (others[i, k] - others[i, answer]);
            if (!(margin > 0))
                throw Unsolved(
                    FormattableString.Invariant($"whether the follower ever gives answer {answer} was not decided")
                );
        }
    }

    /// <summary>What the follower gains by the best of all answers over this one.</summary>
    private static double Gain(double[,] others, double[] strategy, int answer)
    {
        var best = 0.0;
        for (var k = 0; k < others.GetLength(1); k++)
        {
            var gain = 0.0;
            for (var i = 0; i < strategy.Length; i++)
                gain += strategy[i] * (others[i, k] - others[i, answer]);
            best = Math.Max(best, gain);
        }

        return best;
    }

    /// <summary>A player's payoffs in [0, 1]: rows are the leader's actions, columns the follower's.</summary>
    private double[,] Scaled(NormalForm form, int player)
    {
        var (payoffs, low, range) = (form.Matrix(player), form.Payoffs[player].Min(), form.Range(player));
        var scaled = new double[form.Actions[Leader - 1], form.Actions[2 - Leader]];
        for (var i = 0; i < scaled.GetLength(0); i++)
        {
            for (var j = 0; j < scaled.GetLength(1); j++)
            {
                var payoff = Leader == 1 ? payoffs[i, j] : payoffs[j, i];
                scaled[i, j] = range == 0 ? 0 : (payoff - low) / range;
            }
        }

        return scaled;
    }

    private InvalidOperationException Unsolved(string what) =>
        new(
            $"Solver '{Info.Name}': {what}; expected to {NormalForm.Text(Tolerance)} of the payoffs' range. The game is close to degenerate: round its payoffs."
        );

    private sealed record Commitment(int Answer, double[] Strategy, double Value, double Bound);
}
