using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Finds values of a step that one statement can compute together: the same operation over the same sizes, for several players.</summary>
/// <remarks>
/// Twins must lie side by side, and so must their operands, unless it is the same operand for all. Any value can be put beside another at
/// no cost, but only once. So the search begins with state variables of one name and goes through the step in order, preferring partners
/// whose operands are side by side already (superword-level parallelism; Larsen, Amarasinghe 2000). Its choices decide speed alone: where
/// the memory of twins turns out not to be even, they are computed one by one.
/// </remarks>
internal sealed class TwinSearch
{
    private const int MostValues = 2000;

    private readonly Program _program;
    private readonly StepValues _step;
    private readonly Layout _layout;
    private readonly Timetable _timetable;
    private readonly Dictionary<int, Place> _places = [];
    private readonly Dictionary<int, List<int>> _packs = [];

    public TwinSearch(Program program, StepValues step, Timetable timetable, Layout layout)
    {
        (_program, _step, _timetable, _layout) = (program, step, timetable, layout);
        if (step.Ids.Count > MostValues)
            return;
        Seed();
        var alike = new Dictionary<string, List<List<int>>>(StringComparer.Ordinal);
        foreach (var id in step.Ids)
        {
            if (timetable.Contains(id) || Kind(id) is not { } kind)
                continue;
            if (!alike.TryGetValue(kind, out var packs))
                alike.Add(kind, packs = []);
            if (Best(packs, id) is { } found)
                Join(found.Pack, id, found.First);
            else
                packs.Add([id]);
        }
    }

    /// <summary>Where values lie beside others.</summary>
    public Dictionary<int, Place> Places => _places;

    /// <summary>The twins of each value that has any, in the order of their places.</summary>
    public IReadOnlyDictionary<int, List<int>> Packs => _packs;

    // a slot of the solver's state gives its variables one name, followed by the player's
    private void Seed()
    {
        foreach (
            var twins in _program
                .States.GroupBy(s => (s.Name.Split('/')[0], _layout.Sizes(s.Source)))
                .Where(g => g.Count() > 1)
        )
        {
            var group = new Group { Count = twins.Count() };
            foreach (var (state, index) in twins.Select((s, k) => (s, k)))
                _places.TryAdd(state.Source, new(group, index));
        }
    }

    /// <summary>Values of one kind may be twins; null for those that never are.</summary>
    private string? Kind(int id)
    {
        var node = _program.Graph[id];
        // along ragged axes twins have the same blocks, for the statements are made by the first one's
        string At(Axis axis) =>
            $"{Array.IndexOf(_layout.Axes(node.Arguments[0]), axis)}{(axis.Parent is null ? "" : $" in {axis.Blocks}")}";
        var what = node.Op switch
        {
            Op.Unary when _step.IsFused(node.Arguments[0]) => null,
            Op.Unary or Op.Binary or Op.Select => node.Op.Signature,
            Op.Reduce r => $"{r.Kind} {At(r.Axis)}",
            Op.Softmax s => $"softmax {At(s.Axis)}",
            Op.OneHotMax m => $"onehot {At(m.Axis)}",
            Op.SimplexProjection p => $"simplex {At(p.Axis)}",
            _ => null,
        };
        return what is null
            ? null
            : $"{what} {_layout.Sizes(id)} {string.Join(" ", node.Arguments.Select(a => _layout.Sizes(_step.Base(a))))}";
    }

    private (List<int> Pack, bool First)? Best(List<List<int>> packs, int id)
    {
        (List<int>, bool)? best = null;
        var most = 0;
        foreach (var pack in packs)
        {
            foreach (var first in pack.Count == 1 ? (bool[])[false, true] : [false])
            {
                var score = Score(first ? [id, .. pack] : [.. pack, id]);
                if (score > most && !DependsOn(id, pack))
                    (best, most) = ((pack, first), score);
            }
        }

        return best;
    }

    /// <summary>How well values go together, by their operands: 0 if not at all, or without any sign that they belong together.</summary>
    private int Score(List<int> members)
    {
        var existing = members.Where(_places.ContainsKey).ToArray();
        if (
            existing.Length > 0
            && !(existing.Length == members.Count - 1 && IsGroup([.. members.Take(existing.Length)]))
        )
            return 0;
        var signs = 0;
        for (var k = 0; k < _program.Graph[members[0]].Arguments.Count; k++)
        {
            int[] operands = [.. members.Select(m => _step.Base(_program.Graph[m].Arguments[k]))];
            if (operands.Distinct().Count() == 1)
                signs += _program.Graph.ConstantOf(operands[0]) is null ? 1 : 0;
            else if (InOrder(operands))
                signs += 3;
            else if (!MayPlace(operands))
                return 0;
        }

        return signs;
    }

    private bool InOrder(int[] ids) =>
        ids.All(_places.ContainsKey)
        && ids.Select((id, k) => _places[id] == new Place(_places[ids[0]].Group, _places[ids[0]].Index + k))
            .All(at => at);

    private bool IsGroup(int[] ids) =>
        InOrder(ids) && _places[ids[0]] is { Index: 0 } place && place.Group.Count == ids.Length;

    private bool MayPlace(int[] operands) =>
        operands.Distinct().Count() == operands.Length
        && !operands.Any(o => _timetable.Contains(o) || _program.Graph[o].Op is Op.Step)
        && !_places.ContainsKey(operands[^1])
        && (operands.Length == 2 ? !_places.ContainsKey(operands[0]) : IsGroup(operands[..^1]));

    private void Join(List<int> pack, int id, bool first)
    {
        if (first)
            pack.Insert(0, id);
        else
            pack.Add(id);
        foreach (var member in pack)
            _packs[member] = pack;
        PutTogether(pack);
        for (var k = 0; k < _program.Graph[id].Arguments.Count; k++)
        {
            int[] operands = [.. pack.Select(m => _step.Base(_program.Graph[m].Arguments[k]))];
            if (operands.Distinct().Count() > 1 && !InOrder(operands))
                PutTogether(operands);
        }
    }

    private void PutTogether(IReadOnlyList<int> ids)
    {
        var group = _places.TryGetValue(ids[0], out var place) ? place.Group : new();
        for (var k = 0; k < ids.Count; k++)
            _places[ids[k]] = new(group, k);
        group.Count = ids.Count;
    }

    /// <summary>Whether a value needs one of a pack, directly or through values that are computed together with others.</summary>
    private bool DependsOn(int id, List<int> pack)
    {
        var seen = new HashSet<int>();
        var stack = new Stack<int>(_program.Graph[id].Arguments);
        while (stack.TryPop(out var next))
        {
            if (pack.Contains(next))
                return true;
            if (!_step.Contains(next) || !seen.Add(next))
                continue;
            foreach (
                var argument in (_packs.TryGetValue(next, out var twins) ? twins : [next]).SelectMany(t =>
                    _program.Graph[t].Arguments
                )
            )
                stack.Push(argument);
        }

        return false;
    }
}
