using Alignment.Runs;

namespace Alignment.Serve;

/// <summary>A metric of a run where it was measured and finite: a step, a place on the axis and a value for each moment.</summary>
internal sealed record Measured(string Run, long[] Steps, double[] X, double[] Y)
{
    /// <summary>Takes two columns out of a table; null where it lacks one.</summary>
    public static Measured? Of(string run, MetricTable table, string key, string x)
    {
        var at = Number(table, key);
        var across = x is "step" or "seconds" ? -1 : Number(table, x);
        if (at < 0 || (across < 0 && x is not ("step" or "seconds")))
            return null;
        var values = table.Column(at);
        var steps = table.Steps;
        var places = across >= 0 ? table.Column(across) : table.Seconds;
        var rows = new List<int>(table.Rows);
        for (var row = 0; row < values.Length; row++)
        {
            if (double.IsFinite(values[row]) && (across < 0 || double.IsFinite(places[row])))
                rows.Add(row);
        }

        var result = new Measured(run, new long[rows.Count], new double[rows.Count], new double[rows.Count]);
        for (var k = 0; k < rows.Count; k++)
        {
            var row = rows[k];
            result.Steps[k] = steps[row];
            result.X[k] = x == "step" ? steps[row] : places[row];
            result.Y[k] = values[row];
        }

        return result;
    }

    private static int Number(MetricTable table, string key)
    {
        for (var k = 0; k < table.Keys.Count; k++)
        {
            if (table.Keys[k] == key)
                return k;
        }

        return -1;
    }
}
