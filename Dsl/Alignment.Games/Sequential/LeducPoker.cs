namespace Alignment;

/// <summary>A position of Leduc poker.</summary>
/// <param name="Cards">Cards dealt: to the first player, to the second, to both. Two suits of each rank: 0 and 1 are jacks, 4 and 5 kings.</param>
/// <param name="First">What was done in the first round: f for fold, c for call or check, r for raise.</param>
/// <param name="Second">The same in the second round.</param>
public sealed record LeducPosition(ValueList<int> Cards, string First, string Second);

/// <summary>Leduc poker: two players, six cards of three ranks and two suits, two rounds of bets with a card to both between them.</summary>
/// <remarks>
/// <para>Each antes 1. At most two raises a round, of 2 and then of 4. A pair with the common card wins, then the higher rank; equal ranks
/// share. 936 information sets, since suits are told apart; value -0.0856 to the first player.</para>
/// <para>Source: Southey et al. (2005), "Bayes' bluff: opponent modelling in poker", UAI.</para>
/// </remarks>
public sealed class LeducPoker : IRules<LeducPosition>
{
    private const int MostRaises = 2;
    private static readonly string[] Names = ["Jx", "Jy", "Qx", "Qy", "Kx", "Ky"];

    /// <inheritdoc/>
    public string Name => "leduc_poker";

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
            return Left(state).Select(c => Names[c]).ToValueList();
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
        var common = state.Cards.Count == 3 ? $"|{Names[state.Cards[2]]} {state.Second}" : "";
        return $"player{player + 1} {Names[state.Cards[player]]} {state.First}{common}";
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

    private static int Strength(LeducPosition state, int player)
    {
        var rank = state.Cards[player] / 2;
        return rank == state.Cards[2] / 2 ? 10 : rank;
    }

    private static string Round(LeducPosition state) => state.Cards.Count == 3 ? state.Second : state.First;

    private static bool IsSettled(string round) => round.Length >= 2 && round.EndsWith('c');

    private static IEnumerable<int> Left(LeducPosition state) =>
        Enumerable.Range(0, Names.Length).Where(c => state.Cards.IndexOf(c) < 0);
}

/// <summary>Leduc poker by name; the rules are <see cref="LeducPoker"/>.</summary>
public sealed record LeducPokerFamily : IGameFamily
{
    /// <inheritdoc/>
    public string Name => "leduc_poker";

    /// <inheritdoc/>
    public string Summary => "Two players, six cards, two rounds of bets with a common card between them.";

    /// <inheritdoc/>
    public string Source => "Southey et al. (2005), Bayes' Bluff: Opponent Modelling in Poker.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Game.FromRules(new LeducPoker());
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return -0.085606424078;
    }
}

public static partial class Games
{
    /// <summary>Leduc poker; see <see cref="Alignment.LeducPoker"/>.</summary>
    public static GameSpec LeducPoker() => Create<LeducPokerFamily>(Defaults<LeducPokerFamily>());
}
