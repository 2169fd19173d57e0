namespace Alignment;

/// <summary>The correlated equilibrium that is best for a linear objective, by one linear program over joint distributions.</summary>
/// <remarks>
/// <para>max c'p subject to sum over a_-i of p(a_i, a_-i) [u_i(b, a_-i) - u_i(a_i, a_-i)] &lt;= 0 for every player i and actions a_i, b; p a
/// distribution over action profiles, c the objective.</para>
/// <para>The gain from each deviation is computed afterwards and must lie below 1e-9 of the range of the player's payoffs. The equilibrium
/// of largest entropy is no linear program's answer and not offered.</para>
/// <para>Errors: more than 4,000,000 coefficients (about 125 x 125 actions); a player that the game has not.</para>
/// <para>Source: Aumann (1974), "Subjectivity and correlation in randomized strategies"; Aumann (1987), "Correlated equilibrium as an
/// expression of Bayesian rationality". Simplex method: GLOP of Google OR-Tools.</para>
/// <para>Not where players act independently: the marginals are in general no Nash equilibrium.</para>
/// </remarks>
public sealed record CorrelatedEquilibriumLp : IDirectSolver
{
    /// <summary>Which equilibrium; default: the one of the largest sum of payoffs.</summary>
    public CorrelatedObjective Objective { get; init; } = CorrelatedObjective.MaxWelfare;

    /// <summary>The player, from 1, whose payoff <see cref="CorrelatedObjective.Player"/> maximizes; default 1.</summary>
    public int Player { get; init; } = 1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "ce",
            "Correlated equilibrium linear program",
            "Exact correlated equilibrium of a matrix game that is best for a linear objective.",
            "Aumann (1974), Subjectivity and correlation in randomized strategies; Aumann (1987), Correlated equilibrium as an expression of Bayesian rationality; GLOP of Google OR-Tools.",
            "Where players act independently: its marginals are in general no Nash equilibrium. Above some 10,000 action profiles. Where optima tie, it returns one of them."
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
        CorrelatedProgram.Solve(Info.Name, game, Objective, Player, recommendationKnown: true, cancellationToken);
}
