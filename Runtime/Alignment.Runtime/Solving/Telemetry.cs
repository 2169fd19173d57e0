using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace Alignment;

/// <summary>Spans and instruments of runs, for whoever listens: an <see cref="ActivitySource"/> and a <see cref="Meter"/> named
/// <see cref="Name"/>. Without a listener nothing is made and nothing is measured.</summary>
/// <remarks>
/// <para>Spans: <c>solve</c>, and in it <c>bind</c>, <c>compile</c>, <c>steps</c> (between two measured moments), <c>measure</c>, <c>checkpoint</c>.
/// A run of a game by its rules alone has <c>solve</c> with <c>steps</c> and <c>certificate</c>.</para>
/// <para>Instruments: <c>alignment.steps</c>, <c>alignment.moments</c> and <c>alignment.checkpoints</c> count; <c>alignment.measure.duration</c>,
/// <c>alignment.checkpoint.duration</c> and <c>alignment.solve.duration</c> are histograms of seconds, <c>alignment.checkpoint.size</c> one of bytes;
/// <c>alignment.nash_conv</c> is a gauge: the largest NashConv of all games when they were last measured, in units of payoff; of games of smooth
/// payoffs <c>alignment.stationarity</c> is, the largest residual. All carry <c>alignment.game</c> and <c>alignment.solver</c>.</para>
/// <para>Solves that a solver makes inside of its own, as double oracle does, are part of its steps.</para>
/// </remarks>
public static class Telemetry
{
    /// <summary>Name of the source of spans and of the meter.</summary>
    public const string Name = "Alignment";

    private static readonly string? Version = typeof(Telemetry)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion;

    private static readonly Meter Meter = new(Name, Version);

    internal static ActivitySource Source { get; } = new(Name, Version);

    internal static Counter<long> Steps { get; } =
        Meter.CreateCounter<long>("alignment.steps", "{step}", "Steps done by solvers.");

    internal static Counter<long> Moments { get; } =
        Meter.CreateCounter<long>("alignment.moments", "{moment}", "Moments at which all games were measured.");

    internal static Counter<long> Checkpoints { get; } =
        Meter.CreateCounter<long>("alignment.checkpoints", "{checkpoint}", "Checkpoints written.");

    internal static Histogram<double> MeasureDuration { get; } =
        Meter.CreateHistogram<double>("alignment.measure.duration", "s", "Time to measure all games once.");

    internal static Histogram<double> CheckpointDuration { get; } =
        Meter.CreateHistogram<double>("alignment.checkpoint.duration", "s", "Time to write a checkpoint.");

    internal static Histogram<long> CheckpointSize { get; } =
        Meter.CreateHistogram<long>("alignment.checkpoint.size", "By", "Size of a checkpoint.");

    internal static Histogram<double> SolveDuration { get; } =
        Meter.CreateHistogram<double>(
            "alignment.solve.duration",
            "s",
            "Time of a solve, reading and compiling included."
        );

    internal static Gauge<double> NashConv { get; } =
        Meter.CreateGauge<double>(
            "alignment.nash_conv",
            "{payoff}",
            "The largest NashConv of all games, as last measured."
        );

    internal static Gauge<double> Stationarity { get; } =
        Meter.CreateGauge<double>(
            "alignment.stationarity",
            "1",
            "The largest residual of stationarity of all games of smooth payoffs, as last measured."
        );
}
