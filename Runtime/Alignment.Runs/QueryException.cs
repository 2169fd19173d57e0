namespace Alignment.Runs;

/// <summary>A query that is not answered; the message is a sentence that says why.</summary>
public sealed class QueryException : Exception
{
    /// <summary>A message.</summary>
    public QueryException(string message)
        : base(message) { }

    /// <summary>A message and what caused it.</summary>
    public QueryException(string message, Exception cause)
        : base(message, cause) { }

    /// <summary>No message.</summary>
    public QueryException() { }
}
