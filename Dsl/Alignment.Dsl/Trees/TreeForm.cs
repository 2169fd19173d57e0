namespace Alignment;

/// <summary>A game tree as a specification holds it: players that choose along ragged axes, and an axis of outcomes for payoffs.</summary>
public sealed class TreeForm : IEquatable<TreeForm>
{
    /// <summary>The form of a tree.</summary>
    public TreeForm(GameTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        Tree = tree;
        Outcomes = Axis.Of("outcomes", tree.Outcomes);
        Treeplexes = tree.Players.Select(TreeplexAxes.Of).ToValueList();
        Players = tree.Players.Zip(Treeplexes, (p, axes) => Player.Of(p.Player, axes.Actions)).ToValueList();
        var maps = Treeplexes
            .Select(
                (axes, p) =>
                    new IndexMap(axes.Sequences, tree.Sequences[p].Select(axes.SequencePlace).ToValueList())
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

    private static IEnumerable<string> Texts(Treeplex treeplex) =>
        treeplex
            .InformationSets.Select(set => $"{Quote.Text(set.Label)}: {string.Join(", ", set.Actions.Select(Quote.Text))}")
            .Prepend(Quote.Text(treeplex.Player));
}
