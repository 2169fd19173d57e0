namespace Alignment.Runtime;

/// <summary>Where and under what name a run is kept, and whether an earlier one is taken up.</summary>
public sealed record RunPlan
{
    /// <summary>The folder below which runs are kept.</summary>
    public required string Parent { get; init; }

    /// <summary>The run's name; null: the game's.</summary>
    public string? Name { get; init; }

    /// <summary>Words to find the run by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>A sentence about the run, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The group that the run belongs to, or null.</summary>
    public string? Group { get; init; }

    /// <summary>How the run is started again.</summary>
    public required RunStart Start { get; init; }

    /// <summary>The commit of the folder that the run was started in; null where there is none.</summary>
    public string? Commit { get; init; }

    /// <summary>Files that belong to the run from its beginning, by their names in its folder: the script's copy, for example.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Which earlier run is taken up.</summary>
    public ResumeFrom Resume { get; init; } = ResumeFrom.Nothing;

    /// <summary>The run to take up, for <see cref="ResumeFrom.Run"/>.</summary>
    public string? Run { get; init; }

    /// <summary>How checkpoints are kept.</summary>
    public RunWriterOptions Writing { get; init; } = new();
}

/// <summary>Which earlier run is taken up.</summary>
public enum ResumeFrom
{
    /// <summary>None: a new one begins.</summary>
    Nothing,

    /// <summary>The newest of the same identity that has not ended; a new one where there is none.</summary>
    Newest,

    /// <summary>The one that is named; it is refused where its identity differs.</summary>
    Run,
}
