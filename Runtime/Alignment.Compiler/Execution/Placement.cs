namespace Alignment.Compiler;

/// <summary>A piece of memory that has a place, or waits for one.</summary>
internal interface IPlaced
{
    /// <summary>Elements that it takes, as the executor rounds them.</summary>
    long Extent { get; }

    /// <summary>First element; negative while it has no place.</summary>
    long Offset { get; set; }
}

/// <summary>What one instruction does to memory.</summary>
/// <param name="Writes">What it writes.</param>
/// <param name="Reads">What it reads.</param>
/// <param name="InPlace">Those it reads only before it writes the same elements, so that an output may lie where they lie.</param>
internal readonly record struct Access<TStorage>(TStorage[] Writes, TStorage[] Reads, TStorage[] InPlace);

/// <summary>Lays the temporaries of a sequence of instructions on top of each other, as their lives allow.</summary>
internal static class Placement
{
    /// <summary>Gives a place to every storage that is written and has none.</summary>
    /// <param name="section">The instructions, in order.</param>
    /// <param name="start">First element to use.</param>
    /// <param name="survives">Whether a storage is still needed behind the last instruction.</param>
    /// <returns>The first element behind the storages.</returns>
    public static long Place<TStorage>(
        IReadOnlyList<Access<TStorage>> section,
        long start,
        Func<TStorage, bool> survives
    )
        where TStorage : class, IPlaced
    {
        var lastUse = new Dictionary<TStorage, int>();
        for (var k = 0; k < section.Count; k++)
        {
            foreach (var storage in section[k].Writes.Concat(section[k].Reads))
                lastUse[storage] = survives(storage) ? int.MaxValue : k;
        }

        var free = new FreeList(start);
        var placed = new HashSet<TStorage>();
        for (var k = 0; k < section.Count; k++)
        {
            var (writes, reads, inPlace) = section[k];
            foreach (var output in writes.Where(s => s.Offset < 0))
            {
                var reused = Array.Find(
                    inPlace,
                    s => placed.Contains(s) && lastUse[s] == k && s.Extent == output.Extent
                );
                output.Offset = reused?.Offset ?? free.Take(output.Extent);
                placed.Add(output);
                if (reused is not null)
                    placed.Remove(reused); // its place lives on in the output
            }

            foreach (var dead in writes.Concat(reads).Distinct())
            {
                if (lastUse[dead] == k && placed.Remove(dead))
                    free.Give(dead.Offset, dead.Extent);
            }
        }

        return free.End;
    }

    /// <summary>First-fit allocation over a growing region.</summary>
    private sealed class FreeList(long start)
    {
        private readonly SortedDictionary<long, long> _holes = []; // start -> length

        public long End { get; private set; } = start;

        public long Take(long length)
        {
            foreach (var (at, size) in _holes)
            {
                if (size < length)
                    continue;
                _holes.Remove(at);
                if (size > length)
                    _holes[at + length] = size - length;
                return at;
            }

            End += length;
            return End - length;
        }

        public void Give(long at, long length)
        {
            foreach (var (start, size) in _holes)
            {
                if (start + size != at)
                    continue;
                _holes.Remove(start);
                (at, length) = (start, size + length);
                break;
            }

            if (_holes.Remove(at + length, out var next))
                length += next;
            _holes[at] = length;
        }
    }
}
