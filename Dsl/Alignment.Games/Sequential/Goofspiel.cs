namespace Alignment;

/// <summary>A position of goofspiel.</summary>
/// <param name="Prizes">Prizes turned up, or the whole order where it is fixed.</param>
/// <param name="First">What the first player bid, trick by trick.</param>
/// <param name="Second">What the second player bid.</param>
public sealed record GoofspielPosition(ValueList<int> Prizes, ValueList<int> First, ValueList<int> Second);

/// <summary>Goofspiel: each bids a card of its hand for the prize turned up; the higher bid wins the prize, a tie discards it.</summary>
/// <remarks>
/// <para>Hands and prizes are 1 to n. Bids are simultaneous: the first player chooses first and the second does not see it. The last card
/// plays itself. After a trick both see both bids, or with <c>information=win_loss</c> only who won, as in OpenSpiel's <c>imp_info</c>; then
/// a player cannot tell which card beat it.</para>
/// <para>Known facts: value 0, since the players are interchangeable.</para>
/// <para>Source: Ross (1971), "Goofspiel: the game of pure strategy", Journal of Applied Probability 8; variants as in OpenSpiel (Lanctot et
/// al. 2019), whose <c>point_difference</c> is half of the difference here.</para>
/// </remarks>
public sealed class Goofspiel : IRules<GoofspielPosition>
{
    private readonly int _cards;
    private readonly string _order;
    private readonly string _information;
    private readonly string _returns;

    /// <summary>What <c>order</c> may be: the prizes from the highest, from the lowest, or drawn by chance.</summary>
    public static ValueList<string> Orders { get; } = ["descending", "ascending", "random"];

    /// <summary>What <c>information</c> may be: all bids are seen after the trick, or who won.</summary>
    public static ValueList<string> Informations { get; } = ["full", "win_loss"];

    /// <summary>What <c>returns</c> may be: 1 to the one with more points and -1 to the other, or points minus the other's points.</summary>
    public static ValueList<string> Payoffs { get; } = ["win_loss", "difference"];

    /// <summary>Goofspiel.</summary>
    /// <param name="cards">Cards in each hand, 2 to 9; more than 5 make a large tree.</param>
    /// <param name="order">One of <see cref="Orders"/>.</param>
    /// <param name="information">One of <see cref="Informations"/>.</param>
    /// <param name="returns">One of <see cref="Payoffs"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or a word none of those.</exception>
    public Goofspiel(
        int cards = 4,
        string order = "descending",
        string information = "full",
        string returns = "win_loss"
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cards, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cards, 9);
        ArgumentOutOfRangeException.ThrowIfNegative(Orders.IndexOf(order), nameof(order));
        ArgumentOutOfRangeException.ThrowIfNegative(Informations.IndexOf(information), nameof(information));
        ArgumentOutOfRangeException.ThrowIfNegative(Payoffs.IndexOf(returns), nameof(returns));
        (_cards, _order, _information, _returns) = (cards, order, information, returns);
    }

    /// <inheritdoc/>
    public string Name => $"goofspiel(cards={_cards},order={_order},information={_information},returns={_returns})";

    /// <inheritdoc/>
    public ValueList<string> Players => ["player1", "player2"];

    /// <inheritdoc/>
    public GoofspielPosition Initial
    {
        get
        {
            var ascending = Enumerable.Range(1, _cards);
            return _order switch
            {
                "random" => new([], [], []),
                "ascending" => new(ascending.ToValueList(), [], []),
                _ => new(ascending.Reverse().ToValueList(), [], []),
            };
        }
    }

    /// <inheritdoc/>
    public Turn Actor(GoofspielPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var tricks = state.Second.Count;
        if (state.First.Count > tricks)
            return Turn.Of(1);
        return tricks == _cards - 1 ? Turn.Over
            : state.Prizes.Count == tricks ? Turn.Chance
            : Turn.Of(0);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(GoofspielPosition state) =>
        Left(Acting(state)).Select(card => $"{card}").ToValueList();

    /// <inheritdoc/>
    public ValueList<double> Chance(GoofspielPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var left = _cards - state.Prizes.Count;
        return Enumerable.Repeat(1.0 / left, left).ToValueList();
    }

    /// <inheritdoc/>
    public GoofspielPosition Next(GoofspielPosition state, int action)
    {
        var chosen = Acting(state);
        var after = chosen.Add(Left(chosen).ElementAt(action));
        return Actor(state) switch
        {
            { IsChance: true } => state with { Prizes = after },
            { Player: 0 } => state with { First = after },
            _ => state with { Second = after },
        };
    }

    /// <inheritdoc/>
    public string InformationState(GoofspielPosition state)
    {
        var player = Actor(state).Player;
        var tricks = state.Second.Count;
        var prizes = string.Concat(state.Prizes.Take(tricks + 1));
        if (tricks == 0)
            return $"player{player + 1} prizes {prizes}";
        var (own, other) = player == 0 ? (state.First, state.Second) : (state.Second, state.First);
        var seen =
            _information == "full"
                ? string.Concat(other.Take(tricks))
                : string.Concat(own.Take(tricks).Zip(other, (a, b) => "-=+"[Math.Sign(a - b) + 1]));
        return $"player{player + 1} prizes {prizes} bids {string.Concat(own)} against {seen}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(GoofspielPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (prizes, first, second) = (Whole(state.Prizes), Whole(state.First), Whole(state.Second));
        var lead = Enumerable.Range(0, _cards).Sum(t => prizes[t] * Math.Sign(first[t] - second[t]));
        var gain = _returns == "win_loss" ? Math.Sign(lead) : lead;
        return [gain, -gain];
    }

    /// <summary>The cards played so far by whoever acts: chance turns up prizes.</summary>
    private ValueList<int> Acting(GoofspielPosition state) =>
        Actor(state) switch
        {
            { IsChance: true } => state.Prizes,
            { Player: 0 } => state.First,
            _ => state.Second,
        };

    private IEnumerable<int> Left(ValueList<int> played) =>
        Enumerable.Range(1, _cards).Where(card => played.IndexOf(card) < 0);

    private int[] Whole(ValueList<int> played) => [.. played, .. Left(played)];
}

/// <summary>Goofspiel by name; the rules are <see cref="Goofspiel"/>.</summary>
public sealed record GoofspielFamily : IRulesFamily
{
    /// <summary>Cards in each hand.</summary>
    public static GameParameter<int> Cards { get; } = GameParameter.Integer("cards", 4, 2, 9, "Cards in each hand.");

    /// <summary>In which order prizes are turned up: from the highest, from the lowest, or by chance.</summary>
    public static GameParameter<string> Order { get; } =
        GameParameter.Word(
            "order",
            "descending",
            Goofspiel.Orders,
            "In which order prizes are turned up: from the highest, from the lowest, or by chance."
        );

    /// <summary>What is told after a trick: both bids, or who won.</summary>
    public static GameParameter<string> Information { get; } =
        GameParameter.Word(
            "information",
            "full",
            Goofspiel.Informations,
            "What is told after a trick: both bids, or who won."
        );

    /// <summary>What is won: 1 by the one with more points, or the difference of points.</summary>
    public static GameParameter<string> Returns { get; } =
        GameParameter.Word(
            "returns",
            "win_loss",
            Goofspiel.Payoffs,
            "What is won: 1 by the one with more points, or the difference of points."
        );

    /// <inheritdoc/>
    public string Name => "goofspiel";

    /// <inheritdoc/>
    public string Summary =>
        "Two players bid their cards for prizes; the higher bid wins the prize, a tie discards it.";

    /// <inheritdoc/>
    public string Source =>
        "Ross (1971), Goofspiel: The Game of Pure Strategy; variants as in OpenSpiel (Lanctot et al. 2019).";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Cards, Order, Information, Returns];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OpenGame.Of(
            new Goofspiel(
                arguments.Get(Cards),
                arguments.Get(Order),
                arguments.Get(Information),
                arguments.Get(Returns)
            )
        );
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var orders = Enumerable.Range(1, arguments.Get(Cards)).Aggregate(1.0, (product, k) => product * k);
        SequentialSize.Require(arguments, Math.Pow(orders, arguments.Get(Order) == "random" ? 3 : 2));
        return Rules(arguments).Enumerate(arguments.Progress);
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return 0;
    }
}

public static partial class Games
{
    /// <summary>Goofspiel; see <see cref="Alignment.Goofspiel"/>.</summary>
    /// <exception cref="GameSyntaxException">A number or word is out of range, or the game would be too large.</exception>
    public static GameSpec Goofspiel(
        int cards = 4,
        string order = "descending",
        string information = "full",
        string returns = "win_loss"
    ) =>
        Create<GoofspielFamily>(
            Defaults<GoofspielFamily>()
                .With(GoofspielFamily.Cards, cards)
                .With(GoofspielFamily.Order, order)
                .With(GoofspielFamily.Information, information)
                .With(GoofspielFamily.Returns, returns)
        );
}
