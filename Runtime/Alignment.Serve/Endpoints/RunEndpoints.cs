using Alignment.Reports;
using Alignment.Runs;
using Alignment.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Alignment.Serve;

/// <summary>One run: what it is, its files, its report, and asking it to stop.</summary>
internal static class RunEndpoints
{
    // nothing in a file runs, whatever it holds
    private const string InertPolicy = "default-src 'none'; sandbox";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/runs/{id}",
            (string id, RunBoard board) => board.Find(id) is { } run ? About(run) : Answers.NoRun(id)
        );
        routes.MapPost(
            "/api/runs/{id}/stop",
            (string id, RunBoard board) => board.Find(id) is { } run ? Stop(run) : Answers.NoRun(id)
        );
        routes.MapGet(
            "/runs/{id}/report",
            (string id, RunBoard board, ServeOptions options) =>
                board.Find(id) is { } run
                    ? Document(stream => Report.Write(run, stream, solver: options.Solver(run)))
                    : Answers.NoRun(id)
        );
        routes.MapGet("/compare", (HttpRequest http, RunBoard board) => Compare(http, board));
        routes.MapGet(
            "/runs/{id}/metrics.csv",
            (string id, RunBoard board, MetricShelf shelf) =>
                board.Find(id) is { } run ? Csv(run, shelf) : Answers.NoRun(id)
        );
        routes.MapGet(
            "/runs/{id}/files/{**path}",
            (string id, string path, RunBoard board, HttpContext context) =>
                board.Find(id) is { } run ? Content(run, path, context) : Answers.NoRun(id)
        );
    }

    private static IResult About(RunFolder run) =>
        Answers.Json(json =>
        {
            var status = run.Status;
            json.WriteStartObject();
            json.WritePropertyName("run");
            RunSummaryJson.Write(json, RunSummary.Of(run));
            json.WriteString("updated", status.Updated);
            json.WriteNumber("resumed", status.Resumed);
            json.WriteString("host", status.Host);
            json.WriteNumber("process", status.Process);
            json.WriteStartObject("machine");
            foreach (var (key, value) in run.Description.Machine)
                json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteString("commit", run.Description.Commit);
            json.WriteString("verdict", Report.Verdict(run));
            json.WriteStartArray("files");
            foreach (var (path, bytes) in RunContents.Of(run))
            {
                json.WriteStartObject();
                json.WriteString("path", path);
                json.WriteNumber("bytes", bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static IResult Stop(RunFolder run)
    {
        if (run.Status.State != RunState.Running)
            return Answers.Sentence(409, $"'{run.Id}' is not running.");
        try
        {
            run.AskToStop();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Answers.Sentence(500, $"'{run.Id}' cannot be asked to stop: {e.Message}");
        }

        return Answers.Sentence(202, $"'{run.Id}' is asked to stop: it ends after its next measured moment.");
    }

    private static IResult Compare(HttpRequest http, RunBoard board)
    {
        var ids = http.Query["run"].OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count is < 2 or > 50)
            return Answers.Sentence(400, $"run: expected from 2 to 50 of them, found {ids.Count}.");
        var runs = ids.Select(board.Find).ToList();
        return runs.IndexOf(null) is var missing and >= 0
            ? Answers.NoRun(ids[missing])
            : Document(Comparison.Of([.. runs.OfType<RunFolder>()]).Write);
    }

    // written whole before anything is sent, so what goes wrong has a status
    private static IResult Document(Action<Stream> write)
    {
        var document = new MemoryStream();
        write(document);
        return Results.Bytes(
            document.GetBuffer().AsMemory(0, (int)document.Length),
            contentType: "text/html; charset=utf-8"
        );
    }

    private static IResult Csv(RunFolder run, MetricShelf shelf)
    {
        var text = shelf.Read(
            run,
            table =>
            {
                var bytes = new MemoryStream();
                using (var writer = new StreamWriter(bytes, leaveOpen: true))
                    MetricCsv.Write(table, writer);
                return bytes;
            }
        );
        text.Position = 0;
        return Results.Stream(text, "text/csv; charset=utf-8", $"{run.Id}.csv");
    }

    private static IResult Content(RunFolder run, string path, HttpContext context)
    {
        if (RunContents.Find(run, path) is not { } file)
            return Answers.Sentence(404, $"The run '{run.Id}' has no file '{path}'.");
        context.Response.Headers.ContentSecurityPolicy = InertPolicy;
        var isText =
            Path.GetExtension(path) is not ".checkpoint" && !path.Contains("tfevents", StringComparison.Ordinal);
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return isText
            ? Results.Stream(stream, "text/plain; charset=utf-8")
            : Results.Stream(stream, "application/octet-stream", Path.GetFileName(path));
    }
}
