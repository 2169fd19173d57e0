using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Alignment.Serve;

/// <summary>How endpoints answer.</summary>
internal static class Answers
{
    /// <summary>JSON. The default encoder escapes what could end an element, whoever reads it.</summary>
    public static IResult Json(Action<Utf8JsonWriter> write) =>
        Results.Bytes(Bytes(write), "application/json; charset=utf-8");

    /// <summary>JSON as text.</summary>
    public static string Text(Action<Utf8JsonWriter> write) => System.Text.Encoding.UTF8.GetString(Bytes(write));

    /// <summary>A sentence with a status.</summary>
    public static IResult Sentence(int status, string sentence) =>
        Results.Text(sentence + "\n", "text/plain; charset=utf-8", System.Text.Encoding.UTF8, status);

    /// <summary>There is no such run.</summary>
    public static IResult NoRun(string id) => Sentence(404, $"There is no run '{id}' here.");

    /// <summary>Numbers, null where one is not finite.</summary>
    public static void Numbers(Utf8JsonWriter json, string name, ReadOnlySpan<double> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
                json.WriteNumberValue(value);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
