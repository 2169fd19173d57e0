using System.Text.Json;
using Alignment.Formats;
using Alignment.Runtime;

namespace Alignment;

/// <summary>A batch that was generated, with all that it takes to generate it again, bit for bit: what was asked in which batch, how, and what came out.</summary>
/// <remarks>
/// <para>Kernels round by the shape of a batch, so that a text by itself may differ from the same text in a batch where a draw lies within rounding of another
/// (<see cref="Generated.Margin"/>). The same batch gives the same bits, on the same kind of processor and version of LibTorch.</para>
/// <para>The file is one JSON object, <c>"schema": "transcript/1"</c>.</para>
/// </remarks>
/// <param name="Options">How tokens were drawn.</param>
/// <param name="Asked">The batch, in its order.</param>
/// <param name="Said">What was added to each prompt.</param>
public sealed record Transcript(SamplingOptions Options, ValueList<TranscriptRequest> Asked, ValueList<Generated> Said)
{
    private const string Schema = "transcript/1";

    /// <summary>Generates a batch and keeps it.</summary>
    /// <param name="model">What says it.</param>
    /// <param name="requests">Texts, at least one.</param>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <exception cref="ArgumentException">As for <see cref="LanguageModel.Generate(IReadOnlyList{GenerationRequest}, SamplingOptions, CancellationToken)"/>.</exception>
    public static Transcript Of(
        LanguageModel model,
        IReadOnlyList<GenerationRequest> requests,
        SamplingOptions options,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(requests);
        var said = model.Generate(requests, options, cancellationToken);
        var asked = requests.Select(r => new TranscriptRequest(r.Prompt, r.Number, r.Adapter?.Name, r.Preferences));
        return new(options, asked.ToValueList(), said.ToValueList());
    }

    /// <summary>Generates the batch again.</summary>
    /// <param name="model">With adapters of the same names.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <returns>The same transcript, if model and machine are the same.</returns>
    /// <exception cref="ArgumentException">An adapter is not on the model, or a prompt does not fit.</exception>
    public Transcript Again(LanguageModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        Adapter? Named(string? name) =>
            name is null
                ? null
                : model.Adapters.FirstOrDefault(a => a.Name == name)
                    ?? throw new ArgumentException(
                        $"Transcript: there is no adapter '{name}' on the model.{Nearest.Hint(name, model.Adapters.Select(a => a.Name), "There are")}"
                    );
        GenerationRequest[] requests =
        [
            .. Asked.Select(a => new GenerationRequest(a.Prompt, a.Number, Named(a.Adapter))
            {
                Preferences = a.Preferences,
            }),
        ];
        return Of(model, requests, Options, cancellationToken);
    }

    /// <summary>Writes it into a file, complete or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { NewLine = "\n" });
                json.WriteStartObject();
                json.WriteString("schema", Schema);
                Write(json, Options);
                json.WriteStartArray("rows");
                foreach (var (asked, said) in Asked.Zip(Said))
                    Write(json, asked, said);
                json.WriteEndArray();
                json.WriteEndObject();
            }
        );

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputFormatException">It cannot be read, or is no transcript.</exception>
    public static Transcript Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var root = JsonField.Read(path);
        if (root.Need("schema").Text() is var schema && schema != Schema)
            throw root.Fault($"expected a transcript of the schema {Schema}, got '{schema}'");
        var rows = root.Need("rows").Items().Select(Row).ToArray();
        return new(
            ReadOptions(root.Need("sampling")),
            rows.Select(r => r.Asked).ToValueList(),
            rows.Select(r => r.Said).ToValueList()
        );
    }

    private static void Write(Utf8JsonWriter json, SamplingOptions options)
    {
        json.WriteStartObject("sampling");
        json.WriteNumber("temperature", options.Temperature);
        json.WriteNumber("top_k", options.TopK);
        json.WriteNumber("top_p", options.TopP);
        json.WriteNumber("max_new_tokens", options.MaxNewTokens);
        Numbers(json, "stops", options.Stops);
        json.WriteNumber("repetition_stop", options.RepetitionStop);
        json.WriteString("seed", options.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TranscriptRequest asked, Generated said)
    {
        json.WriteStartObject();
        Numbers(json, "prompt", asked.Prompt);
        json.WriteNumber("number", asked.Number);
        if (asked.Adapter is not null)
            json.WriteString("adapter", asked.Adapter);
        if (asked.Preferences.Count > 0)
            Numbers(json, "preferences", asked.Preferences);
        Numbers(json, "tokens", said.Tokens);
        Numbers(json, "log_probabilities", said.LogProbabilities);
        json.WriteNumber("margin", said.Margin);
        json.WriteString("end", said.End.ToString());
        json.WriteEndObject();
    }

    private static SamplingOptions ReadOptions(JsonField field)
    {
        var options = new SamplingOptions
        {
            Temperature = field.Need("temperature").Number(),
            TopK = field.Need("top_k").Integer(),
            TopP = field.Need("top_p").Number(),
            MaxNewTokens = field.Need("max_new_tokens").Integer(),
            Stops = field.Need("stops").Items().Select(i => i.Integer()).ToValueList(),
            RepetitionStop = field.Need("repetition_stop").Integer(),
            Seed = ulong.TryParse(field.Need("seed").Text(), out var seed)
                ? seed
                : throw field.Need("seed").Error("a seed"),
        };
        return options.Fault() is { } fault ? throw field.Fault($"sampling, {fault}") : options;
    }

    private static (TranscriptRequest Asked, Generated Said) Row(JsonField row)
    {
        ValueList<int> Whole(string name) => row.Need(name).Items().Select(i => i.Integer()).ToValueList();
        ValueList<double> Numbers(JsonField? field) => (field?.Items() ?? []).Select(i => i.Number()).ToValueList();
        var asked = new TranscriptRequest(
            Whole("prompt"),
            row.Need("number").Long(),
            row.Find("adapter")?.Text(),
            Numbers(row.Find("preferences"))
        );
        var end = row.Need("end");
        return (
            asked,
            new(
                Whole("tokens"),
                Numbers(row.Need("log_probabilities")),
                row.Need("margin").Number(),
                Enum.TryParse<GenerationEnd>(end.Text(), out var why) ? why : throw end.Error("why the text ended")
            )
        );
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}

/// <summary>One text of a batch that was generated.</summary>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Number">See <see cref="GenerationRequest.Number"/>.</param>
/// <param name="Adapter">The name of what it passed through; null for the base alone.</param>
/// <param name="Preferences">A point of the simplex where the adapter takes preferences.</param>
public sealed record TranscriptRequest(
    ValueList<int> Prompt,
    long Number,
    string? Adapter,
    ValueList<double> Preferences
);
