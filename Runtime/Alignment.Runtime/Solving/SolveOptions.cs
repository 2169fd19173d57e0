using Alignment.Compiler;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Alignment;

/// <summary>How a solver is run. Results depend on executor, precision, seed and stop rule, never on threads or chunks.</summary>
public sealed record SolveOptions
{
    /// <summary>Where steps run; default: this CPU.</summary>
    public IExecutor Executor { get; init; } = HostExecutor.Instance;

    /// <summary>The type that steps run in; default float64. Certificates are always computed in float64.</summary>
    public Precision Precision { get; init; } = Precision.Float64;

    /// <summary>Threads, at least 1; default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of all draws; default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>When to stop; default: NashConv below 1e-6 or 100,000 steps.</summary>
    public Stop Until { get; init; } = Stop.NashConvBelow(1e-6) | Stop.AfterSteps(100_000);

    /// <summary>Largest number of steps in one call of the executor, or null to choose by time. Never changes a bit.</summary>
    public int? Chunk { get; init; }

    /// <summary>Solves the games between populations, for population solvers.</summary>
    public ISolver? Inner { get; init; }

    /// <summary>Where relative paths of data files start; default: the current folder.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>Told of every measured moment.</summary>
    public IProgress<TracePoint>? Progress { get; init; }

    /// <summary>Told of what the run does.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
