namespace Alignment;

/// <summary>
/// Double oracle: solve the game between small populations of pure strategies, and add each player's best response to
/// it, until none is new. With learned best responses it is known as policy-space response oracles (PSRO).
/// </summary>
/// <remarks>
/// <para>Populations start with action 0 of each player, in a sequential game at every information set. An iteration
/// solves the game between the populations with the inner solver (the meta-solver), plays its solution as a strategy
/// of the full game, and adds to each population the player's exact best response to that; ties go to the first
/// action. When all best responses are members already, the solution is an equilibrium of the full game if that of
/// the game between populations is one, up to the inner solver's accuracy.</para>
/// <para>Shapes: payoffs over the action axes of all players or over a tree's outcomes, in any unit. Ends after at most
/// as many iterations as the players have pure strategies; on trees in practice after a small part of them.</para>
/// <para>Default: predictive regret matching plus inside. An inner solver that answers exactly, as the linear program,
/// makes the end result exact. <c>uniform</c> and <c>alpha_rank</c> as inner solvers weight members without solving
/// their game: populations stop growing where nothing new responds to the mixture, which need not be an
/// equilibrium.</para>
/// <para>The oracle finds the strategies to add: an exact best response, or one that is drawn to a reference and away from the population
/// (<see cref="RegularizedResponse"/>; then members are mixed strategies). Of two that are within 1e-6 where their own moves lead one is kept. NashConv is at
/// most sum_i (gain_i + epsilon_i) of an iteration's responses, and is measured besides.</para>
/// <para>NashConv along the run is not monotone: compare running minima.</para>
/// <para>A game too large to be enumerated is played by its rules (<see cref="Open"/>): responses are learned, and
/// payoffs between members are means of games; see <see cref="PolicyPopulation"/>.</para>
/// <para>Source: McMahan, Gordon, Blum (2003), "Planning in the presence of cost functions controlled by an
/// adversary", ICML; Lanctot et al. (2017), "A unified game-theoretic approach to multiagent reinforcement learning",
/// arXiv 1711.00832.</para>
/// <para>Not for games whose equilibria mix most actions: the last restricted game is then the full one.</para>
/// </remarks>
public sealed record DoubleOracle : IPopulationSolver, IOpenSolver
{
    private const double Same = 1e-6; // of probabilities: of two strategies that are closer one is enough

    /// <summary>Solves the games between populations; default <see cref="PredictiveRegretMatchingPlus"/>.</summary>
    public ISolver Inner { get; init; } = new PredictiveRegretMatchingPlus();

    /// <summary>Finds the strategies to add; default <see cref="BestResponseOracle"/>.</summary>
    public IResponseOracle Oracle { get; init; } = new BestResponseOracle();

    /// <inheritdoc/>
    public string Response => Oracle.Answer;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "double_oracle",
            "Double oracle",
            "Grows populations by responses to the solution of the game between them: exact best responses, unless told otherwise.",
            "McMahan, Gordon, Blum (2003), Planning in the presence of cost functions controlled by an adversary, ICML; Lanctot et al. (2017), A unified game-theoretic approach to multiagent reinforcement learning, arXiv 1711.00832",
            "Games whose equilibria mix most actions."
        )
        {
            OnTrees = "psro",
            TakesTrees = true,
            Reports = Iterate.Last,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Solver(
                "inner",
                Inner,
                "Solves the games between populations.",
                Solver.Find,
                value => this with { Inner = value }
            ),
            Setting.Word(
                "oracle",
                ResponseOracle.Text(Oracle),
                $"an oracle, its settings in brackets: {string.Join(", ", ResponseOracle.All.Select(o => o.Name))}",
                "Finds the strategies to add, in games of one move and in sequential ones.",
                text => this with { Oracle = ResponseOracle.Find(text) },
                (Oracle as RegularizedResponse)?.Fault
            ),
        ];

    /// <inheritdoc/>
    public Population Init(IGameData game)
    {
        ArgumentNullException.ThrowIfNull(game);
        var space = StrategySpace.Of(game);
        var first = game.Players.Select((_, p) => (ValueList<ValueList<double>>)[space.First(p)]).ToValueList();
        var payoffs = space.Meet([.. first.Select(members => members[0])]);
        return new(first, payoffs.Select(u => (ValueList<double>)[u]).ToValueList());
    }

    /// <inheritdoc/>
    public PopulationIterate Step(IGameData game, Population population, ISolve inner)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(population);
        ArgumentNullException.ThrowIfNull(inner);
        var space = StrategySpace.Of(game);
        var weights = inner.Solve(new RestrictedGame(game, population));
        var strategies = population.Members.Select((members, p) => space.Mix(p, members, weights[p])).ToValueList();
        var next = population.Members;
        var own = space.Meet(strategies);
        var iteration = population.Iterations;
        var responses = new OracleResponse[next.Count];
        for (var p = 0; p < next.Count; p++)
        {
            responses[p] = Oracle.Respond(
                new(space, p, game.Players[p].Name, strategies, own, population.Members, iteration)
            );
            if (!next[p].Any(member => IsSame(space.Plans(p), member, responses[p].Strategy)))
                next = next.SetItem(p, next[p].Add(responses[p].Strategy));
        }

        return new(
            strategies,
            new(next, Payoffs(space, population, next)) { Iterations = iteration + 1 },
            Grew: next != population.Members || !Oracle.IsSettled(iteration)
        )
        {
            Responses = responses.ToValueList(),
        };
    }

    /// <inheritdoc/>
    public long OpenSteps => 10;

    /// <inheritdoc/>
    public IOpenRun Open(OpenGame game, OpenRunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(settings);
        if (Oracle is not BestResponseOracle)
            throw new ArgumentException(
                $"Solver 'psro': the oracle '{Oracle.Name}' asks what every action gets, which is not known without a tree, where responses are learned; leave the setting out."
            );
        return new PolicyPopulation(this, game, settings);
    }

    // an ascent comes back to a mixture up to its last digits; what is planned for where it never comes is no difference
    private static bool IsSame(Plans plans, ValueList<double> a, ValueList<double> b) =>
        plans.Of(a.AsSpan()).Zip(plans.Of(b.AsSpan()), (x, y) => Math.Abs(x - y)).All(difference => difference <= Same);

    /// <summary>The payoffs between members: those of old members are there, the others are computed.</summary>
    private static ValueList<ValueList<double>> Payoffs(
        StrategySpace space,
        Population old,
        ValueList<ValueList<ValueList<double>>> members
    )
    {
        int[] sizes = [.. members.Select(m => m.Count)];
        int[] oldSizes = [.. old.Members.Select(m => m.Count)];
        var payoffs = sizes.Select(_ => new double[sizes.Aggregate(1, (n, size) => checked(n * size))]).ToArray();
        var at = new int[sizes.Length];
        for (var cell = 0; cell < payoffs[0].Length; cell++)
        {
            var (rest, known, place) = (cell, true, 0);
            for (var p = sizes.Length - 1; p >= 0; p--)
            {
                at[p] = rest % sizes[p];
                rest /= sizes[p];
                known &= at[p] < oldSizes[p];
            }

            for (var p = 0; p < sizes.Length; p++)
                place = (place * oldSizes[p]) + at[p];
            var met = known ? null : space.Meet([.. members.Select((m, p) => m[at[p]])]);
            for (var p = 0; p < sizes.Length; p++)
                payoffs[p][cell] = met is null ? old.Payoffs[p][place] : met[p];
        }

        return payoffs.Select(u => u.ToValueList()).ToValueList();
    }
}
