using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Alignment;

/// <summary>A regular expression over characters of Unicode, as tokenizers mean theirs: one above U+FFFF counts as one.</summary>
/// <remarks>
/// .NET matches UTF-16 units, where such a character is two and of no class. So the pattern is matched against a shadow of the text,
/// which has in its place one rare character of the same general category, and what is found is read off the text itself.
/// </remarks>
internal sealed class SplitPattern
{
    // Patterns are the vocabulary's, texts the user's: backtracking must end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly char[] StandIns = MakeStandIns();

    private readonly Regex _regex;

    private SplitPattern(Regex regex) => _regex = regex;

    /// <summary>GPT-2's: contractions, words, numbers and other signs, each with the space before it.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>As GPT-2's, with digits in groups of three (Llama 3).</summary>
    public const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>As Llama 3's, with each digit by itself (Qwen 2 and 3).</summary>
    public const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Null when .NET does not understand the pattern.</summary>
    public static SplitPattern? Of(string pattern)
    {
        try
        {
            return new SplitPattern(
                new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, Patience)
            );
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A pattern that matches a text and nothing else.</summary>
    public static SplitPattern Literal(string text) => Of(Regex.Escape(text))!;

    /// <summary>The matches, left to right, as ranges of the text; empty ones are left out.</summary>
    public List<(int Start, int End)> Matches(string text)
    {
        var found = new List<(int, int)>();
        if (!HasPairs(text))
        {
            foreach (var match in _regex.EnumerateMatches(text))
            {
                if (match.Length > 0)
                {
                    found.Add((match.Index, match.Index + match.Length));
                }
            }

            return found;
        }

        var (shadow, places) = Shadow(text);
        foreach (var match in _regex.EnumerateMatches(shadow))
        {
            if (match.Length > 0)
            {
                found.Add((places[match.Index], places[match.Index + match.Length]));
            }
        }

        return found;
    }

    /// <summary>The text with every match replaced by another text.</summary>
    public string Replace(string text, string replacement)
    {
        var result = new StringBuilder();
        var at = 0;
        foreach (var (start, end) in Matches(text))
        {
            result.Append(text, at, start - at).Append(replacement);
            at = end;
        }

        return at == 0 ? text : result.Append(text, at, text.Length - at).ToString();
    }

    private static bool HasPairs(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    private static (string Shadow, int[] Places) Shadow(string text)
    {
        var shadow = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            places.Add(i);
            if (char.IsHighSurrogate(text[i]))
            {
                shadow.Append(StandIns[(int)CharUnicodeInfo.GetUnicodeCategory(text, i)]);
                i++;
            }
            else
            {
                shadow.Append(text[i]);
            }
        }

        places.Add(text.Length);
        return (shadow.ToString(), [.. places]);
    }

    // By category the last character of it below U+10000: no pattern names one of those by itself.
    private static char[] MakeStandIns()
    {
        var standIns = new char[(int)UnicodeCategory.OtherNotAssigned + 1];
        for (var c = 0x80; c <= 0xFFFF; c++)
        {
            standIns[(int)CharUnicodeInfo.GetUnicodeCategory((char)c)] = (char)c;
        }

        return standIns;
    }
}
