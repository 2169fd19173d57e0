using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A node of an <see cref="EfgGame"/>: its place in the file, where a node comes before its children.</summary>
/// <remarks>Means something only to the game that it comes from. The default value is the root of every game.</remarks>
public readonly record struct EfgNode
{
    internal EfgNode(int index) => Index = index;

    /// <summary>How many nodes come before it in the file; 0 for the root.</summary>
    public int Index { get; }

    /// <summary><c>node 1</c> for the root, as messages count them.</summary>
    public override string ToString() => $"node {Number(Index + 1)}";
}
