using System.Diagnostics;

namespace Alignment.Benchmarks;

/// <summary>A figure, and how far it scatters.</summary>
/// <param name="Median">Median over rounds.</param>
/// <param name="Low">Lower quartile.</param>
/// <param name="High">Upper quartile.</param>
internal sealed record Figure(double Median, double Low, double High)
{
    public static Figure Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return new(sorted[sorted.Length / 2], sorted[sorted.Length / 4], sorted[sorted.Length * 3 / 4]);
    }

    /// <summary>Of the ratio of two things timed in the same rounds.</summary>
    public static Figure OfRatio(double[] numerator, double[] denominator) =>
        Of(numerator.Zip(denominator, (n, d) => n / d));
}

/// <summary>How long to measure.</summary>
/// <param name="Rounds">Number of rounds.</param>
/// <param name="RoundSeconds">How long a contender runs in a round.</param>
/// <param name="WarmUpSeconds">How long it runs before the first.</param>
internal sealed record Effort(int Rounds, double RoundSeconds, double WarmUpSeconds)
{
    /// <summary>For figures that are judged.</summary>
    public static Effort Full(bool smoke) => smoke ? Smoke : new(21, 0.03, 0.4);

    /// <summary>To see who comes into question.</summary>
    public static Effort Screening(bool smoke) => smoke ? Smoke : new(5, 0.01, 0.1);

    private static Effort Smoke => new(1, 0.0005, 0.0005);
}

/// <summary>Times several ways of doing the same work, in turn, so that a drift of the machine's speed falls on all alike.</summary>
internal static class Paired
{
    /// <param name="contenders">Each does the given number of steps.</param>
    /// <param name="effort">How long to measure.</param>
    /// <returns>For each contender its microseconds a step by round.</returns>
    public static double[][] Time(IReadOnlyList<Action<int>> contenders, Effort effort)
    {
        var counts = contenders.Select(c => Calibrate(c, effort)).ToArray();
        var times = contenders.Select(_ => new double[effort.Rounds]).ToArray();
        for (var round = 0; round < effort.Rounds; round++)
        {
            for (var k = 0; k < contenders.Count; k++)
            {
                var clock = Stopwatch.StartNew();
                contenders[k](counts[k]);
                times[k][round] = clock.Elapsed.TotalMicroseconds / counts[k];
            }
        }

        return times;
    }

    // Runs for a while, past the tiers of the compiler, then says how many steps fill a round.
    private static int Calibrate(Action<int> contender, Effort effort)
    {
        var count = 1;
        var clock = Stopwatch.StartNew();
        var last = 0.0;
        do
        {
            var before = clock.Elapsed.TotalSeconds;
            contender(count);
            last = (clock.Elapsed.TotalSeconds - before) / count;
            if (last * count < effort.RoundSeconds)
                count = Math.Min(count * 2, 1 << 20);
        } while (clock.Elapsed.TotalSeconds < effort.WarmUpSeconds);

        return (int)Math.Clamp(effort.RoundSeconds / Math.Max(last, 1e-9), 1, 1 << 20);
    }
}
