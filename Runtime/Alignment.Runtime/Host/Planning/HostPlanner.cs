using System.Numerics;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Chooses layouts and kernels for the values of a program.</summary>
/// <remarks>
/// With several games, the games of a block are the innermost dimension of every value that differs between games, and vectors run along
/// them. With one game, each operation picks the output axis for its vectors to run along; an operand that lies the wrong way is copied
/// to the right layout, once if it never changes.
/// </remarks>
internal sealed partial class HostPlanner<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Program _program;
    private readonly ulong _seed;
    private readonly bool _generates;
    private readonly Dictionary<int, View> _kept = [];
    private readonly Dictionary<(int Value, string Axis), View> _keptLayouts = [];
    private Dictionary<int, View> _local = [];
    private Dictionary<(int Value, string Axis), View> _localLayouts = [];
    private List<Instruction<T>> _section = [];
    private Fusion? _fusion;

    /// <param name="program">The program.</param>
    /// <param name="lanes">Games of a block, a multiple of the vector length; 0 for a single game.</param>
    /// <param name="seed">Seed of draws.</param>
    /// <param name="generates">Whether small values are computed by generated code.</param>
    public HostPlanner(Program program, int lanes, ulong seed, bool generates)
    {
        _program = program;
        Layouts = new(program, lanes);
        _seed = seed;
        _generates = generates;
        foreach (var state in program.States)
        {
            var view = Layouts.New(program.Graph[state.Source], invariant: false);
            view.Storage.Permanent = true;
            _kept[state.Source] = view;
        }

        Once = Section(() =>
        {
            foreach (
                var id in program.Graph.Live([
                    .. program.States.SelectMany(s => (int[])[s.Next, s.Initial]),
                    .. program.Outputs.Select(o => o.Value),
                ])
            )
            {
                if (!program.Varying[id])
                    Emit(id);
            }
        });
        Initial = Section(() =>
        {
            foreach (var id in program.InitialValues.Where(id => program.Varying[id]))
                Emit(id);
            foreach (var state in program.States)
                EmitCopy(_kept[state.Source], state.Initial);
        });
        Step = Section(EmitStep);
        _fusion = null; // the other sections run too seldom to be worth it
        Read = Section(() =>
        {
            foreach (var id in program.OutputValues)
                Emit(id);
            foreach (var output in program.Outputs)
                OutputViews[output.Name] = Find(output.Value);
        });
        Memory = new(this);
    }

    /// <summary>How values lie in memory.</summary>
    public Layouts<T> Layouts { get; }

    /// <summary>Kernels that run once, after inputs are bound.</summary>
    public List<Instruction<T>> Once { get; }

    /// <summary>Kernels that give the state its initial values.</summary>
    public List<Instruction<T>> Initial { get; }

    /// <summary>Kernels of a step.</summary>
    public List<Instruction<T>> Step { get; }

    /// <summary>Kernels that compute the outputs.</summary>
    public List<Instruction<T>> Read { get; }

    /// <summary>Where the outputs lie after <see cref="Read"/>.</summary>
    public Dictionary<string, View> OutputViews { get; } = new(StringComparer.Ordinal);

    /// <summary>Where signals, literals and constants are to be put.</summary>
    public List<(Node Node, View View)> Loads { get; } = [];

    /// <summary>The layout of memory.</summary>
    public MemoryPlan<T> Memory { get; }

    /// <summary>Where a state variable lies.</summary>
    public View StateView(StateVariable state) => _kept[state.Source];

    /// <summary>Storages of the state variables.</summary>
    public IEnumerable<Storage> StateStorages => _program.States.Select(s => _kept[s.Source].Storage);

    private Graph Graph => _program.Graph;

    private List<Instruction<T>> Section(Action emit)
    {
        _section = [];
        _local = [];
        _localLayouts = [];
        emit();
        return _section;
    }

    // ---- values --------------------------------------------------------------------------------------------------

    private View Find(int id) => _local.TryGetValue(id, out var view) ? view : _kept[id];

    private void Keep(int id, View view)
    {
        if (_program.Varying[id])
            _local[id] = view;
        else
        {
            // an alias of a state is never invariant, so this storage is the invariant's own
            view.Storage.Permanent = true;
            _kept[id] = view;
        }
    }

    private void Emit(int id)
    {
        if (_kept.ContainsKey(id) || _local.ContainsKey(id) || _fusion?.Absorbs(id) == true)
            return;
        var node = Graph[id];
        switch (node.Op)
        {
            case Op.Constant or Op.Literal or Op.Signal:
                var loaded = Layouts.New(node, invariant: true);
                Loads.Add((node, loaded));
                Keep(id, loaded);
                break;
            case Op.Rename r:
                EmitLook(id, node.Arguments[0], r.From, 0, r.To);
                break;
            case Op.Expand or Op.StopGradient:
                Keep(id, Find(node.Arguments[0]));
                break;
            case Op.Slice s:
                EmitLook(id, node.Arguments[0], s.From, s.Start, s.To);
                break;
            default:
                EmitKernel(id, node);
                break;
        }
    }

    /// <summary>Elements of an axis under a new name: looked at where they lie, or moved where axes in blocks lie in other ways.</summary>
    private void EmitLook(int id, int argument, Axis from, int start, Axis to)
    {
        var whole = Find(argument);
        var places = whole.Places(from);
        var view = whole.Rename(from, to) with { Start = whole.Start + places[start] };
        if (view.Places(to).Select((place, k) => place == places[start + k] - places[start]).All(same => same))
            Keep(id, view);
        else
            EmitMoved(id, argument, to, [.. Enumerable.Range(0, to.Size).Select(k => (k, start + k))], from);
    }

    private void EmitKernel(int id, Node node)
    {
        if (_fusion?.IsTree(id) == true)
        {
            EmitTree(id, node);
            return;
        }

        switch (node.Op)
        {
            case Op.Unary u:
                EmitPointwise(id, (o, x, run) => Pointwise.Create<T>(u.Kind, o, x[0], run));
                break;
            case Op.Binary b:
                EmitPointwise(id, (o, x, run) => Pointwise.Create<T>(b.Kind, o, x[0], x[1], run));
                break;
            case Op.Select:
                EmitPointwise(id, (o, x, run) => Pointwise.Select<T>(o, x[0], x[1], x[2], run));
                break;
            case Op.Contract c:
                EmitContract(id, node, c);
                break;
            case Op.Gather g:
                EmitMoved(id, node.Arguments[0], g.To, [.. g.Map.Select((from, to) => (to, from))], g.From);
                break;
            case Op.Concat c:
                var start = 0;
                for (var k = 0; k < c.Pieces.Count; k++)
                {
                    var first = start;
                    EmitMoved(
                        id,
                        node.Arguments[k],
                        c.To,
                        [.. Enumerable.Range(0, c.Pieces[k].Size).Select(j => (first + j, j))],
                        c.Pieces[k]
                    );
                    start += c.Pieces[k].Size;
                }

                break;
            case Op.SegmentSum s:
                EmitScatter(id, node, s);
                break;
            case Op.Spread s:
                EmitSpread(id, node, s);
                break;
            case Op.SweepDown s:
                EmitSweepDown(id, node, s.Treeplex);
                break;
            case Op.SweepUp s:
                EmitSweepUp(id, node, s);
                break;
            case Op.SparseContract s:
                EmitSparseContract(id, node, s.Index);
                break;
            case Op.Step:
                var step = Layouts.New(node, invariant: false);
                Keep(id, step);
                Add(new StepKernel<T>(new(step, [0], runs: true)) { Label = "step" }, step, [], []);
                break;
            case Op.Random r:
                EmitRandom(id, node, r);
                break;
            default:
                EmitAlong(
                    id,
                    node,
                    Walks.AxisOf(node.Op)
                        ?? throw new NotSupportedException($"The Host executor has no kernel for {node.Op}.")
                );
                break;
        }
    }

    // ---- layouts -------------------------------------------------------------------------------------------------

    /// <summary>The value laid out so that vectors may run along the output's inner axis.</summary>
    private View Along(int id, View output)
    {
        var view = Find(id);
        if (
            output.Lanes
            || output.Innermost is not { } inner
            || !view.Strides.Any(s => s.Key == inner)
            || view.Innermost == inner
        )
            return view;
        var node = Graph[id];
        var invariant = !_program.Varying[id];
        var layouts = invariant ? _keptLayouts : _localLayouts;
        if (layouts.TryGetValue((id, inner), out var laid))
            return laid;
        var held = node with { Axes = AxisSet.Of([.. Layouts.EventAxes(node).Where(view.Holds)]) };
        laid = Layouts.New(held, invariant, inner);
        laid.Storage.Permanent = invariant;
        var axes = Layouts.EventAxes(held);
        var copy = new ElementCopyKernel<T>(
            new(laid, laid.Offsets(axes), runs: false),
            new(view, view.Offsets(axes), runs: false)
        )
        {
            Label = $"lay out along {inner}",
        };
        (invariant ? Once ?? _section : _section).Add(new(copy, [laid.Storage], [view.Storage], []));
        layouts[(id, inner)] = laid;
        return laid;
    }
}
