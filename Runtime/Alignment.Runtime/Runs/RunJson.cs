using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Alignment.Runtime;

/// <summary>The JSON of a run's files, generated: reflection is turned off in file-based programs.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunDescription))]
[JsonSerializable(typeof(RunStatus))]
internal sealed partial class RunJson : JsonSerializerContext
{
    private static RunJson? _readable;

    /// <summary>For files that people read: letters of all languages stand as they are.</summary>
    public static RunJson Readable =>
        _readable ??= new(
            new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );
}
