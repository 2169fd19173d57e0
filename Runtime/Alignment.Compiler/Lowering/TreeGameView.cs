namespace Alignment.Compiler;

/// <summary>A sequential game in sequence form: the symbolic view that solvers see.</summary>
/// <remarks>
/// With probabilities d of a player's sequences, its expected payoff is linear in its own d: the sum over sequences of d times
/// <see cref="SequenceGradient"/>. Everything else follows from that by two sweeps through its treeplex.
/// </remarks>
public sealed class TreeGameView : IPayoffPasses
{
    private readonly TreeForm _form;
    private readonly Dictionary<Player, Expr> _payoffs;
    private readonly Dictionary<Player, IRegularizer> _regularizers;
    private readonly HashSet<Expr> _passes = [];

    /// <summary>The view of a checked specification of a sequential game.</summary>
    public TreeGameView(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _form = spec.Tree ?? throw new ArgumentException($"The game '{spec.Name}' is not sequential.", nameof(spec));
        Players = spec.Players;
        _payoffs = spec.Payoffs.ToDictionary(p => p.Player, p => p.Payoff);
        _regularizers = spec.Regularizers.ToDictionary(r => r.Player, r => r.Regularizer);
    }

    /// <inheritdoc/>
    public ValueList<Player> Players { get; }

    /// <summary>A player's axes.</summary>
    public TreeplexAxes Treeplex(Player player) => _form.Treeplex(player);

    /// <inheritdoc/>
    public Axis Actions(Player player) => player.Actions;

    /// <inheritdoc/>
    public Expr Zeros(Player player) => Expr.Constant(0).Expand(player.Actions);

    /// <summary>The probability with which a player's strategy plays each of its sequences.</summary>
    public Expr Reach(Player player, Expr strategy) =>
        Expr.Of(new Op.SweepDown(Treeplex(player)), strategy.Expand(player.Actions));

    /// <summary>The derivative of a player's expected payoff with respect to the probabilities of its sequences.</summary>
    public Expr SequenceGradient(Player player, Profile profile) => Contracted(player, profile, _payoffs[player]);

    private Expr Contracted(Player player, Profile profile, Expr outcomes)
    {
        var gradient = Expr.Of(
            new Op.SparseContract(_form.Indices[_form.Players.IndexOf(player)]),
            [outcomes, .. Players.Where(p => p != player).Select(p => Reach(p, profile[p]))]
        );
        _passes.Add(gradient);
        return gradient;
    }

    /// <inheritdoc/>
    public double Evaluations => (double)_passes.Count * _form.Outcomes.Size;

    /// <summary>The most that a player can get along a gradient over its sequences.</summary>
    public Expr Best(Player player, Expr gradient) => Root(player, Swept(player, SweepKind.Best, gradient));

    /// <summary>The most that a player can get along a gradient over its sequences, less its regularizer.</summary>
    public Expr RegularizedBest(Player player, Expr gradient, ProximalStep step) =>
        Root(player, Proximal(Treeplex(player), gradient, step));

    /// <summary>A strategy's payoff along a gradient over its sequences.</summary>
    public Expr Worth(Player player, Expr gradient, Expr strategy) =>
        gradient.Dot(Reach(player, strategy), Treeplex(player).Sequences);

    /// <inheritdoc/>
    public Expr Gradient(Player player, Profile profile) => OfActions(player, SequenceGradient(player, profile));

    /// <inheritdoc/>
    public Expr ActionValues(Player player, Profile profile) =>
        Behind(player, profile, SequenceGradient(player, profile));

    private Expr Behind(Player player, Profile profile, Expr gradient) =>
        OfActions(player, Swept(player, SweepKind.Strategy, gradient, profile[player].Expand(player.Actions)));

    /// <inheritdoc/>
    public Expr ConditionalValues(Player player, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        // a game that pays 1 at every end is worth as much as the probability to be there
        var arrivals = Behind(player, profile, Contracted(player, profile, _form.Chances));
        return ActionValues(player, profile) / arrivals;
    }

    /// <inheritdoc/>
    public Expr Proximal(Player player, Expr gradient, ProximalStep step)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return OfActions(player, Proximal(Treeplex(player), gradient.Expand(player.Actions), step));
    }

    /// <inheritdoc/>
    public Expr Dilate(Player player, Expr strategy, Expr values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var treeplex = Treeplex(player);
        var before = Reach(player, strategy).Gather(treeplex.Sequences, treeplex.InformationSets, [.. treeplex.Before]);
        return before.Dot(values.Expand(treeplex.InformationSets), treeplex.InformationSets);
    }

    /// <inheritdoc/>
    public Expr Value(Player player, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return Worth(player, SequenceGradient(player, profile), profile[player]);
    }

    /// <inheritdoc/>
    public Expr Expected(Expr value, Profile profile) =>
        throw new NotSupportedException("An expectation over actions is not known in a sequential game.");

    /// <inheritdoc/>
    public Expr BestResponse(Player player, Profile profile) =>
        OfActions(player, Swept(player, SweepKind.Best, SequenceGradient(player, profile))).OneHotMax(player.Actions);

    /// <inheritdoc/>
    public IRegularizer? Regularizer(Player player) => _regularizers.GetValueOrDefault(player);

    /// <inheritdoc/>
    public Expr Realization(Player player, Expr strategy) => OfActions(player, Reach(player, strategy));

    /// <inheritdoc/>
    public Expr FromRealization(Player player, Expr weights) => this.Normalize(player, weights);

    private static Expr Proximal(TreeplexAxes treeplex, Expr gradient, ProximalStep step) =>
        step switch
        {
            ProximalStep.Entropic e => Expr.Of(
                new Op.SweepUp(treeplex, SweepKind.Soft),
                gradient,
                e.LogPrior.Expand(treeplex.Actions),
                e.Scale
            ),
            ProximalStep.Euclidean e => Expr.Of(
                new Op.SweepUp(treeplex, SweepKind.Nearest),
                gradient,
                e.Center.Expand(treeplex.Actions),
                e.Scale
            ),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private Expr Swept(Player player, SweepKind kind, params Expr[] arguments) =>
        Expr.Of(new Op.SweepUp(Treeplex(player), kind), arguments);

    private Expr OfActions(Player player, Expr sequences) =>
        sequences.Slice(Treeplex(player).Sequences, 0, player.Actions);

    private Expr Root(Player player, Expr sequences)
    {
        var root = Axis.Of("root", 1);
        return sequences.Slice(Treeplex(player).Sequences, player.Actions.Size, root).Sum(root);
    }
}
