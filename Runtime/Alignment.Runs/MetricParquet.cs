using Parquet;
using Parquet.Schema;

namespace Alignment.Runs;

/// <summary>Metrics as a Parquet file: <c>step</c> int64, <c>seconds</c> double, each key a double that may be null.</summary>
public static class MetricParquet
{
    // large enough that a column compresses, small enough that a reader can skip
    private const int RowGroup = 1 << 17;

    /// <summary>Writes a table to a new file, complete or not at all.</summary>
    /// <exception cref="RunStoreException">There is a file, or it cannot be written.</exception>
    public static void Write(MetricTable table, string path)
    {
        ArgumentNullException.ThrowIfNull(table);
        NewFile.Write(path, stream => WriteAsync(table, stream).GetAwaiter().GetResult());
    }

    private static async Task WriteAsync(MetricTable table, Stream stream)
    {
        var schema = new ParquetSchema([
            new DataField<long>("step"),
            new DataField<double>("seconds"),
            .. table.Keys.Select(key => new DataField<double?>(key)),
        ]);
        var writer = await ParquetWriter.CreateAsync(schema, stream).ConfigureAwait(false);
        await using var ended = writer.ConfigureAwait(false);
        for (var first = 0; first < table.Rows; first += RowGroup)
        {
            var count = Math.Min(RowGroup, table.Rows - first);
            using var group = writer.CreateRowGroup();
            await group
                .WriteAsync<long>(schema.DataFields[0], table.Steps.Slice(first, count).ToArray())
                .ConfigureAwait(false);
            await group
                .WriteAsync<double>(schema.DataFields[1], table.Seconds.Slice(first, count).ToArray())
                .ConfigureAwait(false);
            for (var key = 0; key < table.Keys.Count; key++)
                await group
                    .WriteAsync<double>(schema.DataFields[key + 2], Nullable(table.Column(key).Slice(first, count)))
                    .ConfigureAwait(false);
            group.CompleteValidate();
        }
    }

    private static double?[] Nullable(ReadOnlySpan<double> values)
    {
        var cells = new double?[values.Length];
        for (var k = 0; k < cells.Length; k++)
            cells[k] = double.IsNaN(values[k]) ? null : values[k];
        return cells;
    }
}
