using Alignment.Formats;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>The tensors of a model by name. It owns them.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private ModelWeights() { }

    /// <summary>All of them, in the order of the model.</summary>
    public IReadOnlyDictionary<string, Tensor> All => _tensors;

    public Tensor this[string name] => _tensors[name];

    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Reads a model's weights.</summary>
    /// <exception cref="InputFormatException">A tensor is missing, too much, or of another shape; each named, all at once.</exception>
    public static ModelWeights Load(WeightFiles files, ModelConfig config, ScalarType? type, Device device)
    {
        var slots = WeightSlots.Of(config);
        var found = Matched(files, slots);
        var weights = new ModelWeights();
        try
        {
            foreach (var slot in slots)
            {
                var (file, stored) = found[slot.Name];
                using var scope = NewDisposeScope();
                var tensor = TensorFiles.Load(file, stored);
                // files of gpt2 hold matrices the other way round
                if (slot.IsTransposed)
                    tensor = tensor.t().contiguous();
                if (type is { } wanted)
                    tensor = tensor.to(wanted);
                weights._tensors.Add(slot.Name, tensor.to(device).MoveToOuterDisposeScope().DetachFromDisposeScope());
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Weights to be trained from nothing: normal draws, see <see cref="Deviation"/>; norms 1, biases 0.</summary>
    public static ModelWeights Create(ModelConfig config, ulong seed, ScalarType type, Device device)
    {
        var weights = new ModelWeights();
        foreach (var slot in WeightSlots.Of(config))
        {
            var deviation = Deviation(slot, config);
            var numbers = new float[slot.Shape.Aggregate(1L, (a, b) => a * b)];
            var stream = new RandomStream(seed, $"weights {slot.Name}");
            for (var k = 0; k < numbers.Length; k++)
                numbers[k] = slot.Kind switch
                {
                    SlotKind.Scale => 1,
                    SlotKind.Bias => 0,
                    _ => (float)(deviation * stream.Normal(0, k)),
                };
            long[] shape = slot.IsTransposed ? [slot.Shape[1], slot.Shape[0]] : [.. slot.Shape];
            using var scope = NewDisposeScope();
            weights._tensors.Add(
                slot.Name,
                tensor(numbers, shape).to(type).to(device).MoveToOuterDisposeScope().DetachFromDisposeScope()
            );
        }

        return weights;
    }

    /// <summary>What is to be stored, in the files' own layout.</summary>
    public IEnumerable<TensorToStore> ToStore(ModelConfig config)
    {
        foreach (var slot in WeightSlots.Of(config))
        {
            var tensor = _tensors[slot.Name];
            var stored = TensorFiles.ToStore(slot.Name, tensor);
            yield return slot.IsTransposed
                ? stored with
                {
                    Shape = slot.Shape,
                    Write = stream =>
                    {
                        using var scope = NewDisposeScope();
                        TensorFiles.ToStore(slot.Name, tensor.detach().t().contiguous()).Write(stream);
                    },
                }
                : stored;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }

    /// <summary>
    /// The standard deviation of first weights. Matrices keep the size of what goes through, 1 / sqrt(inputs), and 1 / sqrt(2 layers) of that where they write into the residual stream. A vector
    /// of a table has entries of size 1; if the table is the head too, where 1 / sqrt(hidden) keeps the size, the geometric mean of both.
    /// </summary>
    /// <remarks>
    /// The usual 0.02 suits widths of thousands. At 128 it leaves attention all but uniform for a thousand steps: copying from a card is learnt several times later, as
    /// is measured where the small models are made.
    /// </remarks>
    private static double Deviation(WeightSlot slot, ModelConfig config) =>
        slot.Kind switch
        {
            SlotKind.Scale or SlotKind.Bias => 0,
            SlotKind.Table => config.TiedHead ? Math.Pow(config.Hidden, -0.25) : 1,
            SlotKind.Residual => 1 / Math.Sqrt(2.0 * config.Layers * slot.Shape[1]),
            SlotKind.TransposedResidual => 1 / Math.Sqrt(2.0 * config.Layers * slot.Shape[0]),
            SlotKind.Transposed => 1 / Math.Sqrt(slot.Shape[0]),
            _ => 1 / Math.Sqrt(slot.Shape[1]),
        };

    private static Dictionary<string, (SafeTensorsFile File, StoredTensor Tensor)> Matched(
        WeightFiles files,
        ValueList<WeightSlot> slots
    )
    {
        // the base of a model is stored with or without the prefix of the whole
        var prefix = slots[0].Name.StartsWith(WeightSlots.Gpt2Prefix, StringComparison.Ordinal)
            ? WeightSlots.Gpt2Prefix
            : WeightSlots.GatedPrefix;
        var bare = files.Find(slots[0].Name) is null && files.Find(slots[0].Name[prefix.Length..]) is not null;
        string Stored(string name) =>
            bare && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;

        var matched = new Dictionary<string, (SafeTensorsFile, StoredTensor)>(StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var slot in slots)
        {
            if (files.Find(Stored(slot.Name)) is not { } found)
                faults.Add($"'{Stored(slot.Name)}' {StoredTensor.Text(slot.Shape)} is missing");
            else if (!found.Tensor.Shape.Equals(slot.Shape))
                faults.Add(
                    $"'{found.Tensor.Name}' is {StoredTensor.Text(found.Tensor.Shape)} where the configuration says {StoredTensor.Text(slot.Shape)}"
                );
            else
                matched.Add(slot.Name, found);
        }

        var known = slots.Select(s => Stored(s.Name)).ToHashSet(StringComparer.Ordinal);
        faults.AddRange(
            files
                .Names.Where(name => !known.Contains(name) && !IsDerived(name))
                .Select(name =>
                    $"'{name}' {StoredTensor.Text(files.Find(name)!.Value.Tensor.Shape)} has no place in it"
                )
        );
        if (faults.Count == 0)
            return matched;
        const int shown = 5;
        var more = faults.Count > shown ? $"; and {faults.Count - shown} more" : "";
        throw new InputFormatException(
            files.Folder,
            $"the weights do not fit the configuration: {string.Join("; ", faults.Take(shown))}{more}"
        );
    }

    // buffers that follow from the configuration, and the head where it is the embedding
    private static bool IsDerived(string name) =>
        name == WeightSlots.Head
        || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)
        || name.EndsWith(".attn.bias", StringComparison.Ordinal)
        || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal);
}
