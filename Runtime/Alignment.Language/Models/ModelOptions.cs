namespace Alignment;

/// <summary>In which numbers a model's weights are held.</summary>
public enum WeightPrecision
{
    /// <summary>As they are stored.</summary>
    Stored,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16: half the memory, 3 significant digits.</summary>
    BFloat16,

    /// <summary>float64, for checks of gradients.</summary>
    Float64,
}

/// <summary>How a model is loaded.</summary>
/// <remarks>Default: numbers of 16 and 8 bits as float32, float32 and float64 as they are; the CPU; one thread.</remarks>
public sealed record ModelOptions
{
    /// <summary>In which numbers weights are held; null for float32, or float64 if they are stored so.</summary>
    public WeightPrecision? Precision { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads within an operation, at least 1; of the whole process, so what is loaded or created last decides. Last bits may differ with their number, so a
    /// training that goes on must have as many as before.</summary>
    public int Threads { get; init; } = 1;
}
