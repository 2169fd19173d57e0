namespace Alignment;

/// <summary>A text that names no game of the library: an unknown name, a value out of range, or a slip of syntax.</summary>
public sealed class GameSyntaxException : ArgumentException
{
    /// <summary>With a message alone.</summary>
    public GameSyntaxException(string message)
        : base(message) { }

    /// <summary>With the place of the fault.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="position">The character at fault, from 1.</param>
    public GameSyntaxException(string message, int position)
        : base(message) => Position = position;

    /// <summary>The character at fault, from 1, where the fault is one of syntax.</summary>
    public int? Position { get; }
}
