using Alignment.Runtime;
using DuckDB.NET.Data;

namespace Alignment.Runs;

/// <summary>The tables of <see cref="RunDatabase"/>, and how they are filled.</summary>
/// <remarks>Metrics are kept with numbers in place of run and key, and the view <c>metrics</c> puts the names back: a tenth of the time of loading
/// them with their names.</remarks>
internal static class RunTables
{
    /// <summary>Makes the tables, all empty.</summary>
    public const string Create = """
        CREATE TABLE runs (
            id VARCHAR, path VARCHAR, name VARCHAR, "group" VARCHAR, tags VARCHAR[], note VARCHAR, state VARCHAR, status VARCHAR,
            started TIMESTAMP, solver VARCHAR, seed UBIGINT, spec VARCHAR, steps BIGINT, seconds DOUBLE, certificate VARCHAR,
            nash_conv DOUBLE, exploitability DOUBLE, distance DOUBLE, loss DOUBLE, reward DOUBLE);
        CREATE TABLE identity (run VARCHAR, key VARCHAR, value VARCHAR);
        CREATE SCHEMA stored;
        CREATE TABLE stored.runs (number INTEGER, id VARCHAR);
        CREATE TABLE stored.keys (number INTEGER, key VARCHAR);
        CREATE TABLE stored.samples (run INTEGER, key INTEGER, step BIGINT, seconds DOUBLE, value DOUBLE);
        CREATE VIEW metrics AS
            SELECT r.id AS run, s.step, s.seconds, k.key, s.value
            FROM stored.samples AS s JOIN stored.runs AS r ON s.run = r.number JOIN stored.keys AS k ON s.key = k.number;
        """;

    /// <summary>Fills <c>runs</c> and <c>identity</c>.</summary>
    public static void FillRuns(DuckDBConnection connection, IReadOnlyList<RunSummary> runs)
    {
        using var rows = connection.CreateAppender("runs");
        using var identities = connection.CreateAppender("identity");
        foreach (var run in runs)
        {
            var about = run.Description;
            rows.CreateRow()
                .AppendValue(run.Id)
                .AppendValue(run.Path)
                .AppendValue(about.Name)
                .AppendValue(about.Group)
                .AppendValue(about.Tags.ToList())
                .AppendValue(about.Note)
                .AppendValue(run.State.ToString().ToLowerInvariant())
                .AppendValue(run.Sentence)
                .AppendValue((DateTime?)about.Started.UtcDateTime)
                .AppendValue(run.Solver)
                .AppendValue(run.Seed)
                .AppendValue(run.Spec)
                .AppendValue((long?)run.Steps)
                .AppendValue(run.Seconds)
                .AppendValue(run.Certificate)
                .AppendValue(run.NashConv)
                .AppendValue(run.Exploitability)
                .AppendValue(run.Distance)
                .AppendValue(run.Loss)
                .AppendValue(run.Reward)
                .EndRow();
            foreach (var (key, value) in about.Identity)
                identities.CreateRow().AppendValue(run.Id).AppendValue(key).AppendValue(value).EndRow();
        }
    }

    /// <summary>Fills what <c>metrics</c> is a view of.</summary>
    public static void FillMetrics(DuckDBConnection connection, IReadOnlyList<RunSummary> runs)
    {
        var keys = new MetricKeys();
        var lines = new MetricLines(keys);
        using (var samples = connection.CreateAppender("stored", "samples"))
        {
            for (var number = 0; number < runs.Count; number++)
            {
                var run = number;
                lines.Read(
                    Path.Combine(runs[run].Path, RunFiles.Metrics),
                    (step, seconds, values) =>
                    {
                        foreach (var (key, value) in values)
                        {
                            var row = samples
                                .CreateRow()
                                .AppendValue((int?)run)
                                .AppendValue((int?)key)
                                .AppendValue((long?)step)
                                .AppendValue((double?)seconds);
                            _ = double.IsNaN(value) ? row.AppendNullValue() : row.AppendValue((double?)value);
                            row.EndRow();
                        }
                    }
                );
            }
        }

        using var runNames = connection.CreateAppender("stored", "runs");
        for (var number = 0; number < runs.Count; number++)
            runNames.CreateRow().AppendValue((int?)number).AppendValue(runs[number].Id).EndRow();
        using var keyNames = connection.CreateAppender("stored", "keys");
        for (var number = 0; number < keys.Names.Count; number++)
            keyNames.CreateRow().AppendValue((int?)number).AppendValue(keys.Names[number]).EndRow();
    }
}
