namespace Alignment;

/// <summary>A sequential game as rules: who acts, what is possible, what is seen, what it pays.</summary>
/// <remarks>
/// <para>Rules are pure functions of a state, which is the whole history for all that matters: the same state always gives the same answers.
/// States are never compared; what a player can tell apart is told by <see cref="InformationState"/> alone.</para>
/// <para>A player acts on what it knows and remembers what it knew and did (perfect recall): two histories with one information state must
/// have the same own information states and actions before. The tree is checked for that.</para>
/// </remarks>
/// <typeparam name="TState">A position; an immutable value.</typeparam>
public interface IRules<TState>
{
    /// <summary>Name in reports and run folders.</summary>
    string Name { get; }

    /// <summary>The players' names, in order.</summary>
    ValueList<string> Players { get; }

    /// <summary>The position before anything has happened.</summary>
    TState Initial { get; }

    /// <summary>Who acts: a player, chance, or no one, since the game is over.</summary>
    Turn Actor(TState state);

    /// <summary>Labels of what can be done, or of what chance can do: at least one, each once.</summary>
    ValueList<string> Actions(TState state);

    /// <summary>Where chance acts: the probability of each action. They sum to 1; an action of probability 0 is left out of the tree.</summary>
    ValueList<double> Chance(TState state);

    /// <summary>The position after an action, given by its number.</summary>
    TState Next(TState state, int action);

    /// <summary>What the acting player knows, as text. Texts that are equal cannot be told apart.</summary>
    string InformationState(TState state);

    /// <summary>Where the game is over: what each player gets.</summary>
    ValueList<double> Returns(TState state);

    /// <summary>What their author can do about a player that forgets, for the message that refuses such rules.</summary>
    string RecallAdvice => "InformationState must hold what the player knew and did before";
}

/// <summary>Who acts in a position.</summary>
public readonly record struct Turn
{
    private Turn(int code) => Code = code;

    private int Code { get; }

    /// <summary>No one: the game is over.</summary>
    public static Turn Over { get; }

    /// <summary>Chance.</summary>
    public static Turn Chance { get; } = new(-1);

    /// <summary>A player, counted from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static Turn Of(int player)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(player);
        return new(player + 1);
    }

    /// <summary>Whether the game is over.</summary>
    public bool IsOver => Code == 0;

    /// <summary>Whether chance acts.</summary>
    public bool IsChance => Code == -1;

    /// <summary>The number of the player who acts; -1 if none does.</summary>
    public int Player => Code > 0 ? Code - 1 : -1;

    /// <summary><c>over</c>, <c>chance</c> or <c>player 0</c>.</summary>
    public override string ToString() =>
        IsOver ? "over"
        : IsChance ? "chance"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"player {Player}");
}
