namespace Alignment;

/// <summary>Kuhn's poker: one card each, one bet.</summary>
/// <param name="Cards">Cards dealt, in the order of the players; 0 is the lowest.</param>
/// <param name="Bets">What players did: p for pass (check or fold), b for bet (or call).</param>
public sealed record KuhnPosition(ValueList<int> Cards, string Bets);

/// <summary>Kuhn poker: each player antes 1 and gets one of n + 1 cards; one bet of 1 may be made, which the others call or fold to. The highest card of those who put in most takes all.</summary>
/// <remarks>
/// <para>Two players: 12 information sets; value -1/18 to the first.</para>
/// <para>Source: H. W. Kuhn (1950), "A simplified two-person poker", Contributions to the Theory of Games 1; more than two players:
/// Szafron, Gibson, Sturtevant (2013), "A parameterized family of equilibrium profiles for three-player Kuhn poker".</para>
/// </remarks>
/// <param name="players">Number of players, 2 to 4.</param>
public sealed class KuhnPoker(int players = 2) : IRules<KuhnPosition>
{
    private const string Ranks = "23456789TJQK";

    /// <inheritdoc/>
    public string Name => players == 2 ? "kuhn_poker" : $"kuhn_poker(players={players})";

    /// <inheritdoc/>
    public ValueList<string> Players => Enumerable.Range(1, players).Select(p => $"player{p}").ToValueList();

    /// <inheritdoc/>
    public KuhnPosition Initial => new([], "");

    /// <inheritdoc/>
    public Turn Actor(KuhnPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Cards.Count < players)
            return Turn.Chance;
        var bet = state.Bets.IndexOf('b', StringComparison.Ordinal);
        var moves = bet < 0 ? players : bet + players; // after a bet everyone else has one move
        return state.Bets.Length == moves ? Turn.Over : Turn.Of(state.Bets.Length % players);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(KuhnPosition state) =>
        Actor(state).IsChance ? Left(state).Select(c => $"{Rank(c)}").ToValueList() : ["pass", "bet"];

    /// <inheritdoc/>
    public ValueList<double> Chance(KuhnPosition state)
    {
        var left = Left(state).Count();
        return Enumerable.Repeat(1.0 / left, left).ToValueList();
    }

    /// <inheritdoc/>
    public KuhnPosition Next(KuhnPosition state, int action) =>
        Actor(state).IsChance
            ? state with
            {
                Cards = state.Cards.Add(Left(state).ElementAt(action)),
            }
            : state with
            {
                Bets = state.Bets + "pb"[action],
            };

    /// <inheritdoc/>
    public string InformationState(KuhnPosition state)
    {
        var player = Actor(state).Player;
        return $"player{player + 1} {Rank(state.Cards[player])} {(state.Bets.Length == 0 ? "-" : state.Bets)}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(KuhnPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var paid = new double[players];
        Array.Fill(paid, 1);
        for (var k = 0; k < state.Bets.Length; k++)
            paid[k % players] += state.Bets[k] == 'b' ? 1 : 0;
        var winner = Enumerable.Range(0, players).Where(p => paid[p] == paid.Max()).MaxBy(p => state.Cards[p]);
        return Enumerable.Range(0, players).Select(p => p == winner ? paid.Sum() - paid[p] : -paid[p]).ToValueList();
    }

    private IEnumerable<int> Left(KuhnPosition state) =>
        Enumerable.Range(0, players + 1).Where(c => state.Cards.IndexOf(c) < 0);

    private char Rank(int card) => Ranks[Ranks.Length - players - 1 + card];
}

/// <summary>Kuhn poker by name; the rules are <see cref="KuhnPoker"/>.</summary>
public sealed record KuhnPokerFamily : IRulesFamily
{
    /// <summary>Number of players.</summary>
    public static GameParameter<int> Players { get; } = GameParameter.Integer("players", 2, 2, 4, "Number of players.");

    /// <inheritdoc/>
    public string Name => "kuhn_poker";

    /// <inheritdoc/>
    public string Summary => "Each gets one card and antes 1; one bet of 1 may be made, called or folded to.";

    /// <inheritdoc/>
    public string Source =>
        "Kuhn (1950), A Simplified Two-Person Poker; more players: Szafron, Gibson, Sturtevant (2013).";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Players];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OpenGame.Of(new KuhnPoker(arguments.Get(Players)));
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments) => Rules(arguments).Enumerate(arguments.Progress);

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Get(Players) == 2 ? -1.0 / 18 : null;
    }
}

public static partial class Games
{
    /// <summary>Kuhn poker; see <see cref="Alignment.KuhnPoker"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range.</exception>
    public static GameSpec KuhnPoker(int players = 2) =>
        Create<KuhnPokerFamily>(Defaults<KuhnPokerFamily>().With(KuhnPokerFamily.Players, players));
}
