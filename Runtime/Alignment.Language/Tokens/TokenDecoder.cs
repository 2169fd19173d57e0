using System.Text;

namespace Alignment;

/// <summary>Turns tokens into text one after the other, as they are generated, and never shows a part of a character.</summary>
/// <remarks>
/// <para>
/// A token may end in the middle of a character. Its bytes wait until the character is whole; bytes that can be part of none become
/// U+FFFD. What <see cref="Add"/> and <see cref="Finish"/> return, joined, is what <see cref="Tokenizer.Decode"/> returns for all tokens.
/// </para>
/// <para>Not for several streams at once: each has a decoder of its own.</para>
/// </remarks>
public sealed class TokenDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private bool _isAtStart = true;

    internal TokenDecoder(Tokenizer tokenizer, bool skipSpecial) =>
        (_tokenizer, _skipSpecial) = (tokenizer, skipSpecial);

    /// <summary>The text that a further token completes; empty while a character is unfinished.</summary>
    /// <param name="id">The token.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no such token.</exception>
    public string Add(int id)
    {
        var bytes = _tokenizer.BytesOf(id);
        return _skipSpecial && _tokenizer.IsSpecial(id) ? "" : Read(bytes, flush: false);
    }

    /// <summary>What is left: U+FFFD for a character that never was completed, else nothing. The decoder then starts anew.</summary>
    public string Finish()
    {
        var rest = Read([], flush: true);
        _isAtStart = true;
        return rest;
    }

    private string Read(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> small = stackalloc char[256];
        var room = _decoder.GetCharCount(bytes, flush);
        var chars = room <= small.Length ? small : new char[room];
        var count = _decoder.GetChars(bytes, chars, flush);
        var text = chars[..count];
        if (text.IsEmpty)
        {
            return "";
        }

        if (_isAtStart && _tokenizer.DropsFirstSpace && text[0] == ' ')
        {
            text = text[1..];
        }

        _isAtStart = false;
        return text.ToString();
    }
}
