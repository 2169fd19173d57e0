using System.Text.Json;

namespace Alignment;

/// <summary>Rotary positions as configurations say them: <c>rope_theta</c> with <c>rope_scaling</c>, or both within <c>rope_parameters</c>.</summary>
internal static class RotaryFields
{
    private static readonly string[] Known = ["default", "linear", "llama3", "yarn"];

    public static RotaryPositions Read(ConfigFields fields)
    {
        var together = fields.Within("rope_parameters");
        var origin = (together ?? fields).Number("rope_theta", 10_000);
        var scaling = together ?? fields.Within("rope_scaling");
        return new(origin, scaling is null ? null : Scaling(scaling, fields));
    }

    private static IRotaryScaling? Scaling(ConfigFields scaling, ConfigFields model)
    {
        // older files say 'type'
        var type = scaling.Text("rope_type", null) ?? scaling.Text("type", "default");
        // without an original context it is the one that the model is given with
        int Original() =>
            scaling.Whole("original_max_position_embeddings", null) ?? model.Whole("max_position_embeddings");
        return type switch
        {
            "default" => null,
            "linear" => new LinearScaling(scaling.Number("factor")),
            "llama3" => new Llama3Scaling(
                scaling.Number("factor"),
                scaling.Number("low_freq_factor"),
                scaling.Number("high_freq_factor"),
                Original()
            ),
            "yarn" => new YarnScaling(
                scaling.Number("factor"),
                Original(),
                scaling.Number("beta_fast", 32),
                scaling.Number("beta_slow", 1),
                scaling.Number("attention_factor", null)
            ),
            _ => throw scaling.Wrong("rope_type", $"expected one of {string.Join(", ", Known)}, got '{type}'"),
        };
    }

    public static void Write(Utf8JsonWriter json, RotaryPositions rotary)
    {
        json.WriteNumber("rope_theta", rotary.Base);
        if (rotary.Scaling is null)
            return;
        json.WriteStartObject("rope_scaling");
        switch (rotary.Scaling)
        {
            case LinearScaling linear:
                json.WriteString("rope_type", "linear");
                json.WriteNumber("factor", linear.Factor);
                break;
            case Llama3Scaling llama:
                json.WriteString("rope_type", "llama3");
                json.WriteNumber("factor", llama.Factor);
                json.WriteNumber("low_freq_factor", llama.Low);
                json.WriteNumber("high_freq_factor", llama.High);
                json.WriteNumber("original_max_position_embeddings", llama.Original);
                break;
            case YarnScaling yarn:
                json.WriteString("rope_type", "yarn");
                json.WriteNumber("factor", yarn.Factor);
                json.WriteNumber("original_max_position_embeddings", yarn.Original);
                json.WriteNumber("beta_fast", yarn.Fast);
                json.WriteNumber("beta_slow", yarn.Slow);
                if (yarn.Sharpened is { } sharpened)
                    json.WriteNumber("attention_factor", sharpened);
                break;
            default:
                throw new NotSupportedException(
                    $"A scaling of the kind {rotary.Scaling.GetType().Name} has no place in a configuration."
                );
        }

        json.WriteEndObject();
    }
}
