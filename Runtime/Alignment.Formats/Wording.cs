using System.Globalization;
using System.Text;

namespace Alignment.Formats;

/// <summary>The parts that error messages share: quoting what a file holds, and the nearest valid name.</summary>
internal static class Wording
{
    private const int LongestQuote = 40;

    // Names longer than this are not compared: an edit distance costs the product of the lengths.
    private const int LongestName = 64;

    /// <summary>The text in single quotes, on one line and not longer than a message bears.</summary>
    public static string Quote(ReadOnlySpan<char> text) => $"'{Shorten(text)}'";

    /// <summary>The text on one line, cut to a length that a message bears.</summary>
    public static string Shorten(ReadOnlySpan<char> text)
    {
        var line = new StringBuilder();
        foreach (char c in text)
        {
            if (line.Length >= LongestQuote)
            {
                return line.Append("...").ToString();
            }
            bool visible = !char.IsControl(c) && c is not ('\u2028' or '\u2029');
            _ = visible ? line.Append(c) : line.Append($"\\u{(int)c:X4}");
        }
        return line.ToString();
    }

    /// <summary>A number as every country reads it, for a message that may be read in any.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A large limit, with its thousands apart.</summary>
    public static string Limit(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c> (did you mean 'x'?)</c> for the nearest of the names, or nothing when none is near.</summary>
    public static string DidYouMean(string wanted, IEnumerable<string> names)
    {
        // Two edits are a swapped pair of letters; of a very short name they would leave nothing.
        int near = Math.Max(Math.Min(2, wanted.Length / 2), wanted.Length / 3);
        string? nearest = names
            .Where(name => Math.Max(name.Length, wanted.Length) <= LongestName && Distance(wanted, name) <= near)
            .MinBy(name => Distance(wanted, name));
        return nearest is null ? "" : $" (did you mean {Quote(nearest)}?)";
    }

    /// <summary>Levenshtein's distance, ignoring case.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                int best = Math.Min(diagonal + change, 1 + Math.Min(row[j], row[j - 1]));
                (diagonal, row[j]) = (row[j], best);
            }
        }
        return row[b.Length];
    }
}
