namespace Alignment.Torch;

/// <summary>A dimension of a view: the axis along which it lies, and how far apart neighbours are.</summary>
internal readonly record struct Dim(string Axis, long Size, long Stride);

/// <summary>How a value lies in memory: a storage, a first element and a stride an axis, outermost first.</summary>
/// <remarks>
/// Renaming, repeating, slicing and stacking are views and cost nothing: all views of a program are made once, when it is
/// prepared, and handed to the script as arguments.
/// </remarks>
internal sealed record View(Storage Storage, long Start, ValueList<Dim> Dims)
{
    /// <summary>The axis along which twins lie. No user's axis is named so: names are not empty.</summary>
    public const string Twins = "";

    /// <summary>The axis along which the steps of a call lie. No user's axis is named so: names are not blank.</summary>
    public const string Steps = " ";

    /// <summary>The axis along which the rows of a ragged axis' block lie. No user's axis is named so: names are not blank.</summary>
    public const string Rows = "  ";

    /// <summary>The axis along which the columns of a ragged axis' block lie. No user's axis is named so: names are not blank.</summary>
    public const string Columns = "   ";

    /// <summary>Whether this is the present step's number of a table.</summary>
    public bool IsOfStep { get; init; }

    public Element Element => Storage.Element;

    public long Elements => Dims.Aggregate(1L, (n, d) => n * d.Size);

    /// <summary>A view of a whole new storage over axes, the last fastest.</summary>
    public static View Of(Element element, params IEnumerable<(string Axis, long Size)> axes)
    {
        var length = 1L;
        var dims = new List<Dim>();
        foreach (var (axis, size) in axes.Reverse())
        {
            dims.Insert(0, new(axis, size, length));
            length = checked(length * size);
        }

        return new(new() { Element = element, Length = length }, 0, dims.ToValueList());
    }

    public bool Holds(string axis) => Dims.Any(d => d.Axis == axis);

    public Dim this[string axis] => Dims.First(d => d.Axis == axis);

    public View Rename(Axis from, Axis to) => Named(from.Name, to.Name);

    /// <summary>The same elements along an axis of another name.</summary>
    public View Named(string from, string to) =>
        this with
        {
            Dims = Dims.Select(d => d.Axis == from ? d with { Axis = to } : d).ToValueList(),
        };

    /// <summary>Neighbouring elements along an axis, under its own name.</summary>
    public View Part(string axis, long start, long count) =>
        this with
        {
            Start = Start + (start * this[axis].Stride),
            Dims = Dims.Select(d => d.Axis == axis ? d with { Size = count } : d).ToValueList(),
        };

    /// <summary>Neighbouring elements along an axis as the rows and columns of a block.</summary>
    public View Matrix(string axis, long start, AxisBlock block) =>
        this with
        {
            Start = Start + (start * this[axis].Stride),
            Dims = Dims.SelectMany(d =>
                    d.Axis == axis
                        ? (Dim[])
                            [new(Rows, block.Rows, d.Stride * block.Columns), new(Columns, block.Columns, d.Stride)]
                        : [d]
                )
                .ToValueList(),
        };

    public View Slice(Axis from, long start, Axis to) =>
        this with
        {
            Start = Start + (start * this[from.Name].Stride),
            Dims = Dims.Select(d => d.Axis == from.Name ? new(to.Name, to.Size, d.Stride) : d).ToValueList(),
        };

    public View Expand(IEnumerable<Axis> axes) =>
        this with
        {
            Dims = Dims.AddRange(axes.Where(a => !Holds(a.Name)).Select(a => new Dim(a.Name, a.Size, 0))),
        };

    /// <summary>The first elements along an axis, without it.</summary>
    public View Without(string axis) => this with { Dims = Dims.Where(d => d.Axis != axis).ToValueList() };

    /// <summary>This view and the ones that lie behind it at equal distances, as one.</summary>
    public View Stack(int count, long distance) =>
        this with
        {
            Dims = ((ValueList<Dim>)[new(Twins, count, distance)]).AddRange(Dims),
        };

    /// <summary>The tensor over the given axes, in their order; along an axis that is not held it has one element.</summary>
    /// <exception cref="InvalidOperationException">An axis of this view is not among them, or has another size there.</exception>
    public Operand Over(IReadOnlyList<(string Axis, long Size)> axes)
    {
        if (IsOfStep)
            return new(Storage, Start, [], []) { IsOfStep = true };
        var sizes = new long[axes.Count];
        var strides = new long[axes.Count];
        var found = 0;
        for (var k = 0; k < sizes.Length; k++)
        {
            sizes[k] = 1;
            foreach (var dim in Dims)
            {
                if (dim.Axis != axes[k].Axis)
                    continue;
                if (dim.Size != axes[k].Size)
                    throw new InvalidOperationException(
                        $"Axis '{dim.Axis}' has {dim.Size} elements where {axes[k].Size} are due."
                    );
                (sizes[k], strides[k]) = (dim.Size, dim.Stride);
                found++;
            }
        }

        return found == Dims.Count
            ? new(Storage, Start, [.. sizes], [.. strides])
            : throw new InvalidOperationException($"A view over {Dims} is used over [{string.Join(", ", axes)}].");
    }

    /// <summary>The tensor over the given axes, repeated along those that are not held.</summary>
    public Operand Repeated(IReadOnlyList<(string Axis, long Size)> axes) =>
        Over(axes) with
        {
            Sizes = axes.Select(a => a.Size).ToValueList(),
        };

    /// <summary>The axes in the order of memory.</summary>
    public (string Axis, long Size)[] Axes => [.. Dims.Select(d => (d.Axis, d.Size))];
}
