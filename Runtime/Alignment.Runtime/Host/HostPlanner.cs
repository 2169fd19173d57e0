using System.Numerics;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>One planned kernel with what it writes and reads, for the layout of memory and the printed plan.</summary>
/// <param name="Kernel">The work.</param>
/// <param name="Output">What it writes.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="InPlace">Inputs that it reads element by element exactly where it writes, so that they may share memory with the output.</param>
internal sealed record Instruction<T>(Kernel<T> Kernel, Storage Output, Storage[] Inputs, Storage[] InPlace)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

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
    private readonly int _lanes;
    private readonly ulong _seed;
    private readonly Dictionary<int, View> _kept = [];
    private readonly Dictionary<(int Value, string Axis), View> _keptLayouts = [];
    private Dictionary<int, View> _local = [];
    private Dictionary<(int Value, string Axis), View> _localLayouts = [];
    private List<Instruction<T>> _section = [];
    private readonly Fusion? _fusion;

    /// <param name="program">The program.</param>
    /// <param name="lanes">Games of a block, a multiple of the vector length; 0 for a single game.</param>
    /// <param name="seed">Seed of draws.</param>
    public HostPlanner(Program program, int lanes, ulong seed)
    {
        _program = program;
        _lanes = lanes;
        _seed = seed;
        foreach (var state in program.States)
        {
            var view = NewView(program.Graph[state.Source], invariant: false);
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
        _fusion = Fusion.IsAvailable
            ? new(program.Graph, program.StepValues, program.States.Select(s => s.Next))
            : null;
        Step = Section(EmitStep);
        _fusion = null;
        Read = Section(() =>
        {
            foreach (var id in program.OutputValues)
                Emit(id);
            foreach (var output in program.Outputs)
                OutputViews[output.Name] = Find(output.Value);
        });
        Memory = new(this);
    }

    private static int Width => Vector<T>.Count;

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
        // A state that becomes another state's old value must be saved before that one changes.
        var saved = new Dictionary<int, View>();
        var states = _program.States.Select(s => _kept[s.Source].Storage).ToHashSet();
        foreach (var id in _program.StepValues)
            Emit(id);
        foreach (var state in _program.States)
        {
            var next = Find(state.Next);
            if (states.Contains(next.Storage) && next != _kept[state.Source] && !saved.ContainsKey(state.Next))
            {
                var copy = NewView(Graph[state.Next], invariant: false, _kept[state.Source].Innermost);
                EmitCopy(copy, state.Next);
                saved[state.Next] = copy;
            }
        }

        foreach (var state in _program.States)
        {
            var target = _kept[state.Source];
            if (saved.TryGetValue(state.Next, out var copy))
                EmitCopy(target, copy, Graph[state.Source]);
            else if (Find(state.Next) != target && !WriteDirectly(state, target, states))
                EmitCopy(target, state.Next);
        }
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
        var writer = _section.FindIndex(i => i.Output == next.Storage);
        if (
            writer < 0
            || _section.FindLastIndex(i => i.Output == next.Storage) != writer
            || states.Contains(next.Storage)
        )
            return false;
        for (var k = writer; k < _section.Count; k++)
        {
            var reads = _section[k].Inputs.Any(s => s.Root == target.Storage);
            if (
                (reads && (k > writer || !_section[k].InPlace.Contains(target.Storage)))
                || (k > writer && _section[k].Output.Root == target.Storage)
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
                var loaded = NewView(node, invariant: true);
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
            case Op.Reduce r:
                EmitAlong(id, r.Axis, new Folding(r.Kind));
                break;
            case Op.Softmax s:
                EmitAlong(id, s.Axis, new Softmaxing());
                break;
            case Op.OneHotMax m:
                EmitAlong(id, m.Axis, new Choosing());
                break;
            case Op.SimplexProjection p:
                EmitAlong(id, p.Axis, new Projecting());
                break;
            case Op.CumulativeSum c:
                EmitAlong(id, c.Axis, new Cumulating(c.Reverse));
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
                var step = NewView(node, invariant: false);
                Keep(id, step);
                Add(new StepKernel<T>(new(step, [0], runs: true)) { Label = "step" }, step, [], []);
                break;
            case Op.Random r:
                EmitRandom(id, node, r);
                break;
            default:
                throw new NotSupportedException($"The Host executor has no kernel for {node.Op}.");
        }
    }

    /// <summary>Makes a kernel along an axis once its width is known.</summary>
    private interface IAlong
    {
        Kernel<T> Create<TWidth>(string label, Operand o, Operand x, int run, int count, long stride, long outStride)
            where TWidth : struct, IWidth;
    }

    private sealed record Folding(ReduceKind Kind) : IAlong
    {
        public Kernel<T> Create<TWidth>(
            string label,
            Operand o,
            Operand x,
            int run,
            int count,
            long stride,
            long outStride
        )
            where TWidth : struct, IWidth =>
            Kind switch
            {
                ReduceKind.Sum => new FoldKernel<T, TWidth, SumFold>(o, x, run, count, stride) { Label = label },
                ReduceKind.Max => new FoldKernel<T, TWidth, MaxFold>(o, x, run, count, stride) { Label = label },
                _ => new LogSumExpKernel<T, TWidth>(o, x, run, count, stride) { Label = label },
            };
    }

    private sealed record Softmaxing : IAlong
    {
        public Kernel<T> Create<TWidth>(
            string label,
            Operand o,
            Operand x,
            int run,
            int count,
            long stride,
            long outStride
        )
            where TWidth : struct, IWidth =>
            new SoftmaxKernel<T, TWidth>(o, x, run, count, stride, outStride) { Label = label };
    }

    private sealed record Choosing : IAlong
    {
        public Kernel<T> Create<TWidth>(
            string label,
            Operand o,
            Operand x,
            int run,
            int count,
            long stride,
            long outStride
        )
            where TWidth : struct, IWidth =>
            new OneHotMaxKernel<T, TWidth>(o, x, run, count, stride, outStride) { Label = label };
    }

    private sealed record Projecting : IAlong
    {
        public Kernel<T> Create<TWidth>(
            string label,
            Operand o,
            Operand x,
            int run,
            int count,
            long stride,
            long outStride
        )
            where TWidth : struct, IWidth =>
            new SimplexProjectionKernel<T, TWidth>(o, x, run, count, stride, outStride) { Label = label };
    }

    private sealed record Cumulating(bool Reverse) : IAlong
    {
        public Kernel<T> Create<TWidth>(
            string label,
            Operand o,
            Operand x,
            int run,
            int count,
            long stride,
            long outStride
        )
            where TWidth : struct, IWidth =>
            new CumulativeSumKernel<T, TWidth>(o, x, run, count, stride, outStride, Reverse) { Label = label };
    }

    private void EmitPointwise(int id, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var node = Graph[id];
        var arguments = node.Arguments.ToArray();
        // the operand with the most axes decides the layout: the others follow or are broadcast
        var leader = arguments.Select(Find).OrderByDescending(v => v.Strides.Count).First();
        var output = NewView(node, !_program.Varying[id], leader.Innermost);
        Keep(id, output);
        EmitPointwise(node, output, arguments, create);
    }

    private void EmitTree(int id, Node node)
    {
        var leaves = _fusion!.Leaves(id);
        var leader = leaves.Select(Find).OrderByDescending(v => v.Strides.Count).First();
        var output = NewView(node, invariant: false, leader.Innermost);
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
        var (loops, run) = Loops(EventAxes(node), output);
        var to = Bind(output, loops, output);
        var from = views.Select(v => Bind(v, loops, output)).ToArray();
        if (Merges(to, run) && from.All(o => Merges(o, run)))
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

    private void EmitAlong(int id, Axis axis, IAlong along)
    {
        var node = Graph[id];
        var input = Find(node.Arguments[0]);
        var keeps = node.Axes.Contains(axis);
        // where the axis itself is innermost, single elements are walked and the output keeps the input's layout
        var output = NewView(
            node,
            !_program.Varying[id],
            keeps || input.Innermost != axis.Name ? input.Innermost : null
        );
        Keep(id, output);
        var single = !output.Lanes && (output.IsScalar || input.Innermost == axis.Name || input.IsScalar);
        var others = EventAxes(node).Where(a => a != axis).ToArray();
        var (loops, run) = single ? (others, 1) : Loops(others, output);
        input = single ? input : Along(node.Arguments[0], output);
        var to = single ? new(output, Offsets(output, others), runs: false) : Bind(output, loops, output);
        var from = single ? new(input, Offsets(input, others), runs: false) : Bind(input, loops, output);
        // an operand that is the same for all games has been expanded along them: its neighbours are not there to be loaded
        if (!single && !from.Runs)
            (input, from) = Widen(node.Arguments[0], loops, output);

        var (label, stride, outStride) = (node.Op.Signature, input.Stride(axis), output.Stride(axis));
        Add(
            !single ? along.Create<Wide>(label, to, from, run, axis.Size, stride, outStride)
                : output.IsScalar ? along.Create<Spread>(label, to, from, run, axis.Size, stride, outStride)
                : along.Create<Narrow>(label, to, from, run, axis.Size, stride, outStride),
            output,
            [input],
            []
        );
    }

    /// <summary>Writes a value out along the output's inner run, where it was only repeated so far.</summary>
    private (View View, Operand Operand) Widen(int value, Axis[] loops, View output)
    {
        var written = NewView(Graph[value], !_program.Varying[value], output.Innermost);
        written.Storage.Permanent = !_program.Varying[value];
        EmitCopy(written, value);
        return (written, Bind(written, loops, output));
    }

    private void EmitContract(int id, Node node, Op.Contract contract)
    {
        var (a, b) = (node.Arguments[0], node.Arguments[1]);
        var output = NewView(node, !_program.Varying[id], ContractionAxis(node, a, b));
        Keep(id, output);
        var (left, right) = (Along(a, output), Along(b, output));
        var (loops, run) = Loops(EventAxes(node), output);
        var summed = contract.Axes.ToArray();
        Add(
            new ContractKernel<T>(
                Bind(output, loops, output),
                Bind(left, loops, output),
                Bind(right, loops, output),
                output.IsScalar ? 1 : run,
                Offsets(left, summed),
                Offsets(right, summed)
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
        if (HasLanes(node))
            return null;
        double Cost(Axis axis) =>
            ((int[])[a, b]).Sum(value =>
                Find(value) is var view && view.Holds(axis) && view.Stride(axis) != 1 && _program.Varying[value]
                    ? Graph[value].Axes.Elements
                    : 0.0
            );
        return EventAxes(node)
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
            Keep(id, NewView(node, !_program.Varying[id]));
        var output = Find(id);
        var input = Find(argument);
        var others = EventAxes(node).Where(a => a != to).ToArray();
        if (output.Lanes)
        {
            var target = Moved(output, others, moves.Select(m => m.To * output.Stride(to)));
            var source = Moved(input, others, moves.Select(m => m.From * input.Stride(from)));
            Add(
                Pointwise.Copy<T>(new(output, target, runs: true), new(input, source, input.Lanes), _lanes),
                output,
                [input],
                []
            );
        }
        else
        {
            var target = Moved(output, others, moves.Select(m => m.To * output.Stride(to)));
            var source = Moved(input, others, moves.Select(m => m.From * input.Stride(from)));
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
        var output = NewView(node, !_program.Varying[id]);
        Keep(id, output);
        var input = Find(node.Arguments[0]);
        var others = EventAxes(node).Where(a => a != sum.To).ToArray();
        var target = Moved(output, others, sum.Map.Select(to => to * output.Stride(sum.To)));
        var source = Moved(input, others, sum.Map.Select((_, from) => from * input.Stride(sum.From)));
        Add(
            new ScatterAddKernel<T>(
                new(output, target, output.Lanes),
                new(input, source, input.Lanes),
                _lanes,
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
        var output = NewView(node, invariant: false);
        Keep(id, output);
        // the index of a draw counts the declared axes row-major, whatever the layout
        var strides = new Dictionary<string, long>(StringComparer.Ordinal);
        var size = 1L;
        foreach (var axis in random.Axes.Reverse())
        {
            strides[axis.Name] = size;
            size *= axis.Size;
        }

        var events = EventAxes(node);
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
                new(output, Offsets(output, events), runs: output.Lanes),
                output.Lanes ? _lanes
                    : output.IsScalar ? Width
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
        _section.Add(new(kernel, output.Storage, [.. inputs.Select(v => v.Storage)], inPlace));

    // ---- layouts -------------------------------------------------------------------------------------------------

    private bool HasLanes(Node node) => _lanes > 0 && node.Axes.Any(a => _program.Batch.IndexOf(a) >= 0);

    /// <summary>The axes of a node that are not batch axes, in order.</summary>
    internal Axis[] EventAxes(Node node) => [.. node.Axes.Where(a => _program.Batch.IndexOf(a) < 0)];

    /// <summary>A view of new memory for a node's value.</summary>
    /// <param name="node">The node.</param>
    /// <param name="invariant">Whether the value never changes.</param>
    /// <param name="innermost">The axis to put innermost; default: the last.</param>
    private View NewView(Node node, bool invariant, string? innermost = null)
    {
        var lanes = HasLanes(node);
        var axes = EventAxes(node);
        if (innermost is not null && !lanes)
            axes = [.. axes.Where(a => a.Name != innermost), .. axes.Where(a => a.Name == innermost)];
        var strides = new List<KeyValuePair<string, long>>();
        var length = lanes ? _lanes : 1L;
        for (var k = axes.Length - 1; k >= 0; k--)
        {
            strides.Insert(0, KeyValuePair.Create(axes[k].Name, length));
            length *= axes[k].Size;
            if (!lanes && k == axes.Length - 1)
                length = Pad(length);
        }

        var storage = new Storage
        {
            Segment = invariant && !lanes ? Segment.Shared : Segment.Block,
            Length = Pad(length),
            Lanes = lanes,
        };
        // sorted by name, so that equal layouts are equal values
        return new(storage, 0, strides.OrderBy(s => s.Key, StringComparer.Ordinal).ToValueList(), lanes);
    }

    private static long Pad(long length) => (length + Width - 1) / Width * Width;

    /// <summary>The outer loops and the length of the inner run for an output.</summary>
    private (Axis[] Loops, int Run) Loops(Axis[] axes, View output)
    {
        if (output.Lanes)
            return (axes, _lanes);
        var inner = Array.Find(axes, a => a.Name == output.Innermost && output.Holds(a));
        return inner is null ? (axes, Width) : ([.. axes.Where(a => a != inner)], checked((int)Pad(inner.Size)));
    }

    private Operand Bind(View view, Axis[] loops, View output)
    {
        var runs =
            output.Lanes ? view.Lanes
            : output.Innermost is { } inner ? view.Innermost == inner
            : view.IsScalar;
        return new(view, Offsets(view, loops), runs);
    }

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
        var held = node with { Axes = AxisSet.Of([.. EventAxes(node).Where(view.Holds)]) };
        laid = NewView(held, invariant, inner);
        laid.Storage.Permanent = invariant;
        var axes = EventAxes(held);
        var copy = new ElementCopyKernel<T>(
            new(laid, Offsets(laid, axes), runs: false),
            new(view, Offsets(view, axes), runs: false)
        )
        {
            Label = $"lay out along {inner}",
        };
        (invariant ? Once ?? _section : _section).Add(new(copy, laid.Storage, [view.Storage], []));
        layouts[(id, inner)] = laid;
        return laid;
    }

    /// <summary>Offsets of a view over the row-major product of axes.</summary>
    internal static int[] Offsets(View view, IReadOnlyList<Axis> axes)
    {
        var offsets = new int[axes.Aggregate(1, (n, axis) => checked(n * axis.Size))];
        var span = 1;
        for (var k = axes.Count - 1; k >= 0; k--)
        {
            var stride = view.Stride(axes[k]);
            for (var position = 0; position < offsets.Length; position++)
                offsets[position] += checked((int)(position / span % axes[k].Size * stride));
            span *= axes[k].Size;
        }

        return offsets;
    }

    private static int[] Moved(View view, Axis[] others, IEnumerable<long> moves)
    {
        var steps = moves.ToArray();
        return [.. Offsets(view, others).SelectMany(offset => steps.Select(step => checked((int)(offset + step))))];
    }

    private static bool Merges(Operand operand, int run)
    {
        for (var k = 0; k < operand.Outer.Length; k++)
        {
            if (operand.Outer[k] != (operand.Runs ? k * run : 0))
                return false;
        }

        return true;
    }
}
