using Alignment.Compiler;

namespace Alignment.Runtime.Host;

// What a step computes together, and how the state takes its next values.
internal sealed partial class HostPlanner<T>
{
    private void EmitStep()
    {
        var values = _program.StepValues;
        var nexts = _program.States.Select(s => s.Next).ToHashSet();
        var small = values.Where(IsSmall).ToHashSet();
        var endings = Endings(values, small);
        var late = endings.SelectMany(e => e.Members).ToHashSet();
        if (Fusion.IsAvailable)
        {
            var read = values
                .Where(id => small.Contains(id) || late.Contains(id))
                .SelectMany(id => Graph[id].Arguments);
            _fusion = new(
                Graph,
                [.. values.Where(id => !small.Contains(id) && !late.Contains(id))],
                nexts.Concat(read)
            );
        }

        // Small values wait for each other: a region ends where a large one needs a member of it, or where it has grown too long.
        var members = new List<int>();
        var cost = 0L;
        foreach (var id in values)
        {
            if (_kept.ContainsKey(id) || late.Contains(id) || _fusion?.Absorbs(id) == true)
                continue;
            var waits = Reads(id).Any(members.Contains);
            if (small.Contains(id) && (waits || !Region.IsView(Graph[id].Op)))
            {
                var more = Region.Cost(Graph, Graph[id], Layouts.EventAxes)!.Value;
                if (cost + more > Region.Most)
                {
                    EmitRegion(members, values, last: false);
                    cost = 0;
                }

                members.Add(id);
                cost += more;
                continue;
            }

            if (waits)
            {
                EmitRegion(members, values, last: false);
                cost = 0;
            }

            Emit(id);
        }

        EmitNextStates(members, values, [.. endings.SelectMany(e => e.States)]);
        foreach (var ending in endings)
            EmitEnding(ending);
    }

    private bool IsSmall(int id) =>
        _generates
        && !Graph[id].Arguments.Append(id).Any(a => Graph[a].Axes.Any(axis => axis.Blocks.Count > 0))
        && Region.Cost(Graph, Graph[id], Layouts.EventAxes) is not null;

    private IEnumerable<int> Reads(int id) => _fusion?.IsTree(id) == true ? _fusion.Leaves(id) : Graph[id].Arguments;

    private void EmitNextStates(List<int> members, IReadOnlyList<int> values, StateVariable[] later)
    {
        var written = _program.States.Where(s => members.Contains(s.Next)).ToArray();
        var others = _program.States.Except(written).Except(later).ToArray();
        // A state that becomes another state's old value must be saved before that one changes.
        var saved = new Dictionary<int, View>();
        var states = StateStorages.ToHashSet();
        foreach (var state in others)
        {
            var next = Find(state.Next);
            if (states.Contains(next.Storage) && next != _kept[state.Source] && !saved.ContainsKey(state.Next))
            {
                var copy = Layouts.New(Graph[state.Next], invariant: false, _kept[state.Source].Innermost);
                EmitCopy(copy, state.Next);
                saved[state.Next] = copy;
            }
        }

        EmitRegion(members, values, last: true);
        foreach (var state in others)
        {
            var target = _kept[state.Source];
            if (saved.TryGetValue(state.Next, out var copy))
                EmitCopy(target, copy, Graph[state.Source]);
            else if (Find(state.Next) != target && !WriteDirectly(state, target, states))
                EmitCopy(target, state.Next);
        }
    }

    /// <summary>Emits the waiting members as one pass; the last one of a step writes the states themselves.</summary>
    private void EmitRegion(List<int> members, IReadOnlyList<int> values, bool last)
    {
        if (members.Count == 0)
            return;
        var inside = members.ToHashSet();
        var needed = values.Where(id => !inside.Contains(id)).SelectMany(id => Graph[id].Arguments).ToHashSet();
        if (!last)
            needed.UnionWith(_program.States.Select(s => s.Next));
        // what is needed as a view is stored as the value that it shows
        foreach (var id in members.AsEnumerable().Reverse().Where(id => Region.IsView(Graph[id].Op)))
        {
            if (needed.Contains(id))
                needed.Add(Graph[id].Arguments[0]);
        }

        var stores = new List<(int Id, View Target)>();
        foreach (var id in members.Where(id => needed.Contains(id) && !Region.IsView(Graph[id].Op)))
        {
            var view = Layouts.New(Graph[id], invariant: false);
            Keep(id, view);
            stores.Add((id, view));
        }

        if (last)
            stores.AddRange(_program.States.Where(s => inside.Contains(s.Next)).Select(s => (s.Next, _kept[s.Source])));
        var region = new Region(Graph, Layouts.EventAxes, [.. members], stores.Select(s => s.Id));
        var leaves = members
            .SelectMany(id => Graph[id].Arguments)
            .Where(id => !inside.Contains(id))
            .Distinct()
            .ToDictionary(id => id, Find);
        var kernel = new RegionKernel<T>(() =>
            RegionCode<T>.Generate(
                Graph,
                region,
                id => leaves[id],
                id => Layouts.HasLanes(Graph[id]),
                stores,
                Layouts.Lanes
            )
        )
        {
            Label = $"pass[{members.Count} values]",
        };
        Storage[] inputs = [.. leaves.Values.Select(v => v.Storage).Distinct()];
        _section.Add(new(kernel, [.. stores.Select(s => s.Target.Storage).Distinct()], inputs, inputs));
        foreach (var id in members.Where(id => needed.Contains(id) && Region.IsView(Graph[id].Op)))
            Emit(id);
        members.Clear();
    }

    /// <summary>Lets the kernel that computes a state's next value write into the state itself, where no one reads the old value later.</summary>
    private bool WriteDirectly(StateVariable state, View target, HashSet<Storage> states)
    {
        var next = Find(state.Next);
        if (
            next.Storage.Permanent
            || next.Storage.AliasOf is not null
            || next.Start != 0
            || next.Storage.Length != target.Storage.Length // else it is a part of something longer
            || next.Lanes != target.Lanes
            || !next.Strides.Equals(target.Strides)
        )
            return false;
        var writer = _section.FindIndex(i => i.Outputs.Contains(next.Storage));
        if (
            writer < 0
            || _section.FindLastIndex(i => i.Outputs.Contains(next.Storage)) != writer
            || states.Contains(next.Storage)
        )
            return false;
        for (var k = writer; k < _section.Count; k++)
        {
            var reads = _section[k].Inputs.Any(s => s.Root == target.Storage);
            if (
                (reads && (k > writer || !_section[k].InPlace.Contains(target.Storage)))
                || (k > writer && _section[k].Outputs.Any(o => o.Root == target.Storage))
            )
                return false;
        }

        next.Storage.AliasOf = target.Storage;
        return true;
    }
}
