namespace Alignment;

/// <summary>A game tree as a specification holds it: players that choose along ragged axes, and an axis of outcomes for payoffs.</summary>
public sealed class TreeForm : IEquatable<TreeForm>
{
    private readonly Source? _source;
    private readonly Expr? _chances;

    /// <summary>The form of a tree.</summary>
    public TreeForm(GameTree tree)
        : this(tree, null) { }

    private TreeForm(GameTree tree, Source? source)
    {
        ArgumentNullException.ThrowIfNull(tree);
        _source = source;
        Tree = tree;
        Outcomes = Axis.Of("outcomes", tree.Outcomes);
        Treeplexes = tree.Players.Select(TreeplexAxes.Of).ToValueList();
        Players = tree.Players.Zip(Treeplexes, (p, axes) => Player.Of(p.Player, axes.Actions)).ToValueList();
        var maps = Treeplexes
            .Select(
                (axes, p) => new IndexMap(axes.Sequences, tree.Sequences[p].Select(axes.SequencePlace).ToValueList())
            )
            .ToArray();
        Indices = maps.Select((to, p) => new SparseIndex(Outcomes, maps.Where((_, q) => q != p).ToValueList(), to))
            .ToValueList();
        Fingerprint = Fingerprint.Of(
            string.Join('\n', tree.Players.SelectMany(Texts)),
            [.. Treeplexes.Select(axes => axes.Fingerprint), .. maps.Select(m => Fingerprint.Of(m.Map.AsSpan()))]
        );
    }

    /// <summary>The tree.</summary>
    public GameTree Tree { get; }

    /// <summary>Combinations of sequences at which the game can end.</summary>
    public Axis Outcomes { get; }

    /// <summary>The players, each choosing along the actions of its treeplex.</summary>
    public ValueList<Player> Players { get; }

    /// <summary>Each player's axes.</summary>
    public ValueList<TreeplexAxes> Treeplexes { get; }

    /// <summary>For each player: how the others' sequences and the payoffs at outcomes add up to its own sequences.</summary>
    public ValueList<SparseIndex> Indices { get; }

    /// <summary>Content hash: what players know and can do, and how games can end.</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>The form of a tree, with the rules that it was enumerated from beside it.</summary>
    internal static TreeForm Of<TState>(GameTree tree, IRules<TState> rules)
    {
        var numbers = new Lazy<Dictionary<string, int>[]>(() => [.. tree.Players.Select(Numbers)]);
        int Number(int player, string label, ValueList<string> actions)
        {
            if (!numbers.Value[player].TryGetValue(label, out var set))
                throw new ArgumentException(
                    $"information state '{label}' is not in the tree that these rules gave; the same state must always give the same answers"
                );
            var known = tree.Players[player].InformationSets[set].Actions;
            return known.Count == actions.Count
                ? set
                : throw new ArgumentException(
                    $"information state '{label}' has the actions {string.Join(", ", actions)} here and {string.Join(", ", known)} in the tree; the same state must always give the same answers"
                );
        }

        return new(tree, new Source<TState>(rules, Number));
    }

    /// <summary>
    /// The first position of the rules that the tree was enumerated from, for solvers that sample play; null for a tree without rules
    /// (<see cref="Game.FromTree(GameTree)"/>). Information sets have the numbers of <see cref="Alignment.Treeplex.InformationSets"/>. Each call starts a walk of
    /// its own. The rules are no part of equality: the tree says all of the game.
    /// </summary>
    public IGamePosition? Start() => _source?.Start();

    /// <summary>Whether there are rules to walk through.</summary>
    public bool HasRules => _source is not null;

    /// <summary>Does work on the rules that the tree was enumerated from.</summary>
    /// <exception cref="InvalidOperationException">The tree has no rules; see <see cref="HasRules"/>.</exception>
    public void Visit(IRulesVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        if (_source is null)
            throw new InvalidOperationException(
                $"The tree of {Tree.Name} was given without rules; use Game.FromRules."
            );
        _source.Visit(visitor);
    }

    /// <summary>The probability that chance leads to each outcome, when every player plays its sequence.</summary>
    public Expr Chances => _chances ?? Expr.Vector(Outcomes, [.. Tree.Chances]);

    private TreeForm(TreeForm other, Expr chances)
    {
        (_source, _chances) = (other._source, chances);
        (Tree, Outcomes, Players, Treeplexes, Indices, Fingerprint) = (
            other.Tree,
            other.Outcomes,
            other.Players,
            other.Treeplexes,
            other.Indices,
            other.Fingerprint
        );
    }

    /// <summary>The same form with other chances, which may differ between the games of a batch.</summary>
    internal TreeForm With(Expr chances) => new(this, chances);

    /// <summary>A player's axes.</summary>
    public TreeplexAxes Treeplex(Player player) => Treeplexes[Players.IndexOf(player)];

    /// <inheritdoc/>
    public bool Equals(TreeForm? other) => other is not null && other.Fingerprint == Fingerprint;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TreeForm);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode();

    /// <summary>How large it is, and the content hash.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"of {Tree.Size.Histories} histories, {Outcomes.Size} outcomes #{Fingerprint}"
        );

    private static Dictionary<string, int> Numbers(Treeplex treeplex)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var set = 0; set < treeplex.InformationSets.Count; set++)
            numbers.Add(treeplex.InformationSets[set].Label, set);
        return numbers;
    }

    private static IEnumerable<string> Texts(Treeplex treeplex) =>
        treeplex
            .InformationSets.Select(set =>
                $"{Quote.Text(set.Label)}: {string.Join(", ", set.Actions.Select(Quote.Text))}"
            )
            .Prepend(Quote.Text(treeplex.Player));

    /// <summary>Rules, with the type of their positions forgotten.</summary>
    private abstract class Source
    {
        public abstract IGamePosition Start();

        public abstract void Visit(IRulesVisitor visitor);
    }

    private sealed class Source<TState>(IRules<TState> rules, Func<int, string, ValueList<string>, int> number) : Source
    {
        public override IGamePosition Start() => new RulesWalk<TState>(rules, number).Start();

        public override void Visit(IRulesVisitor visitor) => visitor.Visit(rules);
    }
}
