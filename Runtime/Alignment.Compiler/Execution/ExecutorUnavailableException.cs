namespace Alignment.Compiler;

/// <summary>An executor or its device is not there, on this machine or in this process; the message says the cause, then the remedy.</summary>
/// <remarks>Nothing is wrong with the program, and nothing falls back to another device: a tool tells the message as wrong input.</remarks>
public class ExecutorUnavailableException : Exception
{
    /// <summary>An exception without a cause, as serializers and tests ask for.</summary>
    public ExecutorUnavailableException()
        : this("The executor is not available here.") { }

    /// <summary>An exception with its sentence.</summary>
    /// <param name="message">Cause, then remedy.</param>
    public ExecutorUnavailableException(string message)
        : base(message) { }

    /// <summary>An exception with its sentence and the failure under it.</summary>
    /// <param name="message">Cause, then remedy.</param>
    /// <param name="innerException">What the system reported.</param>
    public ExecutorUnavailableException(string message, Exception? innerException)
        : base(message, innerException) { }
}
