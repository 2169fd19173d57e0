using System.Text.Json;
using Alignment.Formats;
using Alignment.Runtime;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>Adapters as PEFT stores them: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class AdapterFolder
{
    public const string Config = "adapter_config.json";
    private const string Model = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";
    private const string PreferenceType = "PREFERENCE_LORA"; // our own; PEFT has none

    /// <summary>Reads an adapter for this model.</summary>
    /// <exception cref="InputFormatException">A file is missing or lies, or the adapter does not fit the model.</exception>
    public static Adapter Read(LanguageModel model, string name, string folder)
    {
        var path = Path.Combine(folder, Config);
        if (!File.Exists(path))
            throw new InputFormatException(
                folder,
                $"expected an adapter's folder with {Config} and {Model}; there is no {Config}"
            );
        var fields = new ConfigFields(JsonField.Read(path));
        using var files = WeightFiles.OpenFile(Path.Combine(folder, Model));
        var names = files.Names.ToArray();
        var matrices = model.Transformer.Matrices.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var changed = Changed(folder, names, matrices);
        var kind = Kind(fields, changed);
        var adapter = Adapter.Begin(name, kind, changed, 0);
        try
        {
            Fill(folder, files, adapter, names);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Writes an adapter. PEFT reads those of the kind LoRA.</summary>
    public static void Write(Adapter adapter, ModelConfig model, string folder)
    {
        Directory.CreateDirectory(folder);
        SafeTensorsWriter.Write(
            Path.Combine(folder, Model),
            adapter.Parameters.Select(p => TensorFiles.ToStore(Prefix + p.Name, p.Value)),
            [new("format", "pt")]
        );
        AtomicFile.Write(
            Path.Combine(folder, Config),
            stream =>
            {
                using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
                json.WriteStartObject();
                Write(json, adapter.Kind);
                json.WriteString("task_type", "CAUSAL_LM");
                json.WriteStartArray("target_modules");
                foreach (
                    var last in adapter
                        .Changes.Select(c => Linear.ModuleOf(c.Matrix))
                        .Distinct()
                        .Order(StringComparer.Ordinal)
                )
                    json.WriteStringValue(last);
                json.WriteEndArray();
                json.WriteString("bias", "none");
                json.WriteBoolean("fan_in_fan_out", model.Architecture == Architecture.Gpt2);
                json.WriteEndObject();
            }
        );
    }

    private static void Write(Utf8JsonWriter json, IAdapterKind kind)
    {
        switch (kind)
        {
            case Lora lora:
                json.WriteString("peft_type", "LORA");
                json.WriteNumber("r", lora.Rank);
                json.WriteNumber("lora_alpha", lora.Alpha);
                json.WriteNumber("lora_dropout", 0);
                json.WriteBoolean("use_rslora", lora.RankStabilized);
                break;
            case PreferenceLora preference:
                json.WriteString("peft_type", PreferenceType);
                json.WriteNumber("r", preference.Rank);
                json.WriteNumber("objectives", preference.Objectives);
                break;
            default:
                throw new NotSupportedException($"An adapter of the kind '{kind.Name}' has no layout.");
        }
    }

    private static IAdapterKind Kind(ConfigFields fields, List<Linear> changed)
    {
        var type = fields.Text("peft_type");
        var targets = changed.Select(m => m.Target).Aggregate((all, next) => all | next);
        if (type == PreferenceType)
            return new PreferenceLora
            {
                Rank = fields.Whole("r", 0)!.Value,
                Objectives = fields.Whole("objectives"),
                Targets = targets,
            };
        if (type != "LORA")
            throw fields.Wrong("peft_type", $"expected LORA or {PreferenceType}, got '{type}'");
        if (fields.Flag("use_dora", false))
            throw fields.Wrong("use_dora", "expected false; adapters with magnitudes are not built");
        fields.Only("bias", "none");
        foreach (var pattern in new[] { "rank_pattern", "alpha_pattern" })
        {
            if (fields.Find(pattern) is { ValueKind: JsonValueKind.Object } value && value.EnumerateObject().Any())
                throw fields.Wrong(pattern, "expected none; every matrix has the same rank and alpha");
        }

        if (fields.Find("modules_to_save") is { ValueKind: not JsonValueKind.Null } saved && saved.GetArrayLength() > 0)
            throw fields.Wrong("modules_to_save", "expected none; an adapter changes matrices alone");
        var rank = fields.Whole("r");
        return new Lora
        {
            Rank = rank,
            Alpha = fields.Number("lora_alpha", 8),
            RankStabilized = fields.Flag("use_rslora", false),
            Targets = targets,
        };
    }

    private static List<Linear> Changed(string folder, string[] names, Dictionary<string, Linear> matrices)
    {
        var changed = new SortedDictionary<string, Linear>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var matrix = name.StartsWith(Prefix, StringComparison.Ordinal) ? MatrixOf(name[Prefix.Length..]) : null;
            if (matrix is null || !matrices.TryGetValue(matrix, out var found))
                throw new InputFormatException(
                    folder,
                    $"the adapter's tensor '{name}' belongs to no matrix of the model; was it made for another base?"
                );
            changed[matrix] = found;
        }

        return changed.Count > 0
            ? [.. changed.Values]
            : throw new InputFormatException(folder, $"{Model} holds no tensor; expected those of an adapter");
    }

    private static void Fill(string folder, WeightFiles files, Adapter adapter, string[] names)
    {
        using var quiet = no_grad();
        var wanted = adapter.Parameters.ToDictionary(p => Prefix + p.Name, p => p.Value, StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!wanted.ContainsKey(name))
                throw new InputFormatException(
                    folder,
                    $"the tensor '{name}' has no place in an adapter of the kind '{adapter.Kind.Name}'"
                );
        }

        foreach (var (name, parameter) in wanted)
        {
            if (files.Find(name) is not { } found)
                throw new InputFormatException(folder, $"the adapter's tensor '{name}' is missing");
            if (!found.Tensor.Shape.SequenceEqual(parameter.shape))
                throw new InputFormatException(
                    folder,
                    $"'{name}' is {StoredTensor.Text(found.Tensor.Shape)} where the configuration and the model say {StoredTensor.Text(parameter.shape)}"
                );
            using var scope = NewDisposeScope();
            parameter.copy_(TensorFiles.Load(found.File, found.Tensor));
        }
    }

    // 'model.layers.0.self_attn.q_proj.lora_A.weight' or '...q_proj.svd_sigma'
    private static string? MatrixOf(string name)
    {
        var at = Math.Max(
            name.IndexOf(".lora_", StringComparison.Ordinal),
            name.IndexOf(".svd_", StringComparison.Ordinal)
        );
        return at > 0 ? name[..at] : null;
    }
}
