namespace Alignment;

/// <summary>A bound on an expectation: E[cost(actions)] at most a number, over the play of all players.</summary>
/// <remarks>Carried by the specification. A solver that cannot respect constraints refuses a constrained game before it runs.</remarks>
/// <param name="Name">Name in reports, as in <c>constraint/{name}/value</c>.</param>
/// <param name="Player">The player that must respect it.</param>
/// <param name="Cost">An expression over players' action axes.</param>
/// <param name="Bound">Largest expectation allowed.</param>
public sealed record Constraint(string Name, Player Player, Expr Cost, double Bound)
{
    /// <summary>E[cost] at most <paramref name="bound"/>.</summary>
    public static Constraint AtMost(string name, Player player, Expr cost, double bound) =>
        new(name, player, cost, bound);

    /// <summary><c>name: player keeps E[cost] &lt;= bound</c>.</summary>
    public override string ToString() =>
        $"{Quote.Label(Name)}: {Quote.Label(Player.Name)} keeps E[{Cost}] <= {Quote.Number(Bound)}";
}
