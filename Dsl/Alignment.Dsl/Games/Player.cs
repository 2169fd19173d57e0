namespace Alignment;

/// <summary>A decision maker: a name and the axis of its actions. A value, so a misspelt player does not compile.</summary>
public sealed record Player
{
    private Player(string name, Axis actions)
    {
        Name = name;
        Actions = actions;
    }

    /// <summary>The name in reports and metric keys.</summary>
    public string Name { get; }

    /// <summary>What the player chooses from. Its name must be the player's own: two players choosing from one domain have two axes.</summary>
    public Axis Actions { get; }

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

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
