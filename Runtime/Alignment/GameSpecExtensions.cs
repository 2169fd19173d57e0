using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>Solving a game in one line.</summary>
public static class GameSpecExtensions
{
    /// <summary>Solves a game, by a solver that fits it unless one is given.</summary>
    /// <param name="game">The game.</param>
    /// <param name="solver">How to solve it; default: see <see cref="FittingSolver"/>, and a note of the solution tells which one.</param>
    /// <param name="until">When to stop; default: that of the options, else NashConv below 1e-6, in a game of smooth payoffs stationarity, or 100,000
    /// steps.</param>
    /// <param name="options">How to run the solver.</param>
    /// <param name="cancellationToken">Ends the run within a second; the result is that of the last measured moment.</param>
    /// <param name="script">Filled in by the compiler: relative paths of data start at the folder of the calling file.</param>
    /// <exception cref="SpecException">The game has faults, or the solver cannot take it.</exception>
    /// <example><code>var solution = game.Solve();</code></example>
    public static Solution Solve(
        this GameSpec game,
        ISolver? solver = null,
        Stop? until = null,
        SolveOptions? options = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string script = ""
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        // An experiment knows what a script's folder means for the paths of data.
        var folder = new Experiment(game, solver ?? new RegretMatching(), until, script).Options.BaseDirectory;
        options ??= new();
        options = options with { Until = until ?? options.Until, BaseDirectory = options.BaseDirectory ?? folder };
        if (solver is not null)
            return GameSolver.Solve(game, solver, options, cancellationToken);

        var bound = BoundGame.Bind(game, options.BaseDirectory, options.Seed);
        var fitting = FittingSolver.For(bound);
        var solution = GameSolver.Solve(bound, fitting.Solver, options, cancellationToken);
        return solution with { Notes = solution.Notes.Add(fitting.Reason) };
    }
}
