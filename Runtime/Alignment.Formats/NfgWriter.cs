using System.Globalization;
using static Alignment.Formats.GambitText;

namespace Alignment.Formats;

/// <summary>Writes Gambit's .nfg files, version 1, in the payoff version with action labels.</summary>
/// <remarks>
/// <see cref="NfgReader"/> reads back an equal table: every payoff is written with the fewest digits that
/// give the same double. A line holds the payoffs of one cell, the first player's action fastest.
/// </remarks>
public static class NfgWriter
{
    /// <summary>The table as the text of an .nfg file.</summary>
    /// <param name="table">The game.</param>
    /// <returns>The text; lines end with a line feed.</returns>
    public static string Write(NormalFormTable table)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Write(table, text);
        return text.ToString();
    }

    /// <summary>Writes the table as an .nfg file, for a table too large for one string.</summary>
    /// <param name="table">The game.</param>
    /// <param name="writer">Where to write; stays open.</param>
    public static void Write(NormalFormTable table, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write($"NFG 1 R {Text(table.Title)} {Braces(table.Players.Select(Text))}\n\n");
        writer.Write($"{Braces(table.Actions.Select(labels => Braces(labels.Select(Text))))}\n");
        writer.Write($"{Text(table.Comment)}\n\n");
        foreach (int cell in TableShape.CellsInNfgOrder(table.Shape))
        {
            writer.Write(string.Join(' ', table.Payoffs.Select(payoffs => Real(payoffs[cell]))));
            writer.Write('\n');
        }
    }
}
