namespace Alignment.Runtime;

/// <summary>Names of the files in a run's folder.</summary>
public static class RunFiles
{
    /// <summary>What the run is: written once, before it starts.</summary>
    public const string Description = "run.json";

    /// <summary>How far the run is: written over now and then.</summary>
    public const string Status = "status.json";

    /// <summary>The options of the command line, resolved: written once, before it starts.</summary>
    public const string Config = "config.yaml";

    /// <summary>A line for each measured moment.</summary>
    public const string Metrics = "metrics.jsonl";

    /// <summary>What was played at the measured moments, a line for each, of a small game.</summary>
    public const string Strategies = "strategies.jsonl";

    /// <summary>The payoffs of a small two-player matrix game.</summary>
    public const string Payoffs = "payoffs.json";

    /// <summary>The specification's canonical text.</summary>
    public const string Spec = "spec.txt";

    /// <summary>The result, once there is one.</summary>
    public const string Solution = "solution.json";

    /// <summary>The answer of a game by its rules alone: a line for each information set of each member.</summary>
    public const string Policy = "policy.jsonl";

    /// <summary>The result of a training, once there is one.</summary>
    public const string Training = "training.json";

    /// <summary>Folder of what was trained: a model, an adapter, or a model of rewards.</summary>
    public const string Model = "model";

    /// <summary>What the run said on the terminal.</summary>
    public const string Console = "console.log";

    /// <summary>Folder of the checkpoints, each named after the steps that were done.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>Held by the process that runs.</summary>
    public const string Lock = "lock";

    /// <summary>Whoever makes this file asks the run to stop.</summary>
    public const string Stop = "stop";

    /// <summary>In the folder of all runs: a link to the one started last.</summary>
    public const string Latest = "latest";
}
