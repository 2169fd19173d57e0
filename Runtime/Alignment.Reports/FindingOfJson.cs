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
        var players = root.GetProperty("values").EnumerateObject().Select(p => p.Name).Where(IsName).ToArray();
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
            Plays = [.. players.Select(player => Play(root, player))],
            Joint = root.TryGetProperty("joint", out var joint)
                ? [.. joint.EnumerateArray().Select(cell => new Share(Text(cell, "cell"), Number(cell, "probability")))]
                : [],
            Notes = root.TryGetProperty("notes", out var notes)
                ? [.. notes.EnumerateArray().Select(note => note.GetString() ?? "")]
                : [],
            Elements = root.TryGetProperty("elements", out var elements)
                ? [.. elements.EnumerateArray().Select(element => Element(element, players))]
                : [],
        };
    }

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
            Number(certificate, "nash_conv"),
            Number(certificate, "exploitability"),
            certificate.TryGetProperty("standard_error", out var error) ? error.GetDouble() : null,
            certificate.TryGetProperty("oracle", out var oracle) ? oracle.GetString() : null
        );

    private static Play Play(JsonElement root, string player)
    {
        var value = root.GetProperty("values").GetProperty(player);
        var decisions =
            root.TryGetProperty("profile", out var profile) && profile.TryGetProperty(player, out var strategy)
                ? Decisions(strategy)
                : [];
        return value.ValueKind == JsonValueKind.Object
            ? new(player, Number(value, "mean"), new(Number(value, "low"), Number(value, "high")), decisions)
            : new(player, Finite(value), null, decisions);
    }

    /// <summary>A player's strategy, as a profile has it.</summary>
    public static IReadOnlyList<Decision> Decisions(JsonElement strategy)
    {
        var entries = strategy.EnumerateObject().Where(p => IsName(p.Name)).ToArray();
        return entries.Any(entry => entry.Value.ValueKind == JsonValueKind.Object)
            ? [.. entries.Select(entry => new Decision(entry.Name, [.. Numbers(entry.Value)]))]
            : [new(null, [.. Numbers(strategy)])];
    }

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

    private static double Number(JsonElement parent, string name) => Finite(parent.GetProperty(name)) ?? double.NaN;

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";
}
