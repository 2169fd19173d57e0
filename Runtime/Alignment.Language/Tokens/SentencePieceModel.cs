using System.Text;
using Microsoft.ML.Tokenizers;

namespace Alignment;

/// <summary>A SentencePiece model: merges, or of all ways through a text the likeliest.</summary>
/// <remarks>
/// <para>The library normalizes. What comes behind that is our own, since version 2.0.1 of the library does not do what the format's origin does: of pairs of equal score
/// the leftmost is due (it makes <c>3 33</c> of <c>333</c> where <c>33 3</c> is), and on the likeliest way a character that no piece has is its bytes (it takes
/// ids that lie 255 beyond them).</para>
/// <para>Source: Kudo (2018), "Subword regularization", arXiv 1804.10959, for the likeliest way, found after Viterbi.</para>
/// </remarks>
internal sealed class SentencePieceModel : ITokenModel
{
    private const float UnknownPenalty = 10; // below the least score of a piece, as in the format's origin

    private readonly SentencePieceTokenizer _pieces;
    private readonly SentencePieceFile _file;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly int?[] _bytes = new int?[256];
    private readonly int _longest;
    private readonly float _greatest; // of the scores
    private readonly float _unknown;

    public SentencePieceModel(SentencePieceTokenizer pieces, SentencePieceFile file)
    {
        (_pieces, _file) = (pieces, file);
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            var piece = file.Pieces[id];
            if (piece.Kind is SentencePieceFile.Kind.Normal or SentencePieceFile.Kind.UserDefined)
            {
                _ids.TryAdd(piece.Text, id);
            }
            else if (piece.Kind == SentencePieceFile.Kind.Byte && TokenizerJson.ByteOf(piece.Text) is { } b)
            {
                _bytes[b] = id;
            }
        }

        _longest = _ids.Keys.Select(text => text.Length).DefaultIfEmpty(0).Max();
        float[] scores =
        [
            .. file.Pieces.Where(p => p.Kind == SentencePieceFile.Kind.Normal).Select(p => p.Score).DefaultIfEmpty(0),
        ];
        (_greatest, _unknown) = (scores.Max(), scores.Min() - UnknownPenalty);
    }

    /// <inheritdoc/>
    public void Encode(string text, bool isFirst, List<int> into)
    {
        var normal = _pieces.Normalizer?.Normalize(text) ?? text;
        if (_file.IsMerged)
            Merge(normal, into);
        else
            Likeliest(normal, into);
    }

    // To each place the greatest sum of scores, and where its last piece begins; a piece that a user defined goes before what it is made of.
    private void Likeliest(string text, List<int> into)
    {
        var find = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var (sums, begins) = (new double[text.Length + 1], new int[text.Length + 1]);
        Array.Fill(sums, double.NegativeInfinity, 1, text.Length);
        void Reach(int from, int to, double score)
        {
            if (sums[from] + score > sums[to])
                (sums[to], begins[to]) = (sums[from] + score, from);
        }

        for (var from = 0; from < text.Length; from++)
        {
            if (double.IsNegativeInfinity(sums[from]))
                continue; // in the middle of a character
            for (var length = 1; length <= Math.Min(_longest, text.Length - from); length++)
            {
                var part = text.AsSpan(from, length);
                if (!find.TryGetValue(part, out var id))
                    continue;
                var piece = _file.Pieces[id];
                Reach(
                    from,
                    from + length,
                    piece.Kind == SentencePieceFile.Kind.UserDefined ? (Runes(part) * _greatest) - 0.1 : piece.Score
                );
            }

            var one = char.IsHighSurrogate(text[from]) && from + 1 < text.Length ? 2 : 1;
            if (!find.ContainsKey(text.AsSpan(from, one)))
                Reach(from, from + one, _unknown);
        }

        var ends = new Stack<int>();
        for (var end = text.Length; end > 0; end = begins[end])
            ends.Push(end);
        foreach (var end in ends)
            Add(text[begins[end]..end], into);
    }

    private static int Runes(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    // The pair of the highest score first, the leftmost of equals; symbols are ranges of the text, linked to their neighbours.
    private void Merge(string text, List<int> into)
    {
        var (starts, lengths, next, previous) = Symbols(text);
        var queue = new PriorityQueue<(int Left, int Right, int Length), (float, int)>();
        void Enter(int left, int right)
        {
            if (left < 0 || right >= starts.Length)
            {
                return;
            }

            var length = lengths[left] + lengths[right];
            if (_ids.TryGetValue(text.Substring(starts[left], length), out var id))
            {
                queue.Enqueue((left, right, length), (-_file.Pieces[id].Score, left));
            }
        }

        for (var i = 0; i + 1 < starts.Length; i++)
        {
            Enter(i, i + 1);
        }

        while (queue.TryDequeue(out var pair, out _))
        {
            var (left, right, length) = pair;
            if (lengths[left] == 0 || lengths[right] == 0 || lengths[left] + lengths[right] != length)
            {
                continue; // one of the two has been merged since
            }

            lengths[left] = length;
            lengths[right] = 0;
            next[left] = next[right];
            if (next[left] < starts.Length)
            {
                previous[next[left]] = left;
            }

            Enter(previous[left], left);
            Enter(left, next[left]);
        }

        for (var i = 0; i < starts.Length; i++)
        {
            if (lengths[i] > 0)
            {
                Add(text.Substring(starts[i], lengths[i]), into);
            }
        }
    }

    private static (int[] Starts, int[] Lengths, int[] Next, int[] Previous) Symbols(string text)
    {
        var starts = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i += char.IsHighSurrogate(text[i]) ? 2 : 1)
        {
            starts.Add(i);
        }

        var count = starts.Count;
        return (
            [.. starts],
            [.. Enumerable.Range(0, count).Select(i => (i + 1 < count ? starts[i + 1] : text.Length) - starts[i])],
            [.. Enumerable.Range(1, count)],
            [.. Enumerable.Range(-1, count)]
        );
    }

    private void Add(string symbol, List<int> into)
    {
        if (_ids.TryGetValue(symbol, out var id))
        {
            into.Add(id);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(symbol);
        if (bytes.All(b => _bytes[b] is not null))
        {
            into.AddRange(bytes.Select(b => _bytes[b]!.Value));
        }
        else
        {
            into.Add(_pieces.UnknownId);
        }
    }
}
