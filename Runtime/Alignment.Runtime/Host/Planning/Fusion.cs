using System.Numerics;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Decides which pointwise operations of a section are computed inside of their users' loops instead of being stored.</summary>
/// <remarks>
/// An operation is absorbed when all its users are pointwise over the same axes, and there is one user or the operation is cheap enough to
/// be computed again for each. Functions with long polynomials keep kernels of their own. What is repeated along the children of a ragged axis
/// is read where it lies.
/// </remarks>
internal sealed class Fusion
{
    private const int MostOperations = 12;

    private readonly Graph _graph;
    private readonly HashSet<int> _absorbed = [];

    /// <param name="graph">The program's values.</param>
    /// <param name="section">The values that the section computes, in order.</param>
    /// <param name="kept">Values that must be stored: next states and outputs.</param>
    public Fusion(Graph graph, IReadOnlyList<int> section, IEnumerable<int> kept)
    {
        _graph = graph;
        var stored = kept.ToHashSet();
        var users = new Dictionary<int, List<int>>();
        foreach (var id in section)
        {
            foreach (var argument in graph[id].Arguments)
            {
                if (!users.TryGetValue(argument, out var list))
                    users[argument] = list = [];
                list.Add(id);
            }
        }

        foreach (var id in section)
        {
            if (
                !stored.Contains(id)
                && IsFusible(id)
                && users.TryGetValue(id, out var by)
                && by.All(u => IsFusible(u) && SameAxes(u, id) && !IsSpread(u))
                && (by.Count == 1 || IsCheap(id))
                && (!IsSpread(id) || graph[id].Axes.Count(axis => axis.Parent is not null) == 1)
            )
                _absorbed.Add(id);
        }

        // a tree that has grown too large for registers stores its largest branch
        foreach (var root in section.Reverse().Where(id => IsFusible(id) && !IsSpread(id) && !_absorbed.Contains(id)))
        {
            while (Operations(root) > MostOperations || Leaves(root).Count > Positions.Most)
                _absorbed.Remove(graph[root].Arguments.Where(_absorbed.Contains).MaxBy(Operations));
        }
    }

    /// <summary>Whether a value is computed by its users.</summary>
    public bool Absorbs(int id) => _absorbed.Contains(id);

    /// <summary>Whether a value's kernel computes more than its own operation.</summary>
    public bool IsTree(int id) => IsFusible(id) && !IsSpread(id) && _graph[id].Arguments.Any(_absorbed.Contains);

    /// <summary>Whether a value is one over a ragged axis' parent, repeated along the children.</summary>
    public bool IsSpread(int id) => _graph[id].Op is Op.Spread;

    /// <summary>The values that a tree reads, each once: stored, or stored over the parent of a ragged axis and repeated here.</summary>
    public List<int> Leaves(int root)
    {
        var leaves = new List<int>();
        void Walk(int id)
        {
            foreach (var argument in _graph[id].Arguments)
            {
                if (_absorbed.Contains(argument) && !IsSpread(argument))
                    Walk(argument);
                else if (!leaves.Contains(argument))
                    leaves.Add(argument);
            }
        }

        Walk(root);
        return leaves;
    }

    /// <summary>Whether this runtime can compose types; compiled ahead of time it knows only those that the program names.</summary>
    public static bool IsAvailable { get; } = Composes();

    /// <summary>The kernel of a tree.</summary>
    /// <param name="root">The value that is stored.</param>
    /// <param name="leaves">What is read; see <see cref="Leaves"/>.</param>
    /// <param name="output">Where the value goes.</param>
    /// <param name="operands">Where the leaves lie.</param>
    /// <param name="runs">The length of each inner run, or one length for all.</param>
    public Kernel<T> Create<T>(int root, List<int> leaves, Operand output, Operand[] operands, int[] runs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var type = typeof(FusedKernel<,>).MakeGenericType(typeof(T), Tree(root));
        var kernel = (Kernel<T>)Activator.CreateInstance(type, output, operands, runs)!;
        kernel.Label = Text(root, leaves);
        return kernel;

        Type Tree(int id)
        {
            var arguments = _graph[id].Arguments.Select(a => IsInside(a) ? Tree(a) : Leaf(a)).ToArray();
            return _graph[id].Op switch
            {
                Op.Unary u => typeof(FusedUnary<,>).MakeGenericType(Pointwise.Function(u.Kind), arguments[0]),
                Op.Binary b => typeof(FusedBinary<,,>).MakeGenericType(
                    Pointwise.Function(b.Kind),
                    arguments[0],
                    arguments[1]
                ),
                _ => typeof(FusedSelect<,,>).MakeGenericType(arguments),
            };
        }

        Type Leaf(int id)
        {
            var position = leaves.IndexOf(id);
            return Positions.Operand(position, operands[position].Runs);
        }
    }

    private static bool Composes()
    {
        try
        {
            var tree = typeof(FusedUnary<,>).MakeGenericType(
                Pointwise.Function(UnaryKind.Abs),
                Positions.Operand(0, moves: true)
            );
            var kernel = typeof(FusedKernel<,>).MakeGenericType(typeof(float), tree);
            return Activator.CreateInstance(kernel, null, Array.Empty<Operand>(), Array.Empty<int>()) is not null;
        }
        catch (Exception e) when (e is NotSupportedException or TypeLoadException or MissingMethodException)
        {
            return false;
        }
    }

    private string Text(int root, List<int> leaves)
    {
        string Of(int id) =>
            IsInside(id) || id == root
                ? $"{_graph[id].Op.Signature}({string.Join(", ", _graph[id].Arguments.Select(Of))})"
                : $"#{leaves.IndexOf(id)}";
        return Of(root);
    }

    private int Operations(int root) => 1 + _graph[root].Arguments.Where(IsInside).Sum(Operations);

    private bool IsInside(int id) => _absorbed.Contains(id) && !IsSpread(id);

    private bool IsFusible(int id) =>
        _graph[id].Op switch
        {
            Op.Select or Op.Spread => true,
            Op.Unary u => u.Kind is UnaryKind.Negate or UnaryKind.Sqrt or UnaryKind.Abs or UnaryKind.Sign,
            Op.Binary b => b.Kind is not BinaryKind.Power,
            _ => false,
        };

    private bool IsCheap(int id) =>
        _graph[id].Op switch
        {
            Op.Select or Op.Spread => true,
            Op.Unary u => u.Kind is UnaryKind.Negate or UnaryKind.Abs,
            Op.Binary b => b.Kind is not (BinaryKind.Power or BinaryKind.Divide),
            _ => false,
        };

    private bool SameAxes(int a, int b) => _graph[a].Axes == _graph[b].Axes;
}
