using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Alignment.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Alignment.Serve;

/// <summary>What runs there are, now and as they change.</summary>
internal static class BoardEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // the same object as `align runs --json`
        routes.MapGet(
            "/api/runs",
            (RunBoard board) =>
                Answers.Json(json =>
                    RunSummaryJson.Write(json, board.Folder, board.Look(0).Changed.OrderByDescending(Started))
                )
        );
        routes.MapGet("/api/folder", (RunBoard board) => Results.Text(board.Folder));
        routes.MapGet(
            "/api/events",
            (RunWatch watch, CancellationToken cancellation) =>
                TypedResults.ServerSentEvents(Events(watch, cancellation))
        );
    }

    private static DateTimeOffset Started(RunSummary run) => run.Description.Started;

    private static async IAsyncEnumerable<SseItem<string>> Events(
        RunWatch watch,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var change in watch.Changes(0, cancellation).ConfigureAwait(false))
            yield return new(Data(change), "runs");
    }

    // the first has all runs, so a page that was cut off needs to remember nothing
    private static string Data(BoardChange change) =>
        Answers.Text(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("version", change.Version);
            json.WriteStartArray("changed");
            foreach (var run in change.Changed)
                RunSummaryJson.Write(json, run);
            json.WriteEndArray();
            json.WriteStartArray("gone");
            foreach (var id in change.Gone)
                json.WriteStringValue(id);
            json.WriteEndArray();
            json.WriteStartArray("faults");
            foreach (var fault in change.Faults)
                json.WriteStringValue(fault);
            json.WriteEndArray();
            json.WriteEndObject();
        });
}
