namespace Alignment;

/// <summary>A file of outcome counts (successes of trials, one row a cell), read and hashed when the game is compiled.</summary>
/// <remarks>
/// The specification holds the path and the schema, not the numbers. A column that is named like one of <see cref="Axes"/> gives the row's
/// cell; rows whose label is not in the axis are left out and counted in a note of the run. A cell without a row, or with two, is an error.
/// A relative path is looked up below the script's folder, then below the current folder.
/// </remarks>
public sealed record CountTable
{
    private CountTable(string path) => Path = path;

    /// <summary>The file, as written.</summary>
    public string Path { get; private init; }

    /// <summary>One axis a label column.</summary>
    public ValueList<Axis> Axes { get; private init; } = [];

    /// <summary>Column of the number of successes, a whole number from 0 to the trials.</summary>
    public string Successes { get; private init; } = "successes";

    /// <summary>Column of the number of trials, a whole number of at least 1.</summary>
    public string Trials { get; private init; } = "trials";

    /// <summary>Labels that stand for the sum over all other labels of their axis.</summary>
    public ValueList<PooledLabel> Pooled { get; private init; } = [];

    /// <summary>The two columns whose labels are compared, where rows are comparisons; else null.</summary>
    public ComparedColumns? Compared { get; private init; }

    /// <summary>A table in a comma-separated file with a header.</summary>
    public static CountTable Read(string path) =>
        string.IsNullOrWhiteSpace(path)
            ? throw new ArgumentException("A table needs a path.", nameof(path))
            : new(path);

    /// <summary>The label columns: each axis names a column, its labels the values wanted. An axis without labels is a fault of the specification.</summary>
    public CountTable By(params Axis[] columns) => this with { Axes = columns.ToValueList() };

    /// <summary>The columns of counts.</summary>
    public CountTable Counting(string successes, string trials) => this with { Successes = successes, Trials = trials };

    /// <summary>Says that a label of an axis stands for the sum over all other labels.</summary>
    public CountTable Pooling(Axis axis, string label) => this with { Pooled = Pooled.Add(new(axis, label)) };

    /// <summary>
    /// Says that rows are comparisons: a success is a win of the label in the column <paramref name="first"/> over the one in <paramref name="second"/>.
    /// </summary>
    /// <remarks>
    /// A row tells of both cells, (a, b) and (b, a). Rows of both orders are added up, and one of them is enough. A label against itself is even and
    /// has no row. See <see cref="Preference.Counts"/>.
    /// </remarks>
    /// <param name="first">One of <see cref="Axes"/>.</param>
    /// <param name="second">Another, with the same labels.</param>
    public CountTable Comparing(Axis first, Axis second) => this with { Compared = new(first, second) };

    /// <summary>The success rates, successes / trials, over <see cref="Axes"/>.</summary>
    public Expr Rate => Expr.Of(new Op.Data(this));

    /// <summary>Path and schema.</summary>
    public override string ToString() =>
        $"table {Quote.Text(Path)} [{string.Join(", ", Axes.Select(a => a.Signature))}] {Quote.Label(Successes)}/{Quote.Label(Trials)}"
        + string.Concat(Pooled.Select(p => $" pooling {p.Axis.Name}={Quote.Label(p.Label)}"))
        + (Compared is null ? "" : $" comparing {Compared.First.Name} with {Compared.Second.Name}");
}

/// <summary>A label that stands for the sum over all other labels of its axis.</summary>
public sealed record PooledLabel(Axis Axis, string Label);

/// <summary>Two label columns of a table whose labels are compared.</summary>
/// <param name="First">The column of the label that a success is a win of.</param>
/// <param name="Second">The column of the other label.</param>
public sealed record ComparedColumns(Axis First, Axis Second);
