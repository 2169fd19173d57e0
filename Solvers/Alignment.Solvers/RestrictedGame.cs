namespace Alignment;

/// <summary>A game in which each player may only choose from its population; actions in order of arrival.</summary>
internal sealed class RestrictedGame : IGameData
{
    private readonly double[][] _payoffs;

    public RestrictedGame(IGameData game, Population population)
    {
        Players = game
            .Players.Select((player, p) => Player.Of(player.Name, Restrict(player.Actions, population.Actions[p])))
            .ToValueList();
        var cells = Cells(game.Players, population);
        _payoffs = [.. Enumerable.Range(0, game.Players.Count).Select(p => Pick(game.Payoff(p), cells))];
    }

    public ValueList<Player> Players { get; }

    public ReadOnlySpan<double> Payoff(int player) => _payoffs[player];

    private static Axis Restrict(Axis actions, ValueList<int> members) =>
        actions.Labels.Count == 0
            ? Axis.Of(actions.Name, members.Count)
            : Axis.Of(actions.Name, [.. members.Select(actions.Label)]);

    /// <summary>The full game's row-major positions of the restricted game's cells, last player fastest.</summary>
    private static int[] Cells(ValueList<Player> players, Population population)
    {
        int[] cells = [0];
        for (var p = 0; p < players.Count; p++)
            cells =
            [
                .. cells.SelectMany(cell =>
                    population.Actions[p].Select(action => (cell * players[p].Actions.Size) + action)
                ),
            ];
        return cells;
    }

    private static double[] Pick(ReadOnlySpan<double> payoff, int[] cells)
    {
        var picked = new double[cells.Length];
        for (var k = 0; k < cells.Length; k++)
            picked[k] = payoff[cells[k]];
        return picked;
    }
}
