using System.Text.Json;
using Alignment.Formats;

namespace Alignment;

/// <summary>The fields of a configuration, each with one sentence where it is missing or wrong.</summary>
internal sealed class ConfigFields(JsonField root)
{
    public InputFormatException Wrong(string name, string problem) => root.Fault($"'{name}': {problem}");

    public JsonElement? Find(string name) => root.Find(name)?.Value;

    /// <summary>A field that is itself an object, or null.</summary>
    public ConfigFields? Within(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new(root with { Value = value })
        : throw Wrong(name, $"expected an object, got {Raw(value)}");

    public string Text(string name) => Text(name, null) ?? throw Missing(name);

    public string? Text(string name, string? otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(name, $"expected a text, got {Raw(value)}");

    /// <summary>A size: a whole number of at least 1.</summary>
    public int Whole(string name)
    {
        var number = Whole(name, null) ?? throw Missing(name);
        return number >= 1 ? number : throw Wrong(name, $"expected at least 1, got {number}");
    }

    public int? Whole(string name, int? otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number
        : throw Wrong(name, $"expected a whole number of at least 0, got {Raw(value)}");

    /// <summary>A whole number or several; none where the field is missing.</summary>
    public ValueList<int> Wholes(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return [Whole(name, null)!.Value];
        var numbers = new List<int>();
        foreach (var item in value.EnumerateArray())
            numbers.Add(
                item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number >= 0
                    ? number
                    : throw Wrong(name, $"expected whole numbers of at least 0, got {Raw(value)}")
            );
        return numbers.ToValueList();
    }

    public double Number(string name) => Number(name, null) ?? throw Missing(name);

    public double Number(string name, double otherwise) => Number(name, (double?)otherwise)!.Value;

    public double? Number(string name, double? otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
        && number > 0
        && double.IsFinite(number)
            ? number
        : throw Wrong(name, $"expected a number above 0, got {Raw(value)}");

    public bool Flag(string name, bool otherwise) =>
        Find(name) is not { } value ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, $"expected true or false, got {Raw(value)}");

    /// <summary>Refuses any other value than the one that is built.</summary>
    public void Only(string name, string value)
    {
        if (Text(name, value) is var got && got != value)
            throw Wrong(name, $"expected '{value}', got '{got}'; other functions are not built");
    }

    private InputFormatException Missing(string name) => root.Fault($"'{name}' is missing");

    private static string Raw(JsonElement value)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length > 60 ? $"{text[..60]}..." : text;
    }
}
