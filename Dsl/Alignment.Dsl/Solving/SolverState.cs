namespace Alignment;

/// <summary>A named variable of a solver's state; with a player, one a player; with weights, one for each.</summary>
public sealed record Slot(string Name)
{
    internal string Key(Player player) => $"{Name}/{player.Name}";

    internal string Key(Weights weights) => $"{Name}/{weights.Name}";
}

/// <summary>The variables of an iterative solver and the expressions assigned to them. Immutable.</summary>
/// <remarks>
/// <c>Init</c> returns starting values; <c>Step</c> and <c>Read</c> receive the variables themselves, as expressions, and <c>Step</c>
/// returns what they become. Batch axes are added when the solver is compiled.
/// </remarks>
public sealed class SolverState
{
    private SolverState(ValueList<KeyValuePair<string, Expr>> variables) => Variables = variables;

    /// <summary>No variables.</summary>
    public static SolverState Empty { get; } = new([]);

    /// <summary>Names and expressions, in the order of first assignment.</summary>
    public ValueList<KeyValuePair<string, Expr>> Variables { get; }

    /// <summary>The expression of a variable that belongs to a player.</summary>
    public Expr this[Slot slot, Player player] => Get(slot.Key(player));

    /// <summary>The expression of a variable that belongs to weights.</summary>
    public Expr this[Slot slot, Weights weights] => Get(slot.Key(weights));

    /// <summary>The expression of a variable that belongs to no player.</summary>
    public Expr this[Slot slot] => Get(slot.Name);

    /// <summary>This state with an expression assigned to a player's variable.</summary>
    public SolverState With(Slot slot, Player player, Expr value) => Put(slot.Key(player), value);

    /// <summary>This state with an expression assigned to a variable that belongs to weights.</summary>
    public SolverState With(Slot slot, Weights weights, Expr value) => Put(slot.Key(weights), value);

    /// <summary>This state with a value assigned to the variable of each of a point's weights.</summary>
    public SolverState WithPoint(Slot slot, Point point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return point.Aggregate(this, (state, entry) => state.With(slot, entry.Key, entry.Value));
    }

    /// <summary>The variables of some weights as a point.</summary>
    public Point Point(Slot slot, IEnumerable<Weights> weights) => Alignment.Point.Of(weights, w => this[slot, w]);

    /// <summary>This state with an expression assigned to a variable.</summary>
    public SolverState With(Slot slot, Expr value) => Put(slot.Name, value);

    /// <summary>This state with an expression assigned to the variable of each player.</summary>
    public SolverState With(Slot slot, IEnumerable<Player> players, Func<Player, Expr> value) =>
        players.Aggregate(this, (state, player) => state.With(slot, player, value(player)));

    /// <summary>The same variables with a function applied to their expressions.</summary>
    public SolverState Map(Func<Expr, Expr> map) =>
        new(Variables.Select(v => KeyValuePair.Create(v.Key, map(v.Value))).ToValueList());

    /// <summary>The same variables as expressions that stand for their present values.</summary>
    public SolverState AsVariables() =>
        new(
            Variables
                .Select(v => KeyValuePair.Create(v.Key, Expr.Of(new Op.State(v.Key, v.Value.Axes.ToValueList()))))
                .ToValueList()
        );

    private Expr Get(string key)
    {
        foreach (var (name, value) in Variables)
        {
            if (name == key)
                return value;
        }

        throw new KeyNotFoundException(
            $"The solver's state has no variable '{key}'.{Nearest.Hint(key, Variables.Select(v => v.Key), "It has")}"
        );
    }

    private SolverState Put(string key, Expr value)
    {
        for (var k = 0; k < Variables.Count; k++)
        {
            if (Variables[k].Key == key)
                return new(Variables.SetItem(k, KeyValuePair.Create(key, value)));
        }

        return new(Variables.Add(KeyValuePair.Create(key, value)));
    }
}
