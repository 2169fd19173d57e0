namespace Alignment;

/// <summary>One fault of a specification: where, and what to do about it.</summary>
public sealed record Diagnostic(string Where, string Message)
{
    /// <summary><c>where: message</c>.</summary>
    public override string ToString() => $"{Where}: {Message}";
}

/// <summary>A specification that cannot be compiled, with all its faults.</summary>
public sealed class SpecException(ValueList<Diagnostic> faults) : Exception(string.Join('\n', faults))
{
    /// <summary>All faults found.</summary>
    public ValueList<Diagnostic> Faults { get; } = faults;

    /// <summary>One fault.</summary>
    public SpecException(string where, string message)
        : this([new(where, message)]) { }
}
