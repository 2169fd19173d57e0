using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Alignment;

/// <summary>Byte-pair encoding: the pieces of a text, each merged by rank, over bytes or with bytes for unknown characters.</summary>
internal sealed class MergeModel : ITokenModel
{
    // Texts repeat their words; a text of nothing but new ones must not fill the memory.
    private const int MostCached = 1 << 16;
    private const int LongestCached = 64;

    private readonly BpeTokenizer _bpe;
    private readonly PreTokenization _split;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly HashSet<int> _markers;
    private readonly int[]? _bytes;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <summary>A model of a vocabulary and merges that have been checked.</summary>
    /// <param name="options">Vocabulary, merges, the unknown token; byte-level or not.</param>
    /// <param name="split">How a text is cut.</param>
    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="markers">Ids that no text may become.</param>
    /// <param name="bytes">Ids of the 256 bytes that stand in for unknown characters, or null.</param>
    /// <param name="isWholeFirst">Whether a piece that is a token is that token, without merging.</param>
    public MergeModel(
        BpeOptions options,
        PreTokenization split,
        Dictionary<string, int> vocabulary,
        HashSet<int> markers,
        int[]? bytes,
        bool isWholeFirst
    )
    {
        (_bpe, _split, _vocabulary, _markers, _bytes) = (
            BpeTokenizer.Create(options),
            split,
            vocabulary,
            markers,
            bytes
        );
        IsWholeFirst = isWholeFirst;
    }

    private bool IsWholeFirst { get; }

    /// <inheritdoc/>
    public void Encode(string text, bool isFirst, List<int> into)
    {
        foreach (var piece in _split.Split(text, isFirst))
        {
            if (piece.Length == 0)
            {
                continue;
            }

            if (_cache.TryGetValue(piece, out var known))
            {
                into.AddRange(known);
                continue;
            }

            var ids = Merge(piece);
            if (piece.Length <= LongestCached && _cache.Count < MostCached)
            {
                _cache.TryAdd(piece, ids);
            }

            into.AddRange(ids);
        }
    }

    private int[] Merge(string piece)
    {
        if (IsWholeFirst)
        {
            var token = _bpe.ByteLevel ? ByteLetters.Of(Encoding.UTF8.GetBytes(piece)) : piece;
            if (_vocabulary.TryGetValue(token, out var id) && !_markers.Contains(id))
            {
                return [id];
            }
        }

        var ids = _bytes is null ? [.. Merged(piece)] : WithBytes(piece, _bytes);
        // no merges of a sound vocabulary make a marker; whatever these do, text stays text
        return ids.Any(_markers.Contains) ? InLetters(piece) : ids;
    }

    private IReadOnlyList<int> Merged(string piece) =>
        _bpe.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false);

    // Merges never reach across a character that is written in bytes: those are no part of any merge.
    private int[] WithBytes(string piece, int[] bytes)
    {
        var ids = new List<int>();
        var start = 0;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < piece.Length; )
        {
            var length = char.IsHighSurrogate(piece[i]) ? 2 : 1;
            if (!_vocabulary.ContainsKey(piece.Substring(i, length)))
            {
                if (i > start)
                {
                    ids.AddRange(Merged(piece[start..i]));
                }

                var count = Encoding.UTF8.GetBytes(piece.AsSpan(i, length), utf8);
                foreach (var b in utf8[..count])
                {
                    ids.Add(bytes[b]);
                }

                start = i + length;
            }

            i += length;
        }

        if (start < piece.Length)
        {
            ids.AddRange(Merged(piece[start..]));
        }

        return [.. ids];
    }

    private int[] InLetters(string piece)
    {
        if (_bpe.ByteLevel)
        {
            return [.. Encoding.UTF8.GetBytes(piece).Select(b => _vocabulary[ByteLetters.Of(b).ToString()])];
        }

        var ids = new List<int>();
        foreach (var rune in piece.EnumerateRunes())
        {
            ids.AddRange(_bytes is null ? Merged(rune.ToString()) : WithBytes(rune.ToString(), _bytes));
        }

        return [.. ids];
    }
}
