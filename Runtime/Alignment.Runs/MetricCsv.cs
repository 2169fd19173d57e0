using System.Globalization;
using CsvHelper;

namespace Alignment.Runs;

/// <summary>Metrics as comma-separated values: <c>step,seconds,KEY,...</c>, an empty cell where there is no number.</summary>
/// <remarks>Numbers are the shortest texts that read back as the same float64.</remarks>
public static class MetricCsv
{
    private static readonly CsvWriterOptions Options = new() { NewLine = "\n" };

    /// <summary>Writes a table to a text, lines ended by a line feed.</summary>
    public static void Write(MetricTable table, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var csv = CsvWriter.Create(text, Options, leaveOpen: true);
        csv.WriteField("step");
        csv.WriteField("seconds");
        foreach (var key in table.Keys)
            csv.WriteField(key);
        csv.EndRecord();
        for (var row = 0; row < table.Rows; row++)
        {
            csv.WriteField(table.Steps[row].ToString(CultureInfo.InvariantCulture));
            csv.WriteField(Exact(table.Seconds[row]));
            for (var key = 0; key < table.Keys.Count; key++)
                csv.WriteField(Exact(table.Column(key)[row]));
            csv.EndRecord();
        }
    }

    /// <summary>Writes a table to a new file, complete or not at all.</summary>
    /// <exception cref="RunStoreException">There is a file, or it cannot be written.</exception>
    public static void Write(MetricTable table, string path) =>
        NewFile.Write(
            path,
            stream =>
            {
                using var text = new StreamWriter(stream, leaveOpen: true);
                Write(table, text);
            }
        );

    private static string Exact(double value) =>
        double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";
}
