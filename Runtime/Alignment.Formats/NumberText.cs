using System.Buffers;
using System.Globalization;

namespace Alignment.Formats;

/// <summary>
/// The one grammar of numbers in all formats: integer, decimal, exponent (<c>-1.5e3</c>) and rational
/// (<c>1/3</c>).
/// </summary>
internal static class NumberText
{
    public const string Expected = "a finite number";

    private static readonly SearchValues<char> DecimalCharacters = SearchValues.Create("0123456789+-.eE");

    private const NumberStyles Decimal =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>
    /// The nearest double. A rational is one division, so it is correctly rounded when both of its integers
    /// are exact doubles (up to 2^53).
    /// </summary>
    /// <returns>False for anything else, so for <c>nan</c>, infinities, overflow and a zero denominator.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out double number)
    {
        int slash = text.IndexOf('/');
        bool parsed = slash < 0 ? TryDecimal(text, out number) : TryRational(text, slash, out number);
        return parsed && double.IsFinite(number);
    }

    /// <summary>A whole number of at least 0; one too large for a <see cref="long"/> becomes its maximum.</summary>
    public static bool TryCount(ReadOnlySpan<char> text, out long count)
    {
        bool digits = !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && digits)
        {
            count = long.MaxValue;
        }
        return digits;
    }

    private static bool TryDecimal(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        // .NET also reads "Infinity", "NaN" and trailing NULs, which are no numbers in a file.
        return !text.ContainsAnyExcept(DecimalCharacters)
            && double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryRational(ReadOnlySpan<char> text, int slash, out double number)
    {
        ReadOnlySpan<char> numerator = text[..slash];
        ReadOnlySpan<char> denominator = text[(slash + 1)..];
        number = 0;
        if (
            numerator.ContainsAny('.', 'e', 'E')
            || denominator.ContainsAnyExceptInRange('0', '9')
            || !TryDecimal(numerator, out double above)
            || !TryDecimal(denominator, out double below)
        )
        {
            return false;
        }
        number = above / below;
        return true;
    }
}
