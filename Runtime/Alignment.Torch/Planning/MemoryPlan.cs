namespace Alignment.Torch;

/// <summary>Gives every storage a place: permanent ones side by side, the temporaries of a section on top of each other as their lives allow.</summary>
internal sealed class MemoryPlan
{
    // whole cache lines, so that neither vectors nor threads meet at a border
    private const long Granule = 16;

    private readonly Dictionary<Element, long> _lengths = [];

    public MemoryPlan(TorchPlan plan)
    {
        var outputs = plan.Outputs.Values.Select(v => v.Storage).ToHashSet();
        List<Instruction>[] sections =
        [
            plan.Once,
            plan.Initial,
            [.. plan.Carry, .. plan.Table, .. plan.Step],
            plan.Read,
        ];
        var all = sections
            .SelectMany(s => s)
            .SelectMany(Storages)
            .Concat(plan.Views.Select(v => v.Storage))
            .Concat(outputs)
            .Distinct()
            .ToArray();
        foreach (var element in Enum.GetValues<Element>())
        {
            var end = 0L;
            foreach (var storage in all.Where(s => s.Permanent && s.Element == element))
                (storage.Offset, end) = (end, end + Round(storage.Length));
            _lengths[element] = sections.Max(s => Place(s, element, end, outputs));
        }

        PermanentNumbers = all.Where(s => s.Permanent && s.Element == Element.Number).Sum(s => Round(s.Length));
    }

    /// <summary>Numbers that are kept from call to call.</summary>
    public long PermanentNumbers { get; }

    /// <summary>Number of elements of a kind.</summary>
    public long Length(Element element) => _lengths[element];

    private static IEnumerable<Storage> Storages(Instruction i) =>
        i.Writes.Concat(i.Reads).Select(o => o.Storage).Distinct();

    private static long Round(long length) => (length + Granule - 1) / Granule * Granule;

    /// <summary>Places the temporaries of a section; returns the first element behind them.</summary>
    private static long Place(List<Instruction> section, Element element, long start, HashSet<Storage> outputs)
    {
        var lastUse = new Dictionary<Storage, int>();
        for (var k = 0; k < section.Count; k++)
        {
            foreach (var storage in Storages(section[k]))
                lastUse[storage] = outputs.Contains(storage) ? int.MaxValue : k;
        }

        var free = new FreeList(start);
        var placed = new HashSet<Storage>();
        for (var k = 0; k < section.Count; k++)
        {
            foreach (
                var output in section[k].Writes.Select(w => w.Storage).Where(s => s.Element == element && s.Offset < 0)
            )
            {
                var reused = section[k]
                    .InPlace.FirstOrDefault(s =>
                        s.Element == element && placed.Contains(s) && lastUse[s] == k && s.Length == output.Length
                    );
                output.Offset = reused?.Offset ?? free.Take(Round(output.Length));
                placed.Add(output);
                if (reused is not null)
                    placed.Remove(reused); // its place lives on in the output
            }

            foreach (var dead in Storages(section[k]).Where(s => lastUse[s] == k && placed.Contains(s)).ToArray())
            {
                placed.Remove(dead);
                free.Give(dead.Offset, Round(dead.Length));
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
