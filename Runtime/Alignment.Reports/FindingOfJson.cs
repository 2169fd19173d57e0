using System.Text.Json;

namespace Alignment.Reports;

/// <summary>What a run's file <c>solution.json</c> holds, of a game solved on its tree or table (<c>solve/1</c>) or by its rules (<c>open/1</c>).</summary>
internal static class FindingOfJson
{
    private static readonly string[] Options = ["seed", "seeds", "precision", "executor", "device", "batch"];

    /// <summary>Reads the object.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidDataException">It is none of these.</exception>
    public static Finding Read(Stream stream)
    {
        using var json = JsonDocument.Parse(stream);
        try
        {
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static Finding Read(JsonElement root)
    {
        var finding = Whole(root);
        return finding.Elements.Count == 0
            ? finding
            : finding with
            {
                WorstName = finding.Elements[finding.Worst].Game,
            };
    }

    private static Finding Whole(JsonElement root)
    {
        var schema = Text(root, "schema");
        if (schema is not ("solve/1" or "open/1"))
            throw new InvalidDataException($"it is of schema '{schema}', and reports read 'solve/1' and 'open/1'");
        var prices = Each(root, "constraints")
            .Select(c => Text(c, "lagrange_player"))
            .ToHashSet(StringComparer.Ordinal);
        string[] players =
        [
            .. root.GetProperty("values")
                .EnumerateObject()
                .Select(p => p.Name)
                .Where(name => IsName(name) && !prices.Contains(name)),
        ];
        var shapes = Each(root, "weights").ToDictionary(w => Text(w, "name"), Axes, StringComparer.Ordinal);
        return new()
        {
            Game = Text(root, "game"),
            Solver = Text(root, "solver"),
            Settings = [.. Settings(root)],
            Steps = root.GetProperty("steps").GetInt64(),
            Seconds = root.GetProperty("seconds").GetDouble(),
            Status = Text(root, "status"),
            Certificate = Certificate(root.GetProperty("certificate")),
            Metrics = root.TryGetProperty("metrics", out var metrics)
                ? Numbers(metrics).ToDictionary(m => m.Name, m => m.Probability, StringComparer.Ordinal)
                : new Dictionary<string, double>(StringComparer.Ordinal),
            Plays = [.. players.Select(player => Play(root, player, shapes))],
            Limits = [.. Each(root, "constraints").Select(Limit)],
            Joint = [.. Each(root, "joint").Select(cell => new Share(Text(cell, "cell"), Number(cell, "probability")))],
            Notes = [.. Each(root, "notes").Select(note => note.GetString() ?? "")],
            Elements = [.. Each(root, "elements").Select(element => Element(element, players))],
        };
    }

    /// <summary>The elements of an array; none where there is none.</summary>
    private static JsonElement[] Each(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var array) ? [.. array.EnumerateArray()] : [];

    private static IReadOnlyList<TensorAxis> Axes(JsonElement weights) =>
        [
            .. Each(weights, "axes")
                .Select(axis => new TensorAxis(
                    Text(axis, "name"),
                    axis.GetProperty("size").GetInt32(),
                    [.. Each(axis, "labels").Select(label => label.GetString() ?? "")]
                )),
        ];

    private static Limit Limit(JsonElement constraint) =>
        new(
            Text(constraint, "name"),
            Text(constraint, "player"),
            Number(constraint, "bound"),
            Number(constraint, "value"),
            Number(constraint, "multiplier"),
            Number(constraint, "violation")
        );

    private static IEnumerable<Entry> Settings(JsonElement root)
    {
        yield return new("solver", Text(root, "solver"));
        if (root.TryGetProperty("settings", out var settings))
        {
            foreach (var setting in settings.EnumerateObject())
                yield return new(setting.Name, setting.Value.ToString());
        }

        foreach (var name in Options)
        {
            if (root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                yield return new(name, value.ToString());
        }
    }

    private static Certified Certificate(JsonElement certificate) =>
        new(
            Text(certificate, "kind"),
            Number(certificate, certificate.TryGetProperty("residual", out _) ? "residual" : "nash_conv"),
            Optional(certificate, "exploitability"),
            Optional(certificate, "standard_error"),
            certificate.TryGetProperty("oracle", out var oracle) ? oracle.GetString() : null,
            Optional(certificate, "violation"),
            Optional(certificate, "slackness"),
            Optional(certificate, "confidence")
        );

    private static Play Play(JsonElement root, string player, Dictionary<string, IReadOnlyList<TensorAxis>> shapes)
    {
        var value = root.GetProperty("values").GetProperty(player);
        var isKept = root.TryGetProperty("profile", out var profile) && profile.TryGetProperty(player, out _);
        var decisions = isKept ? Decisions(profile.GetProperty(player)) : [];
        var weights = isKept ? Weights(profile.GetProperty(player)) : [];
        Tensor Shaped(Tensor part) =>
            shapes.TryGetValue(part.Name, out var axes)
            && axes.Aggregate(1L, (n, axis) => n * axis.Size) == part.Numbers.Count
                ? part with
                {
                    Axes = axes,
                }
                : part;
        var isEstimate = value.ValueKind == JsonValueKind.Object;
        return new(
            player,
            isEstimate ? Number(value, "mean") : Finite(value),
            isEstimate ? new(Number(value, "low"), Number(value, "high")) : null,
            decisions,
            [.. weights.Select(Shaped)]
        );
    }

    /// <summary>A player's strategy, as a profile has it; none of a player that sets weights.</summary>
    public static IReadOnlyList<Decision> Decisions(JsonElement strategy)
    {
        var entries = strategy.EnumerateObject().Where(p => IsName(p.Name)).ToArray();
        return entries.Any(entry => entry.Value.ValueKind == JsonValueKind.Array) ? []
            : entries.Any(entry => entry.Value.ValueKind == JsonValueKind.Object)
                ? [.. entries.Select(entry => new Decision(entry.Name, [.. Numbers(entry.Value)]))]
            : [new(null, [.. Numbers(strategy)])];
    }

    /// <summary>What a player sets, as a profile has it: arrays by name.</summary>
    public static IReadOnlyList<Tensor> Weights(JsonElement strategy) =>
        [
            .. strategy
                .EnumerateObject()
                .Where(entry => entry.Value.ValueKind == JsonValueKind.Array)
                .Select(entry =>
                    Tensor.Unknown(
                        entry.Name,
                        [.. entry.Value.EnumerateArray().Select(number => Finite(number) ?? double.NaN)]
                    )
                ),
        ];

    private static Element Element(JsonElement element, string[] players)
    {
        var values = element.GetProperty("values");
        return new(
            Text(element, "game"),
            element.GetProperty("steps").GetInt64(),
            Text(element, "status"),
            Certificate(element.GetProperty("certificate")),
            [.. players.Select(player => values.TryGetProperty(player, out var value) ? Finite(value) : null)]
        );
    }

    private static IEnumerable<Share> Numbers(JsonElement numbers) =>
        numbers
            .EnumerateObject()
            .Where(number => number.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Null)
            .Select(number => new Share(number.Name, Finite(number.Value) ?? double.NaN));

    /// <summary>Beside numbers that are not finite stands an object that says what they were.</summary>
    private static bool IsName(string name) => name != "nonfinite";

    private static double? Finite(JsonElement number) =>
        number.ValueKind == JsonValueKind.Number && double.IsFinite(number.GetDouble()) ? number.GetDouble() : null;

    private static double? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number) ? Finite(number) ?? double.NaN : null;

    private static double Number(JsonElement parent, string name) => Finite(parent.GetProperty(name)) ?? double.NaN;

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";
}
