using System.Globalization;

namespace Alignment.Formats;

/// <summary>How Gambit's files write texts, lists and numbers.</summary>
internal static class GambitText
{
    /// <summary>A text in double quotes.</summary>
    public static string Text(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>A list.</summary>
    public static string Braces(IEnumerable<string> items) => $"{{ {string.Join(' ', items)} }}";

    /// <summary>The fewest digits that read back as the same number.</summary>
    public static string Real(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
