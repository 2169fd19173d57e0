using System.Globalization;
using System.Text.Json;
using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>What a report is about: a run's folder or a solution, with as much as is known.</summary>
internal sealed record Subject
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What became of it, as a word.</summary>
    public required string State { get; init; }

    /// <summary>How it ended, as a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The specification's text, where it is known.</summary>
    public string? Spec { get; init; }

    /// <summary>What decides the result.</summary>
    public required IReadOnlyList<Entry> Settings { get; init; }

    /// <summary>When, where and by what it was run.</summary>
    public IReadOnlyList<Entry> Circumstances { get; init; } = [];

    /// <summary>What it found; null before there is a result.</summary>
    public Finding? Finding { get; init; }

    /// <summary>What was measured on the way; read when it is first asked for.</summary>
    public MetricColumns Metrics => Measured.Value;

    /// <summary>What reads it.</summary>
    public required Lazy<MetricColumns> Measured { private get; init; }

    /// <summary>By what method a network was trained; null where a game was played.</summary>
    public string? Training { get; init; }

    /// <summary>Whether the game is one of smooth payoffs, so that residuals are known and NashConv is not.</summary>
    public bool IsFirstOrder => Finding?.Certificate.IsFirstOrder ?? Metrics.Find("game/stationarity") is not null;

    /// <summary>Sentences that a reader must know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The solver, for its claims, where it is known.</summary>
    public SolverInfo? Solver { get; init; }

    /// <summary>The payoffs, where they are known.</summary>
    public PayoffTables? Payoffs { get; init; }

    /// <summary>What was played on the way, where it was kept; read when it is first asked for.</summary>
    public Trajectory? Trajectory => Played.Value;

    /// <summary>What reads it.</summary>
    public required Lazy<Trajectory?> Played { private get; init; }

    /// <summary>Whether the games' replicates are known to lie along the axis <c>draw</c>.</summary>
    public bool HasDraws =>
        Spec is { } spec
        && (
            spec.Contains("posterior(", StringComparison.Ordinal)
            || spec.Contains("bootstrap(", StringComparison.Ordinal)
        );

    /// <summary>A solution in memory.</summary>
    public static Subject Of(Solution solution)
    {
        var finding = FindingOfSolution.Read(solution);
        return new()
        {
            Name = finding.Game,
            State = solution.Status.Outcome == Outcome.Cancelled ? "cancelled" : "finished",
            Sentence = finding.Status,
            Spec = solution.Game.Declared.ToString(),
            Settings = finding.Settings,
            Circumstances =
            [
                new("compiled in", Figures.Seconds(solution.CompileSeconds)),
                new("solved in", Figures.Seconds(solution.Seconds)),
                new("measured in", Figures.Seconds(solution.MeasureSeconds)),
                .. solution.Game.Files.Select(file => new Entry(file.Path, $"sha256 {file.Sha256}")),
            ],
            Finding = finding,
            Measured = new(() => new(solution.Trace)),
            Notes = finding.Notes,
            Solver = solution.Solver.Info,
            Payoffs = PayoffTables.Of(solution.Game),
            Played = new(() => Trajectory.Of(solution)),
        };
    }

    /// <summary>A run's folder.</summary>
    public static Subject Of(RunFolder run, BoundGame? game, SolverInfo? solver)
    {
        var (description, status) = (run.Description, run.Status);
        var notes = new List<string>();
        var finding = Kept(run, RunFiles.Solution, notes, FindingOfJson.Read);
        var payoffs = game is null ? Kept(run, RunFiles.Payoffs, notes, PayoffTables.Read) : PayoffTables.Of(game);
        notes.AddRange(finding?.Notes ?? []);
        if (description.Commit is { } commit && commit.EndsWith('+'))
            notes.Add("Files of the folder that the run was started in differed from the commit.");
        if (status.Resumed > 0)
            notes.Add(
                $"The run was taken up again {(status.Resumed == 1 ? "once" : $"{Figures.Count(status.Resumed)} times")}."
            );
        return new()
        {
            Name = description.Name,
            State = status.State.ToString().ToLowerInvariant(),
            Sentence = status.Sentence.Length > 0 ? status.Sentence : finding?.Status ?? "",
            Spec = Text(run.File(RunFiles.Spec)),
            Settings = [.. description.Identity.Select(entry => new Entry(entry.Key, entry.Value))],
            Circumstances = [.. About(run)],
            Finding = finding,
            Training = description.Training,
            Measured = new(() => new(run.Metrics)),
            Notes = notes,
            Solver = solver,
            Payoffs = payoffs,
            Played = new(() => Trajectory.Read(run.File(RunFiles.Strategies))),
        };
    }

    private static IEnumerable<Entry> About(RunFolder run)
    {
        var description = run.Description;
        yield return new("run", run.Id);
        yield return new(
            "started",
            description.Started.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)
        );
        yield return new(
            "command",
            string.Join(
                ' ',
                [
                    "align",
                    description.Start.Command,
                    Quoted(description.Start.Operand),
                    .. description.Start.Options.Select(Quoted),
                ]
            )
        );
        if (description.Tags.Count > 0)
            yield return new("tags", string.Join(", ", description.Tags));
        if (description.Note is { } note)
            yield return new("note", note);
        if (description.Group is { } group)
            yield return new("group", group);
        if (description.Commit is { } commit)
            yield return new("commit", commit);
        foreach (var (name, value) in description.Machine)
            yield return new(name, value);
        foreach (var file in description.Files)
            yield return new(file.Path, $"sha256 {file.Sha256}");
    }

    private static string Quoted(string word) =>
        word.Length > 0
        && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_=./+:,".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word}'";

    /// <summary>What a file of the run holds; null where there is none, or it cannot be read, which is told.</summary>
    private static T? Kept<T>(RunFolder run, string name, List<string> notes, Func<Stream, T> read)
        where T : class
    {
        try
        {
            using var stream = new FileStream(
                run.File(name),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            return read(stream);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e)
            when (e is JsonException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            notes.Add($"{name} cannot be read: {e.Message}");
            return null;
        }
    }

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
