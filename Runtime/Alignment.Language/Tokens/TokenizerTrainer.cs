using System.Runtime.InteropServices;
using System.Text;

namespace Alignment;

/// <summary>Learns a vocabulary of byte-level byte-pair encoding from text.</summary>
/// <remarks>
/// <para>
/// The text is cut into words by <see cref="Pattern"/>, words are counted, and each starts as its bytes. Then, until the vocabulary is
/// full, the adjacent pair that occurs most often, over all words times their counts, becomes a token and a merge. Ties go to the pair
/// whose left token has the lower id, then to the one whose right token has. So the result depends on the counts of words alone, not on
/// the order of lines.
/// </para>
/// <para>
/// Ids: special tokens in their order, the 256 bytes in the order of the letters that stand for them, then merges as learned. Pair counts are
/// kept up to date word by word, so a merge costs what it changes.
/// </para>
/// <para>Source: Sennrich, Haddow, Birch 2016, arXiv:1508.07909, algorithm 1; bytes as in Radford et al. 2019 (GPT-2), section 2.2.</para>
/// <para>Not for text whose words have no end, such as long lines of Chinese: a word is what the pattern finds.</para>
/// <example><code>
/// var tokenizer = new TokenizerTrainer { Size = 2000 }.Train(lines);
/// </code></example>
/// </remarks>
public sealed record TokenizerTrainer
{
    /// <summary>Number of tokens, special ones and the 256 bytes among them; fewer come out when no pair occurs often enough. 2,000 by default.</summary>
    public int Size { get; init; } = 2000;

    /// <summary>A pair is merged only if it occurs at least so often; 2 by default.</summary>
    public int MinimumCount { get; init; } = 2;

    /// <summary>Special tokens, which get the first ids; by default those of <see cref="ChatTemplate.Tiny"/> and <c>&lt;|pad|&gt;</c>.</summary>
    public ValueList<string> Special { get; init; } = ["<|pad|>", .. ChatTemplate.Tiny.Markers];

    /// <summary>How text is cut into words; as GPT-2 does by default.</summary>
    public WordPattern Pattern { get; init; } = WordPattern.Gpt2;

    /// <summary>Another number of tokens.</summary>
    public TokenizerTrainer WithSize(int size) => this with { Size = size };

    /// <summary>Other special tokens.</summary>
    public TokenizerTrainer WithSpecial(params string[] tokens) => this with { Special = [.. tokens] };

    /// <summary>Another least count of pairs.</summary>
    public TokenizerTrainer WithMinimumCount(int count) => this with { MinimumCount = count };

    /// <summary>Another way to cut text into words.</summary>
    public TokenizerTrainer WithPattern(WordPattern pattern) => this with { Pattern = pattern };

    /// <summary>Learns a vocabulary.</summary>
    /// <param name="lines">The text, line by line; no merge reaches across the end of one.</param>
    /// <returns>The vocabulary, ready to encode and to be written.</returns>
    /// <exception cref="ArgumentException">The size has no room for bytes and special tokens, or a special token is empty or named twice.</exception>
    public TrainedTokenizer Train(IEnumerable<string> lines)
    {
        Check();
        var words = Words(lines);
        var letters = ByteLetters.All.ToArray();
        Array.Sort(letters);
        List<string> tokens = [.. Special, .. letters.Select(letter => letter.ToString())];
        var idOfByte = new int[256];
        for (var b = 0; b < 256; b++)
        {
            idOfByte[b] = Special.Count + Array.BinarySearch(letters, ByteLetters.Of((byte)b));
        }

        var merging = new PairMerging(
            words.Select(word => (Array.ConvertAll(Encoding.UTF8.GetBytes(word.Key), b => idOfByte[b]), word.Value))
        );
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var merges = new List<(string, string)>();
        while (tokens.Count < Size && merging.Best() is { } best && best.Count >= MinimumCount)
        {
            merges.Add((tokens[best.Left], tokens[best.Right]));
            var token = tokens[best.Left] + tokens[best.Right];
            // two ways to the same bytes: one token, two merges
            if (!ids.TryGetValue(token, out var known))
            {
                ids[token] = known = tokens.Count;
                tokens.Add(token);
            }

            merging.Merge(best.Left, best.Right, known);
        }

        return new TrainedTokenizer(
            tokens.ToValueList(),
            [.. merges.Select(m => $"{m.Item1} {m.Item2}")],
            Special,
            Pattern
        );
    }

    private Dictionary<string, long> Words(IEnumerable<string> lines)
    {
        var split = TokenizerSteps.WordsOf(Pattern);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var words = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var line in lines)
        {
            foreach (var (start, end) in split.Matches(line))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(words, line.AsSpan(start, end - start), out _)++;
            }
        }

        return counts;
    }

    private void Check()
    {
        if (Size < Special.Count + 256)
        {
            throw new ArgumentException(
                $"Tokenizer trainer: expected a size of at least {Special.Count + 256} (256 bytes, {Special.Count} special tokens), got {Size}."
            );
        }

        if (
            Special.FirstOrDefault(token => token.Length == 0 || Special.Count(other => other == token) > 1) is
            { } wrong
        )
        {
            throw new ArgumentException(
                $"Tokenizer trainer: expected special tokens that are not empty and each named once, got '{wrong}'."
            );
        }

        if (Special.FirstOrDefault(token => token.Length == 1) is { } letter)
        {
            throw new ArgumentException(
                $"Tokenizer trainer: expected special tokens of two letters or more, got '{letter}', which stands for a byte."
            );
        }
    }
}

/// <summary>How text is cut into words before anything is merged, by the family of models that does so.</summary>
public enum WordPattern
{
    /// <summary>Contractions, words, numbers of any length, other signs, each with the space before it.</summary>
    Gpt2,

    /// <summary>As <see cref="Gpt2"/>, but numbers in groups of three digits, contractions in capitals too, any one sign before a word, breaks of lines apart.</summary>
    Llama3,

    /// <summary>As <see cref="Llama3"/>, but each digit by itself.</summary>
    Qwen2,
}
