namespace Alignment.Runtime;

/// <summary>Replicates of a table's rates.</summary>
internal static class Resampling
{
    /// <summary>Rates over the probe's axis and the table's axes; element 0 of the probe's axis is the point estimate.</summary>
    public static NamedTensor Draw(ResamplingProbe probe, TableCounts counts, ulong seed)
    {
        var cells = counts.Successes.Length;
        var rates = new double[(probe.Draws + 1) * cells];
        var stream = new RandomStream(seed, $"{probe.Kind} {probe.Table}");
        for (var cell = 0; cell < cells; cell++)
        {
            var (s, n) = (counts.Successes[cell], counts.Trials[cell]);
            rates[cell] = s / n;
            for (var draw = 1; draw <= probe.Draws; draw++)
            {
                rates[(draw * cells) + cell] =
                    probe.Kind == ResamplingKind.Posterior
                        ? stream.Beta(s + 0.5, n - s + 0.5, draw, cell)
                        : Binomial(stream, n, s / n, draw, cell, cells) / n;
            }
        }

        return NamedTensor.Of([probe.Axis, .. probe.Table.Axes], rates);
    }

    // Trials are counted one by one: tables hold at most some thousands a cell.
    private static double Binomial(RandomStream stream, double trials, double rate, int draw, int cell, int cells)
    {
        var successes = 0;
        for (var k = 0L; k < trials; k++)
        {
            if (stream.Uniform(draw, (k * cells) + cell) < rate)
                successes++;
        }

        return successes;
    }
}
