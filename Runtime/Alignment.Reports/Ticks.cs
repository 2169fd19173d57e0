using System.Globalization;

namespace Alignment.Reports;

/// <summary>Where the numbers of an axis stand.</summary>
internal static class Ticks
{
    private const int Most = 8;
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>Positions between two ends and their labels.</summary>
    public static IReadOnlyList<(double Position, string Label)> Of(AxisScale axis, double low, double high) =>
        axis.IsLog && Math.Floor(high) - Math.Ceiling(low) >= 1 ? Decades(low, high)
        : axis.IsLog
            ? [.. Linear(Math.Pow(10, low), Math.Pow(10, high)).Select(tick => (Math.Log10(tick.Position), tick.Label))]
        : Linear(low, high);

    private static IReadOnlyList<(double Position, string Label)> Decades(double low, double high)
    {
        var (first, last) = ((int)Math.Ceiling(low), (int)Math.Floor(high));
        var stride = ((last - first) / Most) + 1;
        return
        [
            .. Enumerable.Range(first, last - first + 1).Where(k => k % stride == 0).Select(k => ((double)k, Power(k))),
        ];
    }

    private static IReadOnlyList<(double Position, string Label)> Linear(double low, double high)
    {
        if (!(high > low))
            return [(low, Figures.Brief(low))];
        var raw = (high - low) / 5;
        var size = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step =
            size
            * (
                raw / size < 1.5 ? 1
                : raw / size < 3.5 ? 2
                : raw / size < 7.5 ? 5
                : 10
            );
        var ticks = new List<(double, string)>();
        for (var k = Math.Ceiling(low / step); (k * step) <= high + (step * 1e-9) && ticks.Count < 20; k++)
            ticks.Add((k * step, Figures.Brief(Math.Abs(k * step) < step * 1e-6 ? 0 : k * step)));
        return ticks;
    }

    private static string Power(int exponent) =>
        exponent switch
        {
            0 => "1",
            1 => "10",
            _ => "10"
                + (exponent < 0 ? "⁻" : "")
                + string.Concat(
                    Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).Select(c => Superscripts[c - '0'])
                ),
        };
}
