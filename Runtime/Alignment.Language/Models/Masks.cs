using static TorchSharp.torch;

namespace Alignment;

/// <summary>Which keys each token sees: 0 for seen and minus infinity for the rest, which attention adds to its scores, [rows, 1, tokens, keys].</summary>
internal static class Masks
{
    /// <summary>For rows that are all there and none padded; null where causal attention needs no telling.</summary>
    public static Tensor? Plain(ModelConfig config, long tokens, ScalarType type, Device device) =>
        config.Window is { } window && tokens > window ? Seen([0], tokens, tokens, window, type, device) : null;

    /// <summary>For the last tokens of rows that are padded in front.</summary>
    /// <param name="paddings">What stands before each row's first token.</param>
    /// <param name="tokens">How many tokens look.</param>
    /// <param name="keys">How many are looked at, the last of them by the last token.</param>
    /// <param name="window">How far back attention sees; null for all.</param>
    /// <param name="type">Of the states.</param>
    /// <param name="device">Where the mask lies.</param>
    public static Tensor Seen(
        IReadOnlyList<int> paddings,
        long tokens,
        long keys,
        int? window,
        ScalarType type,
        Device device
    )
    {
        var mask = new float[paddings.Count * tokens * keys];
        var at = 0;
        foreach (var padding in paddings)
        {
            for (var i = keys - tokens; i < keys; i++)
            {
                for (var j = 0L; j < keys; j++)
                    // what is padded sees itself: attention to nothing is no number
                    mask[at++] =
                        j == i || (j < i && j >= padding && i >= padding && (window is not { } w || i - j < w))
                            ? 0
                            : float.NegativeInfinity;
            }
        }

        return tensor(mask, [paddings.Count, 1, tokens, keys], type, device);
    }
}
