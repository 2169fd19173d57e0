namespace Alignment;

/// <summary>What an oracle may ask about: a player, everyone's mixture, and the populations.</summary>
public sealed class ResponseContext
{
    private readonly StrategySpace _space;
    private readonly ValueList<ValueList<double>> _strategies;
    private readonly double[] _own;
    private readonly ValueList<ValueList<ValueList<double>>> _members;
    private double[]? _values;
    private double[][]? _against;

    internal ResponseContext(
        StrategySpace space,
        int player,
        string name,
        ValueList<ValueList<double>> strategies,
        double[] own,
        ValueList<ValueList<ValueList<double>>> members,
        long iteration
    ) =>
        (_space, Player, Name, _strategies, _own, _members, Iteration) = (
            space,
            player,
            name,
            strategies,
            own,
            members,
            iteration
        );

    /// <summary>Who responds, from 0.</summary>
    public int Player { get; }

    /// <summary>What the player is called.</summary>
    public string Name { get; }

    /// <summary>Iterations that made the populations: 0 at the first response.</summary>
    public long Iteration { get; }

    /// <summary>How the player plays now.</summary>
    public ValueList<double> Strategy => _strategies[Player];

    /// <summary>The player's population.</summary>
    public ValueList<ValueList<double>> Members => _members[Player];

    /// <summary>What each action gets against the others' mixtures. Not in sequential games.</summary>
    /// <exception cref="NotSupportedException">The game is sequential.</exception>
    public ReadOnlySpan<double> Values => _values ??= _space.ActionValues(Player, _strategies);

    /// <summary>What each action gets against each choice of one member for every other player. Not in sequential games.</summary>
    /// <exception cref="NotSupportedException">The game is sequential.</exception>
    public IReadOnlyList<double[]> Against => _against ??= [.. Choices().Select(c => _space.ActionValues(Player, c))];

    /// <summary>A pure best response to the others' mixtures; the first of several, everywhere.</summary>
    public ValueList<double> BestResponse() => _space.BestResponse(Player, _strategies);

    /// <summary>What a strategy gets against the others' mixtures less what the player's mixture gets.</summary>
    public double Gain(ValueList<double> strategy) =>
        _space.Meet(_strategies.SetItem(Player, strategy))[Player] - _own[Player];

    private IEnumerable<ValueList<ValueList<double>>> Choices()
    {
        IEnumerable<ValueList<ValueList<double>>> choices = [_strategies];
        for (var p = 0; p < _members.Count; p++)
        {
            var other = p;
            if (other != Player)
                choices = choices.SelectMany(c => _members[other].Select(member => c.SetItem(other, member)));
        }

        return choices;
    }
}
