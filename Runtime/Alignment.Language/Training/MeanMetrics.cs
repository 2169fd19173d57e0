namespace Alignment;

/// <summary>Metrics of several batches, brought together by their weights.</summary>
internal sealed class MeanMetrics(string prefix = "")
{
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _set = new(StringComparer.Ordinal);
    private double _weight;

    public IReadOnlyDictionary<string, double> Values =>
        new Dictionary<string, double>(
            _sums.Select(s => KeyValuePair.Create(prefix + s.Key, s.Value / _weight)).Concat(_set),
            StringComparer.Ordinal
        );

    public void Add(IReadOnlyDictionary<string, double> metrics, double weight)
    {
        _weight += weight;
        foreach (var (key, value) in metrics)
            _sums[key] = _sums.GetValueOrDefault(key) + (weight * value);
    }

    public void Set(string key, double value) => _set[key] = value;
}
