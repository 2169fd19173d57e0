using System.Numerics;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Chooses layouts and kernels for the values of a program.</summary>
/// <remarks>
/// With several games, the games of a block are the innermost dimension of every value that differs between games, and vectors run along
/// them. With one game, each operation picks the output axis for its vectors to run along; an operand that lies the wrong way is copied
/// to the right layout, once if it never changes.
/// </remarks>
internal sealed class HostPlanner<T>
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

    // ---- steps ---------------------------------------------------------------------------------------------------

    private void EmitStep()
    {
        var values = _program.StepValues;
        var nexts = _program.States.Select(s => s.Next).ToHashSet();
        var small = values.Where(IsSmall).ToHashSet();
        if (Fusion.IsAvailable)
        {
            var read = values.Where(small.Contains).SelectMany(id => Graph[id].Arguments);
            _fusion = new(Graph, [.. values.Where(id => !small.Contains(id))], nexts.Concat(read));
        }

        // Small values wait for each other: a region ends where a large one needs a member of it, or where it has grown too long.
        var members = new List<int>();
        var cost = 0L;
        foreach (var id in values)
        {
            if (_kept.ContainsKey(id) || _fusion?.Absorbs(id) == true)
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

        EmitNextStates(members, values);
    }

    private bool IsSmall(int id) =>
        _generates && Region.Cost(Graph, Graph[id], Layouts.EventAxes) is not null;

    private IEnumerable<int> Reads(int id) => _fusion?.IsTree(id) == true ? _fusion.Leaves(id) : Graph[id].Arguments;

    private void EmitNextStates(List<int> members, IReadOnlyList<int> values)
    {
        var written = _program.States.Where(s => members.Contains(s.Next)).ToArray();
        var others = _program.States.Except(written).ToArray();
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
                Keep(id, Find(node.Arguments[0]).Rename(r.From, r.To));
                break;
            case Op.Expand or Op.StopGradient:
                Keep(id, Find(node.Arguments[0]));
                break;
            case Op.Slice s:
                var whole = Find(node.Arguments[0]);
                Keep(id, whole.Rename(s.From, s.To) with { Start = whole.Start + (s.Start * whole.Stride(s.From)) });
                break;
            default:
                EmitKernel(id, node);
                break;
        }
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

    private void EmitPointwise(int id, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var node = Graph[id];
        var arguments = node.Arguments.ToArray();
        // the operand with the most axes decides the layout: the others follow or are broadcast
        var leader = arguments.Select(Find).OrderByDescending(v => v.Strides.Count).First();
        var output = Layouts.New(node, !_program.Varying[id], leader.Innermost);
        Keep(id, output);
        EmitPointwise(node, output, arguments, create);
    }

    private void EmitTree(int id, Node node)
    {
        var leaves = _fusion!.Leaves(id);
        var leader = leaves.Select(Find).OrderByDescending(v => v.Strides.Count).First();
        var output = Layouts.New(node, invariant: false, leader.Innermost);
        Keep(id, output);
        EmitPointwise(node, output, [.. leaves], (o, x, run) => _fusion.Create<T>(id, leaves, o, x, run));
    }

    private void EmitPointwise(Node node, View output, int[] arguments, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var views = arguments.Select(a => Along(a, output)).ToArray();
        EmitPointwise(node, output, views, create);
    }

    private void EmitPointwise(Node node, View output, View[] views, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var (loops, run) = Layouts.Loops(Layouts.EventAxes(node), output);
        var to = Layouts<T>.Bind(output, loops, output);
        var from = views.Select(v => Layouts<T>.Bind(v, loops, output)).ToArray();
        if (Layouts<T>.Merges(to, run) && from.All(o => Layouts<T>.Merges(o, run)))
        {
            run *= to.Outer.Length;
            to = new(to.View, [0], to.Runs);
            from = [.. from.Select(o => new Operand(o.View, [0], o.Runs))];
        }

        var inPlace = from.Where(o => o.Runs && o.Outer.AsSpan().SequenceEqual(to.Outer) && o.View.Start == 0)
            .Select(o => o.View.Storage);
        Add(create(to, from, run), output, views, [.. inPlace]);
    }

    private void EmitCopy(View target, int value) =>
        EmitPointwise(Graph[value], target, [value], (o, x, run) => Pointwise.Copy<T>(o, x[0], run));

    private void EmitCopy(View target, View source, Node shape) =>
        EmitPointwise(shape, target, [source], (o, x, run) => Pointwise.Copy<T>(o, x[0], run));

    private void EmitAlong(int id, Node node, Axis axis)
    {
        var input = Find(node.Arguments[0]);
        var keeps = node.Axes.Contains(axis);
        // where the axis itself is innermost, single elements are walked and the output keeps the input's layout
        var output = Layouts.New(
            node,
            !_program.Varying[id],
            keeps || input.Innermost != axis.Name ? input.Innermost : null
        );
        Keep(id, output);
        var single = !output.Lanes && (output.IsScalar || input.Innermost == axis.Name || input.IsScalar);
        var others = Layouts.EventAxes(node).Where(a => a != axis).ToArray();
        var (loops, run) = single ? (others, 1) : Layouts.Loops(others, output);
        input = single ? input : Along(node.Arguments[0], output);
        var to = single ? new(output, output.Offsets(others), runs: false) : Layouts<T>.Bind(output, loops, output);
        var from = single ? new(input, input.Offsets(others), runs: false) : Layouts<T>.Bind(input, loops, output);
        // an operand that is the same for all games has been expanded along them: its neighbours are not there to be loaded
        if (!single && !from.Runs)
            (input, from) = Widen(node.Arguments[0], loops, output);
        var walk =
            !single ? Walks.Of<T, Wide>(node.Op)
            : output.IsScalar ? Walks.Of<T, Spread>(node.Op)
            : Walks.Of<T, Narrow>(node.Op);
        Add(
            new AxisKernel<T>(walk!, to, from, run, axis.Size, input.Stride(axis), output.Stride(axis))
            {
                Label = node.Op.Signature,
            },
            output,
            [input],
            []
        );
    }

    /// <summary>Writes a value out along the output's inner run, where it was only repeated so far.</summary>
    private (View View, Operand Operand) Widen(int value, Axis[] loops, View output)
    {
        var written = Layouts.New(Graph[value], !_program.Varying[value], output.Innermost);
        written.Storage.Permanent = !_program.Varying[value];
        EmitCopy(written, value);
        return (written, Layouts<T>.Bind(written, loops, output));
    }

    private void EmitContract(int id, Node node, Op.Contract contract)
    {
        var (a, b) = (node.Arguments[0], node.Arguments[1]);
        var output = Layouts.New(node, !_program.Varying[id], ContractionAxis(node, a, b));
        Keep(id, output);
        var (left, right) = (Along(a, output), Along(b, output));
        var (loops, run) = Layouts.Loops(Layouts.EventAxes(node), output);
        var summed = contract.Axes.ToArray();
        Add(
            new ContractKernel<T>(
                Layouts<T>.Bind(output, loops, output),
                Layouts<T>.Bind(left, loops, output),
                Layouts<T>.Bind(right, loops, output),
                output.IsScalar ? 1 : run,
                left.Offsets(summed),
                right.Offsets(summed)
            )
            {
                Label = contract.Signature,
            },
            output,
            [left, right],
            []
        );
    }

    // The axis for vectors to run along: none if games do, else the one that needs the fewest elements copied, the longest of equals.
    private string? ContractionAxis(Node node, int a, int b)
    {
        if (Layouts.HasLanes(node))
            return null;
        double Cost(Axis axis) =>
            ((int[])[a, b]).Sum(value =>
                Find(value) is var view && view.Holds(axis) && view.Stride(axis) != 1 && _program.Varying[value]
                    ? Graph[value].Axes.Elements
                    : 0.0
            );
        return Layouts.EventAxes(node)
            .OrderBy(Cost)
            .ThenByDescending(axis => axis.Size)
            .Select(axis => axis.Name)
            .FirstOrDefault();
    }

    /// <summary>Copies elements of one axis to places of another; several calls may fill one output (concatenation).</summary>
    private void EmitMoved(int id, int argument, Axis to, (int To, int From)[] moves, Axis from)
    {
        var node = Graph[id];
        if (!_kept.ContainsKey(id) && !_local.ContainsKey(id))
            Keep(id, Layouts.New(node, !_program.Varying[id]));
        var output = Find(id);
        var input = Find(argument);
        var others = Layouts.EventAxes(node).Where(a => a != to).ToArray();
        if (output.Lanes)
        {
            var target = Layouts<T>.Moved(output, others, moves.Select(m => m.To * output.Stride(to)));
            var source = Layouts<T>.Moved(input, others, moves.Select(m => m.From * input.Stride(from)));
            Add(
                Pointwise.Copy<T>(new(output, target, runs: true), new(input, source, input.Lanes), Layouts.Lanes),
                output,
                [input],
                []
            );
        }
        else
        {
            var target = Layouts<T>.Moved(output, others, moves.Select(m => m.To * output.Stride(to)));
            var source = Layouts<T>.Moved(input, others, moves.Select(m => m.From * input.Stride(from)));
            Add(
                new ElementCopyKernel<T>(new(output, target, runs: false), new(input, source, runs: false))
                {
                    Label = "move",
                },
                output,
                [input],
                []
            );
        }
    }

    private void EmitScatter(int id, Node node, Op.SegmentSum sum)
    {
        var output = Layouts.New(node, !_program.Varying[id]);
        Keep(id, output);
        var input = Find(node.Arguments[0]);
        var others = Layouts.EventAxes(node).Where(a => a != sum.To).ToArray();
        var target = Layouts<T>.Moved(output, others, sum.Map.Select(to => to * output.Stride(sum.To)));
        var source = Layouts<T>.Moved(input, others, sum.Map.Select((_, from) => from * input.Stride(sum.From)));
        Add(
            new ScatterAddKernel<T>(
                new(output, target, output.Lanes),
                new(input, source, input.Lanes),
                Layouts.Lanes,
                checked((int)output.Storage.Length)
            )
            {
                Label = $"segment_sum[{sum.From.Name}->{sum.To.Name}]",
            },
            output,
            [input],
            []
        );
    }

    private void EmitRandom(int id, Node node, Op.Random random)
    {
        var output = Layouts.New(node, invariant: false);
        Keep(id, output);
        // the index of a draw counts the declared axes row-major, whatever the layout
        var strides = new Dictionary<string, long>(StringComparer.Ordinal);
        var size = 1L;
        foreach (var axis in random.Axes.Reverse())
        {
            strides[axis.Name] = size;
            size *= axis.Size;
        }

        var events = Layouts.EventAxes(node);
        long Logical(IReadOnlyList<Axis> axes, long position)
        {
            var index = 0L;
            foreach (var axis in axes.Reverse())
            {
                index += position % axis.Size * strides.GetValueOrDefault(axis.Name);
                position /= axis.Size;
            }

            return index;
        }

        var count = events.Aggregate(1, (n, axis) => n * axis.Size);
        var outer = Enumerable.Range(0, count).Select(k => Logical(events, k)).ToArray();
        var batch = _program.Batch;
        Add(
            new RandomKernel<T>(
                new(output, output.Offsets(events), runs: output.Lanes),
                output.Lanes ? Layouts.Lanes
                    : output.IsScalar ? Layouts<T>.Width
                    : 1,
                new(_seed, random.Name),
                random.Kind,
                outer,
                output.Lanes ? game => Logical(batch, game) : _ => 0
            )
            {
                Label = random.Signature,
            },
            output,
            [],
            []
        );
    }

    private void Add(Kernel<T> kernel, View output, View[] inputs, Storage[] inPlace) =>
        _section.Add(new(kernel, [output.Storage], [.. inputs.Select(v => v.Storage)], inPlace));

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
