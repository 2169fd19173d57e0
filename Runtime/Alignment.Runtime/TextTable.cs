using System.Globalization;
using System.Text;

namespace Alignment;

/// <summary>A table for terminals and logs: columns as wide as their longest cell, numbers to the right.</summary>
public sealed class TextTable
{
    private readonly List<string[]> _rows = [];

    /// <summary>A table with column titles.</summary>
    public TextTable(params string[] titles)
    {
        ArgumentNullException.ThrowIfNull(titles);
        _rows.Add(titles);
    }

    /// <summary>Adds a row; missing cells are empty.</summary>
    public TextTable Row(params string[] cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        _rows.Add([.. cells, .. Enumerable.Repeat("", Math.Max(0, _rows[0].Length - cells.Length))]);
        return this;
    }

    /// <summary>The table, a line a row, with a rule below the titles.</summary>
    public override string ToString()
    {
        var columns = _rows[0].Length;
        var widths = Enumerable.Range(0, columns).Select(c => _rows.Max(r => r[c].Length)).ToArray();
        var right = Enumerable
            .Range(0, columns)
            .Select(c => _rows.Skip(1).All(r => r[c].Length == 0 || IsNumber(r[c])))
            .ToArray();
        var text = new StringBuilder();
        for (var k = 0; k < _rows.Count; k++)
        {
            var row = _rows[k];
            text.AppendJoin(
                "  ",
                row.Select((cell, c) => right[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))
            );
            while (text.Length > 0 && text[^1] == ' ')
                text.Length--;
            text.Append('\n');
            if (k == 0)
                text.AppendJoin("  ", widths.Select(w => new string('-', w))).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A row each game of a batch: its labels, and metrics by their keys.</summary>
    internal static TextTable OfMetrics(
        ValueList<Axis> batch,
        int games,
        string[] asked,
        string[] known,
        Func<string, int, double> metric
    )
    {
        if (asked.FirstOrDefault(key => !known.Contains(key)) is { } missing)
            throw new ArgumentException($"Nothing measured '{missing}'.{Nearest.Hint(missing, known, "There are")}");
        var keys = asked.Length > 0 ? asked : known;
        var table = new TextTable([.. batch.Select(axis => axis.Name), .. keys]);
        for (var game = 0; game < games; game++)
        {
            var labels = new string[batch.Count];
            for (var (k, rest) = (batch.Count - 1, game); k >= 0; rest /= batch[k].Size, k--)
                labels[k] = batch[k].Label(rest % batch[k].Size);
            table.Row([.. labels, .. keys.Select(key => Figure(metric(key, game)))]);
        }

        return table;
    }

    // what rounds to nothing has no sign
    private static string Figure(double value) =>
        (Math.Round(value, 4) + 0.0).ToString("F4", CultureInfo.InvariantCulture);

    private static bool IsNumber(string cell) =>
        char.IsAsciiDigit(cell[0]) || (cell[0] is '-' or '+' or '.' && cell.Length > 1);
}
