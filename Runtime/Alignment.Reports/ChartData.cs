using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Alignment.Reports;

/// <summary>A chart as the JSON that the page's script reads.</summary>
/// <remarks>Values have six digits, more than a plot shows; steps have all. Every number is finite.</remarks>
internal static class ChartData
{
    public static string Of(Chart chart)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // the default encoder escapes what could end a script element
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Axis(json, "x", chart.X, chart.Series.SelectMany(s => s.Points).Select(p => p.X));
            Axis(json, "y", chart.Y, chart.Series.SelectMany(s => s.Points).Select(p => p.Y));
            json.WriteStartArray("series");
            foreach (var series in chart.Series)
            {
                json.WriteStartObject();
                json.WriteString("name", series.Name);
                json.WriteString("colour", series.Colour);
                json.WriteString("dash", series.Dash);
                json.WriteStartArray("x");
                foreach (var point in series.Points)
                    json.WriteNumberValue(point.X);
                json.WriteEndArray();
                json.WriteStartArray("y");
                foreach (var point in series.Points)
                    json.WriteRawValue(point.Y.ToString("G6", CultureInfo.InvariantCulture));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Axis(Utf8JsonWriter json, string name, AxisScale axis, IEnumerable<double> values)
    {
        json.WriteStartObject(name);
        json.WriteString("title", axis.Title);
        json.WriteBoolean("log", axis.IsLog);
        json.WriteBoolean("share", axis.IsShare);
        if (axis.IsLog)
        {
            var positions = values.Select(axis.Position).DefaultIfEmpty(0).ToArray();
            json.WriteNumber("decades", Math.Round(positions.Max() - positions.Min(), 1));
        }

        json.WriteEndObject();
    }
}
