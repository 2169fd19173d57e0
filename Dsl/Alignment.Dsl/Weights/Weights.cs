namespace Alignment;

/// <summary>A tensor of numbers that a player sets: a policy's logits, a scorer's coefficients, a multiplier. A value, named.</summary>
/// <remarks>
/// Use it in payoffs like any expression. Which numbers are allowed is its <see cref="Domain"/>, where it starts its <see cref="Start"/>; both are
/// part of the specification and of its hash. Weights belong to one player, see <see cref="Player.With"/>, and names are unique in a game.
/// </remarks>
/// <example><code>
/// var theta = Weights.Of("theta", actions).StartingAt(Initializer.Normal(0.1));
/// var policy = theta.Value.Softmax(actions);
/// </code></example>
public sealed record Weights
{
    private Weights(string name, ValueList<Axis> axes) => (Name, Axes) = (name, axes);

    /// <summary>The name in reports and states.</summary>
    public string Name { get; }

    /// <summary>The axes; none for a single number.</summary>
    public ValueList<Axis> Axes { get; }

    /// <summary>The numbers allowed; default: all real numbers.</summary>
    public Domain Domain { get; private init; } = Domain.Real;

    /// <summary>Where the numbers start; default: the domain's middle, which is 0 for real numbers.</summary>
    public IInitializer? Start { get; private init; }

    /// <summary>How many numbers there are.</summary>
    public int Size => Axes.Aggregate(1, (n, axis) => checked(n * axis.Size));

    /// <summary>The numbers as an expression.</summary>
    public Expr Value => Expr.Of(new Op.Weights(this));

    /// <summary>Weights over axes; none for a single number.</summary>
    /// <exception cref="ArgumentException">The name is empty, or an axis occurs twice.</exception>
    public static Weights Of(string name, params Axis[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException("Weights need a name.", nameof(name));
        if (axes.GroupBy(a => a.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException(
                $"Weights '{name}': the axis '{twice.Key}' occurs twice; call one of them axis.Prime().",
                nameof(axes)
            );
        if (axes.FirstOrDefault(a => a.Parent is not null) is { } ragged)
            throw new ArgumentException(
                $"Weights '{name}': the axis '{ragged.Name}' is ragged; weights take plain axes.",
                nameof(axes)
            );
        return new(name, axes.ToValueList());
    }

    /// <summary>The same weights within a domain.</summary>
    /// <exception cref="ArgumentException">The domain is a simplex along an axis that these weights lack.</exception>
    public Weights Within(Domain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return domain is Domain.Simplex { Axis: var axis } && Axes.IndexOf(axis) < 0
            ? throw new ArgumentException(
                $"Weights '{Name}': expected a simplex along one of {AxisSet.Of([.. Axes])}, got '{axis.Name}'."
            )
            : this with
            {
                Domain = domain,
            };
    }

    /// <summary>The same weights starting elsewhere.</summary>
    public Weights StartingAt(IInitializer start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return this with { Start = start };
    }

    /// <summary>The numbers before the first step.</summary>
    public Expr Initial() => Start is null ? Domain.Middle(this) : Start.Draw(this);

    /// <summary>The numbers as an expression.</summary>
    public static implicit operator Expr(Weights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Value;
    }

    /// <summary>Name, axes, domain and start.</summary>
    public string Signature =>
        $"{Quote.Label(Name)}[{string.Join(",", Axes.Select(a => a.Signature))}]"
        + (Domain == Domain.Real ? "" : $" in {Domain}")
        + (Start is null ? "" : $" from {Start.Text}");

    /// <summary><c>name[axis=size,...]</c>, as messages show it.</summary>
    public override string ToString() => $"{Name}[{string.Join(",", Axes)}]";
}
