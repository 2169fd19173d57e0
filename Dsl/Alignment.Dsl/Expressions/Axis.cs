namespace Alignment;

/// <summary>A named dimension: an identity (its name) and a domain (its size, with labels if it has them).</summary>
/// <remarks>
/// Operations name the axis they work on and broadcast over all others, so a batch is one more name.
/// Two axes may share a domain under different names; <see cref="Expr.On"/> renames an expression from one to the other.
/// Within one specification a name stands for one domain.
/// </remarks>
public sealed record Axis
{
    private Axis(string name, int size, ValueList<string> labels)
    {
        Name = name;
        Size = size;
        Labels = labels;
    }

    /// <summary>The name that operations and messages use.</summary>
    public string Name { get; }

    /// <summary>Number of elements, at least 1.</summary>
    public int Size { get; }

    /// <summary>One label an element, or none at all.</summary>
    public ValueList<string> Labels { get; }

    /// <summary>An axis of <paramref name="size"/> elements without labels.</summary>
    /// <exception cref="ArgumentException">The name is empty or the size is below 1.</exception>
    public static Axis Of(string name, int size)
    {
        Require(!string.IsNullOrWhiteSpace(name), "An axis needs a name.");
        Require(size >= 1, $"Axis '{name}': expected a size of at least 1, got {size}.");
        return new(name, size, []);
    }

    /// <summary>An axis with one element a label.</summary>
    /// <exception cref="ArgumentException">The name or a label is empty, there are no labels, or two are equal.</exception>
    public static Axis Of(string name, params string[] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Require(!string.IsNullOrWhiteSpace(name), "An axis needs a name.");
        Require(labels.Length > 0, $"Axis '{name}': expected at least one label, got none.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var label in labels)
        {
            Require(!string.IsNullOrWhiteSpace(label), $"Axis '{name}': a label is empty.");
            Require(seen.Add(label), $"Axis '{name}': the label '{label}' occurs twice.");
        }

        return new(name, labels.Length, labels.ToValueList());
    }

    /// <summary>The label of an element, or its number when the axis has no labels.</summary>
    public string Label(int index) =>
        Labels.Count > 0 ? Labels[index] : index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>An axis of the same domain under another name.</summary>
    public Axis Named(string name) => new(name, Size, Labels);

    /// <summary>An axis of the same domain named <c>name'</c>, for expressions that need the domain twice.</summary>
    public Axis Prime() => Named(Name + "'");

    /// <summary><c>name=size</c>, as messages show it.</summary>
    public override string ToString() => $"{Name}={Size}";

    /// <summary>Name, size and labels: equal axes have equal signatures.</summary>
    public string Signature =>
        Labels.Count == 0
            ? $"{Quote.Label(Name)}={Size}"
            : $"{Quote.Label(Name)}={Size}{{{string.Join(",", Labels.Select(Quote.Label))}}}";

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new ArgumentException(message);
    }
}
