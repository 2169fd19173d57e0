using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Torch;

/// <summary>A program's memory on a device: one tensor a kind of element, and the views that scripts are handed.</summary>
internal sealed class DeviceMemory : IDisposable
{
    private readonly Dictionary<Element, torch.Tensor> _all = [];
    private readonly Dictionary<(Element, long, ValueList<long>, ValueList<long>), torch.Tensor> _views = [];

    public DeviceMemory(MemoryPlan plan, Precision precision, Device device)
    {
        Device = device;
        Number = precision == Precision.Float32 ? ScalarType.Float32 : ScalarType.Float64;
        foreach (var element in Enum.GetValues<Element>())
            _all.Add(
                element,
                torch.zeros([plan.Length(element)], dtype: TypeOf(element), device: device).DetachFromDisposeScope()
            );
    }

    public Device Device { get; }

    /// <summary>The type of the program's numbers.</summary>
    public ScalarType Number { get; }

    /// <summary>Size of the whole memory.</summary>
    public long Bytes => _all.Values.Sum(t => t.NumberOfElements * t.ElementSize);

    /// <summary>The tensor of an operand; equal ones are made once.</summary>
    public torch.Tensor Of(Operand operand)
    {
        var key = (operand.Element, operand.Storage.Offset + operand.Start, operand.Sizes, operand.Strides);
        if (!_views.TryGetValue(key, out var view))
        {
            CheckBounds(operand, key.Item2);
            view = _all[operand.Element]
                .as_strided([.. operand.Sizes], [.. operand.Strides], key.Item2)
                .DetachFromDisposeScope();
            if (view.device_type != Device.type)
                throw new InvalidOperationException($"A tensor lies on {view.device_type}, not on {Device}.");
            _views.Add(key, view);
        }

        return view;
    }

    /// <summary>Puts numbers in, row-major over the view's axes.</summary>
    public void Write(View view, Array values)
    {
        long[] shape = [.. view.Dims.Select(d => d.Size)];
        using var source = values is long[] whole ? torch.tensor(whole, shape) : torch.tensor((double[])values, shape);
        Of(view.Over(view.Axes)).copy_(source);
    }

    /// <summary>Copies numbers out, row-major over the given axes; the view repeats along those that it lacks.</summary>
    public void Read(View view, IReadOnlyList<(string Axis, long Size)> axes, Span<double> values)
    {
        using var numbers = Of(view.Repeated(axes)).to(ScalarType.Float64, CPU).contiguous();
        numbers.data<double>().CopyTo(values);
    }

    public void Dispose()
    {
        foreach (var tensor in _views.Values.Concat(_all.Values))
            tensor.Dispose();
    }

    private ScalarType TypeOf(Element element) =>
        element switch
        {
            Element.Number => Number,
            Element.Truth => ScalarType.Bool,
            _ => ScalarType.Int64,
        };

    private static void CheckBounds(Operand operand, long start)
    {
        var last = operand.Start + operand.Sizes.Zip(operand.Strides, (size, stride) => (size - 1) * stride).Sum();
        if (operand.Storage.Offset < 0 || operand.Start < 0 || last >= operand.Storage.Length || start < 0)
            throw new InvalidOperationException(
                $"A tensor over {operand.Sizes} reaches out of its {operand.Storage.Length} elements."
            );
    }
}
