namespace Alignment;

/// <summary>How far the enumeration of a game's histories is.</summary>
/// <param name="Histories">Histories so far; 0 before the first.</param>
/// <param name="Expected">About how many there are, from a sample of positions (Chen 1992).</param>
/// <param name="Bytes">About how much memory the tree and a solver's program for it will take.</param>
public sealed record TreeProgress(long Histories, double Expected, double Bytes);
