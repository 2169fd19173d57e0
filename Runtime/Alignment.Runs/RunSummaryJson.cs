using System.Text.Json;

namespace Alignment.Runs;

/// <summary>Runs as JSON, as <c>docs/schema/runs.json</c> has them.</summary>
public static class RunSummaryJson
{
    /// <summary>Name and version of the schema.</summary>
    public const string Schema = "runs/1";

    /// <summary>Writes the object that <c>align runs --json</c> prints.</summary>
    public static void Write(Utf8JsonWriter json, string folder, IEnumerable<RunSummary> runs)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(runs);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("folder", Path.GetFullPath(folder));
        json.WriteStartArray("runs");
        foreach (var run in runs)
            Write(json, run);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes one run.</summary>
    public static void Write(Utf8JsonWriter json, RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(run);
        var about = run.Description;
        json.WriteStartObject();
        json.WriteString("id", run.Id);
        json.WriteString("path", run.Path);
        json.WriteString("name", about.Name);
        json.WriteString("group", about.Group);
        json.WriteStartArray("tags");
        foreach (var tag in about.Tags)
            json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteString("note", about.Note);
        json.WriteString("started", about.Started);
        json.WriteString("state", run.State.ToString().ToLowerInvariant());
        json.WriteString("status", run.Sentence);
        json.WriteString("solver", run.Solver);
        if (run.Seed is { } seed)
            json.WriteNumber("seed", seed);
        else
            json.WriteNull("seed");
        json.WriteString("spec", run.Spec);
        json.WriteNumber("steps", run.Steps);
        Number(json, "seconds", run.Seconds);
        json.WriteString("certificate", run.Certificate);
        Number(json, "nash_conv", run.NashConv);
        Number(json, "exploitability", run.Exploitability);
        Number(json, "distance", run.Distance);
        Number(json, "loss", run.Loss);
        Number(json, "reward", run.Reward);
        json.WriteStartObject("identity");
        foreach (var (key, value) in about.Identity)
            json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
