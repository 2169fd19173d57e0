using System.Globalization;

namespace Alignment.Reports;

/// <summary>Numbers as words.</summary>
internal static class Figures
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Four digits, for reading.</summary>
    public static string Brief(double value) =>
        !double.IsFinite(value) ? "not finite"
        : value == 0 ? "0"
        : Math.Abs(value) is >= 1e-3 and < 1e6 ? Minus(Significant(value).ToString("0.######", Culture))
        : Minus(value.ToString("0.###e-0", Culture));

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Exact(double value) => value.ToString("R", Culture);

    /// <summary>A probability: four places, so that columns line up.</summary>
    public static string Probability(double value) =>
        double.IsFinite(value) ? value.ToString("0.0000", Culture) : "not finite";

    /// <summary>A count with separators.</summary>
    public static string Count(long value) => value.ToString("#,0", Culture);

    /// <summary>A duration.</summary>
    public static string Seconds(double value) =>
        value switch
        {
            < 1e-3 => $"{(value * 1e6).ToString("0", Culture)} us",
            < 1 => $"{(value * 1e3).ToString("0.0", Culture)} ms",
            < 600 => $"{value.ToString("0.0", Culture)} s",
            _ => $"{(value / 60).ToString("0", Culture)} min",
        };

    /// <summary>A number and its noun.</summary>
    public static string Plural(long number, string noun) => number == 1 ? $"1 {noun}" : $"{Count(number)} {noun}s";

    private static double Significant(double value) => double.Parse(value.ToString("G4", Culture), Culture);

    // a browser would break a line behind a hyphen
    private static string Minus(string number) => number.Replace('-', '\u2212');
}
