using System.Diagnostics;

namespace Alignment;

/// <summary>Everything that a run needs to go on from a step: arrays of numbers and texts, by name. What they mean, whoever
/// made them says.</summary>
/// <remarks>Names are unique; a solver's own stand in a part of their own, which nobody else's names can meet. Half of a
/// surrogate pair is no text that a file can hold.</remarks>
public sealed class Snapshot
{
    private readonly SortedDictionary<string, double[]> _numbers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>The arrays, by name.</summary>
    public IReadOnlyDictionary<string, double[]> Numbers => _numbers;

    /// <summary>The texts, by name.</summary>
    public IReadOnlyDictionary<string, string> Texts => _texts;

    /// <summary>When it was begun: what a checkpoint costs counts from there.</summary>
    internal long Began { get; } = Stopwatch.GetTimestamp();

    /// <summary>Puts an array in, as it is: who goes on writing into it gives a copy.</summary>
    public void Put(string name, double[] values) => _numbers.Add(name, values);

    /// <summary>Puts whole numbers in, each below 2^53.</summary>
    public void Put(string name, IEnumerable<long> values) => _numbers.Add(name, [.. values.Select(v => (double)v)]);

    /// <summary>Puts one number in; a whole one has to lie below 2^53.</summary>
    public void Put(string name, double value) => _numbers.Add(name, [value]);

    /// <summary>Puts a text in.</summary>
    public void Put(string name, string text) => _texts.Add(name, text);

    /// <summary>Puts a list of texts in; those that begin like the one before them take little place.</summary>
    public void Put(string name, IReadOnlyCollection<string> texts) => FrontCoding.Put(this, name, texts);

    /// <summary>Puts everything of another snapshot in, under a name.</summary>
    public void Put(string name, Snapshot part)
    {
        ArgumentNullException.ThrowIfNull(part);
        foreach (var (key, values) in part._numbers)
            _numbers.Add($"{name}/{key}", values);
        foreach (var (key, text) in part._texts)
            _texts.Add($"{name}/{key}", text);
    }

    /// <summary>Whether there is an array of a name.</summary>
    public bool Has(string name) => _numbers.ContainsKey(name);

    /// <summary>The array of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public double[] Array(string name) =>
        _numbers.TryGetValue(name, out var values)
            ? values
            : throw new KeyNotFoundException(
                $"The checkpoint has no numbers '{name}'.{Nearest.Hint(name, _numbers.Keys, "It has")}"
            );

    /// <summary>Whole numbers.</summary>
    public long[] Integers(string name) => System.Array.ConvertAll(Array(name), v => (long)v);

    /// <summary>One number.</summary>
    public double Number(string name) => Array(name)[0];

    /// <summary>The text of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public string Text(string name) =>
        _texts.TryGetValue(name, out var text)
            ? text
            : throw new KeyNotFoundException(
                $"The checkpoint has no text '{name}'.{Nearest.Hint(name, _texts.Keys, "It has")}"
            );

    /// <summary>The list of texts of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public string[] List(string name) => FrontCoding.List(this, name);

    /// <summary>What was put in under a name, as a snapshot; empty where nothing was.</summary>
    public Snapshot Part(string name)
    {
        var (part, prefix) = (new Snapshot(), $"{name}/");
        foreach (var (key, values) in _numbers.Where(n => n.Key.StartsWith(prefix, StringComparison.Ordinal)))
            part._numbers.Add(key[prefix.Length..], values);
        foreach (var (key, text) in _texts.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)))
            part._texts.Add(key[prefix.Length..], text);
        return part;
    }
}
