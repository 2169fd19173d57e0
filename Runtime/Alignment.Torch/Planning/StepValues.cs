using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>The values that a step computes, and those that it takes from the step before.</summary>
/// <remarks>
/// Besides the state, a value may be carried over: where players take turns, the strategy that a step starts from is the one that the
/// step before ended with. If a value of a step, with every state variable replaced by its next value, is itself a value of the step,
/// then it need not be computed again: it is read from there, and computed from the state only when a call begins.
/// </remarks>
internal sealed class StepValues
{
    private readonly Program _program;
    private readonly HashSet<int> _ids;
    private readonly HashSet<int> _fused;

    public StepValues(Program program)
    {
        _program = program;
        var states = program.States.Select(s => new Loop(s.Source, s.Next)).ToArray();
        Carried = FindCarried(states);
        Loops = [.. states, .. Carried];
        Ids = Live([.. Loops.Select(l => l.Next)], [.. Carried.Select(c => c.Source)]);
        _ids = [.. Ids];
        _fused = FindFused();
    }

    /// <summary>State variables and carried values.</summary>
    public IReadOnlyList<Loop> Loops { get; }

    /// <summary>Carried values.</summary>
    public IReadOnlyList<Loop> Carried { get; }

    /// <summary>The values to compute in a step, in order; neither sources nor invariants.</summary>
    public IReadOnlyList<int> Ids { get; }

    public bool Contains(int id) => _ids.Contains(id);

    /// <summary>Whether a contraction is only there to be negated, which the product itself can do.</summary>
    public bool IsFused(int id) => _fused.Contains(id);

    /// <summary>Whether an operation only looks at its argument in another way.</summary>
    public static bool IsView(Op op) => op is Op.Rename or Op.Expand or Op.Slice or Op.StopGradient;

    /// <summary>The value that a view looks at.</summary>
    public int Base(int id)
    {
        while (IsView(_program.Graph[id].Op))
            id = _program.Graph[id].Arguments[0];
        return id;
    }

    private int[] Live(IReadOnlyList<int> roots, IReadOnlyList<int> sources)
    {
        var live = new SortedSet<int>();
        var stack = new Stack<int>(roots);
        while (stack.TryPop(out var id))
        {
            if (
                !_program.Varying[id]
                || _program.Graph[id].Op is Op.State or Op.Step
                || sources.Contains(id)
                || !live.Add(id)
            )
                continue;
            foreach (var argument in _program.Graph[id].Arguments)
                stack.Push(argument);
        }

        return [.. live];
    }

    private HashSet<int> FindFused()
    {
        var users = new Dictionary<int, int>();
        foreach (var argument in Ids.SelectMany(id => _program.Graph[id].Arguments).Concat(Loops.Select(l => l.Next)))
            users[argument] = users.GetValueOrDefault(argument) + 1;
        var negated = Ids.Where(id => _program.Graph[id].Op is Op.Unary { Kind: UnaryKind.Negate })
            .Select(id => _program.Graph[id].Arguments[0]);
        return [.. negated.Where(id => Contains(id) && users[id] == 1 && _program.Graph[id].Op is Op.Contract)];
    }

    private Loop[] FindCarried(Loop[] states)
    {
        var graph = _program.Graph;
        var ids = Live([.. states.Select(s => s.Next)], []);
        var known = new Dictionary<(string, ValueList<int>), int>();
        foreach (var id in ids)
            known[(graph[id].Op.Signature, graph[id].Arguments)] = id;

        // what each value will be one step later
        var later = states.ToDictionary(s => s.Source, s => s.Next);
        int? Later(int id) =>
            !_program.Varying[id] ? id
            : later.TryGetValue(id, out var next) ? next
            : null;
        foreach (var id in ids.Where(id => graph[id].Op is not Op.Random))
        {
            var arguments = graph[id].Arguments.Select(Later).ToArray();
            if (
                arguments.All(a => a is not null)
                && known.TryGetValue(
                    (graph[id].Op.Signature, arguments.Select(a => a!.Value).ToValueList()),
                    out var next
                )
            )
                later[id] = next;
        }

        // only the last of a chain of such values is used by anything else
        bool IsCarried(int id) => later.ContainsKey(id) && graph[id].Op is not Op.State;
        var roots = states.Select(s => s.Next).ToHashSet();
        var used = ids.Where(id => !IsCarried(id))
            .SelectMany(id => graph[id].Arguments)
            .Where(IsCarried)
            .Select(Base)
            .Where(IsCarried);
        Loop[] carried =
        [
            .. used.Where(id => !roots.Contains(id)).Distinct().Order().Select(id => new Loop(id, later[id])),
        ];

        // a value that must be copied costs as much as a small one that is computed
        var rest = Live(
            [.. states.Select(s => s.Next), .. carried.Select(c => c.Next)],
            [.. carried.Select(c => c.Source)]
        );
        return ids.Length - rest.Length > 2 * carried.Length ? carried : [];
    }
}
