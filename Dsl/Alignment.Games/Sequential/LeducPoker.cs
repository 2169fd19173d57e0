namespace Alignment;

/// <summary>A position of Leduc poker.</summary>
/// <param name="Cards">Cards dealt: to the first player, to the second, to both. Two suits of each rank: 0 and 1 are of the lowest.</param>
/// <param name="First">What was done in the first round: f for fold, c for call or check, r for raise.</param>
/// <param name="Second">The same in the second round.</param>
public sealed record LeducPosition(ValueList<int> Cards, string First, string Second);

/// <summary>Leduc poker: two players, cards of some ranks and two suits, two rounds of bets with a card to both between them.</summary>
/// <remarks>
/// <para>Each antes 1. At most two raises a round, of 2 and then of 4. A pair with the common card wins, then the higher rank; equal ranks
/// share. With three ranks (jack, queen, king): 936 information sets, since suits are told apart; value -0.0856 to the first player.</para>
/// <para>Source: Southey et al. (2005), "Bayes' bluff: opponent modelling in poker", UAI.</para>
/// </remarks>
/// <param name="ranks">Ranks, 2 to 26; the usual game has 3.</param>
public sealed class LeducPoker(int ranks = 3) : IRules<LeducPosition>
{
    private const int MostRaises = 2;

    private readonly int _ranks = ranks is >= 2 and <= 26
        ? ranks
        : throw new ArgumentOutOfRangeException(nameof(ranks), ranks, "Leduc poker has 2 to 26 ranks.");

    /// <inheritdoc/>
    public string Name => _ranks == 3 ? "leduc_poker" : $"leduc_poker(ranks={_ranks})";

    /// <inheritdoc/>
    public ValueList<string> Players => ["player1", "player2"];

    /// <inheritdoc/>
    public LeducPosition Initial => new([], "", "");

    /// <inheritdoc/>
    public Turn Actor(LeducPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Cards.Count < 2)
            return Turn.Chance;
        var round = Round(state);
        if (round.EndsWith('f') || (state.Cards.Count == 3 && IsSettled(round)))
            return Turn.Over;
        return IsSettled(round) ? Turn.Chance : Turn.Of(round.Length % 2);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(LeducPosition state)
    {
        if (Actor(state).IsChance)
            return Left(state).Select(Card).ToValueList();
        var round = Round(state);
        string[] stay = round.EndsWith('r') ? ["fold", "call"] : ["check"];
        return round.Count(c => c == 'r') < MostRaises ? [.. stay, "raise"] : [.. stay];
    }

    /// <inheritdoc/>
    public ValueList<double> Chance(LeducPosition state)
    {
        var left = Left(state).Count();
        return Enumerable.Repeat(1.0 / left, left).ToValueList();
    }

    /// <inheritdoc/>
    public LeducPosition Next(LeducPosition state, int action)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (Actor(state).IsChance)
            return state with { Cards = state.Cards.Add(Left(state).ElementAt(action)) };
        var move = Actions(state)[action] switch
        {
            "fold" => 'f',
            "raise" => 'r',
            _ => 'c',
        };
        return state.Cards.Count == 3
            ? state with
            {
                Second = state.Second + move,
            }
            : state with
            {
                First = state.First + move,
            };
    }

    /// <inheritdoc/>
    public string InformationState(LeducPosition state)
    {
        var player = Actor(state).Player;
        var common = state.Cards.Count == 3 ? $"|{Card(state.Cards[2])} {state.Second}" : "";
        return $"player{player + 1} {Card(state.Cards[player])} {state.First}{common}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(LeducPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        double[] paid = [1, 1];
        Bet(paid, state.First, 2);
        Bet(paid, state.Second, 4);
        var round = Round(state);
        var better = round.EndsWith('f')
            ? (round.Length % 2 == 0 ? 1 : -1) // the one who did not fold: the last to move did
            : Math.Sign(Strength(state, 0) - Strength(state, 1));
        return better switch
        {
            > 0 => [paid[1], -paid[1]],
            < 0 => [-paid[0], paid[0]],
            _ => [0, 0],
        };
    }

    private static void Bet(double[] paid, string round, double raise)
    {
        for (var k = 0; k < round.Length; k++)
        {
            if (round[k] != 'f')
                paid[k % 2] = Math.Max(paid[k % 2], paid[(k + 1) % 2]) + (round[k] == 'r' ? raise : 0);
        }
    }

    private int Strength(LeducPosition state, int player)
    {
        var rank = state.Cards[player] / 2;
        return rank == state.Cards[2] / 2 ? _ranks : rank;
    }

    private string Card(int card) => $"{(_ranks == 3 ? "JQK"[card / 2] : (char)('A' + (card / 2)))}{"xy"[card % 2]}";

    private static string Round(LeducPosition state) => state.Cards.Count == 3 ? state.Second : state.First;

    private static bool IsSettled(string round) => round.Length >= 2 && round.EndsWith('c');

    private IEnumerable<int> Left(LeducPosition state) =>
        Enumerable.Range(0, 2 * _ranks).Where(c => state.Cards.IndexOf(c) < 0);
}

/// <summary>Leduc poker by name; the rules are <see cref="LeducPoker"/>.</summary>
public sealed record LeducPokerFamily : IRulesFamily
{
    /// <summary>Ranks of the cards.</summary>
    public static GameParameter<int> Ranks { get; } =
        GameParameter.Integer("ranks", 3, 2, 26, "Ranks of the cards, two of each.");

    /// <inheritdoc/>
    public string Name => "leduc_poker";

    /// <inheritdoc/>
    public string Summary => "Two players, six cards or more, two rounds of bets with a common card between them.";

    /// <inheritdoc/>
    public string Source => "Southey et al. (2005), Bayes' Bluff: Opponent Modelling in Poker.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Ranks];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OpenGame.Of(new LeducPoker(arguments.Get(Ranks)));
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments) => Rules(arguments).Enumerate(arguments.Progress);

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Get(Ranks) == 3 ? -0.085606424078 : null;
    }
}

public static partial class Games
{
    /// <summary>Leduc poker; see <see cref="Alignment.LeducPoker"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range.</exception>
    public static GameSpec LeducPoker(int ranks = 3) =>
        Create<LeducPokerFamily>(Defaults<LeducPokerFamily>().With(LeducPokerFamily.Ranks, ranks));
}
