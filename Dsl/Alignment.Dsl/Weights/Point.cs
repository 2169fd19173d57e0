using System.Collections;

namespace Alignment;

/// <summary>A value for all weights of all players, as expressions. Immutable.</summary>
public sealed class Point : IEnumerable<KeyValuePair<Weights, Expr>>
{
    private readonly (Weights Weights, Expr Value)[] _entries;

    private Point((Weights, Expr)[] entries) => _entries = entries;

    /// <summary>A point with a value for each of some weights.</summary>
    public static Point Of(IEnumerable<Weights> weights, Func<Weights, Expr> value) =>
        new([.. weights.Select(w => (w, value(w)))]);

    /// <summary>The value of some weights.</summary>
    /// <exception cref="KeyNotFoundException">The point has no such weights.</exception>
    public Expr this[Weights weights] =>
        Find(weights)
        ?? throw new KeyNotFoundException(
            $"The point has no weights '{weights}'; it has {string.Join(", ", _entries.Select(e => e.Weights))}."
        );

    /// <summary>This point with another value for some weights.</summary>
    public Point With(Weights weights, Expr value) =>
        new([.. _entries.Select(e => e.Weights == weights ? (weights, value) : e)]);

    /// <summary>An expression of weights at this point.</summary>
    public Expr Of(Expr expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return expression.Substitute(node => node.Op is Op.Weights w ? Find(w.Declaration) : null);
    }

    private Expr? Find(Weights weights)
    {
        foreach (var (owner, value) in _entries)
        {
            if (owner == weights)
                return value;
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Weights, Expr>> GetEnumerator() =>
        _entries.Select(e => KeyValuePair.Create(e.Weights, e.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
