namespace Alignment.Compiler;

/// <summary>A game whose players each choose one action, at once: the symbolic view that solvers see.</summary>
/// <remarks>Chance variables are averaged out of the payoffs first; batch axes stay in them and spread from there.</remarks>
public sealed class MatrixGameView : IPayoffPasses
{
    private readonly ValueList<NatureVariable> _variables;
    private readonly Dictionary<Player, Expr> _payoffs;
    private readonly Dictionary<Player, IRegularizer> _regularizers;
    private readonly HashSet<Expr> _passes = [];

    /// <summary>The view of a checked specification.</summary>
    public MatrixGameView(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        Players = spec.Players;
        _variables = spec.NatureVariables;
        _payoffs = spec.Payoffs.ToDictionary(p => p.Player, p => Averaged(p.Payoff));
        _regularizers = spec.Regularizers.ToDictionary(r => r.Player, r => r.Regularizer);
    }

    /// <inheritdoc/>
    public ValueList<Player> Players { get; }

    /// <inheritdoc/>
    public Axis Actions(Player player) => player.Actions;

    /// <summary>A player's payoff over all action axes.</summary>
    public Expr Payoff(Player player) => _payoffs[player];

    /// <inheritdoc/>
    public Expr Zeros(Player player) => Expr.Constant(0).Expand(player.Actions);

    /// <inheritdoc/>
    public Expr ActionValues(Player player, Profile profile)
    {
        var values = Players
            .Reverse()
            .Where(other => other != player)
            .Aggregate(_payoffs[player], (u, other) => u.Dot(profile[other], other.Actions));
        _passes.Add(values);
        return values;
    }

    /// <inheritdoc/>
    public double Evaluations => _passes.Count * Players.Aggregate(1.0, (cells, player) => cells * player.Actions.Size);

    /// <inheritdoc/>
    public Expr ConditionalValues(Player player, Profile profile) => ActionValues(player, profile);

    /// <inheritdoc/>
    public Expr Gradient(Player player, Profile profile) => ActionValues(player, profile);

    /// <inheritdoc/>
    public Expr Proximal(Player player, Expr gradient, ProximalStep step) => gradient;

    /// <inheritdoc/>
    public Expr Dilate(Player player, Expr strategy, Expr values) => values;

    /// <inheritdoc/>
    public Expr Value(Player player, Profile profile) =>
        ActionValues(player, profile).Dot(profile[player], player.Actions);

    /// <inheritdoc/>
    public Expr Expected(Expr value, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(profile);
        return Players.Aggregate(
            Averaged(value),
            (x, p) => x.Axes.Contains(p.Actions) ? x.Dot(profile[p], p.Actions) : x
        );
    }

    /// <inheritdoc/>
    public Expr BestResponse(Player player, Profile profile) => ActionValues(player, profile).OneHotMax(player.Actions);

    /// <inheritdoc/>
    public IRegularizer? Regularizer(Player player) => _regularizers.GetValueOrDefault(player);

    /// <inheritdoc/>
    public Expr Realization(Player player, Expr strategy) => strategy;

    /// <inheritdoc/>
    public Expr FromRealization(Player player, Expr weights) => this.Normalize(player, weights);

    /// <summary>The probability of every action profile when the players choose independently.</summary>
    public Expr Joint(Profile profile) =>
        Players.Aggregate(Expr.Constant(1), (joint, player) => joint * profile[player]);

    /// <summary>The expectation of an expression over all chance variables.</summary>
    public Expr Averaged(Expr value) =>
        _variables.Aggregate(value, (x, v) => x.Axes.Contains(v.Axis) ? x.Dot(v.Distribution, v.Axis) : x);
}
