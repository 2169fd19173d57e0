using System.Globalization;
using System.Text;

namespace Alignment;

/// <summary>The four normal forms of Unicode, from tables of our own.</summary>
/// <remarks>
/// <para>
/// <see cref="string.Normalize(NormalizationForm)"/> gives the text back unchanged where .NET runs without the system's tables of cultures
/// (<c>InvariantGlobalization</c>), and a tokenizer that asks for NFC would then be another one, unnoticed.
/// </para>
/// <para>
/// Decompose fully, order marks by combining class, and for NFC and NFKC compose what is adjacent. Hangul syllables by arithmetic. The
/// tables' version of Unicode is in their first line; characters that came later stay as they are.
/// Source: Unicode Standard Annex 15, "Unicode Normalization Forms"; The Unicode Standard, section 3.12.
/// </para>
/// </remarks>
internal static class NormalForm
{
    private const int SBase = 0xAC00;
    private const int LBase = 0x1100;
    private const int VBase = 0x1161;
    private const int TBase = 0x11A7;
    private const int LCount = 19;
    private const int VCount = 21;
    private const int TCount = 28;

    private static readonly Lazy<Tables> Loaded = new(Load);

    /// <summary>The text in the form asked for. Lone surrogates stay as they are.</summary>
    public static string Of(string text, bool isComposed, bool isCompatible)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\x7F') < 0)
        {
            return text; // ASCII is in every form
        }

        var tables = Loaded.Value;
        var codes = new List<int>(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            Decompose(tables, isPair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i], isCompatible, codes);
            i += isPair ? 1 : 0;
        }

        Order(tables, codes);
        if (isComposed)
        {
            Compose(tables, codes);
        }

        var result = new StringBuilder(codes.Count);
        foreach (var code in codes)
        {
            if (code > 0xFFFF)
            {
                result.Append(char.ConvertFromUtf32(code));
            }
            else
            {
                result.Append((char)code);
            }
        }

        return result.ToString();
    }

    private static void Decompose(Tables tables, int code, bool isCompatible, List<int> into)
    {
        if (code is >= SBase and < SBase + (LCount * VCount * TCount))
        {
            var syllable = code - SBase;
            into.Add(LBase + (syllable / (VCount * TCount)));
            into.Add(VBase + (syllable % (VCount * TCount) / TCount));
            if (syllable % TCount != 0)
            {
                into.Add(TBase + (syllable % TCount));
            }
        }
        else if (
            tables.Canonical.TryGetValue(code, out var parts)
            || (isCompatible && tables.Compatible.TryGetValue(code, out parts))
        )
        {
            foreach (var part in parts)
            {
                Decompose(tables, part, isCompatible, into);
            }
        }
        else
        {
            into.Add(code);
        }
    }

    // Marks that follow each other stand by their class; equal ones keep their order.
    private static void Order(Tables tables, List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var rank = tables.ClassOf(codes[i]);
            for (var j = i; rank > 0 && j > 0 && tables.ClassOf(codes[j - 1]) > rank; j--)
            {
                (codes[j], codes[j - 1]) = (codes[j - 1], codes[j]);
            }
        }
    }

    private static void Compose(Tables tables, List<int> codes)
    {
        var (starter, last, kept) = (-1, 0, 0);
        for (var i = 0; i < codes.Count; i++)
        {
            var code = codes[i];
            var rank = tables.ClassOf(code);
            // what stands between a starter and a mark blocks it unless its class is lower
            var isFree = starter >= 0 && (kept - 1 == starter || (last < rank && last > 0));
            if (isFree && Composition(tables, codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }

            if (rank == 0)
            {
                starter = kept;
            }

            last = rank;
            codes[kept++] = code;
        }

        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int? Composition(Tables tables, int first, int second)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount)
        {
            return SBase + ((((first - LBase) * VCount) + (second - VBase)) * TCount);
        }

        if (
            first is >= SBase and < SBase + (LCount * VCount * TCount)
            && (first - SBase) % TCount == 0
            && second is > TBase and < TBase + TCount
        )
        {
            return first + (second - TBase);
        }

        return tables.Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static Tables Load()
    {
        using var stream =
            typeof(NormalForm).Assembly.GetManifestResourceStream("normal-forms.txt")
            ?? throw new InvalidOperationException("The tables of normal forms are not in this assembly.");
        using var reader = new StreamReader(stream);
        var tables = new Tables([], [], [], []);
        var excluded = new HashSet<int>();
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == "#")
            {
                continue;
            }

            var code = int.Parse(words[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var rest = words[2..];
            switch (words[0])
            {
                case "c":
                    tables.Classes[code] = byte.Parse(rest[0], CultureInfo.InvariantCulture);
                    break;
                case "x":
                    excluded.Add(code);
                    break;
                default:
                    var parts = Array.ConvertAll(
                        rest,
                        word => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    );
                    (words[0] == "d" ? tables.Canonical : tables.Compatible)[code] = parts;
                    break;
            }
        }

        foreach (var (code, parts) in tables.Canonical)
        {
            if (parts.Length == 2 && !excluded.Contains(code))
            {
                tables.Compositions[(parts[0], parts[1])] = code;
            }
        }

        return tables;
    }

    private sealed record Tables(
        Dictionary<int, int[]> Canonical,
        Dictionary<int, int[]> Compatible,
        Dictionary<int, byte> Classes,
        Dictionary<(int, int), int> Compositions
    )
    {
        public int ClassOf(int code) => code < 0x300 ? 0 : Classes.GetValueOrDefault(code);
    }
}
