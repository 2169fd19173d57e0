using System.Text.Json;

namespace Alignment.Runs;

/// <summary>Reads <c>metrics.jsonl</c>, millions of lines of it: a line is taken apart where it lies, and no object is made of it.</summary>
/// <remarks>
/// A line that is not whole JSON, has no step or seconds, or has a key twice is passed over, as <see cref="Runtime.RunFolder.Metrics"/> does. A
/// value that is <c>null</c> is a sample that was not finite; a value that is no number is passed over.
/// </remarks>
internal sealed class MetricLines(MetricKeys keys)
{
    private const int Block = 1 << 18;

    private readonly List<(byte[] Name, int Number)> _expected = []; // the keys of the last line, in its order
    private readonly HashSet<int> _seen = [];
    private readonly LineShape _shape = new();
    private Sample[] _samples = new Sample[16];
    private int _count;

    /// <summary>Reads a file from its beginning, its last line too where no line end stands behind it; one that is not there has no moments.</summary>
    public void Read(string path, MomentHandler moment) => Read(path, from: 0, moment);

    /// <summary>Reads a file from where a line begins.</summary>
    public void Read(string path, long from, MomentHandler moment)
    {
        if (!File.Exists(path))
            return;
        using var stream = Open(path);
        stream.Position = from;
        var rest = ReadLines(stream, moment);
        Line(rest, moment);
    }

    /// <summary>Reads the lines behind where a stream stands that have their end.</summary>
    /// <param name="stream">The stream; it is read to its end, or a little beyond <paramref name="until"/>.</param>
    /// <param name="moment">Told of each moment.</param>
    /// <param name="until">Lines that begin here or behind it are another's.</param>
    /// <returns>What stands behind the last line end; good until the next call. Empty where <paramref name="until"/> came first.</returns>
    public ReadOnlySpan<byte> ReadLines(Stream stream, MomentHandler moment, long until = long.MaxValue)
    {
        var buffer = new byte[Block];
        var length = 0;
        var begin = stream.Position; // of what the buffer holds
        while (true)
        {
            var read = stream.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                return buffer.AsSpan(0, length);
            length += read;
            var start = 0;
            while (buffer.AsSpan(start, length - start).IndexOf((byte)'\n') is var end and >= 0)
            {
                if (begin + start >= until)
                    return [];
                Line(buffer.AsSpan(start, end), moment);
                start += end + 1;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            (length, begin) = (length - start, begin + start);
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    /// <summary>Reads the last moment alone, from the file's end.</summary>
    public void ReadLast(string path, MomentHandler moment)
    {
        if (!File.Exists(path))
            return;
        using var stream = Open(path);
        var total = stream.Length;
        for (var window = Math.Min(total, Block); window > 0; window = Math.Min(total, window * 2))
        {
            var tail = new byte[window];
            stream.Position = total - window;
            var read = stream.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false);
            if (LastOf(tail.AsSpan(0, read), moment) || window == total)
                return;
        }
    }

    // a line that the window cuts is no whole JSON, so it is passed over like a torn one
    private bool LastOf(ReadOnlySpan<byte> tail, MomentHandler moment)
    {
        while (tail.Length > 0)
        {
            var start = tail.LastIndexOf((byte)'\n') + 1;
            if (Line(tail[start..], moment))
                return true;
            tail = start == 0 ? [] : tail[..(start - 1)];
        }

        return false;
    }

    /// <summary>Opens a file that may be written to, or replaced, meanwhile.</summary>
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private bool Line(ReadOnlySpan<byte> line, MomentHandler moment)
    {
        if (line.IsEmpty)
            return false;
        long step;
        double seconds;
        try
        {
            if (!TryTake(line, out step, out seconds))
                return false;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // torn, or bytes that are no text
        }

        moment(step, seconds, _samples.AsSpan(0, _count));
        return true;
    }

    private bool TryTake(ReadOnlySpan<byte> line, out long step, out double seconds)
    {
        if (_shape.TryTake(line, out step, out seconds, _samples))
            return true;
        (step, seconds, _count) = (0, 0, 0);
        _shape.Begin();
        _seen.Clear();
        var (hasStep, hasSeconds) = (false, false);
        var json = new Utf8JsonReader(line);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("step"u8))
            {
                _ = json.Read();
                if (hasStep || json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out step))
                    return false;
                _shape.AddStep(line, (int)json.TokenStartIndex, json.ValueSpan.Length);
                hasStep = true;
            }
            else if (json.ValueTextEquals("seconds"u8))
            {
                _ = json.Read();
                if (hasSeconds || json.TokenType != JsonTokenType.Number || !json.TryGetDouble(out seconds))
                    return false;
                _shape.AddSeconds(line, (int)json.TokenStartIndex, json.ValueSpan.Length);
                hasSeconds = true;
            }
            else if (!TryTakeSample(line, ref json))
            {
                return false;
            }
        }

        // what stands behind the object makes the reader throw
        if (!hasStep || !hasSeconds || json.Read())
            return false;
        _shape.End(line);
        return true;
    }

    private bool TryTakeSample(ReadOnlySpan<byte> line, ref Utf8JsonReader json)
    {
        // lines of a run have the same keys in the same order, but for a few
        var key =
            _count < _expected.Count && json.ValueTextEquals(_expected[_count].Name)
                ? _expected[_count].Number
                : Learn(json.GetString()!);
        _ = json.Read();
        var value = double.NaN;
        if (json.TokenType is JsonTokenType.Number)
        {
            value = json.GetDouble();
        }
        else if (json.TokenType is not JsonTokenType.Null)
        {
            json.Skip();
            return true;
        }

        if (!_seen.Add(key))
            return false;
        if (_count == _samples.Length)
            Array.Resize(ref _samples, _count * 2);
        _samples[_count++] = new(key, double.IsFinite(value) ? value : double.NaN);
        _shape.AddMetric(line, (int)json.TokenStartIndex, json.ValueSpan.Length, key);
        return true;
    }

    private int Learn(string name)
    {
        var number = keys.Number(name);
        var known = (System.Text.Encoding.UTF8.GetBytes(name), number);
        if (_count < _expected.Count)
            _expected[_count] = known;
        else
            _expected.Add(known);
        return number;
    }
}
