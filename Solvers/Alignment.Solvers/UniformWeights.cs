namespace Alignment;

/// <summary>Every action with the same probability: as a meta-solver of <see cref="DoubleOracle"/>, fictitious self-play without memory of when a member came.</summary>
/// <remarks>
/// <para>Any number of players. No settings, no units. It solves nothing: the certificate says how far uniform play is from equilibrium.</para>
/// <para>Source: the uniform meta-strategy of Lanctot et al. (2017), "A unified game-theoretic approach to multiagent reinforcement learning",
/// arXiv 1711.00832.</para>
/// <para>Not to find an equilibrium.</para>
/// </remarks>
public sealed record UniformWeights : IDirectSolver
{
    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "uniform",
            "Uniform play",
            "Plays every action with the same probability; a baseline, and a meta-solver for populations.",
            "Lanctot et al. (2017), A unified game-theoretic approach to multiagent reinforcement learning, arXiv 1711.00832",
            "Everything but baselines and populations: it solves nothing."
        )
        {
            Reports = Iterate.Last,
            MetaCaveat = "weighs members alike, which promises nothing about NashConv",
            TakesTrees = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings => [];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        var strategies = game.Tree is { } tree
            ? tree.Players.Select(treeplex =>
                treeplex
                    .InformationSets.SelectMany(set => Enumerable.Repeat(1.0 / set.Actions.Count, set.Actions.Count))
                    .ToValueList()
            )
            : game.Players.Select(p => Enumerable.Repeat(1.0 / p.Actions.Size, p.Actions.Size).ToValueList());
        return new(strategies.ToValueList(), null, null);
    }
}
