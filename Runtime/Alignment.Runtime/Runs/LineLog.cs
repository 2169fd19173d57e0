using System.Buffers;
using System.Text.Json;

namespace Alignment.Runtime;

/// <summary>A file of objects, one a line, that only grows.</summary>
/// <remarks>A line is handed to the system whole, so whatever kills the process leaves whole lines; a power cut may tear the last, which a
/// reader passes over.</remarks>
internal sealed class LineLog : IDisposable
{
    private readonly FileStream _stream;
    private readonly JsonWriterOptions _options;
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <param name="path">The file.</param>
    /// <param name="length">How much of it to keep, in bytes: what came after the checkpoint comes again.</param>
    /// <param name="options">How an object is written.</param>
    public LineLog(string path, long length, JsonWriterOptions options = default)
    {
        _options = options;
        _stream = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _stream.SetLength(length);
        _stream.Position = length;
    }

    /// <summary>Length in bytes.</summary>
    public long Length => _stream.Position;

    /// <summary>Adds a line.</summary>
    /// <param name="members">Writes what the object holds.</param>
    public void Add(Action<Utf8JsonWriter> members)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, _options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        _stream.Write(_line.WrittenSpan);
    }

    /// <summary>Has all lines on the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    public void Dispose() => _stream.Dispose();
}
