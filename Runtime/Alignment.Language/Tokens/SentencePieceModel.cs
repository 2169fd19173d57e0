using System.Text;
using Microsoft.ML.Tokenizers;

namespace Alignment;

/// <summary>The merges of a SentencePiece model of byte-pair encoding, or the lattice of one of the other kind.</summary>
/// <remarks>
/// The library normalizes, and encodes what is no byte-pair encoding. Merging is our own: of pairs of equal score the format's origin takes
/// the leftmost, and version 2.0.1 of the library does not (it makes <c>3 33</c> of <c>333</c> where <c>33 3</c> is due).
/// </remarks>
internal sealed class SentencePieceModel : ITokenModel
{
    private readonly SentencePieceTokenizer _pieces;
    private readonly SentencePieceFile _file;
    private readonly HashSet<int> _markers;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly int?[] _bytes = new int?[256];

    public SentencePieceModel(SentencePieceTokenizer pieces, SentencePieceFile file, HashSet<int> markers)
    {
        (_pieces, _file, _markers) = (pieces, file, markers);
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
    }

    /// <inheritdoc/>
    public void Encode(string text, bool isFirst, List<int> into)
    {
        if (_file.IsMerged)
        {
            Merge(_pieces.Normalizer?.Normalize(text) ?? text, into);
            return;
        }

        var ids = Ids(text);
        if (ids.Any(_markers.Contains))
        {
            // text that spells a control piece stays text: its signs by themselves
            ids =
            [
                .. text.EnumerateRunes().SelectMany(rune => Ids(rune.ToString())).Where(id => !_markers.Contains(id)),
            ];
        }

        into.AddRange(ids);
    }

    private IReadOnlyList<int> Ids(string text) =>
        _pieces.EncodeToIds(
            text,
            addBeginningOfSentence: false,
            addEndOfSentence: false,
            considerPreTokenization: false,
            considerNormalization: true
        );

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
