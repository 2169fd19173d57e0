using System.Text.Json.Serialization;

namespace Alignment.Runtime;

/// <summary>What a run is: everything that decides its result, and where and how it was started. The content of <c>run.json</c>.</summary>
public sealed record RunDescription
{
    /// <summary>The schema that this program writes.</summary>
    public const string Version = "run/2";

    /// <summary>Name and version of the schema.</summary>
    public string Schema { get; init; } = Version;

    /// <summary>The run's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Words to find the run by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>A sentence about the run, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The group that the run belongs to, such as a sweep of processes, or null.</summary>
    public string? Group { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>What decides the result, by name: specification, solver and settings, stop rule, seed, precision, executor and device.</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>The method of a training of a language model, such as <c>dpo</c>; null of any other run.</summary>
    [JsonIgnore]
    public string? Training => Identity.GetValueOrDefault("task");

    /// <summary>Data files that were read, with the hash of their bytes.</summary>
    public IReadOnlyList<DataFile> Files { get; init; } = [];

    /// <summary>How the run is started again.</summary>
    public required RunStart Start { get; init; }

    /// <summary>Program, runtime, system and processor. Results are the same to the last bit on one kind of processor and version.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    /// <summary>The commit of the folder that the run was started in, with <c>+</c> behind it where files were changed; null where there is none.</summary>
    public string? Commit { get; init; }
}

/// <summary>How a run is started again.</summary>
/// <param name="Command">The command of the tool: <c>solve</c>, <c>run</c>, or <c>train</c> with its method.</param>
/// <param name="Operand">The game's name or file, the script, or the model.</param>
/// <param name="Options">The options, resolved: none is left to a configuration file.</param>
/// <param name="Folder">The folder that relative paths start from.</param>
/// <param name="Copy">The copy of the operand in the run's folder; null where the operand is no file.</param>
public sealed record RunStart(
    string Command,
    string Operand,
    IReadOnlyList<string> Options,
    string Folder,
    string? Copy
);

/// <summary>How far a run is. The content of <c>status.json</c>.</summary>
public sealed record RunStatus
{
    /// <summary>The schema that this program writes.</summary>
    public const string Version = "status/1";

    /// <summary>Name and version of the schema.</summary>
    public string Schema { get; init; } = Version;

    /// <summary>What became of it.</summary>
    public required RunState State { get; init; }

    /// <summary>A sentence about it: what happened and what to try.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>Steps done when this was written.</summary>
    public long Step { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>The process that runs, on <see cref="Host"/>.</summary>
    public int Process { get; init; }

    /// <summary>The machine's name.</summary>
    public string Host { get; init; } = "";

    /// <summary>How often the run was taken up again.</summary>
    public int Resumed { get; init; }
}

/// <summary>What became of a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    /// <summary>A process is at it.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It ended by its stop rule; <c>solution.json</c> is there, or of a training <c>training.json</c>.</summary>
    [JsonStringEnumMemberName("finished")]
    Finished,

    /// <summary>It was asked to stop; it can be taken up again.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>It ended with an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Its process is gone and it did not end: it can be taken up again. Never written, told by the lock.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
}
