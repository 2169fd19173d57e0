namespace Alignment;

/// <summary>Which correlated equilibrium is wanted: the linear objective that chooses among them.</summary>
public enum CorrelatedObjective
{
    /// <summary>Largest sum of all payoffs.</summary>
    MaxWelfare,

    /// <summary>Smallest sum of all payoffs: how bad an equilibrium can be.</summary>
    MinWelfare,

    /// <summary>Largest payoff of one player.</summary>
    Player,
}

/// <summary>The linear program over distributions of action profiles that both kinds of correlated equilibria share.</summary>
internal static class CorrelatedProgram
{
    /// <summary>Largest gain from a deviation that is let through, as a part of the range of the player's payoffs.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Most coefficients of a program.</summary>
    public const long MostCoefficients = 4_000_000;

    /// <param name="solver">Name for messages.</param>
    /// <param name="game">The game.</param>
    /// <param name="objective">What to maximize or minimize.</param>
    /// <param name="player">The number of the player that <paramref name="objective"/> means, from 1.</param>
    /// <param name="recommendationKnown">Whether a player sees its recommendation before it deviates (CE) or not (CCE).</param>
    /// <param name="cancellationToken">Stops the solve.</param>
    public static DirectAnswer Solve(
        string solver,
        IGameData game,
        CorrelatedObjective objective,
        int player,
        bool recommendationKnown,
        CancellationToken cancellationToken
    )
    {
        var form = NormalForm.Read(solver, game);
        if (objective == CorrelatedObjective.Player && (player < 1 || player > form.Players.Count))
        {
            throw NormalForm.Wrong(
                solver,
                $"expected a player from 1 to {form.Players.Count} ({string.Join(", ", form.Players)}), got {player}; set 'player'"
            );
        }

        var deviations = Deviations(form, recommendationKnown).ToArray();
        var coefficients = deviations.Sum(d => (long)form.Profiles / (d.From is null ? 1 : form.Actions[d.Player]));
        if (coefficients > MostCoefficients)
        {
            throw NormalForm.Wrong(
                solver,
                $"expected at most {MostCoefficients} coefficients, got {coefficients} from {form.Profiles} action profiles and {deviations.Length} deviations; use a regret-minimizing solver, whose joint play approaches the coarse correlated equilibria"
            );
        }

        var wanted = Objective(form, objective, player);
        var scale = Math.Max(wanted.Max(Math.Abs), double.Epsilon);
        using var program = new LinearProgram();
        foreach (var value in wanted)
            program.AddVariable(value / scale);
        var total = program.AddRow(1, 1);
        for (var profile = 0; profile < form.Profiles; profile++)
            program.Set(total, profile, 1);
        foreach (var deviation in deviations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = program.AddRow(double.NegativeInfinity, 0);
            var range = form.Range(deviation.Player);
            foreach (var (profile, gain) in deviation.Gains(form))
                program.Set(row, profile, gain / range);
        }

        var joint = NormalForm.Normalize(program.Maximize(cancellationToken).Values);
        foreach (var deviation in deviations)
        {
            var gain = deviation.Gains(form).Sum(g => g.Gain * joint[g.Profile]);
            if (!(gain <= Tolerance * form.Range(deviation.Player)))
            {
                throw new InvalidOperationException(
                    $"Solver '{solver}': the linear program was solved to a gain of {NormalForm.Text(gain)} from a deviation only, above {NormalForm.Text(Tolerance)} of the range of the payoffs; use a regret-minimizing solver."
                );
            }
        }

        return new(
            form.Players.Select((_, k) => Marginal(form, joint, k)).ToValueList(),
            joint.ToValueList(),
            $"{Describe(form, objective, player)}: {NormalForm.Text(Math.Round(Sign(objective) * Dot(wanted, joint), 9))}."
        );
    }

    private static IEnumerable<Deviation> Deviations(NormalForm form, bool recommendationKnown)
    {
        for (var player = 0; player < form.Players.Count; player++)
        {
            if (form.Range(player) == 0)
                continue; // indifferent to everything
            for (var to = 0; to < form.Actions[player]; to++)
            {
                if (!recommendationKnown)
                {
                    yield return new(player, null, to);
                    continue;
                }

                for (var from = 0; from < form.Actions[player]; from++)
                {
                    if (from != to)
                        yield return new(player, from, to);
                }
            }
        }
    }

    private static double[] Objective(NormalForm form, CorrelatedObjective objective, int player)
    {
        var wanted = new double[form.Profiles];
        for (var k = 0; k < form.Players.Count; k++)
        {
            if (objective == CorrelatedObjective.Player && k != player - 1)
                continue;
            for (var profile = 0; profile < wanted.Length; profile++)
                wanted[profile] += Sign(objective) * form.Payoffs[k][profile];
        }

        return wanted;
    }

    private static double Sign(CorrelatedObjective objective) => objective == CorrelatedObjective.MinWelfare ? -1 : 1;

    private static string Describe(NormalForm form, CorrelatedObjective objective, int player) =>
        objective switch
        {
            CorrelatedObjective.MaxWelfare => "Largest sum of payoffs in equilibrium",
            CorrelatedObjective.MinWelfare => "Smallest sum of payoffs in equilibrium",
            _ => $"Largest payoff of '{form.Players[player - 1]}' in equilibrium",
        };

    private static ValueList<double> Marginal(NormalForm form, double[] joint, int player)
    {
        var marginal = new double[form.Actions[player]];
        for (var profile = 0; profile < joint.Length; profile++)
            marginal[form.Action(profile, player)] += joint[profile];
        return marginal.ToValueList();
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++)
            sum += a[k] * b[k];
        return sum;
    }

    /// <summary>A player plays <paramref name="To"/> where <paramref name="From"/> is recommended, or whatever is.</summary>
    private sealed record Deviation(int Player, int? From, int To)
    {
        public IEnumerable<(int Profile, double Gain)> Gains(NormalForm form)
        {
            var (payoffs, stride, actions) = (form.Payoffs[Player], form.Strides[Player], form.Actions[Player]);
            foreach (var action in From is { } from ? [from] : Enumerable.Range(0, actions).Where(a => a != To))
            {
                for (var block = 0; block < form.Profiles; block += stride * actions)
                {
                    for (var inner = 0; inner < stride; inner++)
                    {
                        var profile = block + (action * stride) + inner;
                        yield return (profile, payoffs[profile + ((To - action) * stride)] - payoffs[profile]);
                    }
                }
            }
        }
    }
}
