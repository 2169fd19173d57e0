namespace Alignment;

/// <summary>What a training has told: the last lines of its metrics, which warnings look at, and what it warned of. It goes on with the run.</summary>
internal sealed class TrainingHistory
{
    private const int Remembered = 100; // lines

    private readonly List<IReadOnlyDictionary<string, double>> _lines = [];
    private readonly List<string> _warnings = [];
    private readonly SortedDictionary<string, double> _last = new(StringComparer.Ordinal);

    /// <summary>The last lines, the oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Lines => _lines;

    /// <summary>Of each metric what was told last.</summary>
    public IReadOnlyDictionary<string, double> Last => _last;

    /// <summary>In their order.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public void Add(IReadOnlyDictionary<string, double> line)
    {
        foreach (var (key, value) in line)
            _last[key] = value;
        _lines.Add(line);
        if (_lines.Count > Remembered)
            _lines.RemoveAt(0);
    }

    public void Warn(string warning) => _warnings.Add(warning);

    public Snapshot Save()
    {
        var snapshot = new Snapshot();
        snapshot.Put("warnings", _warnings);
        Put(snapshot, "last", _last);
        snapshot.Put("lines", _lines.Count);
        for (var k = 0; k < _lines.Count; k++)
            Put(snapshot, $"line {k}", _lines[k]);
        return snapshot;
    }

    public void Load(Snapshot snapshot)
    {
        _warnings.AddRange(snapshot.List("warnings"));
        foreach (var (key, value) in Line(snapshot, "last"))
            _last[key] = value;
        for (var k = 0; k < snapshot.Number("lines"); k++)
            _lines.Add(Line(snapshot, $"line {k}"));
    }

    private static void Put(Snapshot snapshot, string name, IReadOnlyDictionary<string, double> line)
    {
        string[] keys = [.. line.Keys.Order(StringComparer.Ordinal)];
        snapshot.Put($"{name}/keys", keys);
        snapshot.Put(name, [.. keys.Select(key => line[key])]);
    }

    private static Dictionary<string, double> Line(Snapshot snapshot, string name) =>
        snapshot
            .List($"{name}/keys")
            .Zip(snapshot.Array(name))
            .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
}
