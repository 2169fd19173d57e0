namespace Alignment;

/// <summary>A run cannot be kept, or taken up again; the message says why and what to do.</summary>
public sealed class RunStoreException : Exception
{
    /// <summary>A message.</summary>
    public RunStoreException(string message)
        : base(message) { }

    /// <summary>A message and what caused it.</summary>
    public RunStoreException(string message, Exception cause)
        : base(message, cause) { }

    /// <summary>No message.</summary>
    public RunStoreException() { }
}
