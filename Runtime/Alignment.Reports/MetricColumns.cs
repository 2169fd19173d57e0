namespace Alignment.Reports;

/// <summary>A run's measured moments by column: a million of them take a tenth of what they take as objects.</summary>
internal sealed class MetricColumns
{
    private readonly SortedDictionary<string, List<double>> _columns = new(StringComparer.Ordinal);

    /// <summary>Reads measured moments.</summary>
    public MetricColumns(IEnumerable<TracePoint> trace)
    {
        foreach (var point in trace)
        {
            foreach (var (key, value) in point.Metrics)
            {
                if (!_columns.TryGetValue(key, out var column))
                    _columns[key] = column = [.. Enumerable.Repeat(double.NaN, Steps.Count)];
                Fill(column);
                column.Add(value);
            }

            Steps.Add(point.Step);
            Seconds = point.Seconds;
        }

        foreach (var column in _columns.Values)
            Fill(column);
    }

    /// <summary>The step of each moment.</summary>
    public List<long> Steps { get; } = [];

    /// <summary>Seconds inside the loop at the last moment; null where there is none.</summary>
    public double? Seconds { get; }

    /// <summary>The keys that were measured.</summary>
    public IReadOnlyCollection<string> Keys => _columns.Keys;

    /// <summary>The values of a key, one a moment; NaN where it was not measured or was not finite. Null where it never was measured.</summary>
    public List<double>? Find(string key) => _columns.GetValueOrDefault(key);

    /// <summary>The last finite value of a key and its step.</summary>
    public (long Step, double Value)? Last(string key)
    {
        var column = Find(key);
        var at = column?.FindLastIndex(double.IsFinite) ?? -1;
        return at < 0 ? null : (Steps[at], column![at]);
    }

    private void Fill(List<double> column)
    {
        while (column.Count < Steps.Count)
            column.Add(double.NaN);
    }
}
