namespace Alignment.Formats;

/// <summary>Reads Gambit's .efg files, version 2: a game of n players as a tree.</summary>
/// <remarks>
/// <para>
/// <c>EFG 2 R "title" { "P1" "P2" } "comment"</c>, then the nodes, each before its children, an action's after another's:
/// chance <c>c "node" 1 "event" { "a" 1/2 "b" 0.5 } 0</c>, a player <c>p "node" 1 1 "information set" { "a" "b" } 0</c>, an
/// end <c>t "node" 1 "outcome" { 1, -1 }</c>. Information sets are numbered for each player, events for chance; name and
/// actions stand where a number is met first, and may be repeated, unchanged, or left out later. So do an outcome's name and
/// payoffs; outcome 0 is none. The comment is optional, as are commas between payoffs, and all whitespace is alike.
/// </para>
/// <para>
/// An outcome before the end pays too: payoffs add up from the root. A player without a name is named by its number, from 1.
/// Probabilities are read exactly, checked to sum to 1 (to 1e-9, for decimals that were rounded), and become the nearest
/// doubles; so do payoffs, which Gambit keeps exact.
/// </para>
/// <para>
/// Refused are files larger than <see cref="InputLimits"/> allow, more than <see cref="MaxNodes"/> nodes, and nodes more than
/// <see cref="MaxDepth"/> moves deep.
/// </para>
/// <para>
/// Source: the Gambit project, "Game representation formats", the extensive game (.efg) file format.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// GameTree tree = GameTree.Of(EfgReader.Read("poker.efg"));
/// </code>
/// </example>
public static class EfgReader
{
    /// <summary>The most nodes of a game: 20 million, as many as <see cref="GameTree.Of{TState}"/> enumerates.</summary>
    public const int MaxNodes = 20_000_000;

    /// <summary>The most moves of a game from root to end: 10,000, as many as <see cref="GameTree.Of{TState}"/> follows.</summary>
    public const int MaxDepth = 10_000;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The game.</returns>
    /// <exception cref="InputFormatException">The file cannot be read, or is not a valid .efg file.</exception>
    public static EfgGame Read(string path) => Game(SourceText.Read(path));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The content of an .efg file.</param>
    /// <param name="fileName">The name that error messages begin with.</param>
    /// <returns>The game.</returns>
    /// <exception cref="InputFormatException">The text is not a valid .efg file.</exception>
    public static EfgGame Parse(string text, string fileName) => Game(SourceText.Of(text, fileName));

    private static EfgGame Game(SourceText source)
    {
        var scan = new NfgScanner(source);
        EfgHeader header = EfgHeader.Read(scan);
        return new EfgGame(source.FileName, header, new EfgBody(scan, header).Read());
    }
}
