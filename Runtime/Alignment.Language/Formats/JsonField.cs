using System.Globalization;
using System.Text.Json;
using Alignment.Formats;

namespace Alignment;

/// <summary>A value inside of a JSON file, which knows where it stands, so that a wrong one is told in one sentence.</summary>
/// <param name="File">The file's name, as the user gave it.</param>
/// <param name="Line">The line of the file, from 1, for files of one value a line; 0 when the file is one value.</param>
/// <param name="Path">Where the value stands, such as <c>model.merges[3]</c>; empty for the whole.</param>
/// <param name="Value">The value.</param>
internal readonly record struct JsonField(string File, int Line, string Path, JsonElement Value)
{
    private const int LongestQuote = 60;

    /// <summary>The value of a whole file.</summary>
    /// <exception cref="InputFormatException">The file cannot be read or is not JSON.</exception>
    public static JsonField Read(string path)
    {
        try
        {
            return Parse(System.IO.File.ReadAllBytes(path), path, line: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputFormatException(path, "no such file; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputFormatException(path, $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The value of a text.</summary>
    /// <exception cref="InputFormatException">The text is not JSON.</exception>
    public static JsonField Parse(ReadOnlyMemory<byte> utf8, string file, int line)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            using var document = JsonDocument.Parse(utf8);
            return new JsonField(file, line, "", document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            var (row, column) = ((int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            var isShort = row > 1 + utf8.Span.Count((byte)'\n') - 1 && EndsBefore(utf8.Span, e.BytePositionInLine ?? 0);
            throw new InputFormatException(
                file,
                line > 0 ? line : row,
                column,
                isShort
                    ? "expected JSON, got a text that ends before its value does; the file is cut short, fetch it again"
                    : "expected JSON, got what is none here; check the file"
            );
        }
    }

    /// <summary>The field of an object; null when there is none or it is <c>null</c>.</summary>
    public JsonField? Find(string name)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Error("an object");
        }

        return Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? this with
            {
                Path = PathTo(name),
                Value = value,
            }
            : null;
    }

    /// <summary>The field of an object.</summary>
    /// <exception cref="InputFormatException">There is none.</exception>
    public JsonField Need(string name) =>
        Find(name) ?? throw Fault($"expected a field '{PathTo(name)}', got none; {Listing()}");

    /// <summary>The text of a field.</summary>
    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Error("a text");

    /// <summary>The whole number of a field.</summary>
    public int Integer() =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number)
            ? number
            : throw Error("a whole number");

    /// <summary>A whole number of 64 bits.</summary>
    public long Long() =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out var number)
            ? number
            : throw Error("a whole number");

    /// <summary>A finite number.</summary>
    public double Number() =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Error("a number");

    /// <summary>Yes or no.</summary>
    public bool Flag() =>
        Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Error("true or false"),
        };

    /// <summary>A flag of an object that may be left out.</summary>
    public bool Flag(string name, bool otherwise) => Find(name)?.Flag() ?? otherwise;

    /// <summary>The items of a list.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw Error("a list");
        }

        var index = 0;
        foreach (var item in Value.EnumerateArray())
        {
            yield return this with
            {
                Path = $"{Path}[{(index++).ToString(CultureInfo.InvariantCulture)}]",
                Value = item,
            };
        }
    }

    /// <summary>The fields of an object, in their order.</summary>
    public IEnumerable<(string Name, JsonField Field)> Fields()
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Error("an object");
        }

        foreach (var property in Value.EnumerateObject())
        {
            yield return (property.Name, this with { Path = PathTo(property.Name), Value = property.Value });
        }
    }

    /// <summary>The sentence on a value that is not what it has to be.</summary>
    public InputFormatException Error(string expected) =>
        Fault($"{(Path.Length == 0 ? "the whole" : Path)}: expected {expected}, got {Shown()}");

    /// <summary>A sentence on this place.</summary>
    public InputFormatException Fault(string problem) =>
        Line > 0 ? new InputFormatException(File, Line, 1, problem) : new InputFormatException(File, problem);

    private string PathTo(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    private string Shown()
    {
        var text = Value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= LongestQuote ? text : text[..LongestQuote] + "...";
    }

    private string Listing()
    {
        var names = Value.EnumerateObject().Select(property => property.Name).Take(12).ToArray();
        return names.Length == 0 ? "there is no field at all" : $"there are {string.Join(", ", names)}";
    }

    private static bool EndsBefore(ReadOnlySpan<byte> text, long column) =>
        text.Length - 1 - text.LastIndexOf((byte)'\n') <= column;
}
