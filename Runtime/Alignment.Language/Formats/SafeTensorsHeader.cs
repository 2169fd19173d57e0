using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Alignment.Formats;

namespace Alignment;

/// <summary>Reads the header of a safetensors file and believes nothing that it says.</summary>
internal static class SafeTensorsHeader
{
    /// <summary>No header is longer: the format's own limit.</summary>
    public const long Longest = 100_000_000;

    private const int LengthBytes = 8;
    private const string Metadata = "__metadata__";

    /// <summary>The tensors of a file in the order in which they lie in it, its notes, and where its data begin.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="read">Gives a range of its bytes.</param>
    /// <exception cref="InputFormatException">It is no safetensors file, or one that lies.</exception>
    public static (ValueList<StoredTensor> Tensors, ValueList<KeyValuePair<string, string>> Notes, long DataAt) Read(
        string file,
        long size,
        Func<long, int, byte[]> read
    )
    {
        if (size < LengthBytes)
            throw Refused(
                file,
                $"expected a safetensors file, which begins with 8 bytes, got {Quote.Count(size)} bytes in all"
            );
        var length = BinaryPrimitives.ReadUInt64LittleEndian(read(0, LengthBytes));
        if (length > Longest)
            throw Refused(
                file,
                $"its header says that it is {length.ToString(CultureInfo.InvariantCulture)} bytes long, more than the format's limit of {Quote.Count(Longest)}; this is no safetensors file"
            );
        var dataAt = LengthBytes + (long)length;
        if (dataAt > size)
            throw Refused(
                file,
                $"the file ends within its header: expected at least {Quote.Count(dataAt)} bytes, got {Quote.Count(size)}; download it again"
            );
        var text = read(LengthBytes, (int)length);
        if (text.Length == 0 || text[0] != (byte)'{')
            throw Refused(file, "its header does not begin with '{'; this is no safetensors file");
        var tensors = new List<StoredTensor>();
        var notes = new List<KeyValuePair<string, string>>();
        try
        {
            Parse(file, text, tensors, notes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InputFormatException(
                file,
                $"its header is no JSON: {e.Message.Split('\n')[0].TrimEnd('.', ' ')}",
                e
            );
        }

        var ordered = tensors.OrderBy(t => t.Begin).ThenBy(t => t.End).ToValueList();
        Cover(file, ordered, size - dataAt);
        return (ordered, notes.ToValueList(), dataAt);
    }

    private static void Parse(
        string file,
        byte[] text,
        List<StoredTensor> tensors,
        List<KeyValuePair<string, string>> notes
    )
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 8 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw Refused(file, $"the tensor {Named(name)} stands twice in its header");
            reader.Read();
            using var entry = JsonDocument.ParseValue(ref reader);
            if (name == Metadata)
                ReadNotes(file, entry.RootElement, notes);
            else
                tensors.Add(ReadTensor(file, name, entry.RootElement));
        }

        if (reader.Read())
            throw Refused(file, "its header goes on behind its last bracket");
    }

    private static void ReadNotes(string file, JsonElement entry, List<KeyValuePair<string, string>> notes)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw Refused(file, $"{Metadata}: expected an object of texts, got {Kind(entry)}");
        foreach (var note in entry.EnumerateObject())
        {
            if (note.Value.ValueKind != JsonValueKind.String)
                throw Refused(file, $"{Metadata}, {Named(note.Name)}: expected a text, got {Kind(note.Value)}");
            notes.Add(new(note.Name, note.Value.GetString()!));
        }
    }

    private static StoredTensor ReadTensor(string file, string name, JsonElement entry)
    {
        InputFormatException Wrong(string problem) => Refused(file, $"tensor {Named(name)}: {problem}");
        if (entry.ValueKind != JsonValueKind.Object)
            throw Wrong($"expected dtype, shape and data_offsets, got {Kind(entry)}");
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in entry.EnumerateObject())
        {
            if (!fields.TryAdd(field.Name, field.Value))
                throw Wrong($"'{field.Name}' stands twice");
        }

        JsonElement Field(string key) =>
            fields.TryGetValue(key, out var value) ? value : throw Wrong($"'{key}' is missing");
        var type = Field("dtype");
        var format = type.ValueKind == JsonValueKind.String ? NumberFormat.Find(type.GetString()!) : null;
        if (format is null)
            throw Wrong(
                $"expected a dtype of {string.Join(", ", NumberFormat.All)}, got {Shortened(type.GetRawText())}"
            );
        var shape = Numbers(Field("shape"), "shape");
        var offsets = Numbers(Field("data_offsets"), "data_offsets");
        if (offsets.Count != 2 || offsets[0] > offsets[1])
            throw Wrong($"expected data_offsets [begin, end] in order, got {StoredTensor.Text(offsets)}");
        var bytes = (Int128)format.Bytes;
        foreach (var size in shape)
        {
            bytes *= size;
            if (bytes > long.MaxValue)
                throw Wrong($"a shape of {StoredTensor.Text(shape)} is more than any file holds");
        }

        if (bytes != offsets[1] - offsets[0])
            throw Wrong(
                $"{format} of shape {StoredTensor.Text(shape)} takes {Quote.Count((long)bytes)} bytes, but its data_offsets {StoredTensor.Text(offsets)} hold {Quote.Count(offsets[1] - offsets[0])}"
            );
        return new(name, format, shape, offsets[0], offsets[1]);

        ValueList<long> Numbers(JsonElement value, string what)
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 64)
                throw Wrong($"{what}: expected a list of whole numbers, got {Kind(value)}");
            var numbers = new List<long>();
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
                    throw Wrong($"{what}: expected whole numbers of at least 0, got {Shortened(item.GetRawText())}");
                numbers.Add(number);
            }

            return numbers.ToValueList();
        }
    }

    /// <summary>Tensors lie one behind the other, without holes, up to the file's end.</summary>
    private static void Cover(string file, ValueList<StoredTensor> ordered, long bytes)
    {
        var at = 0L;
        foreach (var tensor in ordered)
        {
            if (tensor.Begin != at)
                throw Refused(
                    file,
                    $"tensor {Named(tensor.Name)} begins at byte {Quote.Count(tensor.Begin)} of the data where {Quote.Count(at)} was expected: tensors {(tensor.Begin < at ? "overlap" : "leave a hole")}"
                );
            at = tensor.End;
        }

        if (at != bytes)
            throw Refused(
                file,
                at > bytes
                    ? $"the file ends too early: its tensors take {Quote.Count(at)} bytes, it holds {Quote.Count(bytes)}; download it again"
                    : $"the file goes on behind its last tensor: expected {Quote.Count(at)} bytes of data, got {Quote.Count(bytes)}"
            );
    }

    private static InputFormatException Refused(string file, string problem) => new(file, problem);

    private static string Kind(JsonElement value) => Shortened(value.GetRawText());

    private static string Named(string name) => $"'{Shortened(name)}'";

    // a header is anybody's: what it holds must not break a line or fill a screen
    private static string Shortened(string text)
    {
        var line = string.Concat(text.Take(80).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > 80 ? $"{line}..." : line;
    }
}
