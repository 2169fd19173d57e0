using Alignment.Compiler;

namespace Alignment.Runtime.Host;

// How the long values at the end of a step are computed together: sums and what rounding took from them, for averages. Each would be a pass
// through memory of its own, and so would be the copies that let one be computed from the other's old value.
internal sealed partial class HostPlanner<T>
{
    /// <summary>Long values along one axis that next states alone read, and those states: one pass computes and writes them.</summary>
    private sealed record Ending(Axis Axis, List<int> Members, List<StateVariable> States);

    private List<Ending> Endings(IReadOnlyList<int> values, HashSet<int> small)
    {
        if (!_generates)
            return [];
        var users = values
            .SelectMany(id => Graph[id].Arguments.Select(a => (Argument: a, User: id)))
            .ToLookup(u => u.Argument, u => u.User);
        var nexts = _program.States.ToLookup(s => s.Next);
        var axes = new Dictionary<int, Axis>();
        foreach (var id in values.Reverse())
        {
            if (
                !small.Contains(id)
                && LongAxis(id) is { } axis
                && (nexts[id].Any() || users[id].Any())
                && users[id].All(u => axes.TryGetValue(u, out var other) && other == axis)
                && nexts[id].All(s => IsLike(s.Source, id))
            )
                axes.Add(id, axis);
        }

        var endings = new List<Ending>();
        foreach (var group in axes.GroupBy(a => (a.Value, Layouts.HasLanes(Graph[a.Key]))))
        {
            var members = group.Select(g => g.Key).Order().ToList();
            var states = members.SelectMany(id => nexts[id]).ToList();
            // parts that share nothing are passes of their own
            foreach (var (part, own) in Parts(members, states))
            {
                var sources = own.Select(s => s.Source).ToHashSet();
                if (
                    own.Count > 1
                    && Leaves(part).All(leaf => IsReadable(leaf, group.Key.Value, group.Key.Item2, sources))
                )
                    endings.Add(new(group.Key.Value, part, own));
            }
        }

        return endings;
    }

    /// <summary>The axis of a value that is computed element by element along one axis and nothing else, or null.</summary>
    private Axis? LongAxis(int id)
    {
        var node = Graph[id];
        var isPointwise =
            node.Op is Op.Select or Op.Binary { Kind: not BinaryKind.Power }
            || (node.Op is Op.Unary && !Region.IsCalled(node.Op));
        return isPointwise && Layouts.EventAxes(node) is [var axis] ? axis : null;
    }

    private bool IsLike(int a, int b) =>
        Layouts.HasLanes(Graph[a]) == Layouts.HasLanes(Graph[b])
        && Layouts.EventAxes(Graph[a]).SequenceEqual(Layouts.EventAxes(Graph[b]));

    private IEnumerable<int> Leaves(List<int> members) =>
        members.SelectMany(id => Graph[id].Arguments).Where(a => !members.Contains(a)).Distinct();

    // what has the axis must lie as the members do, and change in every step; what has not must be one number for all games
    private bool IsReadable(int leaf, Axis axis, bool lanes, HashSet<int> states)
    {
        var node = Graph[leaf];
        var root = leaf;
        while (Region.IsView(Graph[root].Op))
            root = Graph[root].Arguments[0];
        if (Graph[root].Op is Op.State && !states.Contains(root))
            return false;
        if (Layouts.EventAxes(node).Length == 0)
            return !Layouts.HasLanes(node);
        return Layouts.EventAxes(node) is [var own]
            && own == axis
            && Layouts.HasLanes(node) == lanes
            && _program.Varying[leaf]
            && node.Op is not (Op.Spread or Op.Expand)
            && Graph[root].Op is not Op.Constant;
    }

    /// <summary>Members that are connected, with the states that they become.</summary>
    private IEnumerable<(List<int> Members, List<StateVariable> States)> Parts(
        List<int> members,
        List<StateVariable> states
    )
    {
        var group = members.ToDictionary(id => id, id => id);
        int Find(int id) => group[id] == id ? id : group[id] = Find(group[id]);
        foreach (var id in members)
        {
            foreach (var argument in Graph[id].Arguments.Where(group.ContainsKey))
                group[Find(argument)] = Find(id);
        }

        // a state's old and new values belong together
        foreach (
            var byState in states
                .SelectMany(s => members.Where(id => Reads(id, s.Source)).Append(s.Next).Select(id => (s.Name, id)))
                .GroupBy(p => p.Name)
        )
        {
            foreach (var (_, id) in byState)
                group[Find(id)] = Find(byState.First().id);
        }

        return members.GroupBy(Find).Select(g => (g.ToList(), states.Where(s => g.Contains(s.Next)).ToList()));

        bool Reads(int id, int source) => Graph[id].Arguments.Contains(source);
    }

    private void EmitEnding(Ending ending)
    {
        // one element of the region is the whole of the axis: vectors run along it
        var lanes = Layouts.HasLanes(Graph[ending.Members[0]]);
        var run = checked((int)View.Extent(ending.Axis, lanes, Layouts<T>.Width)) * (lanes ? Layouts.Lanes : 1);
        run = (run + Layouts<T>.Width - 1) / Layouts<T>.Width * Layouts<T>.Width;
        static View Along(View view) => view.IsScalar ? view : view with { Strides = [], Lanes = true };
        var leaves = Leaves(ending.Members).ToDictionary(id => id, id => (View: Find(id), Along: Along(Find(id))));
        List<(int Id, View Target)> stores = [.. ending.States.Select(s => (s.Next, Along(_kept[s.Source])))];
        var region = new Region(Graph, _ => [], [.. ending.Members], stores.Select(s => s.Id));
        var kernel = new RegionKernel<T>(() =>
            RegionCode<T>.Generate(Graph, region, id => leaves[id].Along, _ => true, stores, run)
        )
        {
            Label = $"pass along {ending.Axis.Name}[{ending.Members.Count} values]",
        };
        Storage[] inputs = [.. leaves.Values.Select(v => v.View.Storage).Distinct()];
        _section.Add(new(kernel, [.. stores.Select(s => s.Target.Storage).Distinct()], inputs, inputs));
    }
}
