namespace Alignment;

/// <summary>The floating-point type that a program runs in.</summary>
public enum Precision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>64 bits.</summary>
    Float64,
}
