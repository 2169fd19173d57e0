namespace Alignment;

/// <summary>The game between populations: each player chooses one of its members, in order of arrival.</summary>
internal sealed class RestrictedGame(IGameData game, Population population) : IGameData
{
    public ValueList<Player> Players { get; } =
        game
            .Players.Select((player, p) => Player.Of(player.Name, Choices(player.Actions, population.Members[p])))
            .ToValueList();

    public ReadOnlySpan<double> Payoff(int player) => population.Payoffs[player].AsSpan();

    // actions that are members keep their labels
    private static Axis Choices(Axis actions, ValueList<ValueList<double>> members) =>
        actions.Labels.Count == 0 || members.Any(m => m.IndexOf(1) < 0)
            ? Axis.Of(actions.Name, members.Count)
            : Axis.Of(actions.Name, [.. members.Select(m => actions.Label(m.IndexOf(1)))]);
}
