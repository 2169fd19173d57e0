using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A sequential game as an .efg file holds it, ready for <see cref="GameTree.Of{TState}"/>.</summary>
/// <remarks>
/// <para>
/// An information set is labelled by its player's name and its own, or its number where it has none; a name that begins with
/// the player's stays as it is. Labels that would be the same, of actions too, are told apart: <c>x</c>, <c>x (2)</c>. A blank
/// action is labelled by its number, from 1.
/// </para>
/// <para>Payoffs at nodes on the way are part of what the end pays. Units are the file's own; every payoff is finite.</para>
/// <para>Perfect recall is not checked here: the file format knows games without it, the tree refuses them.</para>
/// </remarks>
public sealed class EfgGame : IRules<EfgNode>
{
    private readonly EfgTree tree;
    private readonly ValueList<double> nothing;

    internal EfgGame(string fileName, EfgHeader header, EfgTree tree)
    {
        this.tree = tree;
        Title = header.Title;
        Comment = header.Comment;
        Players = header.Players;
        nothing = Players.Select(_ => 0.0).ToValueList();
        string file = Path.GetFileNameWithoutExtension(fileName);
        string[] names = [OnOneLine(Title), file, "game"];
        Name = names.First(name => !string.IsNullOrWhiteSpace(name));
    }

    /// <summary>The title on one line; where there is none, the file's name without its extension.</summary>
    public string Name { get; }

    /// <summary>The title, exactly; may be empty.</summary>
    public string Title { get; }

    /// <summary>The comment; empty when there is none.</summary>
    public string Comment { get; }

    /// <inheritdoc/>
    public ValueList<string> Players { get; }

    /// <summary>The number of nodes, ends included.</summary>
    public int NodeCount => tree.Moves.Length;

    /// <summary>The root.</summary>
    public EfgNode Initial => default;

    /// <inheritdoc/>
    public Turn Actor(EfgNode state) => MoveAt(state)?.Turn ?? Turn.Over;

    /// <inheritdoc/>
    public ValueList<string> Actions(EfgNode state) => Acting(state, "no one acts").Actions;

    /// <inheritdoc/>
    public ValueList<double> Chance(EfgNode state) =>
        Actor(state).IsChance
            ? Acting(state, "").Chance
            : throw new ArgumentException($"At {state} chance does not act.", nameof(state));

    /// <inheritdoc/>
    public EfgNode Next(EfgNode state, int action)
    {
        int count = Acting(state, "the game is over").Actions.Count;
        ArgumentOutOfRangeException.ThrowIfNegative(action);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(action, count);
        return new EfgNode(tree.Children[tree.FirstChild[state.Index] + action]);
    }

    /// <inheritdoc/>
    public string InformationState(EfgNode state) =>
        Actor(state).Player >= 0
            ? Acting(state, "").Label
            : throw new ArgumentException($"At {state} no player acts.", nameof(state));

    /// <inheritdoc/>
    public ValueList<double> Returns(EfgNode state) =>
        MoveAt(state) is null
            ? tree.Paid[state.Index] ?? nothing
            : throw new ArgumentException($"At {state} the game is not over.", nameof(state));

    /// <inheritdoc/>
    public string RecallAdvice =>
        "the same moves of its player must lie behind all nodes of an information set; give nodes that differ in them information sets of their own";

    /// <summary>Name and size.</summary>
    public override string ToString() =>
        $"{Quote(Name)}: {Number(NodeCount)} nodes, players {Shorten(string.Join(", ", Players))}";

    private static string OnOneLine(string title) =>
        string.Create(
            title.Length,
            title,
            (line, text) =>
            {
                for (int i = 0; i < line.Length; i++)
                {
                    line[i] = char.IsControl(text[i]) ? ' ' : text[i];
                }
            }
        );

    private EfgMove? MoveAt(EfgNode state) =>
        state.Index < NodeCount
            ? tree.Moves[state.Index]
            : throw new ArgumentOutOfRangeException(
                nameof(state),
                $"There is no {state} among {Number(NodeCount)}: is it of another game?"
            );

    private EfgMove Acting(EfgNode state, string otherwise) =>
        MoveAt(state) ?? throw new ArgumentException($"At {state} {otherwise}.", nameof(state));
}
