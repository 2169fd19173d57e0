namespace Alignment.Runs;

/// <summary>Metric keys, numbered in order of first appearance.</summary>
internal sealed class MetricKeys
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>The keys by number.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The number of a key; a new key gets the next.</summary>
    public int Number(string key)
    {
        if (_numbers.TryGetValue(key, out var number))
            return number;
        _numbers.Add(key, _names.Count);
        _names.Add(key);
        return _names.Count - 1;
    }
}

/// <summary>One metric at one moment.</summary>
/// <param name="Key">The key's number.</param>
/// <param name="Value">Its value; NaN where it was not finite.</param>
internal readonly record struct Sample(int Key, double Value);

/// <summary>Told of a moment; the samples are good until it returns.</summary>
internal delegate void MomentHandler(long step, double seconds, ReadOnlySpan<Sample> samples);
