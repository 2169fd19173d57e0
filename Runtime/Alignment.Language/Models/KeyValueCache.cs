using static TorchSharp.torch;

namespace Alignment;

/// <summary>Keys and values of the tokens so far, so that a new token costs one token's work. Room is taken once.</summary>
/// <remarks>Shapes: each layer's keys and values are [rows, heads of keys, room, head size].</remarks>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    public KeyValueCache(ModelConfig config, long rows, long room, ScalarType type, Device device)
    {
        Tensor Room() =>
            zeros([rows, config.KeyValueHeads, room, config.HeadSize], type, device).DetachFromDisposeScope();
        (Capacity, _keys, _values) = (
            room,
            [.. Enumerable.Range(0, config.Layers).Select(_ => Room())],
            [.. Enumerable.Range(0, config.Layers).Select(_ => Room())]
        );
    }

    /// <summary>Tokens that there is room for.</summary>
    public long Capacity { get; }

    /// <summary>Tokens held, the same for all rows: shorter texts are padded in front.</summary>
    public long Length { get; private set; }

    /// <summary>Puts a layer's new keys and values behind those held, and gives all of them.</summary>
    public (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var added = keys.size(2);
        using (var place = _keys[layer].narrow(2, Length, added))
            place.copy_(keys);
        using (var place = _values[layer].narrow(2, Length, added))
            place.copy_(values);
        return (_keys[layer].narrow(2, 0, Length + added), _values[layer].narrow(2, 0, Length + added));
    }

    /// <summary>All layers have their new tokens.</summary>
    public void Advance(long added) => Length += added;

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
            tensor.Dispose();
    }
}
