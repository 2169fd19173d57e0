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
    )
    {
        (_space, Player, Name, _strategies, _own, _members, Iteration) = (
            space,
            player,
            name,
            strategies,
            own,
            members,
            iteration
        );
        Plans = space.Plans(player);
        MemberPlans = [.. Members.Select(PlanOf)];
    }

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

    /// <summary>What the player can know when it acts, parents first; one set in a game of one move.</summary>
    public ValueList<InformationSet> InformationSets => Plans.Sets;

    /// <summary>The members' plans.</summary>
    public IReadOnlyList<double[]> MemberPlans { get; }

    /// <summary>For each action the probability of being asked for it, where the player plays towards it and, after each action, one of the information sets
    /// behind it is asked, each as likely. 1 in a game of one move.</summary>
    public IReadOnlyList<double> Shares => Plans.Shares;

    /// <summary>For each action whether no information set of the player is behind it. With <see cref="Shares"/>: share times plan, over these actions, sums to 1.</summary>
    public IReadOnlyList<bool> EndsWith => field ??= [.. Plans.Behind.Select(n => n == 0)];

    /// <summary>What each action adds to the payoff against the others' mixtures; a payoff is the sum of plan times these. In a sequential game: what the ends behind the
    /// action pay before the player acts again, times the probability that others and chance lead there; what ends before the player's first move is
    /// added to the actions of its first information set.</summary>
    public ReadOnlySpan<double> Values => _values ??= _space.ActionValues(Player, _strategies);

    /// <summary>The same against each choice of one member for every other player.</summary>
    public IReadOnlyList<double[]> Against => _against ??= [.. Choices().Select(c => _space.ActionValues(Player, c))];

    /// <summary>A strategy's plan: for each action the probability of playing towards its information set and taking it there, if the others and chance allow.
    /// The strategy itself in a game of one move.</summary>
    public double[] PlanOf(ValueList<double> strategy) => Plans.Of(strategy.AsSpan());

    /// <summary>A pure best response to the others' mixtures; the first of several, everywhere.</summary>
    public ValueList<double> BestResponse() => _space.BestResponse(Player, _strategies);

    /// <summary>What a strategy gets against the others' mixtures less what the player's mixture gets.</summary>
    public double Gain(ValueList<double> strategy) =>
        _space.Meet(_strategies.SetItem(Player, strategy))[Player] - _own[Player];

    internal Plans Plans { get; }

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
