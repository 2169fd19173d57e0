using Microsoft.Extensions.Logging;

namespace Alignment.Runtime;

/// <summary>What a run says of itself through <see cref="SolveOptions.Logger"/>: a line of Information for each thing that is done once, Debug for
/// what is done again and again. Nothing is computed for a line that nobody reads.</summary>
internal static partial class SolveLog
{
    [LoggerMessage(
        1,
        LogLevel.Information,
        "game {Game}, number of games {Games}, between {Players}; read in {Seconds:0.000} s; specification {Hash}"
    )]
    public static partial void Bound(
        this ILogger logger,
        string game,
        int games,
        string players,
        double seconds,
        string hash
    );

    [LoggerMessage(
        2,
        LogLevel.Information,
        "solver {Solver} until {Until}; seed {Seed}, {Executor} on {Device} in {Precision}, {Threads} threads"
    )]
    public static partial void Solving(
        this ILogger logger,
        string solver,
        string until,
        string seed,
        string executor,
        string device,
        string precision,
        int threads
    );

    [LoggerMessage(
        3,
        LogLevel.Information,
        "compiled and planned in {Seconds:0.000} s: {Values} values a step, {States} numbers of state, number of games {Games}"
    )]
    public static partial void Compiled(this ILogger logger, double seconds, int values, long states, int games);

    [LoggerMessage(4, LogLevel.Debug, "plan of a step:\n{Plan}")]
    public static partial void Planned(this ILogger logger, string plan);

    [LoggerMessage(
        5,
        LogLevel.Debug,
        "at most {Steps} steps a call from step {First} on: the last {Count} took {Seconds:0.000000} s"
    )]
    public static partial void Paced(this ILogger logger, int steps, long first, int count, double seconds);

    [LoggerMessage(6, LogLevel.Debug, "step {Step}: {Figure} {Distance:R}, measured in {Seconds:0.000000} s")]
    public static partial void Measured(this ILogger logger, long step, string figure, double distance, double seconds);

    [LoggerMessage(7, LogLevel.Information, "checkpoint after {Step} steps: {Bytes} bytes in {Milliseconds:0.0} ms")]
    public static partial void Saved(this ILogger logger, long step, long bytes, double milliseconds);

    [LoggerMessage(8, LogLevel.Information, "going on after {Step} steps, from {Bytes} bytes")]
    public static partial void Resumed(this ILogger logger, long step, long bytes);

    [LoggerMessage(EventId = 9, Message = "game {Game} is done: {Status}")]
    public static partial void GameDone(this ILogger logger, LogLevel level, string game, string status);

    [LoggerMessage(10, LogLevel.Information, "{Done} of {Games} games are done after {Step} steps")]
    public static partial void GamesDone(this ILogger logger, int done, int games, long step);

    [LoggerMessage(
        11,
        LogLevel.Information,
        "{Status} Certificate {Kind}, {Figure} {Distance:R}; {Seconds:0.000} s solving, {MeasureSeconds:0.000} s measuring"
    )]
    public static partial void Ended(
        this ILogger logger,
        string status,
        string kind,
        string figure,
        double distance,
        double seconds,
        double measureSeconds
    );

    [LoggerMessage(12, LogLevel.Information, "the run is kept in {Folder}")]
    public static partial void Kept(this ILogger logger, string folder);

    [LoggerMessage(
        13,
        LogLevel.Information,
        "begins anew: {Looked} runs below {Parent} are of another identity or have ended"
    )]
    public static partial void NoneToResume(this ILogger logger, int looked, string parent);

    [LoggerMessage(
        15,
        LogLevel.Information,
        "game {Game} by its rules alone; solver {Solver} until {Until}, seed {Seed}"
    )]
    public static partial void SolvingOpen(this ILogger logger, string game, string solver, string until, ulong seed);

    [LoggerMessage(
        16,
        LogLevel.Information,
        "{Status} {InformationSets} information sets in {Seconds:0.000} s; searching deviations for the certificate"
    )]
    public static partial void CertifyingOpen(this ILogger logger, string status, int informationSets, double seconds);

    [LoggerMessage(
        14,
        LogLevel.Debug,
        "iteration {Step} of game {Game}: populations of {Members}, nash_conv {NashConv:R}"
    )]
    public static partial void Grown(this ILogger logger, long step, string game, string members, double nashConv);
}
