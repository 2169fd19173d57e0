namespace Alignment.Torch;

/// <summary>Neighbouring blocks of a ragged axis, and of its parent.</summary>
internal sealed class BlockRange
{
    private readonly AxisBlock[] _blocks;

    /// <param name="children">The ragged axis.</param>
    /// <param name="first">The first block.</param>
    /// <param name="count">Number of blocks.</param>
    public BlockRange(Axis children, int first, int count)
    {
        Children = children;
        _blocks = [.. children.Blocks.Skip(first).Take(count)];
        Start = children.Blocks.Take(first).Sum(b => b.Size);
        ParentStart = children.Blocks.Take(first).Sum(b => b.Columns);
        Size = _blocks.Sum(b => b.Size);
        ParentSize = _blocks.Sum(b => b.Columns);
        var parents = new List<int>();
        var column = 0;
        foreach (var block in _blocks)
        {
            for (var row = 0; row < block.Rows; row++)
                parents.AddRange(Enumerable.Range(column, block.Columns));
            column += block.Columns;
        }

        Parents = parents.ToValueList();
    }

    /// <summary>All blocks of an axis.</summary>
    public static BlockRange All(Axis children) => new(children, 0, children.Blocks.Count);

    /// <summary>The ragged axis.</summary>
    public Axis Children { get; }

    /// <summary>The axis that it is grouped by.</summary>
    public Axis Parent => Children.Parent!;

    /// <summary>The first element.</summary>
    public int Start { get; }

    /// <summary>Elements.</summary>
    public int Size { get; }

    /// <summary>The first element of the parent.</summary>
    public int ParentStart { get; }

    /// <summary>Elements of the parent.</summary>
    public int ParentSize { get; }

    /// <summary>For each element, its parent, counted from the first of these.</summary>
    public ValueList<int> Parents { get; }

    /// <summary>A view over the whole axis at these elements; one that does not hold it as it is.</summary>
    public View OfChildren(View view) => view.Holds(Children.Name) ? view.Part(Children.Name, Start, Size) : view;

    /// <summary>A view over the whole parent at these elements; one that does not hold it as it is.</summary>
    public View OfParents(View view) =>
        view.Holds(Parent.Name) ? view.Part(Parent.Name, ParentStart, ParentSize) : view;

    /// <summary>For each block, a view over these elements as a matrix, and one over their parents as its columns.</summary>
    public IEnumerable<(View Children, View Parents)> Blocks(View children, View parents)
    {
        var (child, parent) = (0L, 0L);
        foreach (var block in _blocks)
        {
            yield return (
                children.Matrix(Children.Name, child, block),
                parents.Holds(Parent.Name)
                    ? parents.Part(Parent.Name, parent, block.Columns).Named(Parent.Name, View.Columns)
                    : parents
            );
            child += block.Size;
            parent += block.Columns;
        }
    }

    /// <summary>For each block, views over these elements as matrices.</summary>
    public IEnumerable<(View Output, View Input)> Matrices(View output, View input)
    {
        var child = 0L;
        foreach (var block in _blocks)
        {
            yield return (output.Matrix(Children.Name, child, block), input.Matrix(Children.Name, child, block));
            child += block.Size;
        }
    }
}
