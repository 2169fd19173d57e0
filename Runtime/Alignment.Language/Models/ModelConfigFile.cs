using System.Globalization;
using System.Text.Json;
using Alignment.Formats;
using Alignment.Runtime;

namespace Alignment;

/// <summary>A model's <c>config.json</c>, read and written.</summary>
internal static class ModelConfigFile
{
    public const string Name = "config.json";

    private static readonly (string Name, Architecture Architecture)[] Known =
    [
        ("llama", Architecture.Llama),
        ("qwen2", Architecture.Qwen2),
        ("qwen3", Architecture.Qwen3),
        ("mistral", Architecture.Mistral),
        ("gpt2", Architecture.Gpt2),
    ];

    /// <summary>Reads the configuration of a folder.</summary>
    /// <exception cref="InputFormatException">There is none, it is no JSON, of an unknown family, or says what cannot be.</exception>
    public static ModelConfig Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            throw new InputFormatException(
                folder,
                $"expected a model's folder with {Name}, model.safetensors and tokenizer.json; there is no {Name}"
            );
        var config = Of(new(JsonField.Read(path)));
        return config.Fault() is { } fault ? throw new InputFormatException(path, fault) : config;
    }

    public static void Write(string folder, ModelConfig config) =>
        AtomicFile.Write(
            Path.Combine(folder, Name),
            stream =>
            {
                using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
                json.WriteStartObject();
                if (config.Architecture == Architecture.Gpt2)
                    WriteGpt2(json, config);
                else
                    WriteGated(json, config);
                json.WriteEndObject();
            }
        );

    private static ModelConfig Of(ConfigFields fields)
    {
        var type = fields.Text("model_type");
        var found = Known.Where(k => k.Name == type).ToArray();
        if (found.Length == 0)
            throw fields.Wrong(
                "model_type",
                $"expected one of the architectures {string.Join(", ", Known.Select(k => k.Name))}, got '{type}'"
            );
        var architecture = found[0].Architecture;
        var config = architecture == Architecture.Gpt2 ? Gpt2(fields) : Gated(fields, architecture);
        return config with { Begin = fields.Whole("bos_token_id", null), Ends = fields.Wholes("eos_token_id") };
    }

    private static ModelConfig Gated(ConfigFields fields, Architecture architecture)
    {
        fields.Only("hidden_act", "silu");
        var (hidden, heads) = (fields.Whole("hidden_size"), fields.Whole("num_attention_heads"));
        var bias = fields.Flag("attention_bias", architecture == Architecture.Qwen2);
        return new()
        {
            Architecture = architecture,
            Vocabulary = fields.Whole("vocab_size"),
            Hidden = hidden,
            Layers = fields.Whole("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = fields.Whole("num_key_value_heads", heads) ?? heads,
            HeadSize = fields.Whole("head_dim", hidden / Math.Max(1, heads)) ?? (hidden / Math.Max(1, heads)),
            Inner = fields.Whole("intermediate_size"),
            Context = fields.Whole("max_position_embeddings"),
            NormEpsilon = fields.Number("rms_norm_eps", 1e-6),
            Rotary = RotaryFields.Read(fields),
            TiedHead = fields.Flag("tie_word_embeddings", false),
            QueryBias = bias,
            OutputBias = bias && architecture != Architecture.Qwen2,
            InnerBias = fields.Flag("mlp_bias", false),
            Window = Window(fields, architecture),
        };
    }

    /// <summary>How far back attention sees, in all layers; null for all the way. Qwen's layers see so far from a certain one on alone.</summary>
    private static int? Window(ConfigFields fields, Architecture architecture)
    {
        if (!fields.Flag("use_sliding_window", architecture == Architecture.Mistral))
            return null;
        const int qwensFirst = 28;
        var isQwen = architecture is Architecture.Qwen2 or Architecture.Qwen3;
        var first = isQwen ? fields.Whole("max_window_layers", qwensFirst)!.Value : 0;
        var layers = fields.Whole("num_hidden_layers");
        if (first > 0 && first < layers)
            throw fields.Wrong(
                "max_window_layers",
                $"expected 0, or at least all {Number(layers)} layers, got {Number(first)}; windows in some layers alone are not built"
            );
        return first == 0 ? fields.Whole("sliding_window", null) : null;
    }

    private static ModelConfig Gpt2(ConfigFields fields)
    {
        fields.Only("activation_function", "gelu_new");
        var (hidden, heads) = (fields.Whole("n_embd"), fields.Whole("n_head"));
        return new()
        {
            Architecture = Architecture.Gpt2,
            Vocabulary = fields.Whole("vocab_size"),
            Hidden = hidden,
            Layers = fields.Whole("n_layer"),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / Math.Max(1, heads),
            Inner = fields.Whole("n_inner", 4 * hidden) ?? (4 * hidden),
            Context = fields.Whole("n_positions"),
            NormEpsilon = fields.Number("layer_norm_epsilon", 1e-5),
            TiedHead = fields.Flag("tie_word_embeddings", true),
            QueryBias = true,
            OutputBias = true,
            InnerBias = true,
        };
    }

    private static void WriteGated(Utf8JsonWriter json, ModelConfig c)
    {
        json.WriteString("model_type", Known.First(k => k.Architecture == c.Architecture).Name);
        json.WriteStartArray("architectures");
        json.WriteStringValue($"{c.Architecture}ForCausalLM");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", c.Vocabulary);
        json.WriteNumber("hidden_size", c.Hidden);
        json.WriteNumber("num_hidden_layers", c.Layers);
        json.WriteNumber("num_attention_heads", c.Heads);
        json.WriteNumber("num_key_value_heads", c.KeyValueHeads);
        json.WriteNumber("head_dim", c.HeadSize);
        json.WriteNumber("intermediate_size", c.Inner);
        json.WriteNumber("max_position_embeddings", c.Context);
        json.WriteNumber("rms_norm_eps", c.NormEpsilon);
        json.WriteString("hidden_act", "silu");
        RotaryFields.Write(json, c.Rotary!);
        json.WriteBoolean("tie_word_embeddings", c.TiedHead);
        json.WriteBoolean("attention_bias", c.QueryBias);
        json.WriteBoolean("mlp_bias", c.InnerBias);
        if (c.Window is { } window)
            json.WriteNumber("sliding_window", window);
        if (c.Window is not null && c.Architecture != Architecture.Mistral)
        {
            json.WriteBoolean("use_sliding_window", true);
            json.WriteNumber("max_window_layers", 0);
        }

        WriteEnds(json, c);
    }

    private static void WriteGpt2(Utf8JsonWriter json, ModelConfig c)
    {
        json.WriteString("model_type", "gpt2");
        json.WriteStartArray("architectures");
        json.WriteStringValue("GPT2LMHeadModel");
        json.WriteEndArray();
        json.WriteNumber("vocab_size", c.Vocabulary);
        json.WriteNumber("n_embd", c.Hidden);
        json.WriteNumber("n_layer", c.Layers);
        json.WriteNumber("n_head", c.Heads);
        json.WriteNumber("n_inner", c.Inner);
        json.WriteNumber("n_positions", c.Context);
        json.WriteNumber("layer_norm_epsilon", c.NormEpsilon);
        json.WriteString("activation_function", "gelu_new");
        json.WriteBoolean("tie_word_embeddings", c.TiedHead);
        WriteEnds(json, c);
    }

    private static void WriteEnds(Utf8JsonWriter json, ModelConfig c)
    {
        if (c.Begin is { } begin)
            json.WriteNumber("bos_token_id", begin);
        if (c.Ends.Count == 1)
            json.WriteNumber("eos_token_id", c.Ends[0]);
        if (c.Ends.Count <= 1)
            return;
        json.WriteStartArray("eos_token_id");
        foreach (var end in c.Ends)
            json.WriteNumberValue(end);
        json.WriteEndArray();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
