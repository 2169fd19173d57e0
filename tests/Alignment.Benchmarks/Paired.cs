using System.Diagnostics;

namespace Alignment.Benchmarks;

/// <summary>Microseconds a step, and what it is made of.</summary>
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
}

/// <summary>Times several ways of doing the same work, in turn, so that a drift of the machine's speed falls on all alike.</summary>
internal static class Paired
{
    /// <param name="contenders">Each does the given number of steps.</param>
    /// <param name="smoke">One short round, to see that everything runs.</param>
    /// <returns>For each contender its microseconds a step by round.</returns>
    public static double[][] Time(IReadOnlyList<Action<int>> contenders, bool smoke)
    {
        var seconds = smoke ? 0.002 : 0.03;
        var counts = contenders.Select(c => Calibrate(c, smoke ? 0.002 : 0.4, seconds)).ToArray();
        var rounds = smoke ? 1 : 21;
        var times = contenders.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
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
    private static int Calibrate(Action<int> contender, double warmUpSeconds, double roundSeconds)
    {
        var count = 1;
        var clock = Stopwatch.StartNew();
        var last = 0.0;
        while (clock.Elapsed.TotalSeconds < warmUpSeconds)
        {
            var before = clock.Elapsed.TotalSeconds;
            contender(count);
            last = (clock.Elapsed.TotalSeconds - before) / count;
            if (last * count < roundSeconds)
                count = Math.Min(count * 2, 1 << 22);
        }

        return Math.Max(1, (int)(roundSeconds / Math.Max(last, 1e-9)));
    }
}
