using System.Globalization;
using System.Text;

namespace Alignment.Formats;

/// <summary>The parts that error messages share: quoting what a file holds, and the nearest valid name.</summary>
internal static class Wording
{
    private const int LongestQuote = 40;

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
    public static string DidYouMean(string wanted, IEnumerable<string> names) =>
        Nearest.To(wanted, names) is { } nearest ? $" (did you mean {Quote(nearest)}?)" : "";
}
