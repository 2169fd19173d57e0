using System.Numerics;
using Alignment.Compiler;
using Alignment.Runtime.Host;

namespace Alignment;

/// <summary>Runs programs on this CPU with vectors along games (or along an axis of a single game) and threads across games.</summary>
/// <remarks>
/// Bit for bit the same result for a batch of N as for N single runs, on any number of threads and in chunks of any length, within one
/// class of CPU features and one version of this library.
/// </remarks>
public sealed class HostExecutor : IExecutor
{
    /// <summary>Bytes of a block's memory that are aimed at: what a first-level cache holds beside the program itself.</summary>
    private const long BlockBytes = 24 * 1024;

    private const int MostLanes = 256;

    private readonly bool _generates;

    private HostExecutor(bool generates) => _generates = generates;

    /// <summary>The executor.</summary>
    public static HostExecutor Instance { get; } = new(RegionCode<double>.IsAvailable);

    /// <summary>The same without generated code, as it runs where a program was compiled ahead of time: the same bits, more slowly.</summary>
    internal static HostExecutor KernelsOnly { get; } = new(generates: false);

    /// <inheritdoc/>
    public string Name => "host";

    /// <inheritdoc/>
    public string Device => "cpu";

    /// <inheritdoc/>
    public IExecutable Prepare(Program program, ExecutionOptions options)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        return options.Precision == Precision.Float32
            ? Prepare<float>(program, options)
            : Prepare<double>(program, options);
    }

    private HostExecutable<T> Prepare<T>(Program program, ExecutionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (program.Games == 1)
            return new(program, options, new(program, 0, options.Seed, _generates), lanes: 0);

        // plan with a narrow block to learn what a lane costs, then with as many lanes as the cache and the games allow
        const int Narrow = (int)Storage.Granule;
        var narrow = new HostPlanner<T>(program, Narrow, options.Seed, _generates);
        var bytesPerLane = Math.Max(1, narrow.Memory.BlockLength * BytesOf<T>() / Narrow);
        var perThread = (program.Games + options.Threads - 1) / options.Threads;
        var width = Vector<T>.Count;
        var wanted = Math.Max(width, Math.Min(BlockBytes / bytesPerLane, Math.Min(MostLanes, perThread)));
        var whole =
            _generates && wanted > width && VectorInstructions<T>.HasWidest
                ? VectorInstructions<T>.Widest.Count
                : width;
        var lanes = (int)((wanted + whole - 1) / whole * whole);
        var plan = lanes == Narrow ? narrow : new(program, lanes, options.Seed, _generates);
        return new(program, options, plan, lanes);
    }

    private static int BytesOf<T>() => typeof(T) == typeof(float) ? sizeof(float) : sizeof(double);
}
