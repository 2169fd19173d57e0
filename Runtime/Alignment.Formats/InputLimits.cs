namespace Alignment.Formats;

/// <summary>The sizes beyond which a reader refuses its input, before it allocates anything for it.</summary>
public static class InputLimits
{
    /// <summary>The largest file, in bytes, and the longest text, in UTF-16 code units: 512 Mi.</summary>
    /// <remarks>A text of this length still fits one array when encoded as UTF-8 (at most three bytes each).</remarks>
    public const int MaxLength = 512 << 20;

    /// <summary>The most numbers of a game (cells times players), and the most cells of a .csv file: 50 million.</summary>
    public const int MaxNumbers = 50_000_000;
}
