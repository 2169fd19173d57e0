namespace Alignment;

/// <summary>Rules break their contract; the message names the history that shows it.</summary>
public sealed class RulesException : Exception
{
    /// <summary>A fault of a game's rules.</summary>
    public RulesException(string game, string history, string fault, Exception? cause = null)
        : base($"{game}, after {(history.Length == 0 ? "no move" : history)}: {fault}", cause) { }

    /// <summary>A fault of a game's rules as a whole.</summary>
    public RulesException(string message)
        : base(message) { }

    /// <summary>Whether nothing is wrong with the rules, but that their tree is larger than what is enumerated.</summary>
    public bool IsTooLarge { get; init; }

    /// <inheritdoc/>
    public RulesException()
        : this("The rules of the game break their contract.") { }

    /// <inheritdoc/>
    public RulesException(string message, Exception innerException)
        : base(message, innerException) { }
}
