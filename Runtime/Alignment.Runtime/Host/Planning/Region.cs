using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>One number of a value (for each game): the value and the row-major position along its axes, batch axes left out.</summary>
internal readonly record struct Element(int Id, int At);

/// <summary>Values of a step that one generated pass computes, number by number, without storing what only the pass itself reads.</summary>
/// <remarks>
/// Small values are worth it: their loops are so short that calling a kernel for each costs more than the arithmetic. The order of every
/// sum is that of the kernels, so the bits are theirs.
/// </remarks>
internal sealed class Region
{
    /// <summary>Elements that a value may have at most: more are better off in a loop of their own. Measured with 5 to 100 actions.</summary>
    private const int MostElements = 24;

    /// <summary>Vector operations that a value may cost at most.</summary>
    private const int MostPerValue = 128;

    /// <summary>Actions up to which a softmax is written out.</summary>
    private const int ShortSoftmax = 6;

    /// <summary>Vector operations of a written-out exponential, about.</summary>
    private const int ExpCost = 20;

    /// <summary>Vector operations of a region at most: beyond, the just-in-time compiler gives up on registers.</summary>
    public const int Most = 1200;

    private readonly Graph _graph;
    private readonly Func<Node, Axis[]> _axes;
    private readonly HashSet<int> _members;
    private readonly Dictionary<int, Axis[]> _axesOf = [];
    private readonly Dictionary<Element, int> _uses = [];
    private readonly Dictionary<Element, int> _tests = [];

    /// <param name="graph">The program's values.</param>
    /// <param name="axes">The axes of a value without the batch axes.</param>
    /// <param name="members">The values to compute, in order.</param>
    /// <param name="results">Those that must be stored.</param>
    public Region(Graph graph, Func<Node, Axis[]> axes, IReadOnlyList<int> members, IEnumerable<int> results)
    {
        _graph = graph;
        _axes = axes;
        _members = [.. members];
        Members = members;
        foreach (var id in results)
        {
            foreach (var element in Elements(id))
                Use(Resolve(element));
        }

        foreach (var id in members.Reverse().Where(id => !IsAlias(graph[id].Op) && IsUsed(id)))
        {
            if (IsCalled(graph[id].Op))
            {
                foreach (var operand in Calls(id).SelectMany(call => call.Inputs))
                    Use(operand);
                continue;
            }

            foreach (var element in Elements(id).Where(e => Uses(e) > 0))
            {
                var operands = Operands(element);
                foreach (var operand in operands)
                    Use(operand);
                if (graph[id].Op is Op.Select)
                    _tests[operands[0]] = _tests.GetValueOrDefault(operands[0]) + 1;
            }
        }
    }

    /// <summary>The values, in order.</summary>
    public IReadOnlyList<int> Members { get; }

    /// <summary>Whether the pass computes a value.</summary>
    public bool Contains(int id) => _members.Contains(id);

    /// <summary>How often an element is read or stored; 0 if no one needs it.</summary>
    public int Uses(Element element) => _uses.GetValueOrDefault(element);

    /// <summary>Whether any element of a value is needed.</summary>
    public bool IsUsed(int id) => Elements(id).Any(e => Uses(e) > 0);

    /// <summary>Whether an element is a comparison that only ever decides between two values.</summary>
    public bool IsMask(Element element) =>
        Contains(element.Id)
        && _graph[element.Id].Op is Op.Binary { Kind: BinaryKind.Less or BinaryKind.LessOrEqual or BinaryKind.Equal }
        && _tests.GetValueOrDefault(element) == Uses(element);

    /// <summary>The elements of a value, in row-major order.</summary>
    public IEnumerable<Element> Elements(int id) =>
        Enumerable.Range(0, AxesOf(id).Aggregate(1, (n, axis) => n * axis.Size)).Select(at => new Element(id, at));

    /// <summary>The calls that compute a value: one for each column along its axis, or one for all elements of a long function.</summary>
    public List<(Element[] Inputs, Element[] Outputs)> Calls(int id)
    {
        if (Walks.AxisOf(_graph[id].Op) is not { } axis)
            return [([.. Elements(id).SelectMany(Operands)], [.. Elements(id)])];
        var folds = _graph[id].Op is Op.Reduce;
        var heads = Elements(id).Where(e => folds || Index(e)[axis.Name] == 0);
        return
        [
            .. heads.Select(head =>
                (
                    Operands(head),
                    folds ? [head] : Along(Index(head), axis).Select(i => new Element(id, Place(id, i))).ToArray()
                )
            ),
        ];
    }

    /// <summary>Where an element really comes from: renaming, repeating and picking cost nothing.</summary>
    public Element Resolve(Element element)
    {
        while (Contains(element.Id) && IsAlias(_graph[element.Id].Op))
        {
            var node = _graph[element.Id];
            var index = Index(element);
            var argument = node.Arguments[0];
            switch (node.Op)
            {
                case Op.Rename r:
                    index[r.From.Name] = Pull(index, r.To);
                    break;
                case Op.Slice s:
                    index[s.From.Name] = s.Start + Pull(index, s.To);
                    break;
                case Op.Gather g:
                    index[g.From.Name] = g.Map[Pull(index, g.To)];
                    break;
                case Op.Concat c:
                    var at = Pull(index, c.To);
                    var piece = 0;
                    for (; at >= c.Pieces[piece].Size; piece++)
                        at -= c.Pieces[piece].Size;
                    argument = node.Arguments[piece];
                    index[c.Pieces[piece].Name] = at;
                    break;
            }

            element = new(argument, Place(argument, index));
        }

        return element;
    }

    /// <summary>The elements that an element is computed from, in the order of the sum if it is one; products as pairs.</summary>
    public Element[] Operands(Element element)
    {
        var node = _graph[element.Id];
        var index = Index(element);
        return
        [
            .. node.Op switch
            {
                Op.Contract c => Over(index, c.Axes).SelectMany(i => node.Arguments.Select(a => At(a, i))),
                Op.SegmentSum s => Enumerable
                    .Range(0, s.Map.Count)
                    .Where(from => s.Map[from] == index[s.To.Name])
                    .Select(from =>
                        At(
                            node.Arguments[0],
                            new Dictionary<string, int>(index.Where(i => i.Key != s.To.Name)) { [s.From.Name] = from }
                        )
                    ),
                _ when Walks.AxisOf(node.Op) is { } axis => Along(index, axis).Select(i => At(node.Arguments[0], i)),
                _ => node.Arguments.Select(a => At(a, index)),
            },
        ];

        Element At(int id, Dictionary<string, int> at) => Resolve(new(id, Place(id, at)));
    }

    /// <summary>Where an element lies in a view of its value, in elements from the start of the view's memory.</summary>
    public long Offset(Element element, View view)
    {
        var index = Index(element);
        return view.Start + AxesOf(element.Id).Sum(axis => index[axis.Name] * view.Stride(axis));
    }

    /// <summary>Vector operations that a value costs in a pass, or null if it has to have a kernel of its own.</summary>
    public static long? Cost(Graph graph, Node node, Func<Node, Axis[]> axes)
    {
        long Size(Node n) => axes(n).Aggregate(1L, (count, axis) => count * axis.Size);
        var count = Size(node);
        long? cost = node.Op switch
        {
            Op.Random or Op.State => null,
            Op.Step => 1,
            Op.Binary { Kind: BinaryKind.Power } => null,
            Op.Contract c => c.Axes.Aggregate(count, (n, axis) => n * axis.Size),
            Op.Reduce or Op.SegmentSum => Size(graph[node.Arguments[0]]),
            Op.Softmax when IsShort(node.Op) => count * ExpCost,
            _ => count,
        };
        if (IsShort(node.Op))
            return count <= MostElements ? cost : null;
        return count <= MostElements && cost <= MostPerValue ? cost : null;
    }

    /// <summary>Whether an operation only says where numbers are.</summary>
    public static bool IsAlias(Op op) => IsView(op) || op is Op.Gather or Op.Concat;

    /// <summary>Whether an operation's result is its argument's memory, seen differently.</summary>
    public static bool IsView(Op op) => op is Op.Rename or Op.Expand or Op.StopGradient or Op.Slice;

    /// <summary>Whether a called operation is short enough to be written out all the same.</summary>
    public static bool IsShort(Op op) => op is Op.Softmax { Axis.Size: <= ShortSoftmax };

    /// <summary>Whether a function is too long, or too much of a loop, to be written out for each element.</summary>
    public static bool IsCalled(Op op) =>
        op switch
        {
            Op.Unary u => u.Kind is not (UnaryKind.Negate or UnaryKind.Abs or UnaryKind.Sqrt or UnaryKind.Sign),
            Op.Reduce r => r.Kind == ReduceKind.LogSumExp,
            _ => Walks.AxisOf(op) is not null,
        };

    private void Use(Element element) => _uses[element] = _uses.GetValueOrDefault(element) + 1;

    private Axis[] AxesOf(int id)
    {
        if (!_axesOf.TryGetValue(id, out var axes))
            _axesOf[id] = axes = _axes(_graph[id]);
        return axes;
    }

    private Dictionary<string, int> Index(Element element)
    {
        var (id, at) = element;
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var axis in AxesOf(id).Reverse())
        {
            index[axis.Name] = at % axis.Size;
            at /= axis.Size;
        }

        return index;
    }

    private int Place(int id, Dictionary<string, int> index) =>
        AxesOf(id).Aggregate(0, (at, axis) => (at * axis.Size) + index[axis.Name]);

    private static int Pull(Dictionary<string, int> index, Axis axis)
    {
        index.Remove(axis.Name, out var at);
        return at;
    }

    private static IEnumerable<Dictionary<string, int>> Along(Dictionary<string, int> index, Axis axis) =>
        Enumerable.Range(0, axis.Size).Select(r => new Dictionary<string, int>(index) { [axis.Name] = r });

    private static IEnumerable<Dictionary<string, int>> Over(Dictionary<string, int> index, IEnumerable<Axis> axes) =>
        axes.Aggregate(
            (IEnumerable<Dictionary<string, int>>)[index],
            (indices, axis) => indices.SelectMany(i => Along(i, axis))
        );
}
