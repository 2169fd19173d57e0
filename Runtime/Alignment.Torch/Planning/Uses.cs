using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Whether a value is used as numbers, as truth values, or both: a comparison that only decides needs no numbers.</summary>
internal sealed class Uses
{
    private readonly bool[] _numbers;
    private readonly bool[] _truths;

    public Uses(Program program)
    {
        var graph = program.Graph;
        _numbers = new bool[graph.Nodes.Count];
        _truths = new bool[graph.Nodes.Count];
        int[] roots =
        [
            .. program.States.SelectMany(s => (int[])[s.Source, s.Initial, s.Next]),
            .. program.Outputs.Select(o => o.Value),
        ];
        foreach (var root in roots)
            _numbers[root] = true;
        foreach (var id in graph.Live(roots).Reverse())
        {
            var (op, arguments) = (graph[id].Op, graph[id].Arguments);
            _numbers[id] |= !IsComparison(op) && !StepValues.IsView(op);
            for (var k = 0; k < arguments.Count; k++)
            {
                var decides = op is Op.Select && k == 0;
                _truths[arguments[k]] |= decides || (StepValues.IsView(op) && _truths[id]);
                _numbers[arguments[k]] |= !decides && (!StepValues.IsView(op) || _numbers[id]);
            }
        }
    }

    public bool Needs(int id, Element element) => element == Element.Truth ? _truths[id] : _numbers[id];

    public static bool IsComparison(Op op) =>
        op is Op.Binary { Kind: BinaryKind.Less or BinaryKind.LessOrEqual or BinaryKind.Equal };
}
