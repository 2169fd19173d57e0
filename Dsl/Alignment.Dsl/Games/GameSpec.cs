using System.Text;

namespace Alignment;

/// <summary>A game, declared: players, payoffs, regularizers, constraints and probes. Immutable, value-equal, printable, hashable.</summary>
/// <remarks>
/// Each verb returns a new specification. Nothing is checked while a specification is built; the compiler's check reports all faults at once.
/// Start with <see cref="Game.Named"/>.
/// </remarks>
public sealed record GameSpec
{
    internal GameSpec(string name) => Name = name;

    /// <summary>Name in reports and run folders.</summary>
    public string Name { get; internal init; }

    /// <summary>For a sequential game: its tree, over whose outcomes payoffs are. Null where each player chooses once, at the same time.</summary>
    public TreeForm? Tree { get; internal init; }

    /// <summary>The players, in the order in which they were declared.</summary>
    public ValueList<Player> Players { get; private init; } = [];

    /// <summary>Axes along which the game is repeated: one game an element.</summary>
    public ValueList<Axis> Batch { get; private init; } = [];

    /// <summary>Chance variables that payoffs may depend on, with their distributions.</summary>
    public ValueList<NatureVariable> NatureVariables { get; private init; } = [];

    /// <summary>One payoff a player, over the action axes of all players, or over the outcomes of the tree.</summary>
    public ValueList<PlayerPayoff> Payoffs { get; internal init; } = [];

    /// <summary>What players want that want several things.</summary>
    public ValueList<PlayerObjective> Objectives { get; private init; } = [];

    /// <summary>How players' objectives become payoffs.</summary>
    public ValueList<PlayerAggregator> Aggregators { get; private init; } = [];

    /// <summary>Penalties on strategies.</summary>
    public ValueList<PlayerRegularizer> Regularizers { get; private init; } = [];

    /// <summary>Bounds on expectations.</summary>
    public ValueList<Constraint> Constraints { get; private init; } = [];

    /// <summary>What to measure.</summary>
    public ValueList<IProbe> Probes { get; private init; } = [];

    /// <summary>Structure that the author claims; the check proves or refutes it.</summary>
    public ValueList<Structure> Claims { get; private init; } = [];

    /// <summary>Whether a player sets weights, wants several things, or must respect a constraint: gradient methods solve such games, and what is certified is stationarity.</summary>
    public bool IsDifferentiable =>
        Constraints.Count > 0 || Aggregators.Count > 0 || Players.Any(p => p.Weights.Count > 0);

    internal static GameSpec Of(TreeForm form) => Of(form, form.Tree.Payoffs);

    internal static GameSpec Of(TreeForm form, IEnumerable<IEnumerable<double>> payoffs) =>
        new(form.Tree.Name)
        {
            Tree = form,
            Players = form.Players,
            Payoffs = form
                .Players.Zip(payoffs, (player, u) => new PlayerPayoff(player, Expr.Vector(form.Outcomes, [.. u])))
                .ToValueList(),
        };

    /// <summary>Adds a player.</summary>
    public GameSpec Player(Player player) => this with { Players = Players.Add(player) };

    /// <summary>Repeats the game along an axis: one game an element, all solved in one program.</summary>
    public GameSpec Over(Axis axis) => this with { Batch = Batch.Add(axis) };

    /// <summary>Adds a chance variable: payoffs over its axis are averaged with the weights of <paramref name="distribution"/>.</summary>
    public GameSpec Nature(Axis variable, Expr distribution) =>
        this with
        {
            NatureVariables = NatureVariables.Add(new(variable, distribution)),
        };

    /// <summary>Sets what a player maximizes: an expression over the action axes of all players, and of the weights that players set.</summary>
    public GameSpec Payoff(Player player, Expr payoff) => this with { Payoffs = Payoffs.Add(new(player, payoff)) };

    /// <summary>Adds something that a player wants, by name; what they all come to, <see cref="Aggregate"/> says.</summary>
    public GameSpec Objective(Player player, Objective objective) =>
        this with
        {
            Objectives = Objectives.Add(new(player, objective)),
        };

    /// <summary>Makes a player's objectives its payoff.</summary>
    public GameSpec Aggregate(Player player, IAggregator aggregator) =>
        this with
        {
            Aggregators = Aggregators.Add(new(player, aggregator)),
        };

    /// <summary>Two players with opposite payoffs: <paramref name="payoff"/> to the first, its negative to the second. Adds them if they are new.</summary>
    public GameSpec ZeroSum(Player maximizer, Player minimizer, Expr payoff)
    {
        var spec = this;
        foreach (var player in (Player[])[maximizer, minimizer])
            spec = spec.Players.IndexOf(player) >= 0 ? spec : spec.Player(player);
        return spec.Payoff(maximizer, payoff).Payoff(minimizer, -payoff);
    }

    /// <summary>Subtracts a penalty on a player's strategy from its payoff.</summary>
    public GameSpec Regularize(Player player, IRegularizer regularizer) =>
        this with
        {
            Regularizers = Regularizers.Add(new(player, regularizer)),
        };

    /// <summary>Adds a bound on an expectation.</summary>
    public GameSpec SubjectTo(Constraint constraint) => this with { Constraints = Constraints.Add(constraint) };

    /// <summary>Adds something to measure.</summary>
    public GameSpec Probe(IProbe probe) => this with { Probes = Probes.Add(probe) };

    /// <summary>Claims a structure, such as zero-sum; a game that does not have it is refused with a witness.</summary>
    public GameSpec Claim(Structure structure) => this with { Claims = Claims.Add(structure) };

    /// <summary>Applies a function: the place for loops and conditions of the host language.</summary>
    public GameSpec Extend(Func<GameSpec, GameSpec> extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return extension(this);
    }

    /// <summary>The declared parameters of all expressions, in order of first use.</summary>
    public ValueList<ParameterDeclaration> Parameters =>
        Expr.Topological(Expressions)
            .Select(node => node.Op)
            .OfType<Op.Parameter>()
            .Select(op => op.Declaration)
            .DistinctBy(d => d.Name)
            .ToValueList();

    /// <summary>All expressions of the specification.</summary>
    public IEnumerable<Expr> Expressions =>
        [
            .. Payoffs.Select(p => p.Payoff),
            .. Objectives.Select(o => o.Objective.Value),
            .. Aggregators.SelectMany(a => a.Aggregator.Expressions),
            .. NatureVariables.Select(n => n.Distribution),
            .. Regularizers.SelectMany(r => r.Regularizer.Expressions),
            .. Constraints.Select(c => c.Cost),
            .. Probes.SelectMany(p => p.Expressions),
        ];

    /// <summary>The specification with another value for a declared parameter. This changes its hash.</summary>
    /// <exception cref="ArgumentException">No such parameter, or the value is outside of its range.</exception>
    public GameSpec Set(string parameter, double value)
    {
        var declaration = Declaration(parameter);
        if (!double.IsFinite(value) || !(value >= declaration.Minimum && value <= declaration.Maximum))
        {
            throw new ArgumentException(
                $"Parameter '{parameter}': expected a value from {Quote.Number(declaration.Minimum)} to {Quote.Number(declaration.Maximum)}, got {Quote.Number(value)}."
            );
        }

        return Replace(parameter, Expr.Of(new Op.Parameter(declaration with { Value = value })));
    }

    /// <summary>The specification with a parameter spread over a batch axis that is named like it: one game a value.</summary>
    /// <exception cref="ArgumentException">No such parameter, no values, or one is outside of its range.</exception>
    public GameSpec Sweep(string parameter, params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
            Set(parameter, value); // for its checks
        var axis = Axis.Of(Declaration(parameter).Name, [.. values.Select(Quote.Number)]);
        return Replace(parameter, Expr.Vector(axis, values)).Over(axis);
    }

    /// <summary>The game with noise on its payoffs: an independent uniform draw of [-scale, scale) in each cell, or at each outcome of a tree.</summary>
    /// <remarks>
    /// Every player but the last has draws of its own; the last gets minus their sum, so that payoffs sum to what they summed to before, and a
    /// zero-sum game stays one. At an outcome of a tree the noise is weighted by chance, like the payoff. Draw k of player p lies at (p, k) of
    /// the stream <c>perturbation</c>. Not for measuring how sure data are: replicates of a table are, see <see cref="Alignment.Probe"/>.
    /// </remarks>
    /// <param name="scale">In units of payoff, above 0.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">The scale is not above 0.</exception>
    public GameSpec Perturb(double scale, ulong seed) => GamePerturbation.Of(this, scale, seed);

    /// <summary>Content hash of the canonical text; the same for equal specifications in every language and process.</summary>
    public Fingerprint Hash => Fingerprint.Of(ToString(), [.. Expressions.Select(e => e.Fingerprint)]);

    /// <summary>The canonical text: one line a verb.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append("game ").Append(Quote.Text(Name));
        void Line(string line) => text.Append("\n  ").Append(line);
        if (Tree is not null)
            Line($"tree {Tree}");
        foreach (var player in Players)
            Line(
                player.Weights.Count == 0
                    ? $"player {Quote.Label(player.Name)} chooses {player.Actions.Signature}"
                    : $"player {Quote.Label(player.Name)} sets {string.Join(" and ", player.Weights.Select(w => w.Signature))}"
            );
        foreach (var axis in Batch)
            Line($"over {axis.Signature}");
        foreach (var variable in NatureVariables)
            Line($"nature {variable.Axis.Signature} ~ {variable.Distribution}");
        foreach (var payoff in Payoffs)
            Line($"payoff {Quote.Label(payoff.Player.Name)} = {payoff.Payoff}");
        foreach (var (player, objective) in Objectives)
            Line($"objective of {Quote.Label(player.Name)}: {objective}");
        foreach (var (player, aggregator) in Aggregators)
            Line($"aggregate {Quote.Label(player.Name)} by {aggregator.Text}");
        foreach (var regularizer in Regularizers)
            Line($"regularize {Quote.Label(regularizer.Player.Name)} by {regularizer.Regularizer.Text}");
        foreach (var constraint in Constraints)
            Line($"subject to {constraint}");
        foreach (var probe in Probes)
            Line($"probe {probe.Text}");
        foreach (var claim in Claims)
            Line($"claim {claim}");
        foreach (var parameter in Parameters)
            Line(new Op.Parameter(parameter).Signature);
        return text.ToString();
    }

    private ParameterDeclaration Declaration(string parameter)
    {
        var declared = Parameters;
        return declared.FirstOrDefault(d => d.Name == parameter)
            ?? throw new ArgumentException(
                $"The game '{Name}' has no parameter '{parameter}'."
                    + Nearest.Hint(parameter, declared.Select(d => d.Name), "It declares")
            );
    }

    private GameSpec Replace(string parameter, Expr replacement) =>
        MapExpressions(e =>
            e.Substitute(node => node.Op is Op.Parameter p && p.Declaration.Name == parameter ? replacement : null)
        );

    /// <summary>The specification with a function applied to every expression in it.</summary>
    public GameSpec MapExpressions(Func<Expr, Expr> map) =>
        this with
        {
            Payoffs = Payoffs.Select(p => p with { Payoff = map(p.Payoff) }).ToValueList(),
            Objectives = Objectives
                .Select(o => o with { Objective = o.Objective with { Value = map(o.Objective.Value) } })
                .ToValueList(),
            Aggregators = Aggregators
                .Select(a =>
                    a with
                    {
                        Aggregator = a.Aggregator.WithExpressions(a.Aggregator.Expressions.Select(map).ToValueList()),
                    }
                )
                .ToValueList(),
            NatureVariables = NatureVariables.Select(n => n with { Distribution = map(n.Distribution) }).ToValueList(),
            Regularizers = Regularizers
                .Select(r =>
                    r with
                    {
                        Regularizer = r.Regularizer.WithExpressions(
                            r.Regularizer.Expressions.Select(map).ToValueList()
                        ),
                    }
                )
                .ToValueList(),
            Constraints = Constraints.Select(c => c with { Cost = map(c.Cost) }).ToValueList(),
            Probes = Probes
                .Select(p => p.Expressions.Count == 0 ? p : p.WithExpressions(p.Expressions.Select(map).ToValueList()))
                .ToValueList(),
        };
}

/// <summary>Starts a specification.</summary>
public static class Game
{
    /// <summary>A game without players yet.</summary>
    public static GameSpec Named(string name) =>
        string.IsNullOrWhiteSpace(name) ? throw new ArgumentException("A game needs a name.", nameof(name)) : new(name);

    /// <summary>The sequential game of a tree: its players, and its payoffs over its outcomes. Solvers that sample play need its rules too;
    /// see <see cref="FromRules"/>.</summary>
    public static GameSpec FromTree(GameTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return GameSpec.Of(new TreeForm(tree));
    }

    /// <summary>The sequential game of a form that pays something else.</summary>
    /// <param name="form">Who knows and can do what.</param>
    /// <param name="payoffs">For each player its payoff at each outcome, times the probability that chance leads there.</param>
    public static GameSpec FromTree(TreeForm form, IEnumerable<IEnumerable<double>> payoffs)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(payoffs);
        return GameSpec.Of(form, payoffs);
    }

    /// <summary>Games side by side along a batch axis: they have the same players, actions and tree, and differ in numbers.</summary>
    /// <param name="axis">The axis, with one element a game.</param>
    /// <param name="games">The games.</param>
    /// <exception cref="ArgumentException">They differ in more than numbers; the message says in what.</exception>
    /// <example><code>Game.SideBySide(Axis.Of("strong", "0.1", "0.9"), Games.Signalling(0.1), Games.Signalling(0.9))</code></example>
    public static GameSpec SideBySide(Axis axis, params GameSpec[] games)
    {
        ArgumentNullException.ThrowIfNull(axis);
        ArgumentNullException.ThrowIfNull(games);
        return GameBatch.Of(axis, games);
    }

    /// <summary>
    /// The game of a preference: two policies choose a response each, and each wants its own to be preferred. Symmetric and zero-sum.
    /// </summary>
    /// <remarks>
    /// <para>The player <c>policy</c> maximizes P(y over y') - 1/2, and the player <c>opponent</c>, a copy of it, the negative: the value is 0 and what
    /// a policy wins is its payoff plus 1/2. With a temperature tau each subtracts tau KL(its policy || reference).</para>
    /// <para>Contexts of the preference become games of their own by <see cref="GameSpec.Over"/>: one policy a prompt, which is what a policy that
    /// sees its prompt can do. By <see cref="GameSpec.Nature"/> they become chance: one policy for all prompts.</para>
    /// <para>Source: Munos et al. (2023), "Nash learning from human feedback", arXiv 2312.00886.</para>
    /// </remarks>
    /// <param name="name">Name in reports.</param>
    /// <param name="preference">What is preferred to what.</param>
    /// <param name="temperature">tau, above 0, in units of probability; none by default, and then the game is not regularized.</param>
    /// <param name="reference">The reference policy over the responses, above 0 everywhere; uniform by default.</param>
    /// <exception cref="ArgumentException">There is a reference and no temperature, or the reference is not over the responses.</exception>
    public static GameSpec Preference(
        string name,
        Preference preference,
        Expr? temperature = null,
        Expr? reference = null
    ) => PreferenceGame.Of(name, preference, temperature, reference);

    /// <summary>The sequential game of rules, whose tree is enumerated now.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="mostHistories">Histories to enumerate at most; a larger game is refused.</param>
    /// <param name="progress">Told before it starts about how large the tree will be, and from time to time how far it is.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="RulesException">The rules break their contract, or the game is too large.</exception>
    public static GameSpec FromRules<TState>(
        IRules<TState> rules,
        long mostHistories = GameTree.MostHistories,
        IProgress<TreeProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => GameSpec.Of(TreeForm.Of(GameTree.Of(rules, mostHistories, progress, cancellationToken), rules));
}

/// <summary>What a player maximizes.</summary>
public sealed record PlayerPayoff(Player Player, Expr Payoff);

/// <summary>A penalty on a player's strategy.</summary>
public sealed record PlayerRegularizer(Player Player, IRegularizer Regularizer);

/// <summary>A chance variable: an axis and weights over it that sum to 1.</summary>
public sealed record NatureVariable(Axis Axis, Expr Distribution);

/// <summary>Structure of payoffs that solvers and certificates make use of.</summary>
public enum Structure
{
    /// <summary>Payoffs sum to 0 in every cell.</summary>
    ZeroSum,

    /// <summary>Payoffs sum to one number in every cell of a game.</summary>
    ConstantSum,

    /// <summary>Players are interchangeable: renaming them maps payoffs onto each other.</summary>
    Symmetric,

    /// <summary>One function tells every player's gain from every unilateral deviation (Monderer, Shapley 1996).</summary>
    Potential,
}
