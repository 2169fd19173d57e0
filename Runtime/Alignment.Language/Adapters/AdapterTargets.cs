namespace Alignment;

/// <summary>Which matrices of a base an adapter changes, in all of its blocks.</summary>
/// <remarks>
/// <para>PEFT's <c>target_modules</c> are read by <see cref="LanguageModel.Targets"/>.</para>
/// <para>GPT-2 has one matrix for queries, keys and values, which are named together, and no gate.</para>
/// </remarks>
[Flags]
public enum AdapterTargets
{
    /// <summary>No matrix, which no adapter is content with.</summary>
    None = 0,

    /// <summary><c>q_proj</c>.</summary>
    Query = 1,

    /// <summary><c>k_proj</c>.</summary>
    Key = 2,

    /// <summary><c>v_proj</c>.</summary>
    Value = 4,

    /// <summary>From all heads back to a state: <c>o_proj</c>, or GPT-2's <c>attn.c_proj</c>.</summary>
    Output = 8,

    /// <summary><c>gate_proj</c>.</summary>
    Gate = 16,

    /// <summary><c>up_proj</c>, or GPT-2's <c>c_fc</c>.</summary>
    Up = 32,

    /// <summary><c>down_proj</c>, or GPT-2's <c>mlp.c_proj</c>.</summary>
    Down = 64,

    /// <summary>Queries, keys, values and the attention's output.</summary>
    Attention = Query | Key | Value | Output,

    /// <summary>The matrices of the perceptrons.</summary>
    Perceptron = Gate | Up | Down,

    /// <summary>All of them.</summary>
    All = Attention | Perceptron,
}
