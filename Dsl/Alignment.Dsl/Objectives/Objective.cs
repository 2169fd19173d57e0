namespace Alignment;

/// <summary>One of several things that a player wants, by name; an expression like a payoff, to be maximized.</summary>
/// <param name="Name">Name in reports, as in <c>game/objective/{name}</c>, and the label by which preferences mean it.</param>
/// <param name="Value">Over players' actions, chance variables and weights.</param>
public sealed record Objective(string Name, Expr Value)
{
    /// <summary>An objective.</summary>
    public static Objective Of(string name, Expr value) => new(name, value);

    /// <summary><c>name = expression</c>.</summary>
    public override string ToString() => $"{Quote.Label(Name)} = {Value}";
}

/// <summary>What a player wants, one of several.</summary>
public sealed record PlayerObjective(Player Player, Objective Objective);

/// <summary>How a player's objectives become one payoff.</summary>
public sealed record PlayerAggregator(Player Player, IAggregator Aggregator);
