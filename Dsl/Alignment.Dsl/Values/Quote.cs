using System.Globalization;

namespace Alignment;

/// <summary>How names and numbers stand in the text forms of specifications and programs.</summary>
internal static class Quote
{
    /// <summary>A label, quoted unless it is a plain word.</summary>
    public static string Label(string text) =>
        text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '\'') ? text : Text(text);

    /// <summary>A text in double quotes, with backslash escapes.</summary>
    public static string Text(string text) =>
        "\""
        + text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
        + "\"";

    /// <summary>The shortest decimal text that reads back as the same double.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number of things, its thousands parted by commas.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
