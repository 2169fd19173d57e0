using System.Runtime.InteropServices;

namespace Alignment.Runs;

/// <summary>A run's metrics as a table: a row for each measured moment, a column for each key in order of first appearance.</summary>
public sealed class MetricTable
{
    private readonly List<long> _steps = [];
    private readonly List<double> _seconds = [];
    private readonly List<double[]> _columns = [];
    private readonly MetricKeys _keys = new();

    internal MetricTable() { }

    /// <summary>The metric keys.</summary>
    public IReadOnlyList<string> Keys => _keys.Names;

    /// <summary>Number of rows.</summary>
    public int Rows => _steps.Count;

    /// <summary>Steps done, by row.</summary>
    public ReadOnlySpan<long> Steps => CollectionsMarshal.AsSpan(_steps);

    /// <summary>Seconds inside the solve loop, by row.</summary>
    public ReadOnlySpan<double> Seconds => CollectionsMarshal.AsSpan(_seconds);

    /// <summary>Bytes of memory that the numbers take.</summary>
    public long Bytes => 8L * _steps.Capacity * (2 + _columns.Count);

    /// <summary>The values of a key by row; NaN where it was not measured or not finite.</summary>
    public ReadOnlySpan<double> Column(int key) => _columns[key].AsSpan(0, Rows);

    /// <summary>Reads the metrics of a run, which may be running: a torn last line is passed over.</summary>
    public static MetricTable Of(Runtime.RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var table = new MetricTable();
        var path = run.File(Runtime.RunFiles.Metrics);
        if (!File.Exists(path))
            return table;
        var rest = table.ReadOn(path, from: 0);
        // the last line may be whole and lack its end
        new MetricLines(table._keys).Read(path, rest, table.Add);
        table.Complete();
        return table;
    }

    /// <summary>Gives every key a value in every row, after lines were added.</summary>
    private void Complete()
    {
        // a key that only lines had which were passed over
        while (_columns.Count < Keys.Count)
            _columns.Add(Empty());
        // and one that the last lines do not have
        for (var key = 0; key < _columns.Count; key++)
        {
            if (_columns[key].Length < Rows)
                Grow(key);
        }
    }

    /// <summary>Reads on behind what was read so far; much of it in several threads, each at its own part of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="from">Where a line begins.</param>
    /// <returns>Where the first line begins that has no end yet.</returns>
    internal long ReadOn(string path, long from)
    {
        using var stream = MetricLines.Open(path);
        var starts = Starts(stream, from);
        if (starts.Count == 1)
            return Read(stream, from, long.MaxValue);
        var parts = new MetricTable[starts.Count];
        var ends = new long[starts.Count];
        Parallel.For(
            0,
            starts.Count,
            k =>
            {
                using var part = MetricLines.Open(path);
                parts[k] = new();
                ends[k] = parts[k].Read(part, starts[k], k + 1 < starts.Count ? starts[k + 1] : long.MaxValue);
            }
        );
        foreach (var part in parts)
            Append(part);
        return ends[^1];
    }

    private long Read(FileStream stream, long from, long until)
    {
        stream.Position = from;
        var rest = new MetricLines(_keys).ReadLines(stream, Add, until).Length;
        Complete();
        return stream.Position - rest;
    }

    /// <summary>Where lines begin that cut the rest of a file into parts of about the same size, one a processor.</summary>
    private static List<long> Starts(FileStream stream, long from)
    {
        const long Least = 8 << 20;
        var rest = stream.Length - from;
        var parts = Math.Clamp(rest / Least, 1, Environment.ProcessorCount);
        var starts = new List<long> { from };
        for (var part = 1; part < parts; part++)
        {
            stream.Position = from + (rest / parts * part);
            int c;
            while ((c = stream.ReadByte()) >= 0 && c != '\n') { }
            if (c >= 0 && stream.Position > starts[^1])
                starts.Add(stream.Position);
        }

        return starts;
    }

    private void Append(MetricTable part)
    {
        var rows = Rows;
        _steps.AddRange(part.Steps);
        _seconds.AddRange(part.Seconds);
        var numbers = part.Keys.Select(_keys.Number).ToArray();
        Complete();
        for (var key = 0; key < numbers.Length; key++)
            part.Column(key).CopyTo(_columns[numbers[key]].AsSpan(rows));
    }

    private void Add(long step, double seconds, ReadOnlySpan<Sample> samples)
    {
        var row = Rows;
        _steps.Add(step);
        _seconds.Add(seconds);
        foreach (var (key, value) in samples)
        {
            while (_columns.Count <= key)
                _columns.Add(Empty());
            if (row >= _columns[key].Length)
                Grow(key);
            _columns[key][row] = value;
        }
    }

    private double[] Empty()
    {
        var column = new double[_steps.Capacity];
        Array.Fill(column, double.NaN);
        return column;
    }

    private void Grow(int key)
    {
        var grown = Empty();
        _columns[key].CopyTo(grown, 0);
        _columns[key] = grown;
    }
}
