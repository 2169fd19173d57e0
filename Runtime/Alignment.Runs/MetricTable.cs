namespace Alignment.Runs;

/// <summary>A run's metrics as a table: a row for each measured moment, a column for each key in order of first appearance.</summary>
public sealed class MetricTable
{
    private readonly List<long> _steps = [];
    private readonly List<double> _seconds = [];
    private readonly List<double[]> _columns = [];
    private readonly MetricKeys _keys = new();

    private MetricTable() { }

    /// <summary>The metric keys.</summary>
    public IReadOnlyList<string> Keys => _keys.Names;

    /// <summary>Number of rows.</summary>
    public int Rows => _steps.Count;

    /// <summary>Steps done, by row.</summary>
    public IReadOnlyList<long> Steps => _steps;

    /// <summary>Seconds inside the solve loop, by row.</summary>
    public IReadOnlyList<double> Seconds => _seconds;

    /// <summary>The values of a key by row; NaN where it was not measured or not finite.</summary>
    public ReadOnlySpan<double> Column(int key) => _columns[key].AsSpan(0, Rows);

    /// <summary>Reads the metrics of a run, which may be running: a torn last line is passed over.</summary>
    public static MetricTable Of(Runtime.RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var table = new MetricTable();
        new MetricLines(table._keys).Read(run.File(Runtime.RunFiles.Metrics), table.Add);
        // a key that only lines had which were passed over
        while (table._columns.Count < table.Keys.Count)
            table._columns.Add(table.Empty());
        // and one that the last lines do not have
        for (var key = 0; key < table._columns.Count; key++)
        {
            if (table._columns[key].Length < table.Rows)
                table.Grow(key);
        }

        return table;
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
