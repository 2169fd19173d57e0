using static System.FormattableString;

namespace Alignment;

/// <summary>The families of transformers that can be loaded.</summary>
public enum Architecture
{
    /// <summary>Root-mean-square norms, rotary positions, gated SiLU.</summary>
    Llama,

    /// <summary>As Llama, with biases of queries, keys and values.</summary>
    Qwen2,

    /// <summary>As Llama, with a norm of each head's queries and keys.</summary>
    Qwen3,

    /// <summary>As Llama, attending to a window of tokens if it says so.</summary>
    Mistral,

    /// <summary>Layer norms, learnt positions, GELU, biases everywhere.</summary>
    Gpt2,
}

/// <summary>The shape of a transformer: what its <c>config.json</c> says.</summary>
/// <remarks>
/// <para>Units: sizes in numbers, lengths in tokens.</para>
/// <para>Default: those of the format where a file says nothing; see each property.</para>
/// </remarks>
public sealed record ModelConfig
{
    /// <summary>The family.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>Rows of the embedding: no token's number is as high.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Numbers of a token's state.</summary>
    public required int Hidden { get; init; }

    /// <summary>Blocks of attention and perceptron.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads of queries.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; a divisor of <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Numbers of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Numbers between the two halves of a perceptron.</summary>
    public required int Inner { get; init; }

    /// <summary>The longest text, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>What is added to a norm's mean square.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>How positions turn queries and keys; null where positions are learnt.</summary>
    public RotaryPositions? Rotary { get; init; }

    /// <summary>Whether the head is the embedding.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Whether queries, keys and values have biases.</summary>
    public bool QueryBias { get; init; }

    /// <summary>Whether the attention's output has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the perceptron has biases.</summary>
    public bool InnerBias { get; init; }

    /// <summary>How many tokens back attention sees; null for all.</summary>
    public int? Window { get; init; }

    /// <summary>The token that begins a text, where there is one.</summary>
    public int? Begin { get; init; }

    /// <summary>The tokens that end a text.</summary>
    public ValueList<int> Ends { get; init; } = [];

    /// <summary>Parameters in all.</summary>
    public long Parameters => WeightSlots.Of(this).Sum(slot => slot.Shape.Aggregate(1L, (a, b) => a * b));

    /// <summary>What keeps such a transformer from being built, as a sentence's rest; null for nothing.</summary>
    internal string? Fault()
    {
        var isGpt2 = Architecture == Architecture.Gpt2;
        (string Name, int Size)[] sizes =
        [
            ("tokens in the vocabulary", Vocabulary),
            ("numbers of a state", Hidden),
            ("layers", Layers),
            ("heads", Heads),
            ("heads of keys", KeyValueHeads),
            ("numbers of a head", HeadSize),
            ("numbers within a perceptron", Inner),
            ("tokens of context", Context),
            ("tokens in a window", Window ?? 1),
        ];
        foreach (var (name, size) in sizes)
        {
            if (size < 1)
                return Invariant($"{name}: expected at least 1, got {size}");
        }

        return Heads % KeyValueHeads != 0
                ? Invariant(
                    $"expected a number of heads that is a multiple of the {KeyValueHeads} heads of keys, got {Heads}"
                )
            : isGpt2 && KeyValueHeads != Heads
                ? Invariant($"expected as many heads of keys as the {Heads} heads, as gpt2 has, got {KeyValueHeads}")
            : isGpt2 && Hidden != Heads * (long)HeadSize
                ? Invariant(
                    $"expected a hidden size of {Heads} heads of {HeadSize}, {Heads * (long)HeadSize}, got {Hidden}"
                )
            : !double.IsFinite(NormEpsilon) || NormEpsilon <= 0
                ? Invariant($"expected a number above 0 beside a norm's mean square, got {NormEpsilon}")
            : isGpt2 != (Rotary is null)
                ? isGpt2 ? "gpt2 learns its positions: expected no rotary ones"
                    : "expected rotary positions, which only gpt2 does without; new RotaryPositions() are the usual ones"
            : Rotary is not null && HeadSize % 2 != 0 ? Invariant($"expected heads of an even size, got {HeadSize}")
            : Rotary is not null && !(double.IsFinite(Rotary.Base) && Rotary.Base > 1)
                ? Invariant($"expected a base of rotary positions above 1, got {Rotary.Base}")
            : null;
    }
}
