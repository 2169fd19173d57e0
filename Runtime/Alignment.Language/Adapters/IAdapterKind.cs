using TorchSharp;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>A way to change a frozen base by few parameters: a value with its settings.</summary>
public interface IAdapterKind
{
    /// <summary>Its name in texts and files.</summary>
    string Name { get; }

    /// <summary>Which matrices it changes.</summary>
    AdapterTargets Targets { get; }

    /// <summary>How many objectives its preferences weigh; 0 where it takes none.</summary>
    int Objectives { get; }

    /// <summary>What is wrong with its settings, or null.</summary>
    string? Fault();
}

/// <summary>Makes an adapter's changes.</summary>
internal interface IMatrixChanges : IAdapterKind
{
    /// <summary>The change of a matrix as it begins, which changes nothing.</summary>
    IMatrixChange Begin(Linear matrix, ulong seed);
}

/// <summary>Numbers that changes begin with.</summary>
internal static class Beginnings
{
    /// <summary>Uniform between -1 / sqrt(columns) and 1 / sqrt(columns).</summary>
    public static Tensor Uniform(Linear matrix, string name, long rows, long columns, ulong seed)
    {
        var stream = new RandomStream(seed, $"{matrix.Name} {name}");
        var bound = 1 / Math.Sqrt(columns);
        var numbers = new float[rows * columns];
        for (var k = 0; k < numbers.Length; k++)
            numbers[k] = (float)(bound * ((2 * stream.Uniform(0, k)) - 1));
        return Parameter(tensor(numbers, [rows, columns]), matrix);
    }

    public static Tensor Constant(Linear matrix, double value, params long[] shape)
    {
        using Scalar number = value;
        return Parameter(full(shape, number, ScalarType.Float32), matrix);
    }

    // adapters are trained in float32 beside any base, in float64 beside one of float64
    private static Tensor Parameter(Tensor value, Linear matrix)
    {
        var type = matrix.Weight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        using var first = value;
        using var scope = NewDisposeScope();
        return value
            .to(type)
            .to(matrix.Weight.device)
            .detach()
            .requires_grad_(true)
            .MoveToOuterDisposeScope()
            .DetachFromDisposeScope();
    }
}
