namespace Alignment;

/// <summary>The letters that stand for the 256 bytes in vocabularies of byte-level byte-pair encoding.</summary>
/// <remarks>
/// Printable bytes of Latin-1 (33 to 126, 161 to 172, 174 to 255) stand for themselves; the other 68, in order, for the letters from
/// U+0100 on, so that no token holds a space or a control character. Source: Radford et al. 2019, "Language Models are Unsupervised
/// Multitask Learners", section 2.2, and the vocabulary that came with it.
/// </remarks>
internal static class ByteLetters
{
    private static readonly char[] Letters = MakeLetters();
    private static readonly Dictionary<char, byte> Bytes = Enumerable
        .Range(0, 256)
        .ToDictionary(b => Letters[b], b => (byte)b);

    /// <summary>All letters, by their byte.</summary>
    public static ReadOnlySpan<char> All => Letters;

    /// <summary>The letter of a byte.</summary>
    public static char Of(byte value) => Letters[value];

    /// <summary>The letters of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<char> letters = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            letters[i] = Letters[bytes[i]];
        }

        return new string(letters);
    }

    /// <summary>The bytes of a token, or null when it holds a character that stands for none.</summary>
    public static byte[]? ToBytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static char[] MakeLetters()
    {
        var letters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            letters[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? (char)b : (char)next++;
        }

        return letters;
    }
}
