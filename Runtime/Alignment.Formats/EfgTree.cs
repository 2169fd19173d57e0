namespace Alignment.Formats;

/// <summary>A tree as lists over its nodes in prefix order.</summary>
/// <param name="Moves">Who acts there and how; null where the game is over.</param>
/// <param name="FirstChild">Where each node's children start in <see cref="Children"/>.</param>
/// <param name="Children">The nodes that actions lead to, those of one node side by side.</param>
/// <param name="Paid">What is paid from the root to the node; null for nothing.</param>
internal sealed record EfgTree(EfgMove?[] Moves, int[] FirstChild, int[] Children, ValueList<double>?[] Paid)
{
    /// <summary>The tree of nodes that know their parents, the root first; every node has all its children.</summary>
    public static EfgTree Of(EfgMove?[] moves, int[] parents, ValueList<double>?[] paid)
    {
        var firstChild = new int[moves.Length];
        for (int node = 1; node < moves.Length; node++)
        {
            firstChild[node] = firstChild[node - 1] + (moves[node - 1]?.Actions.Count ?? 0);
        }
        var children = new int[moves.Length - 1];
        var next = (int[])firstChild.Clone();
        for (int node = 1; node < moves.Length; node++)
        {
            children[next[parents[node]]++] = node;
        }
        return new EfgTree(moves, firstChild, children, paid);
    }
}
