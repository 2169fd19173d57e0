using System.Globalization;

namespace Alignment.Formats;

/// <summary>Writes any sequential game as a Gambit .efg file, version 2.</summary>
/// <remarks>
/// <para>
/// <see cref="EfgReader"/> reads back the same tree: every number is written with the fewest digits that give the same
/// double, or as a fraction that does, where a node's probabilities sum to 1 as fractions but not as decimals (a third).
/// A position is a line; an information set's name is its text, and name, actions and payoffs are repeated at every
/// mention, as Gambit does. Outcomes are numbered by what they pay. What chance does with probability 0 is left out, as in
/// <see cref="GameTree"/>.
/// </para>
/// </remarks>
public static class EfgWriter
{
    /// <summary>Nodes to write at most, unless told otherwise: 1 million.</summary>
    public const int MostNodes = 1_000_000;

    /// <summary>The game as the text of an .efg file.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="comment">The file's comment.</param>
    /// <param name="mostNodes">Nodes to write at most; a larger game is refused.</param>
    /// <returns>The text; lines end with a line feed.</returns>
    /// <exception cref="RulesException">The game is too large, or no file can hold it.</exception>
    public static string Write<TState>(IRules<TState> rules, string comment = "", int mostNodes = MostNodes)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Write(rules, text, comment, mostNodes);
        return text.ToString();
    }

    /// <summary>Writes the game as an .efg file, for a game too large for one string.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="writer">Where to write; stays open. What is written before a refusal is no whole file.</param>
    /// <param name="comment">The file's comment.</param>
    /// <param name="mostNodes">Nodes to write at most; a larger game is refused.</param>
    /// <exception cref="RulesException">The game is too large, or no file can hold it.</exception>
    public static void Write<TState>(
        IRules<TState> rules,
        TextWriter writer,
        string comment = "",
        int mostNodes = MostNodes
    )
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(comment);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostNodes, 1);
        new EfgTreeWriter<TState>(rules, writer, mostNodes).Write(comment);
    }
}
