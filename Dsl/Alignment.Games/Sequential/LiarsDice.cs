using System.Globalization;

namespace Alignment;

/// <summary>A position of liar's dice.</summary>
/// <param name="Hands">The dice rolled by each player so far, sorted, a digit each.</param>
/// <param name="Bids">Numbers of the bids made: bid b claims b / sides + 1 dice of face b % sides + 1.</param>
/// <param name="Called">Whether the last bid was called a lie.</param>
public sealed record LiarsDicePosition(ValueList<string> Hands, ValueList<int> Bids, bool Called);

/// <summary>Liar's dice: both roll in secret and in turn raise a claim about all dice, until one calls the other a liar.</summary>
/// <remarks>
/// <para>A bid names a quantity and a face. The next must be higher: a larger quantity of any face, or the same quantity of a larger face.
/// Dice of the highest face are wild and count as every face. When the bid is called, its bidder wins if at least that many dice show the
/// face, else the caller does. The winner gets 1, the loser -1.</para>
/// <para>Known facts for one die of six sides: 24,576 information sets (12 bids, so 2^12 histories of bids, times 6 rolls), 147,420 ends
/// (4,095 histories times 36 rolls); value -7/258 = -0.02713 to the first player. One die of 2, 3, 4 or 5 sides:
/// 1/2, 1/9, 1/16, 1/125; two dice of 2 or 3 sides: 7/8, 5/81. (Linear programs over the sequence form, within 1e-10 of these fractions.)</para>
/// <para>A player's roll is one move of chance, told as sorted dice: 21 hands for two dice instead of 36 orders.</para>
/// <para>Source: the rules of OpenSpiel (Lanctot et al. 2019, arXiv 1908.09453), its bidding rule <c>reset-face</c>; for one die compare
/// Neller, Hnath (2011), "Approximating optimal Dudo play with fixed-strategy iteration counterfactual regret minimization".</para>
/// </remarks>
public sealed class LiarsDice : IRules<LiarsDicePosition>
{
    private readonly int _dice;
    private readonly int _sides;
    private readonly ValueList<string> _hands;
    private readonly ValueList<double> _chances;

    /// <summary>Liar's dice.</summary>
    /// <param name="dice">Dice of each player, 1 to 4.</param>
    /// <param name="sides">Faces of a die, 1 to 9; the highest is wild.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public LiarsDice(int dice = 1, int sides = 6)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dice, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dice, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(sides, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sides, 9);
        (_dice, _sides) = (dice, sides);
        var rolls = Rolls(dice, sides).GroupBy(roll => string.Concat(roll.Order())).ToArray();
        _hands = rolls.Select(hand => hand.Key).ToValueList();
        _chances = rolls.Select(hand => hand.Count() / Math.Pow(sides, dice)).ToValueList();
    }

    /// <inheritdoc/>
    public string Name => $"liars_dice(dice={_dice},sides={_sides})";

    /// <inheritdoc/>
    public ValueList<string> Players => ["player1", "player2"];

    /// <inheritdoc/>
    public LiarsDicePosition Initial => new([], [], false);

    /// <inheritdoc/>
    public Turn Actor(LiarsDicePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Called ? Turn.Over
            : state.Hands.Count < 2 ? Turn.Chance
            : Turn.Of(state.Bids.Count % 2);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(LiarsDicePosition state)
    {
        if (Actor(state).IsChance)
            return _hands;
        var lowest = Lowest(state);
        var bids = Enumerable.Range(lowest, (2 * _dice * _sides) - lowest).Select(Text);
        return lowest == 0 ? bids.ToValueList() : bids.Append("liar").ToValueList();
    }

    /// <inheritdoc/>
    public ValueList<double> Chance(LiarsDicePosition state) => _chances;

    /// <inheritdoc/>
    public LiarsDicePosition Next(LiarsDicePosition state, int action)
    {
        if (Actor(state).IsChance)
            return state with { Hands = state.Hands.Add(_hands[action]) };
        var bid = Lowest(state) + action;
        return bid == 2 * _dice * _sides ? state with { Called = true } : state with { Bids = state.Bids.Add(bid) };
    }

    /// <inheritdoc/>
    public string InformationState(LiarsDicePosition state)
    {
        var player = Actor(state).Player;
        var bids = state.Bids.Count == 0 ? "-" : string.Join(' ', state.Bids.Select(Text));
        return $"player{player + 1} {state.Hands[player]} {bids}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(LiarsDicePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var bid = state.Bids[^1];
        var (quantity, face) = ((bid / _sides) + 1, (bid % _sides) + 1);
        var shown = state.Hands.Sum(hand => hand.Count(die => die - '0' == face || die - '0' == _sides));
        var bidder = (state.Bids.Count - 1) % 2;
        return shown >= quantity == (bidder == 0) ? [1, -1] : [-1, 1];
    }

    private static int Lowest(LiarsDicePosition state) => state.Bids.Count == 0 ? 0 : state.Bids[^1] + 1;

    private string Text(int bid) =>
        string.Create(CultureInfo.InvariantCulture, $"{(bid / _sides) + 1}x{(bid % _sides) + 1}");

    private static IEnumerable<string> Rolls(int dice, int sides) =>
        Enumerable
            .Range(0, dice)
            .Aggregate<int, IEnumerable<string>>(
                [""],
                (rolls, _) => rolls.SelectMany(roll => Enumerable.Range(1, sides).Select(face => $"{roll}{face}"))
            );
}

/// <summary>Liar's dice by name; the rules are <see cref="LiarsDice"/>.</summary>
public sealed record LiarsDiceFamily : IRulesFamily
{
    /// <summary>Dice of each player.</summary>
    public static GameParameter<int> Dice { get; } = GameParameter.Integer("dice", 1, 1, 4, "Dice of each player.");

    /// <summary>Faces of a die; the highest is wild.</summary>
    public static GameParameter<int> Sides { get; } =
        GameParameter.Integer("sides", 6, 1, 9, "Faces of a die; the highest is wild.");

    /// <inheritdoc/>
    public string Name => "liars_dice";

    /// <inheritdoc/>
    public string Summary => "Two players roll in secret and raise claims about all dice, until one is called a liar.";

    /// <inheritdoc/>
    public string Source =>
        "The rules of OpenSpiel (Lanctot et al. 2019); Neller, Hnath (2011), Approximating Optimal Dudo Play.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Dice, Sides];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OpenGame.Of(new LiarsDice(arguments.Get(Dice), arguments.Get(Sides)));
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (dice, sides) = (arguments.Get(Dice), arguments.Get(Sides));
        SequentialSize.Require(arguments, Math.Pow(Hands(dice, sides), 2) * Math.Pow(2, 2 * dice * sides));
        return Rules(arguments).Enumerate(arguments.Progress);
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return (arguments.Get(Dice), arguments.Get(Sides)) switch
        {
            (1, 2) => 1.0 / 2,
            (1, 3) => 1.0 / 9,
            (1, 4) => 1.0 / 16,
            (1, 5) => 1.0 / 125,
            (1, 6) => -7.0 / 258,
            (2, 2) => 7.0 / 8,
            (2, 3) => 5.0 / 81,
            _ => null,
        };
    }

    /// <summary>Multisets of the dice: (dice + sides - 1) choose dice.</summary>
    private static double Hands(int dice, int sides) =>
        Enumerable.Range(1, dice).Aggregate(1.0, (product, k) => product * (sides - 1 + k) / k);
}

public static partial class Games
{
    /// <summary>Liar's dice; see <see cref="Alignment.LiarsDice"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range, or the game would be too large.</exception>
    public static GameSpec LiarsDice(int dice = 1, int sides = 6) =>
        Create<LiarsDiceFamily>(
            Defaults<LiarsDiceFamily>().With(LiarsDiceFamily.Dice, dice).With(LiarsDiceFamily.Sides, sides)
        );
}
