using System.Globalization;

namespace Alignment;

/// <summary>Numbers in messages.</summary>
internal static class NumberText
{
    public static string Of(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
