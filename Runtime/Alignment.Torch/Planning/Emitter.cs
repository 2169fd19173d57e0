using System.Globalization;

namespace Alignment.Torch;

/// <summary>Numbers to put into memory before a program runs, over the axes of their view in order.</summary>
internal sealed record Load(View View, Array Values);

/// <summary>Where kernels put their statements, and the small tables that several of them share.</summary>
internal sealed class Emitter(Target target, Precision precision)
{
    private readonly Dictionary<string, View> _tables = new(StringComparer.Ordinal);

    public Target Target => target;

    /// <summary>The section that is being written.</summary>
    public List<Instruction> Section { get; set; } = [];

    /// <summary>Tables that kernels asked for.</summary>
    public List<Load> Tables { get; } = [];

    public void Add(Instruction instruction) => Section.Add(instruction);

    /// <summary>A view of new memory that lives from its first to its last use.</summary>
    public View Temporary(IEnumerable<(string Axis, long Size)> axes, Element element = Element.Number) =>
        View.Of(element, axes);

    /// <summary>1, 1, ... along an axis.</summary>
    public View Ones(string axis, long size) => Table($"ones {size}", axis, size, Element.Number, k => 1.0);

    /// <summary>1, 2, ... along an axis.</summary>
    public View Counts(string axis, long size) => Table($"counts {size}", axis, size, Element.Number, k => k + 1.0);

    /// <summary>0, 1, ... along an axis, as whole numbers.</summary>
    public View Positions(string axis, long size) =>
        Table($"positions {size}", axis, size, Element.Index, k => (long)k);

    /// <summary>An index map along an axis.</summary>
    public View Map(string axis, ValueList<int> map) =>
        Table($"map {map}", axis, map.Count, Element.Index, k => (long)map[k]);

    /// <summary>A number.</summary>
    public View Scalar(double value) =>
        Table(string.Create(CultureInfo.InvariantCulture, $"scalar {value:R}"), null, 1, Element.Number, k => value);

    /// <summary>The largest finite number.</summary>
    public View Largest => Scalar(precision == Precision.Float32 ? float.MaxValue : double.MaxValue);

    /// <summary>The smallest finite number.</summary>
    public View Least => Scalar(precision == Precision.Float32 ? float.MinValue : double.MinValue);

    private View Table<T>(string key, string? axis, long size, Element element, Func<int, T> value)
    {
        if (!_tables.TryGetValue(key, out var view))
        {
            view = View.Of(element, axis is null ? [] : [(axis, size)]);
            view.Storage.Permanent = true;
            _tables.Add(key, view);
            Tables.Add(new(view, Enumerable.Range(0, checked((int)size)).Select(value).ToArray()));
        }

        return axis is null ? view : view with { Dims = [new(axis, size, 1)] };
    }
}
