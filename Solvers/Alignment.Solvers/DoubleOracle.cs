namespace Alignment;

/// <summary>
/// Double oracle: solve the game between small populations of actions, and add each player's best response to it,
/// until none is new.
/// </summary>
/// <remarks>
/// <para>Populations start with action 0 of each player. An iteration solves the game restricted to the populations
/// with the inner solver, extends its solution by zeros to all actions, and adds to each population the player's
/// exact best response in the full game; ties go to the first action. When all best responses are members already,
/// the solution is an equilibrium of the full game, up to the inner solver's accuracy.</para>
/// <para>Shapes: payoffs over the action axes of all players, in any unit. Ends after at most as many iterations as the
/// players have actions.</para>
/// <para>Default: predictive regret matching plus inside. An inner solver that answers exactly, as the linear program,
/// makes the end result exact.</para>
/// <para>NashConv along the run is not monotone: compare running minima.</para>
/// <para>Source: McMahan, Gordon, Blum (2003), "Planning in the presence of cost functions controlled by an
/// adversary", ICML.</para>
/// <para>Not for games whose equilibria mix most actions: the last restricted game is then the full one.</para>
/// </remarks>
public sealed record DoubleOracle : IPopulationSolver
{
    /// <summary>Solves the games between populations; default <see cref="PredictiveRegretMatchingPlus"/>.</summary>
    public ISolver Inner { get; init; } = new PredictiveRegretMatchingPlus();

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "double_oracle",
            "Double oracle",
            "Grows populations by exact best responses to the solution of the game between them.",
            "McMahan, Gordon, Blum (2003), Planning in the presence of cost functions controlled by an adversary, ICML",
            "Games whose equilibria mix most actions."
        )
        {
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
        ];

    /// <inheritdoc/>
    public Population Init(IGameData game) => new(game.Players.Select(_ => (ValueList<int>)[0]).ToValueList());

    /// <inheritdoc/>
    public PopulationIterate Step(IGameData game, Population population, ISolve inner)
    {
        var restricted = inner.Solve(new RestrictedGame(game, population));
        var strategies = game
            .Players.Select((player, p) => Spread(restricted[p], population.Actions[p], player.Actions.Size))
            .ToValueList();
        var next = population;
        for (var p = 0; p < game.Players.Count; p++)
        {
            var response = BestResponse(game, p, strategies);
            if (next.Actions[p].IndexOf(response) < 0)
                next = new(next.Actions.SetItem(p, next.Actions[p].Add(response)));
        }

        return new(strategies, next, Grew: next != population);
    }

    private static ValueList<double> Spread(ValueList<double> weights, ValueList<int> members, int actions)
    {
        var strategy = new double[actions];
        for (var k = 0; k < members.Count; k++)
            strategy[members[k]] = weights[k];
        return strategy.ToValueList();
    }

    private static int BestResponse(IGameData game, int player, ValueList<ValueList<double>> strategies)
    {
        var values = game.Payoff(player).ToArray();
        var inner = 1; // cells of the axes behind the one that is averaged out
        for (var p = game.Players.Count - 1; p >= 0; p--)
        {
            if (p == player)
                inner = game.Players[p].Actions.Size;
            else
                values = Average(values, strategies[p], inner);
        }

        return Array.IndexOf(values, values.Max());
    }

    private static double[] Average(double[] values, ValueList<double> strategy, int inner)
    {
        var result = new double[values.Length / strategy.Count];
        for (var k = 0; k < values.Length; k++)
            result[(k / (inner * strategy.Count) * inner) + (k % inner)] +=
                strategy[k / inner % strategy.Count] * values[k];
        return result;
    }
}
