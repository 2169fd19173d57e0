using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>LibTorch cannot be used in this process; the message says the cause, then the remedy.</summary>
public sealed class TorchUnavailableException : ExecutorUnavailableException
{
    /// <summary>An exception without a cause, as serializers and tests ask for.</summary>
    public TorchUnavailableException()
        : this("LibTorch cannot be used in this process.") { }

    /// <summary>An exception with its sentence.</summary>
    /// <param name="message">Cause, then remedy.</param>
    public TorchUnavailableException(string message)
        : base(message) { }

    /// <summary>An exception with its sentence and the failure under it.</summary>
    /// <param name="message">Cause, then remedy.</param>
    /// <param name="innerException">What the system reported.</param>
    public TorchUnavailableException(string message, Exception? innerException)
        : base(message, innerException) { }
}
