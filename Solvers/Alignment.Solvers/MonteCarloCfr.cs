namespace Alignment;

/// <summary>What an iteration of <see cref="MonteCarloCfr"/> looks at.</summary>
public enum Sampling
{
    /// <summary>All actions of the player that learns; one of chance and of everyone else, by their
    /// strategies.</summary>
    External,

    /// <summary>One game from start to end.</summary>
    Outcome,
}

/// <summary>Monte Carlo counterfactual regret minimization: regret matching at every information set, on regrets
/// estimated by play.</summary>
/// <remarks>
/// <para>In an iteration each player i learns in turn, from one walk. x = max(R, 0) / sum max(R, 0), uniform where no
/// regret is above 0; R[I, a] += v[I, a] - sum_b x[b] v[I, b] at i's information sets I that the walk meets. v is an
/// estimate of the counterfactual value, whose expectation over walks is the exact one:</para>
/// <para>External sampling: v[I, a] is what i gets behind a, where chance and the others are drawn once at each
/// position and i's own actions are all looked at, weighted by x.</para>
/// <para>Outcome sampling: i draws an action uniformly with probability e and else by x, the others by their
/// strategies. At the end z, v[I, a] = u(z) x(z|I,a) / q(z) for the action a that was drawn, 0 for others: x(z|I,a) is
/// the probability with which i's strategy makes its moves behind a, q(z) that with which its moves of the whole game
/// were drawn.</para>
/// <para>Average, over what x reaches: with two players, what i's opponent plays where i's walk meets it is added to
/// the opponent's sum, under outcome sampling divided by the probability with which i's moves so far were drawn. Its
/// expectation is the opponent's own reach times its strategy, times a number that is the same in every iteration. With
/// more players that number would move with the others' strategies; there every player has one more walk an iteration,
/// in which the others play uniformly. A single player too.</para>
/// <para>State: <c>regret/PLAYER</c> and <c>sum/PLAYER</c>, one number for each of the player's actions, as its
/// <see cref="Treeplex"/> numbers them. Regrets in units of payoff; scaling payoffs changes nothing.</para>
/// <para>Default: external sampling; 0.6 for e. Draw k of iteration t lies at (t, k) of the stream
/// <c>mccfr</c>.</para>
/// <para>Takes sequential games made of rules (<see cref="Game.FromRules"/>), any number of players, without
/// regularizers. A game too large to be enumerated is learned from its rules alone
/// (<see cref="Open"/>), with the same draws.</para>
/// <para>Not for trees that fit into memory: there <c>cfr+</c> is closer by orders of magnitude in the same time.</para>
/// <para>Source: Lanctot, Waugh, Zinkevich, Bowling (2009), "Monte Carlo sampling for regret minimization in extensive
/// games", NIPS 22; the averages: Lanctot (2013), "Monte Carlo sampling and regret minimization for equilibrium
/// computation and decision-making in large extensive form games", PhD thesis. Ours: dividing by the learner's
/// probabilities alone, and walks of their own where there are not two players.</para>
/// </remarks>
public sealed record MonteCarloCfr : ISampledSolver, IOpenSolver
{
    /// <summary>What an iteration looks at; default external.</summary>
    public Sampling Sampling { get; init; } = Sampling.External;

    /// <summary>Under outcome sampling, the probability with which the learning player draws an action uniformly; from
    /// 0 to 1, default 0.6. With 0, what it has no regret for is never tried again, and nothing is promised. External
    /// sampling does not look at it.</summary>
    public double Exploration { get; init; } = 0.6;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "mccfr",
            "Monte Carlo counterfactual regret minimization",
            "Regret matching at the information sets that random play meets; the average solves two-player zero-sum games, an iteration touches little of the tree.",
            "Lanctot, Waugh, Zinkevich, Bowling (2009), Monte Carlo sampling for regret minimization in extensive games, NIPS 22",
            "Trees that fit into memory: cfr+ is far more exact in the same time."
        )
        {
            TakesTrees = true,
            Claims =
            [
                new(
                    Gap.NashConv,
                    Iterate.Average,
                    0.5,
                    "in expectation, two-player zero-sum, sampling=external, or sampling=outcome with exploration above 0"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Choice(
                "sampling",
                Sampling,
                "What an iteration looks at: all actions of the player that learns, or one game.",
                v => this with { Sampling = v }
            ),
            Setting.Number(
                "exploration",
                Exploration,
                0,
                1,
                "Probability of a uniform draw by the player that learns; under outcome sampling only.",
                v => this with { Exploration = v }
            ),
        ];

    /// <inheritdoc/>
    public SampledState Init(SampledGame game)
    {
        ArgumentNullException.ThrowIfNull(game);
        return new(
            game.Players.SelectMany(p =>
                (KeyValuePair<string, double[]>[])
                    [new(TreeTable.Regret(p), new double[p.Actions]), new(TreeTable.Sum(p), new double[p.Actions])]
            )
        );
    }

    /// <inheritdoc/>
    public void Step(SampledGame game, SampledState state, long iterations, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        var walk = new MonteCarloWalk(this, new TreeTable(game, state), game.Start, game.Players.Count, seed);
        for (var k = 0L; k < iterations; k++)
        {
            walk.Iterate(state.Iterations + 1);
            state.Iterations++;
        }

        state.Evaluations += walk.Evaluations;
    }

    /// <inheritdoc/>
    public SampledReadout Read(SampledGame game, SampledState state)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(state);
        ValueList<ValueList<double>> Strategies(Func<Treeplex, string> name) =>
            game.Players.Select(player => Strategy(player, state[name(player)])).ToValueList();
        return new(Strategies(TreeTable.Regret), Strategies(TreeTable.Sum));
    }

    /// <inheritdoc/>
    public long OpenSteps => 10_000;

    /// <inheritdoc/>
    public IOpenRun Open(OpenGame game, OpenRunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(settings);
        return new MonteCarloRun(this, game, settings.Seed);
    }

    // sums are of at least 0, so that matching them is dividing them by their sum
    private static ValueList<double> Strategy(Treeplex player, double[] weights)
    {
        var strategy = new double[weights.Length];
        foreach (var set in player.InformationSets)
            RegretTable.Match(
                weights.AsSpan(set.First, set.Actions.Count),
                strategy.AsSpan(set.First, set.Actions.Count)
            );
        return strategy.ToValueList();
    }
}
