using System.Globalization;
using System.Text.Json;
using Alignment.Runtime;

namespace Alignment.Runs;

/// <summary>A run in a line: what it is, how far it is, and how far from equilibrium its result is.</summary>
public sealed record RunSummary
{
    /// <summary>The folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>What the run is.</summary>
    public required RunDescription Description { get; init; }

    /// <summary>What became of it.</summary>
    public required RunState State { get; init; }

    /// <summary>A sentence about that.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>The solver's name, or the method of a training; null where the run does not say.</summary>
    public string? Solver { get; init; }

    /// <summary>The seed; null where the run does not say or has several.</summary>
    public ulong? Seed { get; init; }

    /// <summary>What the run says of its specification: its hash; null where it does not.</summary>
    public string? Spec { get; init; }

    /// <summary>Steps done: of the result, else of the last measured moment or checkpoint.</summary>
    public long Steps { get; init; }

    /// <summary>Seconds inside the solve loop, of the result or the last measured moment; null before the first.</summary>
    public double? Seconds { get; init; }

    /// <summary>What kind of certificate the result has, such as <c>exact</c>, <c>lower_bound</c>, <c>stationary</c>; null without a result.</summary>
    public string? Certificate { get; init; }

    /// <summary>NashConv, in payoff: of the certificate, else as last measured; null where there is none, as in games of smooth payoffs.</summary>
    public double? NashConv { get; init; }

    /// <summary>NashConv / number of players, of the certificate; null without one.</summary>
    public double? Exploitability { get; init; }

    /// <summary>How far from equilibrium: <see cref="NashConv"/>, or in a game of smooth payoffs the residual of stationarity. Null where neither is
    /// known.</summary>
    public double? Distance { get; init; }

    /// <summary>The distance where it is a residual; else null.</summary>
    public double? Residual => NashConv is null ? Distance : null;

    /// <summary>Loss of a training, as last measured; null of any other run.</summary>
    public double? Loss { get; init; }

    /// <summary>Mean reward of a training by rewards, as last measured; null of any other run.</summary>
    public double? Reward { get; init; }

    /// <summary>Looks at a run's folder; the metrics are read from their end alone.</summary>
    /// <exception cref="RunStoreException">Its description lacks something.</exception>
    public static RunSummary Of(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        // null where the file says so
        if (run.Description is { Name: null } or { Identity: null } or { Tags: null })
            throw new RunStoreException(
                $"'{run.Path}' is no run: its {RunFiles.Description} lacks a name, an identity or tags."
            );
        var status = run.Status;
        var identity = run.Description.Identity;
        var summary = new RunSummary
        {
            Id = run.Id,
            Path = run.Path,
            Description = run.Description,
            State = status.State,
            Sentence = status.Sentence,
            Steps = status.Step,
            Solver = identity.GetValueOrDefault("solver") ?? run.Description.Training,
            Seed = ulong.TryParse(
                identity.GetValueOrDefault("seed"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var seed
            )
                ? seed
                : null,
            Spec = identity.GetValueOrDefault("spec") ?? identity.GetValueOrDefault("specification"),
        };
        return summary.WithSolution(run.File(RunFiles.Solution)) ?? summary.WithLast(run.File(RunFiles.Metrics));
    }

    private RunSummary WithLast(string metrics)
    {
        var result = this;
        var keys = new MetricKeys();
        new MetricLines(keys).ReadLast(
            metrics,
            (step, seconds, samples) =>
            {
                result = result with { Steps = Math.Max(step, result.Steps), Seconds = seconds };
                foreach (var (key, value) in samples)
                {
                    if (!double.IsFinite(value))
                        continue;
                    result = keys.Names[key] switch
                    {
                        "game/nash_conv" => result with { NashConv = value, Distance = value },
                        "game/stationarity" => result with { Distance = value },
                        "loss" when Description.Training is not null => result with { Loss = value },
                        "reward" when Description.Training is not null => result with { Reward = value },
                        _ => result,
                    };
                }
            }
        );
        return result;
    }

    // null where there is none, or it cannot be read
    private RunSummary? WithSolution(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var json = JsonDocument.Parse(stream);
            var root = json.RootElement;
            var certificate = root.GetProperty("certificate");
            return this with
            {
                Solver = Solver ?? root.GetProperty("solver").GetString(),
                Seed =
                    Seed ?? (root.TryGetProperty("seed", out var seed) && seed.TryGetUInt64(out var one) ? one : null),
                Steps = root.GetProperty("steps").GetInt64(),
                Seconds = Number(root, "seconds"),
                Certificate = certificate.GetProperty("kind").GetString(),
                NashConv = Number(certificate, "nash_conv"),
                Exploitability = Number(certificate, "exploitability"),
                Distance = Number(certificate, "nash_conv") ?? Number(certificate, "residual"),
            };
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or FormatException
            )
        {
            return null;
        }
    }

    private static double? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
