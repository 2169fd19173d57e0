namespace Alignment;

/// <summary>A game of one simultaneous move as a tree: the players choose in turn, and none sees what was chosen before.</summary>
/// <remarks>
/// <para>Each player has one information set, so the tree has as many outcomes as the payoff arrays have cells, and its equilibria are those of
/// the matrix game: the bridge by which an answer for trees is held against one for matrices.</para>
/// <para>Source: von Neumann, Morgenstern (1944), Theory of Games and Economic Behavior: a preliminary move is a move nobody is told of.</para>
/// </remarks>
/// <example><code>new MatrixTree("pennies", ["row", "column"], [["h", "t"], ["h", "t"]], [[1, -1, -1, 1], [-1, 1, 1, -1]])</code></example>
public sealed class MatrixTree : IRules<ValueList<int>>
{
    private readonly ValueList<ValueList<string>> _actions;
    private readonly ValueList<ValueList<double>> _payoffs;

    /// <summary>The tree of a matrix game.</summary>
    /// <param name="name">Name in reports.</param>
    /// <param name="players">The players' names, in order; at least one.</param>
    /// <param name="actions">For each player: the labels of its actions; at least one each.</param>
    /// <param name="payoffs">For each player: a payoff for each combination of actions, the last player's action fastest; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no player, a player has no action, or the lists do not fit together.</exception>
    public MatrixTree(
        string name,
        ValueList<string> players,
        ValueList<ValueList<string>> actions,
        ValueList<ValueList<double>> payoffs
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(players);
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(payoffs);
        ArgumentOutOfRangeException.ThrowIfZero(players.Count, nameof(players));
        ArgumentOutOfRangeException.ThrowIfNotEqual(actions.Count, players.Count, nameof(actions));
        ArgumentOutOfRangeException.ThrowIfNotEqual(payoffs.Count, players.Count, nameof(payoffs));
        foreach (var labels in actions)
            ArgumentOutOfRangeException.ThrowIfZero(labels.Count, nameof(actions));
        var cells = actions.Aggregate(1, (product, labels) => checked(product * labels.Count));
        foreach (var table in payoffs)
            ArgumentOutOfRangeException.ThrowIfNotEqual(table.Count, cells, nameof(payoffs));
        (Name, Players, _actions, _payoffs) = (name, players, actions, payoffs);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueList<string> Players { get; }

    /// <inheritdoc/>
    public ValueList<int> Initial => [];

    /// <inheritdoc/>
    public Turn Actor(ValueList<int> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Count == Players.Count ? Turn.Over : Turn.Of(state.Count);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(ValueList<int> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return _actions[state.Count];
    }

    /// <inheritdoc/>
    public ValueList<double> Chance(ValueList<int> state) => [];

    /// <inheritdoc/>
    public ValueList<int> Next(ValueList<int> state, int action)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Add(action);
    }

    /// <inheritdoc/>
    public string InformationState(ValueList<int> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Players[state.Count];
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(ValueList<int> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var cell = state.Zip(_actions).Aggregate(0, (at, next) => (at * next.Second.Count) + next.First);
        return _payoffs.Select(table => table[cell]).ToValueList();
    }
}
