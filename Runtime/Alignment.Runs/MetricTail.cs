using Alignment.Runtime;

namespace Alignment.Runs;

/// <summary>The metrics of a run that may be going on: read once from the beginning, and from then on only what was added.</summary>
/// <remarks>
/// A run that is taken up again cuts what came behind its checkpoint and writes it again, with other seconds. So before it reads on, a tail compares
/// the last bytes that it read with what stands in the file now, and reads everything again where they differ.
/// A line is taken once its end is there. Not safe for use by several threads at once.
/// </remarks>
public sealed class MetricTail(RunFolder run)
{
    // more than a line's seconds, which no two writings have in common
    private const int Compared = 4096;

    private readonly string _path = (run ?? throw new ArgumentNullException(nameof(run))).File(RunFiles.Metrics);
    private byte[] _before = [];
    private long _position;

    /// <summary>What was read so far.</summary>
    public MetricTable Table { get; private set; } = new();

    /// <summary>Reads what came since the last time.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool ReadOn()
    {
        if (!File.Exists(_path))
            return Restart();
        using var stream = MetricLines.Open(_path);
        var again = stream.Length < _position || !Continues(stream);
        if (again)
            _ = Restart();
        var rows = Table.Rows;
        _position = Table.ReadOn(_path, _position);
        Remember(stream);
        return again || Table.Rows > rows;
    }

    private bool Restart()
    {
        if (_position == 0)
            return false;
        (Table, _position, _before) = (new(), 0, []);
        return true;
    }

    private bool Continues(FileStream stream)
    {
        var there = new byte[_before.Length];
        stream.Position = _position - there.Length;
        return stream.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == there.Length
            && there.AsSpan().SequenceEqual(_before);
    }

    private void Remember(FileStream stream)
    {
        _before = new byte[Math.Min(_position, Compared)];
        stream.Position = _position - _before.Length;
        // cut again just now
        if (stream.ReadAtLeast(_before, _before.Length, throwOnEndOfStream: false) < _before.Length)
            _ = Restart();
    }
}
