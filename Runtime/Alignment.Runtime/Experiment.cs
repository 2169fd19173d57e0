using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Alignment;

/// <summary>A game, a solver and a stop rule: everything that decides a result, as one value.</summary>
/// <remarks>
/// A script ends by handing this value and its arguments over: <c>return new Experiment(...).Main(args);</c> in C#,
/// <c>Experiment.main fsi.CommandLineArgs (Experiment(...))</c> in F#. <c>Run</c> is for programs.
/// </remarks>
public sealed record Experiment
{
    /// <summary>An experiment.</summary>
    /// <param name="game">The game.</param>
    /// <param name="solver">How to solve it.</param>
    /// <param name="until">When to stop; default: NashConv below 1e-6, in a game of smooth payoffs stationarity, or 100,000 steps.</param>
    /// <param name="script">Filled in by the compiler: the file that declares the experiment. Relative paths of data start at its folder.</param>
    public Experiment(GameSpec game, ISolver solver, Stop? until = null, [CallerFilePath] string script = "")
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        Game = game;
        Solver = solver;
        Options = new() { Until = until ?? new SolveOptions().Until, BaseDirectory = FolderOf(script) };
        Script = script;
    }

    /// <summary>The game.</summary>
    public GameSpec Game { get; init; }

    /// <summary>How to solve it.</summary>
    public ISolver Solver { get; init; }

    /// <summary>How to run the solver: stop rule, seed, precision, threads, executor.</summary>
    public SolveOptions Options { get; init; }

    /// <summary>The file that declares the experiment, or empty.</summary>
    public string Script { get; init; }

    /// <summary>What to print of a solution; default: a summary. Not part of the specification.</summary>
    public Func<Solution, string>? Report { get; init; }

    /// <summary>The experiment with something else printed at its end.</summary>
    public Experiment Reporting(Func<Solution, string> report) => this with { Report = report };

    /// <summary>The experiment with another seed.</summary>
    public Experiment Seeded(ulong seed) => this with { Options = Options with { Seed = seed } };

    /// <summary>The experiment with options changed.</summary>
    public Experiment With(Func<SolveOptions, SolveOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Options = change(Options) };
    }

    /// <summary>Runs to the stop rule.</summary>
    /// <exception cref="SpecException">The specification has faults, or the solver cannot take such a game.</exception>
    public Solution Run(CancellationToken cancellationToken = default) =>
        GameSolver.Solve(Game, Solver, Options, cancellationToken);

    /// <summary>Runs to the stop rule on another thread.</summary>
    /// <param name="progress">Told of every measured moment.</param>
    /// <param name="logger">Told of what the run does.</param>
    /// <param name="cancellationToken">Ends the run within a second; the solution is then that of the last moment, and its status says so.</param>
    public Task<Solution> RunAsync(
        IProgress<TracePoint>? progress = null,
        ILogger? logger = null,
        CancellationToken cancellationToken = default
    )
    {
        var options = Options with { Progress = progress ?? Options.Progress, Logger = logger ?? Options.Logger };
        return Task.Run(() => GameSolver.Solve(Game, Solver, options, cancellationToken), CancellationToken.None);
    }

    private static string? FolderOf(string script) =>
        script.Length > 0 && Path.GetDirectoryName(script) is { Length: > 0 } folder && Directory.Exists(folder)
            ? folder
            : null;
}
