using System.Globalization;
using System.Text;

namespace Alignment;

/// <summary>How names and numbers stand in the messages and tables of this library.</summary>
internal static class Text
{
    private const int MostNames = 6;

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number for a table, with a fixed number of decimals; what rounds to nothing has no sign.</summary>
    public static string Fixed(double value, int decimals)
    {
        var rounded = Math.Round(value, decimals, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString("F" + Number(decimals), CultureInfo.InvariantCulture);
    }

    /// <summary>Names in quotes, the first few of many: <c>'a', 'b' and 3 others</c>.</summary>
    public static string Names(IEnumerable<string> names)
    {
        var all = names.ToArray();
        var shown = string.Join(", ", all.Take(MostNames).Select(name => $"'{name}'"));
        return all.Length <= MostNames ? shown : $"{shown} and {all.Length - MostNames} others";
    }

    /// <summary>Lines of cells, columns of numbers to the right and all others to the left, with a rule below the titles.</summary>
    public static string Table(IReadOnlyList<string> titles, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(titles).ToArray();
        var widths = titles.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var right = titles
            .Select((_, c) => lines.Skip(1).All(line => line[c].Length == 0 || IsNumber(line[c])))
            .ToArray();
        var text = new StringBuilder();
        for (var k = 0; k < lines.Length; k++)
        {
            var cells = lines[k].Select((cell, c) => right[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
            if (k == 0)
                text.AppendJoin("  ", widths.Select(width => new string('-', width))).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What is said of a number that is finite and still too large.</summary>
    public static string Limit(double value) => double.IsFinite(value) ? " within 1e100" : "";

    private static bool IsNumber(string cell) => char.IsAsciiDigit(cell[0]) || (cell[0] == '-' && cell.Length > 1);

    /// <summary>Labels that are there, not blank, and all different.</summary>
    /// <param name="who">Begins the message.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="least">Smallest number of them.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static ValueList<string> Distinct(string who, IEnumerable<string> labels, int least)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var list = labels.ToValueList();
        if (list.Count < least)
            throw new ArgumentException($"{who}: expected at least {least} names, got {list.Count}.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var label in list)
        {
            if (string.IsNullOrWhiteSpace(label))
                throw new ArgumentException(
                    $"{who}: expected a name, got an empty one; name each of the {list.Count}."
                );
            if (!seen.Add(label))
                throw new ArgumentException($"{who}: expected different names, got '{label}' twice.");
        }

        return list;
    }

    /// <summary>Where a name stands in a list.</summary>
    /// <exception cref="ArgumentException">It is not in the list.</exception>
    public static int Find(string who, ValueList<string> labels, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return labels.IndexOf(name) is >= 0 and var found
            ? found
            : throw new ArgumentException($"{who}: there is no '{name}'.{Nearest.Hint(name, labels, "There are")}");
    }

    /// <summary>Largest absolute value of a number that is taken: products of three stay finite.</summary>
    public const double Largest = 1e100;

    /// <summary>Whether a number is one that is taken.</summary>
    public static bool IsTaken(double value) => Math.Abs(value) <= Largest;

    /// <summary>A square table of finite numbers, one row and one column a label, as one list row after row.</summary>
    /// <exception cref="ArgumentException">It is not square, or a number is not finite.</exception>
    public static double[] Square(string who, ValueList<string> labels, double[,] table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var n = labels.Count;
        if (table.GetLength(0) != n || table.GetLength(1) != n)
        {
            throw new ArgumentException(
                $"{who}: expected {n} x {n} numbers, one row and one column for each name, got {table.GetLength(0)} x {table.GetLength(1)}."
            );
        }

        var flat = table.Cast<double>().ToArray();
        if (Array.FindIndex(flat, x => !IsTaken(x)) is >= 0 and var bad)
        {
            throw new ArgumentException(
                $"{who}: expected finite numbers{Limit(flat[bad])}, got {Number(flat[bad])} for '{labels[bad / n]}' against '{labels[bad % n]}'."
            );
        }

        return flat;
    }
}
