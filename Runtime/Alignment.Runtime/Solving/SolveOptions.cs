using System.Globalization;
using Alignment.Compiler;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Alignment;

/// <summary>How a solver is run. Results depend on executor, precision, seed and stop rule, never on threads or chunks.</summary>
/// <example>
/// F#: <code>experiment.With(fun options -&gt; options.With(threads = 1, seed = 7UL))</code>
/// C#: <code>experiment.With(options =&gt; options with { Threads = 1, Seed = 7 })</code>
/// </example>
public sealed record SolveOptions
{
    /// <summary>Where steps run; default: this CPU.</summary>
    public IExecutor Executor { get; init; } = HostExecutor.Instance;

    /// <summary>The type that steps run in; default float64. Certificates are always computed in float64. A solver that weights by the number
    /// of the step does at most 2^24 steps in float32, which counts no further.</summary>
    public Precision Precision { get; init; } = Precision.Float64;

    /// <summary>Threads, at least 1; default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of all draws; default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Seeds of runs side by side, along the batch axis <c>seed</c>; each is the run with that <see cref="Seed"/>, bit for bit. For
    /// solvers that sample, such as mccfr; a run that draws nothing refuses them. Default: none, one run with <see cref="Seed"/>.</summary>
    public ValueList<ulong> Seeds { get; init; } = [];

    /// <summary>The batch axis of <see cref="Seeds"/>; null where there are none.</summary>
    internal Axis? SeedAxis =>
        Seeds.Count == 0
            ? null
            : Axis.Of("seed", [.. Seeds.Select(seed => seed.ToString(CultureInfo.InvariantCulture))]);

    private static readonly Stop Default = Stop.NashConvBelow(1e-6) | Stop.AfterSteps(100_000);

    private static readonly Stop DefaultOfSmooth = Stop.StationarityBelow(1e-6) | Stop.AfterSteps(100_000);

    /// <summary>When to stop; default: NashConv below 1e-6 or 100,000 steps, in a game of smooth payoffs stationarity below 1e-6.</summary>
    public Stop Until { get; init; } = Default;

    /// <summary>These options for a game: a rule that was left out asks for what is known of it.</summary>
    public SolveOptions For(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return ReferenceEquals(Until, Default) && spec.IsDifferentiable ? this with { Until = DefaultOfSmooth } : this;
    }

    /// <summary>Largest number of steps in one call of the executor, or null to choose by time. Never changes a bit.</summary>
    public int? Chunk { get; init; }

    /// <summary>Where relative paths of data files start; default: the current folder.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>Told of every measured moment.</summary>
    public IProgress<TracePoint>? Progress { get; init; }

    /// <summary>Keeps measured moments and checkpoints, and says where the run goes on; default: null, nothing is kept.</summary>
    public IRunRecorder? Recorder { get; init; }

    /// <summary>Told of what the run does.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Whether a solver solves this inside of its own run: then it is part of that run's steps and says nothing of its own.</summary>
    internal bool IsInner { get; init; }

    /// <summary>These options with some changed; what is left out stays. C# has <c>with</c>; this is for languages that have not.</summary>
    /// <param name="executor">See <see cref="Executor"/>.</param>
    /// <param name="precision">See <see cref="Precision"/>.</param>
    /// <param name="threads">See <see cref="Threads"/>.</param>
    /// <param name="seed">See <see cref="Seed"/>.</param>
    /// <param name="seeds">See <see cref="Seeds"/>.</param>
    /// <param name="until">See <see cref="Until"/>.</param>
    /// <param name="chunk">See <see cref="Chunk"/>.</param>
    /// <param name="baseDirectory">See <see cref="BaseDirectory"/>.</param>
    /// <param name="progress">See <see cref="Progress"/>.</param>
    /// <param name="recorder">See <see cref="Recorder"/>.</param>
    /// <param name="logger">See <see cref="Logger"/>.</param>
    public SolveOptions With(
        IExecutor? executor = null,
        Precision? precision = null,
        int? threads = null,
        ulong? seed = null,
        ValueList<ulong>? seeds = null,
        Stop? until = null,
        int? chunk = null,
        string? baseDirectory = null,
        IProgress<TracePoint>? progress = null,
        IRunRecorder? recorder = null,
        ILogger? logger = null
    ) =>
        this with
        {
            Executor = executor ?? Executor,
            Precision = precision ?? Precision,
            Threads = threads ?? Threads,
            Seed = seed ?? Seed,
            Seeds = seeds ?? Seeds,
            Until = until ?? Until,
            Chunk = chunk ?? Chunk,
            BaseDirectory = baseDirectory ?? BaseDirectory,
            Progress = progress ?? Progress,
            Recorder = recorder ?? Recorder,
            Logger = logger ?? Logger,
        };
}
