namespace Alignment;

/// <summary>The draws of one row, in the order in which it asks: each is a function of (seed, name, row, number of the draw).</summary>
internal sealed class DialogueDraws(RandomStream stream, long row)
{
    private long _next;

    /// <summary>An integer below a bound.</summary>
    public int Below(int bound) => (int)stream.Integer(bound, row, _next++);

    /// <summary>Whether something of a probability happens.</summary>
    public bool Happens(double probability) => stream.Uniform(row, _next++) < probability;

    /// <summary>A place drawn by weights.</summary>
    public int Weighted(params ReadOnlySpan<double> weights) => stream.Categorical(weights, row, _next++);

    /// <summary>One of a list.</summary>
    public T One<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Several different ones of a list, in random order.</summary>
    public List<T> Some<T>(IReadOnlyList<T> items, int count)
    {
        var order = stream.Permutation(items.Count, row, _next++);
        return [.. order.Take(count).Select(place => items[place])];
    }
}
