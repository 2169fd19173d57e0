using System.Buffers;
using System.Text.Json;

namespace Alignment.Runtime;

/// <summary>A run's measured moments as lines of JSON: <c>{"step":10,"seconds":0.5,"game/nash_conv":0.1,...}</c>.</summary>
/// <remarks>A line is handed to the system whole, so whatever kills the process leaves whole lines; a power cut may tear the last, which a
/// reader passes over. A number that is not finite is <c>null</c>.</remarks>
internal sealed class MetricsLog : IDisposable
{
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <param name="path">The file.</param>
    /// <param name="length">How much of it to keep, in bytes: what came after the checkpoint comes again.</param>
    public MetricsLog(string path, long length)
    {
        _stream = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _stream.SetLength(length);
        _stream.Position = length;
    }

    /// <summary>Length in bytes.</summary>
    public long Length => _stream.Position;

    /// <summary>Adds a line.</summary>
    public void Add(TracePoint point)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteNumber("step", point.Step);
            json.WriteNumber("seconds", point.Seconds);
            foreach (var (key, value) in point.Metrics)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(key, value);
                else
                    json.WriteNull(key);
            }

            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        _stream.Write(_line.WrittenSpan);
    }

    /// <summary>Has all lines on the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    public void Dispose() => _stream.Dispose();

    /// <summary>The whole lines of a file, passing over a torn one.</summary>
    public static IEnumerable<TracePoint> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (Point(line) is { } point)
                yield return point;
        }
    }

    private static TracePoint? Point(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Number && property.Name is not ("step" or "seconds"))
                    metrics.Add(property.Name, property.Value.GetDouble());
            }

            return new(
                json.RootElement.GetProperty("step").GetInt64(),
                json.RootElement.GetProperty("seconds").GetDouble(),
                metrics
            );
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or FormatException
                        or ArgumentException
            )
        {
            return null;
        }
    }
}
