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

    private Axis(string name, ValueList<AxisBlock> blocks, Axis? parent)
        : this(name, blocks.Sum(b => b.Size), [])
    {
        Blocks = blocks;
        Parent = parent;
    }

    /// <summary>The name that operations and messages use.</summary>
    public string Name { get; }

    /// <summary>Number of elements, at least 1.</summary>
    public int Size { get; }

    /// <summary>One label an element, or none at all.</summary>
    public ValueList<string> Labels { get; }

    /// <summary>Blocks of rows that the elements lie in, one behind the other; none where all are one row.</summary>
    public ValueList<AxisBlock> Blocks { get; } = [];

    /// <summary>For a ragged axis: the axis that its elements are grouped by, else null.</summary>
    /// <remarks>
    /// Both have the same blocks, the parent with one row each, and column i of a child's block belongs to element i of the parent's. So
    /// what looks along the children of every parent walks down the columns, and vectors run along parents. To reduce a ragged axis gives
    /// its parent; a value over the parent is repeated along the children where the two meet.
    /// </remarks>
    public Axis? Parent { get; }

    /// <summary>For a ragged axis: the largest number of children of one element of its parent; else the size.</summary>
    public int MostChildren => Parent is null ? Size : Blocks.Max(b => b.Rows);

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

    /// <summary>An axis whose elements lie in blocks of rows.</summary>
    /// <exception cref="ArgumentException">The name is empty, there are no blocks, or one is empty.</exception>
    public static Axis InBlocks(string name, ValueList<AxisBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        Require(!string.IsNullOrWhiteSpace(name), "An axis needs a name.");
        Require(
            blocks.Count > 0 && blocks.All(b => b.Rows >= 1 && b.Columns >= 1),
            $"Axis '{name}': a block is empty, or there is none."
        );
        return new(name, blocks, null);
    }

    /// <summary>A ragged axis: the children of each of this axis' elements.</summary>
    /// <param name="name">The name.</param>
    /// <param name="rows">For each of this axis' blocks, how many children each of its elements has.</param>
    /// <exception cref="ArgumentException">The name is empty, or there is not one number of at least 1 for each block.</exception>
    public Axis Children(string name, ValueList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Require(!string.IsNullOrWhiteSpace(name), "An axis needs a name.");
        Require(
            rows.Count == Blocks.Count && Blocks.All(b => b.Rows == 1) && rows.All(r => r >= 1),
            $"Axis '{name}': expected a number of children for each of {Blocks.Count} blocks of '{Name}', got {rows}."
        );
        return new(name, Blocks.Zip(rows, (block, count) => new AxisBlock(count, block.Columns)).ToValueList(), this);
    }

    /// <summary>The label of an element, or its number when the axis has no labels.</summary>
    public string Label(int index) =>
        Labels.Count > 0 ? Labels[index] : index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The number of the element of a label, counted from 0.</summary>
    /// <exception cref="ArgumentException">There is no such label; with the nearest one.</exception>
    public int IndexOf(string label)
    {
        var element = Enumerable.Range(0, Size).Select(Label).ToList().IndexOf(label);
        return element >= 0
            ? element
            : throw new ArgumentException($"Axis '{Name}' has no '{label}'.{Nearest.Hint(label, Labels, "It has")}");
    }

    /// <summary>An axis of the same domain under another name.</summary>
    public Axis Named(string name) => Blocks.Count > 0 ? new(name, Blocks, Parent) : new(name, Size, Labels);

    /// <summary>An axis of the same domain named <c>name'</c>, for expressions that need the domain twice.</summary>
    public Axis Prime() => Named(Name + "'");

    /// <summary><c>name=size</c>, as messages show it.</summary>
    public override string ToString() => $"{Name}={Size}";

    /// <summary>Name, size and labels: equal axes have equal signatures.</summary>
    public string Signature =>
        $"{Quote.Label(Name)}={Size}"
        + (Labels.Count > 0 ? $"{{{string.Join(",", Labels.Select(Quote.Label))}}}" : "")
        + (Blocks.Count > 0 ? $" in {string.Join("+", Blocks)}" : "")
        + (Parent is null ? "" : $" by {Quote.Label(Parent.Name)}");

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new ArgumentException(message);
    }
}

/// <summary>Elements of an axis that form a matrix: row after row.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Elements of a row.</param>
public sealed record AxisBlock(int Rows, int Columns)
{
    /// <summary>Elements.</summary>
    public int Size => checked(Rows * Columns);

    /// <summary><c>rows x columns</c>.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Rows}x{Columns}");
}
