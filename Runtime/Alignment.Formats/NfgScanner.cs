using System.Text;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

internal enum NfgTokenKind
{
    OpenBrace,
    CloseBrace,
    Comma,

    /// <summary>A text in double quotes.</summary>
    Text,

    /// <summary>Any other run of characters: a keyword or a number.</summary>
    Word,

    /// <summary>The end of the file.</summary>
    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Start">The offset of its first character.</param>
/// <param name="End">The offset after its last character.</param>
/// <param name="Text">Of a <see cref="NfgTokenKind.Text"/> its value, quotes and escapes resolved; else empty.</param>
internal readonly record struct NfgToken(NfgTokenKind Kind, int Start, int End, string Text = "");

/// <summary>Cuts an .nfg file into tokens, and looks at one of them at a time.</summary>
internal sealed class NfgScanner
{
    private readonly SourceText source;

    public NfgScanner(SourceText source)
    {
        this.source = source;
        Current = Next(0);
    }

    /// <summary>The token to be read next.</summary>
    public NfgToken Current { get; private set; }

    /// <summary>The characters of the current token.</summary>
    public ReadOnlySpan<char> CurrentText => source.Text.AsSpan(Current.Start, Current.End - Current.Start);

    /// <summary>The number of characters from the current token to the end of the file.</summary>
    public int Remaining => source.Text.Length - Current.Start;

    public bool IsAt(NfgTokenKind kind) => Current.Kind == kind;

    public NfgToken Take()
    {
        NfgToken token = Current;
        Current = Next(token.End);
        return token;
    }

    public NfgToken Take(NfgTokenKind kind, string expected) => IsAt(kind) ? Take() : throw Unexpected(expected);

    public InputFormatException Unexpected(string expected) =>
        Error(Current, $"expected {expected}, got {DescribeCurrent()}");

    public InputFormatException Error(NfgToken at, string problem) => source.Error(at.Start, problem);

    /// <summary>The current token as a message names it.</summary>
    public string DescribeCurrent() =>
        Current.Kind switch
        {
            NfgTokenKind.End => "the end of the file",
            NfgTokenKind.Text => $"the text {Quote(Current.Text)}",
            _ => Quote(CurrentText),
        };

    private static bool IsWordEnd(char c) => c is '{' or '}' or ',' or '"' || char.IsWhiteSpace(c);

    private NfgToken Next(int offset)
    {
        string text = source.Text;
        while (offset < text.Length && char.IsWhiteSpace(text[offset]))
        {
            offset++;
        }
        return offset == text.Length
            ? new NfgToken(NfgTokenKind.End, offset, offset)
            : text[offset] switch
            {
                '{' => new NfgToken(NfgTokenKind.OpenBrace, offset, offset + 1),
                '}' => new NfgToken(NfgTokenKind.CloseBrace, offset, offset + 1),
                ',' => new NfgToken(NfgTokenKind.Comma, offset, offset + 1),
                '"' => QuotedText(offset),
                _ => Word(offset),
            };
    }

    private NfgToken Word(int start)
    {
        int end = start + 1;
        while (end < source.Text.Length && !IsWordEnd(source.Text[end]))
        {
            end++;
        }
        return new NfgToken(NfgTokenKind.Word, start, end);
    }

    /// <summary>
    /// A backslash stands before a quote or a backslash that belongs to the text; before any other character,
    /// as in <c>"\alpha"</c>, it is one itself, as it is to Gambit.
    /// </summary>
    private NfgToken QuotedText(int start)
    {
        ReadOnlySpan<char> rest = source.Text.AsSpan(start + 1);
        var value = new StringBuilder();
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                return new NfgToken(NfgTokenKind.Text, start, start + 1 + i + 1, value.ToString());
            }
            bool escape = rest[i] == '\\' && i + 1 < rest.Length && rest[i + 1] is '"' or '\\';
            value.Append(escape ? rest[++i] : rest[i]);
        }
        throw source.Error(start, "a text starts here that is never closed; expected '\"' before the end of the file");
    }
}
