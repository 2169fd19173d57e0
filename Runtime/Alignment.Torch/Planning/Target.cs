namespace Alignment.Torch;

/// <summary>The device that a script is printed for.</summary>
internal enum Target
{
    /// <summary>This CPU.</summary>
    Cpu,

    /// <summary>An NVIDIA card.</summary>
    Cuda,

    /// <summary>No numbers, shapes alone: finds tensors that lie on another device.</summary>
    Meta,
}
