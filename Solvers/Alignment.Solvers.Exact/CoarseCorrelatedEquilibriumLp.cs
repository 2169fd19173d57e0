namespace Alignment;

/// <summary>The coarse correlated equilibrium that is best for a linear objective, by one linear program over joint distributions.</summary>
/// <remarks>
/// <para>max c'p subject to sum over a of p(a) [u_i(b, a_-i) - u_i(a)] &lt;= 0 for every player i and action b; p a distribution over action
/// profiles, c the objective: nobody gains by committing to one action before the recommendation is seen.</para>
/// <para>The gain from each deviation is computed afterwards and must lie below 1e-9 of the range of the player's payoffs. The equilibrium
/// of largest entropy is no linear program's answer and not offered.</para>
/// <para>Errors: more than 4,000,000 coefficients (about 125 x 125 actions); a player that the game has not.</para>
/// <para>Source: Moulin, Vial (1978), "Strategically zero-sum games". Simplex method: GLOP of Google OR-Tools.</para>
/// <para>Not where players may deviate after they see their recommendation (use <see cref="CorrelatedEquilibriumLp"/>): this may put mass on
/// dominated actions.</para>
/// </remarks>
public sealed record CoarseCorrelatedEquilibriumLp : IDirectSolver
{
    /// <summary>Which equilibrium; default: the one of the largest sum of payoffs.</summary>
    public CorrelatedObjective Objective { get; init; } = CorrelatedObjective.MaxWelfare;

    /// <summary>The player, from 1, whose payoff <see cref="CorrelatedObjective.Player"/> maximizes; default 1.</summary>
    public int Player { get; init; } = 1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "cce",
            "Coarse correlated equilibrium linear program",
            "Exact coarse correlated equilibrium of a matrix game that is best for a linear objective.",
            "Moulin, Vial (1978), Strategically zero-sum games: the class of games whose completely mixed equilibria cannot be improved upon; GLOP of Google OR-Tools.",
            "Where players may deviate after they see their recommendation (use 'ce'); it can put mass on dominated actions. Above some 10,000 action profiles. Where optima tie, it returns one of them."
        )
        {
            Reports = Iterate.Last,
            MetaCaveat = "recommends joint play, whose marginals need not be an equilibrium",
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Choice(
                "objective",
                Objective,
                "What the equilibrium is best for.",
                value => this with { Objective = value }
            ),
            Setting.Integer(
                "player",
                Player,
                1,
                1000,
                "The player, from 1, whose payoff the objective 'player' maximizes.",
                value => this with { Player = value }
            ),
        ];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken) =>
        CorrelatedProgram.Solve(Info.Name, game, Objective, Player, recommendationKnown: false, cancellationToken);
}
