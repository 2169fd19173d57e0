using System.Text.Json;

namespace Alignment.Runtime;

/// <summary>A run's measured moments as lines of JSON: <c>{"step":10,"seconds":0.5,"game/nash_conv":0.1,...}</c>.</summary>
/// <remarks>A number that is not finite is <c>null</c>.</remarks>
internal sealed class MetricsLog : IDisposable
{
    private readonly LineLog _lines;

    /// <inheritdoc cref="LineLog(string, long, JsonWriterOptions)"/>
    public MetricsLog(string path, long length) => _lines = new(path, length);

    /// <summary>Length in bytes.</summary>
    public long Length => _lines.Length;

    /// <summary>Adds a line.</summary>
    public void Add(TracePoint point) =>
        _lines.Add(json =>
        {
            json.WriteNumber("step", point.Step);
            json.WriteNumber("seconds", point.Seconds);
            foreach (var (key, value) in point.Metrics)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(key, value);
                else
                    json.WriteNull(key);
            }
        });

    /// <summary>Has all lines on the disk.</summary>
    public void Flush() => _lines.Flush();

    public void Dispose() => _lines.Dispose();

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
