using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Gives every storage a place: permanent ones side by side, the temporaries of a section on top of each other as their lives allow.</summary>
internal sealed class MemoryPlan
{
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
                (storage.Offset, end) = (end, end + storage.Extent);
            _lengths[element] = sections.Max(section =>
                Placement.Place([.. section.Select(i => Access(i, element))], end, outputs.Contains)
            );
        }

        PermanentNumbers = all.Where(s => s.Permanent && s.Element == Element.Number).Sum(s => s.Extent);
    }

    /// <summary>Numbers that are kept from call to call.</summary>
    public long PermanentNumbers { get; }

    /// <summary>Number of elements of a kind.</summary>
    public long Length(Element element) => _lengths[element];

    private static IEnumerable<Storage> Storages(Instruction i) =>
        i.Writes.Concat(i.Reads).Select(o => o.Storage).Distinct();

    private static Access<Storage> Access(Instruction i, Element element) =>
        new(
            Of(i.Writes.Select(o => o.Storage), element),
            Of(i.Reads.Select(o => o.Storage), element),
            Of(i.InPlace, element)
        );

    private static Storage[] Of(IEnumerable<Storage> storages, Element element) =>
        [.. storages.Where(s => s.Element == element).Distinct()];
}
