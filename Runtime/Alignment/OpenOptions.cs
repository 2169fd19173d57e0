using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Alignment;

/// <summary>How a game without its tree is solved. Results depend on everything here but progress, recorder and logger.</summary>
public sealed record OpenOptions
{
    /// <summary>Seed of all draws; default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>When to stop, by steps and seconds alone: a rule on NashConv is refused, since it is never known here.
    /// Default: the solver's own number of steps (<see cref="IOpenSolver.OpenSteps"/>).</summary>
    public Stop? Until { get; init; }

    /// <summary>Iterations of Monte Carlo CFR that search for one best response of a population; at least 1, default
    /// 1,000.</summary>
    public int ResponseIterations { get; init; } = 1_000;

    /// <summary>Games played for each cell of the table between members of populations; at least 1, default
    /// 1,000.</summary>
    public int CellGames { get; init; } = 1_000;

    /// <summary>Information sets that are kept at most, by the run and by the search for a deviation, each: a run stops
    /// there, since memory grows with them. At least 1, default 5,000,000: some 3 GB.</summary>
    public int MostInformationSets { get; init; } = 5_000_000;

    /// <summary>Searches the deviations of the certificate; see <see cref="DeviationSearch"/> for its defaults.</summary>
    public DeviationSearch Certificate { get; init; } = new();

    /// <summary>Told how far the run is.</summary>
    public IProgress<OpenProgress>? Progress { get; init; }

    /// <summary>Keeps measured moments and checkpoints, and says where the run goes on; default: null, nothing is kept.</summary>
    public IRunRecorder? Recorder { get; init; }

    /// <summary>Told of what the run does.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>These options with a logger. C# has <c>with</c>; this is for languages that have not.</summary>
    public OpenOptions Logging(ILogger logger) => this with { Logger = logger };

    /// <summary>These options with somebody who is told how far the run is. C# has <c>with</c>; this is for languages
    /// that have not.</summary>
    public OpenOptions Reporting(IProgress<OpenProgress>? progress) => this with { Progress = progress };

    /// <summary>These options with somebody who keeps the run. C# has <c>with</c>; this is for languages that have not.</summary>
    public OpenOptions Recording(IRunRecorder? recorder) => this with { Recorder = recorder };

    /// <summary>The numbers by name, as <c>--set</c> takes them; those of populations only for solvers that grow
    /// some.</summary>
    public ValueList<OpenSetting> Settings(ISolver solver)
    {
        ValueList<OpenSetting> populations =
        [
            new(
                "responseIterations",
                ResponseIterations,
                1,
                "Iterations of Monte Carlo CFR that search for one best response.",
                n => this with { ResponseIterations = n }
            ),
            new(
                "cellGames",
                CellGames,
                1,
                "Games played for each cell of the table between members.",
                n => this with { CellGames = n }
            ),
        ];
        ValueList<OpenSetting> all =
        [
            new(
                "certificateIterations",
                Certificate.Iterations,
                1,
                "Iterations that search for each player's deviation from the answer.",
                n => this with { Certificate = Certificate with { Iterations = n } }
            ),
            new(
                "validationGames",
                Certificate.ValidationGames,
                100,
                "Games on which it is decided whether a player deviates.",
                n => this with { Certificate = Certificate with { ValidationGames = n } }
            ),
            new(
                "certificateGames",
                Certificate.Games,
                100,
                "Games on which gains and values are measured.",
                n => this with { Certificate = Certificate with { Games = n } }
            ),
            new(
                "mostInformationSets",
                MostInformationSets,
                1,
                "Information sets that are kept at most; a run stops there.",
                n => this with { MostInformationSets = n }
            ),
        ];
        return solver is IPopulationSolver ? populations.AddRange(all) : all;
    }
}

/// <summary>A whole number of <see cref="OpenOptions"/>: its name, value and meaning, and how to change it.</summary>
/// <param name="Name">Name for <c>--set name=value</c>.</param>
/// <param name="Value">The value in force.</param>
/// <param name="Least">The smallest value allowed.</param>
/// <param name="Description">One sentence with the unit.</param>
/// <param name="Change">The options with another value.</param>
public sealed record OpenSetting(string Name, int Value, int Least, string Description, Func<int, OpenOptions> Change)
{
    /// <summary>The values allowed, as text.</summary>
    public string Range => string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {Least}");

    /// <summary>The options with this setting changed.</summary>
    /// <exception cref="ArgumentException">The text is not a value of the range.</exception>
    public OpenOptions With(string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= Least
            ? Change(number)
            : throw new ArgumentException($"Setting '{Name}': expected {Range}, got '{text}'.");
}
