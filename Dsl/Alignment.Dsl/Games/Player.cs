namespace Alignment;

/// <summary>A decision maker: a name, and the axis of its actions or the weights that it sets. A value, so a misspelt player does not compile.</summary>
public sealed record Player
{
    private Player(string name, Axis actions)
    {
        Name = name;
        Actions = actions;
    }

    /// <summary>The name in reports and metric keys.</summary>
    public string Name { get; }

    /// <summary>What the player chooses from. Its name must be the player's own: two players choosing from one domain have two axes. Of a player
    /// that sets weights: its numbers, one weights after another, each row-major.</summary>
    public Axis Actions { get; }

    /// <summary>The weights that the player sets; none for one that chooses from <see cref="Actions"/>.</summary>
    public ValueList<Weights> Weights { get; private init; } = [];

    /// <summary>A player choosing from an axis, for example a column of a table.</summary>
    public static Player Of(string name, Axis actions)
    {
        ArgumentNullException.ThrowIfNull(actions);
        return string.IsNullOrWhiteSpace(name)
            ? throw new ArgumentException("A player needs a name.", nameof(name))
            : new(name, actions);
    }

    /// <summary>A player choosing among labelled actions; the axis is named like the player.</summary>
    public static Player Of(string name, params string[] actions) => Of(name, Axis.Of(name, actions));

    /// <summary>A player choosing among <paramref name="actions"/> numbered actions; the axis is named like the player.</summary>
    public static Player Of(string name, int actions) => Of(name, Axis.Of(name, actions));

    /// <summary>A player that sets weights. It does not mix: its payoff is an expression of them.</summary>
    /// <exception cref="ArgumentException">The name is empty, there are no weights, or two have the same name.</exception>
    public static Player With(string name, params Weights[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException("A player needs a name.", nameof(name));
        if (weights.Length == 0)
            throw new ArgumentException($"Player '{name}': expected weights, got none.", nameof(weights));
        if (weights.GroupBy(w => w.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException(
                $"Player '{name}': two weights are called '{twice.Key}'; give them names of their own.",
                nameof(weights)
            );
        return new(name, Axis.Of(name, weights.Sum(w => w.Size))) { Weights = weights.ToValueList() };
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
