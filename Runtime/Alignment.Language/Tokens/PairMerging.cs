using System.Runtime.InteropServices;

namespace Alignment;

/// <summary>Words as tokens, with the counts of adjacent pairs kept up to date while pairs are merged.</summary>
internal sealed class PairMerging
{
    private readonly List<(int[] Ids, int Length, long Count)> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), List<int>> _places = [];

    // Entries whose count has changed since are dropped when they come up: a pair that grew was entered anew.
    private readonly PriorityQueue<(int Left, int Right, long Count), (long, int, int)> _queue = new();

    public PairMerging(IEnumerable<(int[] Ids, long Count)> words)
    {
        foreach (var (ids, count) in words)
        {
            var word = _words.Count;
            _words.Add((ids, ids.Length, count));
            for (var i = 0; i + 1 < ids.Length; i++)
            {
                Change((ids[i], ids[i + 1]), count, word);
            }
        }

        foreach (var (pair, count) in _counts)
        {
            Enter(pair, count);
        }
    }

    /// <summary>The pair of the largest count; of equals the one of the lower left id, then of the lower right id. Null when there is none.</summary>
    public (int Left, int Right, long Count)? Best()
    {
        while (_queue.TryPeek(out var top, out _))
        {
            var count = _counts.GetValueOrDefault((top.Left, top.Right));
            if (count == top.Count && count > 0)
            {
                return top;
            }

            _queue.Dequeue();
            if (count > 0)
            {
                Enter((top.Left, top.Right), count);
            }
        }

        return null;
    }

    /// <summary>Puts a token in place of a pair in every word, from left to right.</summary>
    public void Merge(int left, int right, int token)
    {
        var grown = new HashSet<(int, int)>();
        foreach (var place in _places[(left, right)].ToArray())
        {
            var (ids, length, count) = _words[place];
            if (!Holds(ids.AsSpan(0, length), left, right))
            {
                continue;
            }

            for (var i = 0; i + 1 < length; i++)
            {
                Change((ids[i], ids[i + 1]), -count, place);
            }

            var kept = 0;
            for (var i = 0; i < length; i++)
            {
                var isPair = i + 1 < length && ids[i] == left && ids[i + 1] == right;
                ids[kept++] = isPair ? token : ids[i];
                i += isPair ? 1 : 0;
            }

            _words[place] = (ids, kept, count);
            for (var i = 0; i + 1 < kept; i++)
            {
                var pair = (ids[i], ids[i + 1]);
                Change(pair, count, place);
                if (pair.Item1 == token || pair.Item2 == token)
                {
                    grown.Add(pair);
                }
            }
        }

        _counts.Remove((left, right));
        _places.Remove((left, right));
        foreach (var pair in grown)
        {
            Enter(pair, _counts[pair]);
        }
    }

    private static bool Holds(ReadOnlySpan<int> ids, int left, int right)
    {
        for (var i = 0; i + 1 < ids.Length; i++)
        {
            if (ids[i] == left && ids[i + 1] == right)
            {
                return true;
            }
        }

        return false;
    }

    // A place is never taken back, and may be listed twice: a word without the pair is passed over.
    private void Change((int, int) pair, long by, int place)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += by;
        if (by > 0)
        {
            ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _);
            places ??= [];
            if (places.Count == 0 || places[^1] != place)
            {
                places.Add(place);
            }
        }
    }

    private void Enter((int Left, int Right) pair, long count) =>
        _queue.Enqueue((pair.Left, pair.Right, count), (-count, pair.Left, pair.Right));
}
