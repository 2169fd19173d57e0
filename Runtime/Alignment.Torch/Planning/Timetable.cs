using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>The numbers of a step that depend on its number alone, such as step sizes and weights.</summary>
/// <remarks>They are computed for all steps of a call at once, before its loop: in a small game each would cost as much as a vector.</remarks>
internal sealed class Timetable
{
    /// <summary>Most steps of one call, where there is a table.</summary>
    public const int Capacity = 1024;

    private readonly Program _program;
    private readonly HashSet<int> _entries = [];

    public Timetable(Program program, StepValues step)
    {
        _program = program;
        var order = step.Ids.Where(IsEntry).ToArray();
        _entries.UnionWith(order);
        var users = step
            .Ids.Where(id => !_entries.Contains(id))
            .SelectMany(id => program.Graph[id].Arguments)
            .Concat(step.Loops.Select(l => l.Next));
        int[] read = [.. users.Where(a => _entries.Contains(a) || IsStepNumber(a)).Distinct()];
        // the statements in the loop, and the one that counts, against a look into the table for each number that is used
        var statements = order.Count(id => !StepValues.IsView(program.Graph[id].Op));
        var isWorthwhile = read.Length > 0 && statements + 1 >= read.Length;
        (Order, Read) = isWorthwhile ? (order, read) : ([], []);
        if (!isWorthwhile)
            _entries.Clear();
    }

    /// <summary>The values to compute ahead, in order.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Those of them that the loop uses; the step's number may be among them.</summary>
    public IReadOnlyList<int> Read { get; }

    public bool Contains(int id) => _entries.Contains(id);

    private bool IsStepNumber(int id) => _program.Graph[id].Op is Op.Step;

    private bool IsEntry(int id)
    {
        var node = _program.Graph[id];
        // a comparison may be wanted as a truth value, which a table does not hold
        var isKnown =
            node.Axes.Count == 0
            && node.Op is Op.Unary or Op.Binary or Op.StopGradient
            && !Uses.IsComparison(node.Op)
            && node.Arguments.All(a => IsStepNumber(a) || _entries.Contains(a) || !_program.Varying[a]);
        return isKnown && _entries.Add(id);
    }
}
