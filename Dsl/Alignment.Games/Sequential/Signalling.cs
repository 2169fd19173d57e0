using System.Globalization;

namespace Alignment;

/// <summary>A position of the signalling game.</summary>
/// <param name="Moves">What happened, a letter each: type s or w, breakfast b or q, answer f or l.</param>
public sealed record SignallingPosition(string Moves);

/// <summary>Beer or quiche: a sender of hidden type chooses a breakfast, a receiver who sees only that fights or leaves. General-sum.</summary>
/// <remarks>
/// <para>The sender is strong with probability s, else weak. It gets 1 for the breakfast it likes (beer if strong, quiche if weak) and 2 more
/// if it is left alone. The receiver gets 1 for fighting a weak sender or leaving a strong one, else 0.</para>
/// <para>s above 1/2: both types have beer and are left alone (2 + s to the sender, s to the receiver), or both have quiche and are left alone
/// (3 - s and s), with a fight after the other breakfast; the intuitive criterion keeps the first. s below 1/2: strong has beer, weak has it
/// with probability s / (1 - s), beer is fought with probability 1/2 and quiche always: 1 + s to the sender, 1 - s to the receiver.</para>
/// <para>Models an assistant whose hidden disposition is judged by what it shows: a signal that costs both types alike separates
/// nobody.</para>
/// <para>Source: Cho, Kreps (1987), "Signaling games and stable equilibria", Quarterly Journal of Economics 102, figure 1.</para>
/// </remarks>
public sealed class Signalling : IRules<SignallingPosition>
{
    private readonly double _strong;

    /// <summary>Beer or quiche.</summary>
    /// <param name="strong">Probability that the sender is strong, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public Signalling(double strong = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(strong, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(strong, 1);
        _strong = strong;
    }

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"signalling(strong={_strong})");

    /// <inheritdoc/>
    public ValueList<string> Players => ["sender", "receiver"];

    /// <inheritdoc/>
    public SignallingPosition Initial => new("");

    /// <inheritdoc/>
    public Turn Actor(SignallingPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Moves.Length switch
        {
            0 => Turn.Chance,
            1 => Turn.Of(0),
            2 => Turn.Of(1),
            _ => Turn.Over,
        };
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(SignallingPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Moves.Length switch
        {
            0 => ["strong", "weak"],
            1 => ["beer", "quiche"],
            _ => ["fight", "leave"],
        };
    }

    /// <inheritdoc/>
    public ValueList<double> Chance(SignallingPosition state) => [_strong, 1 - _strong];

    /// <inheritdoc/>
    public SignallingPosition Next(SignallingPosition state, int action)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(state.Moves + Actions(state)[action][0]);
    }

    /// <inheritdoc/>
    public string InformationState(SignallingPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Moves.Length == 1
            ? $"sender {(state.Moves[0] == 's' ? "strong" : "weak")}"
            : $"receiver {(state.Moves[1] == 'b' ? "beer" : "quiche")}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(SignallingPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var strong = state.Moves[0] == 's';
        var liked = strong == (state.Moves[1] == 'b');
        var left = state.Moves[2] == 'l';
        return [(liked ? 1 : 0) + (left ? 2 : 0), left == strong ? 1 : 0];
    }
}

/// <summary>Beer or quiche by name; the rules are <see cref="Signalling"/>.</summary>
public sealed record SignallingFamily : IRulesFamily
{
    /// <summary>Probability that the sender is strong.</summary>
    public static GameParameter<double> Strong { get; } =
        GameParameter.OfRules("strong", 0.9, 0, 1, "Probability that the sender is strong.");

    /// <inheritdoc/>
    public string Name => "signalling";

    /// <inheritdoc/>
    public string Summary =>
        "A sender of hidden type picks a breakfast, a receiver who sees only that fights or leaves.";

    /// <inheritdoc/>
    public string Source => "Cho, Kreps (1987), Signaling Games and Stable Equilibria.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Strong];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OpenGame.Of(new Signalling(arguments.Get(Strong)));
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments) => Rules(arguments).Enumerate(arguments.Progress);
}

public static partial class Games
{
    /// <summary>Beer or quiche; see <see cref="Alignment.Signalling"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range.</exception>
    public static GameSpec Signalling(double strong = 0.9) =>
        Create<SignallingFamily>(Defaults<SignallingFamily>().With(SignallingFamily.Strong, strong));
}
