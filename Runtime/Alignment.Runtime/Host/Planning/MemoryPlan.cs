using System.Numerics;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Gives every storage a place: permanent ones side by side, temporaries of a section on top of each other as their lives allow.</summary>
internal sealed class MemoryPlan<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Kernels may load a vector that starts at a slice's last element; and blocks begin with a cache line.
    private const long Slack = Storage.Granule;

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
                (storage.Offset, SharedLength) = (SharedLength, SharedLength + storage.Extent);
            else
                (storage.Offset, BlockLength) = (BlockLength, BlockLength + storage.Extent);
        }

        PermanentLength = BlockLength;
        KeptByLane = [.. all.Where(s => s.Permanent && s.Segment == Segment.Block && s.Lanes)];
        var outputs = plan.OutputViews.Values.Select(v => v.Storage.Root).ToHashSet();
        foreach (var section in sections)
            BlockLength = Math.Max(
                BlockLength,
                Placement.Place([.. section.Select(Access)], PermanentLength, outputs.Contains)
            );
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

    private static Access<Storage> Access(Instruction<T> i) =>
        new([.. i.Outputs.Select(s => s.Root)], [.. i.Inputs.Select(s => s.Root)], [.. i.InPlace.Select(s => s.Root)]);
}
