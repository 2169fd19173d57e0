using System.Runtime.InteropServices;

namespace Alignment.Formats;

/// <summary>Reads Gambit's .nfg files, version 1: a normal-form game of n players.</summary>
/// <remarks>
/// <para>
/// The payoff version lists the payoffs to all players cell by cell, the first player's action fastest:
/// <c>NFG 1 R "title" { "P1" "P2" } { 2 2 } "comment" 1 1 0 2 0 2 1 1</c>. The outcome version lists named
/// outcomes and then an outcome's number for each cell, where 0 means no outcome and pays 0 to everyone:
/// <c>... { { "a" "b" } { "c" "d" } } { { "win" 1, -1 } } 1 0 0 1</c>. Strategies are given by counts or by
/// labels in both, the comment is optional, as are commas between payoffs, and all whitespace is alike.
/// </para>
/// <para>
/// A player or action without a name is named by its number, from 1. A number is an integer, a decimal, one
/// with an exponent, or a rational; it becomes the nearest double, where Gambit keeps it exact. <c>\\</c> in a
/// text is one backslash.
/// </para>
/// <para>
/// Source: the Gambit project, "Game representation formats", the strategic game (.nfg) file format.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// NormalFormTable game = NfgReader.Read("battle.nfg");
/// double whenBothPlayTheirFirst = game.Payoff(player: 0, 0, 0);
/// </code>
/// </example>
public static class NfgReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The game.</returns>
    /// <exception cref="InputFormatException">The file cannot be read, or is not a valid .nfg file.</exception>
    public static NormalFormTable Read(string path) => Table(SourceText.Read(path));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The content of an .nfg file.</param>
    /// <param name="fileName">The name that error messages begin with.</param>
    /// <returns>The game.</returns>
    /// <exception cref="InputFormatException">The text is not a valid .nfg file.</exception>
    public static NormalFormTable Parse(string text, string fileName) => Table(SourceText.Of(text, fileName));

    private static NormalFormTable Table(SourceText source)
    {
        var scan = new NfgScanner(source);
        NfgHeader header = NfgHeader.Read(scan);
        double[][] payoffs = new NfgBody(scan, header).Payoffs();
        return new NormalFormTable(
            header.Title,
            header.Comment,
            header.Players,
            // The labels of counted actions are made only now that the text has shown as many cells.
            header.Actions.Select(list => (IEnumerable<string>)list.Labels),
            payoffs.Select(numbers => (IEnumerable<double>)ImmutableCollectionsMarshal.AsImmutableArray(numbers))
        );
    }
}
