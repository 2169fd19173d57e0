using System.Collections;
using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>An immutable list that is equal to another when their items are equal, in order.</summary>
/// <remarks>
/// Records that hold an array or an immutable array compare it by reference; specifications compare by value,
/// so every list inside one is a <see cref="ValueList{T}"/>. Collection expressions build it: <c>ValueList&lt;int&gt; a = [1, 2];</c>.
/// </remarks>
/// <typeparam name="T">The item type; its own equality is used.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly T[] _items;

    internal ValueList(T[] ownedItems) => _items = ownedItems;

    /// <summary>The list without items.</summary>
    public static ValueList<T> Empty { get; } = new([]);

    /// <summary>Number of items.</summary>
    public int Count => _items.Length;

    /// <summary>The item at a position, from 0.</summary>
    public T this[int index] => _items[index];

    /// <summary>A view of the items.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>This list with one more item at the end.</summary>
    public ValueList<T> Add(T item) => new([.. _items, item]);

    /// <summary>This list with more items at the end.</summary>
    public ValueList<T> AddRange(IEnumerable<T> items) => new([.. _items, .. items]);

    /// <summary>This list with the item at <paramref name="index"/> replaced.</summary>
    public ValueList<T> SetItem(int index, T item)
    {
        var copy = (T[])_items.Clone();
        copy[index] = item;
        return new(copy);
    }

    /// <summary>Position of the first equal item, or -1.</summary>
    public int IndexOf(T item) => Array.IndexOf(_items, item);

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) =>
        ReferenceEquals(this, other) || (other is not null && _items.AsSpan().SequenceEqual(other._items));

    /// <summary>Equality by content.</summary>
    public static bool operator ==(ValueList<T>? a, ValueList<T>? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Inequality by content.</summary>
    public static bool operator !=(ValueList<T>? a, ValueList<T>? b) => !(a == b);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>The items, separated by commas, in brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

/// <summary>Makes <see cref="ValueList{T}"/> values.</summary>
public static class ValueList
{
    /// <summary>A list of the given items.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) =>
        items.IsEmpty ? ValueList<T>.Empty : new(items.ToArray());

    /// <summary>A list of the items of a sequence.</summary>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => new([.. items]);
}
