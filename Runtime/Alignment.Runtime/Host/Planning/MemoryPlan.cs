using System.Numerics;

namespace Alignment.Runtime.Host;

/// <summary>Gives every storage a place: permanent ones side by side, temporaries of a section on top of each other as their lives allow.</summary>
internal sealed class MemoryPlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Kernels may load a vector that starts at a slice's last element.
    private static int Slack => Vector<T>.Count;

    public MemoryPlan(HostPlanner<T> plan)
    {
        var sections = (List<Instruction<T>>[])[plan.Once, plan.Initial, plan.Step, plan.Read];
        var all = sections
            .SelectMany(s => s)
            .SelectMany(i => i.Inputs.Concat(i.Outputs))
            .Concat(plan.StateStorages)
            .Concat(plan.Loads.Select(l => l.View.Storage))
            .Concat(plan.OutputViews.Values.Select(v => v.Storage))
            .Select(s => s.Root)
            .Distinct()
            .ToArray();
        foreach (var storage in all.Where(s => s.Permanent || s.Segment == Segment.Shared))
        {
            if (storage.Segment == Segment.Shared)
                (storage.Offset, SharedLength) = (SharedLength, SharedLength + storage.Length);
            else
                (storage.Offset, BlockLength) = (BlockLength, BlockLength + storage.Length);
        }

        PermanentLength = BlockLength;
        KeptByLane = [.. all.Where(s => s.Permanent && s.Segment == Segment.Block && s.Lanes)];
        var outputs = plan.OutputViews.Values.Select(v => v.Storage.Root).ToHashSet();
        foreach (var section in sections)
            BlockLength = Math.Max(BlockLength, Place(section, PermanentLength, outputs));
        SharedLength += Slack;
        BlockLength += Slack;
    }

    /// <summary>Elements of the shared segment.</summary>
    public long SharedLength { get; }

    /// <summary>Elements of a block.</summary>
    public long BlockLength { get; }

    /// <summary>Storages of a block that hold something of each game from step to step.</summary>
    public Storage[] KeptByLane { get; }

    /// <summary>Elements of a block that keep their value from step to step.</summary>
    public long PermanentLength { get; }

    /// <summary>Places the temporaries of a section; returns the first element behind them.</summary>
    private static long Place(List<Instruction<T>> section, long start, HashSet<Storage> outputs)
    {
        var lastUse = new Dictionary<Storage, int>();
        for (var k = 0; k < section.Count; k++)
        {
            foreach (var storage in section[k].Inputs.Concat(section[k].Outputs))
                lastUse[storage.Root] = outputs.Contains(storage.Root) ? int.MaxValue : k;
        }

        var free = new FreeList(start);
        var placed = new HashSet<Storage>();
        for (var k = 0; k < section.Count; k++)
        {
            foreach (var output in section[k].Outputs.Select(s => s.Root))
            {
                if (output.Offset >= 0 || !placed.Add(output))
                    continue;
                var reused = section[k]
                    .InPlace.Select(s => s.Root)
                    .FirstOrDefault(s =>
                        placed.Contains(s) && lastUse[s] == k && s.Length == output.Length && s != output
                    );
                if (reused is not null)
                {
                    output.Offset = reused.Offset;
                    placed.Remove(reused); // its place lives on in the output
                }
                else
                {
                    output.Offset = free.Take(output.Length);
                }
            }

            foreach (var dead in section[k].Inputs.Concat(section[k].Outputs).Select(s => s.Root).Distinct())
            {
                if (lastUse[dead] == k && placed.Remove(dead))
                    free.Give(dead.Offset, dead.Length);
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
                if (start + size == at)
                {
                    _holes.Remove(start);
                    (at, length) = (start, size + length);
                    break;
                }
            }

            if (_holes.Remove(at + length, out var next))
                length += next;
            _holes[at] = length;
        }
    }
}
