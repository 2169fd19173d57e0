using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Alignment.Runtime;

namespace Alignment;

/// <summary>A tensor to be stored: what it is, and how its bytes are written.</summary>
/// <param name="Name">Its name, distinct within the file.</param>
/// <param name="Format">How its numbers are written.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Write">Writes its numbers, little-endian, row by row: exactly as many bytes as format and shape say.</param>
internal sealed record TensorToStore(string Name, NumberFormat Format, ValueList<long> Shape, Action<Stream> Write);

/// <summary>Writes safetensors files; the same tensors give the same bytes.</summary>
internal static class SafeTensorsWriter
{
    /// <summary>Writes a file, complete or not at all.</summary>
    /// <param name="path">Where.</param>
    /// <param name="tensors">What; wider numbers come first, so that all are aligned, then by name.</param>
    /// <param name="notes">Texts for <c>__metadata__</c>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(
        string path,
        IEnumerable<TensorToStore> tensors,
        IEnumerable<KeyValuePair<string, string>> notes
    )
    {
        var ordered = tensors
            .OrderByDescending(t => t.Format.Bytes)
            .ThenBy(t => t.Name, StringComparer.Ordinal)
            .ToArray();
        var header = Header(ordered, notes);
        AtomicFile.Write(
            path,
            stream =>
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                stream.Write(length);
                stream.Write(header);
                foreach (var tensor in ordered)
                    tensor.Write(stream);
            }
        );
    }

    private static byte[] Header(TensorToStore[] tensors, IEnumerable<KeyValuePair<string, string>> notes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in notes.OrderBy(note => note.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            var at = 0L;
            foreach (var tensor in tensors)
            {
                var end = at + (tensor.Shape.Aggregate(1L, (a, b) => a * b) * tensor.Format.Bytes);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Format.Name);
                Numbers(json, "shape", tensor.Shape);
                Numbers(json, "data_offsets", [at, end]);
                json.WriteEndObject();
                at = end;
            }

            json.WriteEndObject();
        }

        // data begin at a multiple of 8
        var padding = (8 - ((int)buffer.Length % 8)) % 8;
        buffer.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        return buffer.ToArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
