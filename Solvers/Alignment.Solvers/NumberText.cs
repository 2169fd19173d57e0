using System.Globalization;

namespace Alignment;

/// <summary>Numbers in messages and settings.</summary>
internal static class NumberText
{
    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
