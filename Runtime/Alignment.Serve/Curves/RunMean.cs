namespace Alignment.Serve;

/// <summary>The mean of several runs, step by step, out of what they measured.</summary>
/// <remarks>
/// A point is a step at which every run was measured that covers it, from its own first moment to its own last; nothing is interpolated and nothing
/// carried on. So a run that ends early leaves the mean from there on, and the number of runs at each point tells it. The place on the axis is the mean
/// of the runs' places, which differ where it is a time. Of equal runs the mean is what each of them measured, to the last bit.
/// </remarks>
internal static class RunMean
{
    /// <summary>Takes the mean.</summary>
    /// <param name="runs">At least one, each in order of its steps.</param>
    /// <param name="spread">What stands around it.</param>
    public static Curve Of(IReadOnlyList<Measured> runs, Spread spread)
    {
        var next = new int[runs.Count];
        var (x, y, low, high, count) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<int>()
        );
        var (places, values) = (new List<double>(runs.Count), new List<double>(runs.Count));
        while (NextStep(runs, next) is { } step)
        {
            var covering = 0;
            places.Clear();
            values.Clear();
            for (var k = 0; k < runs.Count; k++)
            {
                var run = runs[k];
                if (run.Steps.Length > 0 && run.Steps[0] <= step && step <= run.Steps[^1])
                    covering++;
                if (Take(run, ref next[k], step) is not { } row)
                    continue;
                places.Add(run.X[row]);
                values.Add(run.Y[row]);
            }

            if (values.Count < covering)
                continue;
            var mean = Mean(values);
            x.Add(Mean(places));
            y.Add(mean);
            var deviation = spread == Spread.Deviation ? Deviation(values, mean) : 0;
            low.Add(spread == Spread.Deviation ? mean - deviation : values.Min());
            high.Add(spread == Spread.Deviation ? mean + deviation : values.Max());
            count.Add(values.Count);
        }

        return new(
            [.. runs.Select(run => run.Run)],
            y.Count,
            [.. x],
            [.. y],
            new([.. low], [.. high], [.. count]),
            y.Count > 0 ? y[^1] : double.NaN
        );
    }

    private static long? NextStep(IReadOnlyList<Measured> runs, int[] next)
    {
        long? step = null;
        for (var k = 0; k < runs.Count; k++)
        {
            if (next[k] < runs[k].Steps.Length)
                step = Math.Min(step ?? long.MaxValue, runs[k].Steps[next[k]]);
        }

        return step;
    }

    // of several moments at one step the last
    private static int? Take(Measured run, ref int next, long step)
    {
        int? row = null;
        while (next < run.Steps.Length && run.Steps[next] == step)
            row = next++;
        return row;
    }

    /// <summary>The arithmetic mean; of equal numbers the number itself.</summary>
    private static double Mean(List<double> values)
    {
        var (least, largest, sum) = (values[0], values[0], 0.0);
        foreach (var value in values)
        {
            (least, largest) = (Math.Min(least, value), Math.Max(largest, value));
            sum += value / values.Count; // a sum of large numbers may not be finite
        }

        return Math.Clamp(sum, least, largest);
    }

    private static double Deviation(List<double> values, double mean) =>
        values.Count < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
}
