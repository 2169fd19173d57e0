using Alignment.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Alignment.Serve;

/// <summary>Metrics of runs as curves that a screen can show.</summary>
internal static class CurveEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/api/curves",
            (HttpRequest http, RunBoard board, MetricShelf shelf) =>
            {
                var request = CurveRequest.Of(http.Query);
                var runs = request.Runs.Select(board.Find).OfType<RunFolder>().ToList();
                return Answer(request, Curves.Of(request, runs, shelf));
            }
        );

    private static IResult Answer(CurveRequest request, Curves curves) =>
        Answers.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("key", curves.Key);
            json.WriteString("x", request.X);
            json.WriteBoolean("logx", curves.IsLogX);
            json.WriteBoolean("logy", curves.IsLogY);
            json.WriteStartArray("keys");
            foreach (var key in curves.Keys)
                json.WriteStringValue(key);
            json.WriteEndArray();
            json.WriteStartArray("lacking");
            foreach (var id in curves.Lacking)
                json.WriteStringValue(id);
            json.WriteEndArray();
            json.WriteStartArray("curves");
            foreach (var curve in curves.Drawn)
            {
                json.WriteStartObject();
                json.WriteStartArray("runs");
                foreach (var id in curve.Runs)
                    json.WriteStringValue(id);
                json.WriteEndArray();
                json.WriteNumber("rows", curve.Rows);
                Answers.Numbers(json, "x", curve.X);
                Answers.Numbers(json, "y", curve.Y);
                if (curve.Band is { } band)
                {
                    Answers.Numbers(json, "low", band.Low);
                    Answers.Numbers(json, "high", band.High);
                    json.WriteStartArray("n");
                    foreach (var n in band.Count)
                        json.WriteNumberValue(n);
                    json.WriteEndArray();
                }

                if (double.IsFinite(curve.Last))
                    json.WriteNumber("last", curve.Last);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
}
