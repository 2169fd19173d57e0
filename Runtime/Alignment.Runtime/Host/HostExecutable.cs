using System.Globalization;
using System.Numerics;
using System.Text;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>A program planned for this CPU, with its memory.</summary>
internal sealed unsafe class HostExecutable<T> : IExecutable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly HostPlanner<T> _plan;
    private readonly int _lanes;
    private int _blocks;
    private readonly int[] _games; // the game in each lane; lanes behind the last one repeat it
    private readonly NativeBuffer _shared;
    private readonly NativeBuffer _block;
    private readonly Dictionary<string, double[]> _inputs = new(StringComparer.Ordinal);
    private readonly Load[] _constants;
    private readonly Load[] _signals;
    private readonly Kernel<T>[] _constantShared; // what comes of constants alone, and what inputs change
    private readonly Kernel<T>[] _constantBlock;
    private readonly Kernel<T>[] _onceShared;
    private readonly Kernel<T>[] _onceBlock;
    private readonly Kernel<T>[] _initial;
    private readonly Kernel<T>[] _step;
    private readonly Kernel<T>[] _read;
    private readonly Workers<HostExecutable<T>> _workers;
    private readonly long _lastStep;
    private bool _hasConstants;

    public HostExecutable(Program program, ExecutionOptions options, HostPlanner<T> plan, int lanes)
    {
        Program = program;
        _plan = plan;
        _lanes = lanes;
        _blocks = lanes == 0 ? 1 : (program.Games + lanes - 1) / lanes;
        _games =
        [
            .. Enumerable.Range(0, _blocks * Math.Max(1, lanes)).Select(lane => Math.Min(lane, program.Games - 1)),
        ];
        _shared = new(plan.Memory.SharedLength * sizeof(T));
        _block = new(plan.Memory.BlockLength * sizeof(T) * _blocks);
        _constants = [.. plan.Loads.Where(l => l.Node.Op is not Op.Signal).Select(l => LoadOf(l.Node, l.View))];
        _signals = [.. plan.Loads.Where(l => l.Node.Op is Op.Signal).Select(l => LoadOf(l.Node, l.View))];
        var (constant, changing) = Parted(plan);
        _constantShared = [.. constant.Where(i => i.Segment == Segment.Shared).Select(i => i.Kernel)];
        _constantBlock = [.. constant.Where(i => i.Segment == Segment.Block).Select(i => i.Kernel)];
        _onceShared = [.. changing.Where(i => i.Segment == Segment.Shared).Select(i => i.Kernel)];
        _onceBlock = [.. changing.Where(i => i.Segment == Segment.Block).Select(i => i.Kernel)];
        _initial = [.. plan.Initial.Select(i => i.Kernel)];
        _step = [.. plan.Step.Select(i => i.Kernel)];
        _read = [.. plan.Read.Select(i => i.Kernel)];
        _lastStep = program.LastStep(options.Precision);
        _workers = new(Math.Min(options.Threads, _blocks));
        foreach (var id in program.Inputs)
            _inputs.Add(((Op.Signal)program.Graph[id].Op).Name, new double[program.Graph[id].Axes.Elements]);
    }

    public Program Program { get; }

    public void SetInput(string name, ReadOnlySpan<double> values)
    {
        var input = _inputs[name];
        if (values.Length != input.Length)
            throw new ArgumentException(
                $"Input '{name}' of {Program.Name}: expected {input.Length} numbers, got {values.Length}."
            );
        values.CopyTo(input);
    }

    public void Initialize()
    {
        if (!_hasConstants)
        {
            foreach (var load in _constants)
                Put(load);
            RunKernels(_constantShared, 0);
            ForEachBlock(static (self, b, _, _) => self.RunKernels(self._constantBlock, b));
            _hasConstants = true;
        }

        foreach (var load in _signals)
            Put(load);
        RunKernels(_onceShared, 0);
        ForEachBlock(
            static (self, b, _, _) =>
            {
                self.RunKernels(self._onceBlock, b);
                self.RunKernels(self._initial, b);
            }
        );
    }

    public void Run(long firstStep, int steps)
    {
        if (firstStep + steps - 1 > _lastStep)
            throw new InvalidOperationException(
                $"{Program.Name}: float32 cannot count beyond step {_lastStep}; use float64."
            );
        ForEachBlock(
            static (self, b, first, count) =>
            {
                var shared = self._shared.As<T>();
                var block = self.Block(b);
                var kernels = self._step;
                for (var step = first; step < first + count; step++)
                {
                    var round = new Round(step, self._games, b * self._lanes);
                    foreach (var kernel in kernels)
                        kernel.Run(shared, block, round);
                }
            },
            firstStep,
            steps
        );
    }

    public void Keep(ReadOnlySpan<bool> games)
    {
        if (_lanes == 0)
            return;
        var kept = 0;
        for (var lane = 0; lane < _blocks * _lanes; lane++)
        {
            if (lane > 0 && _games[lane] == _games[lane - 1])
                break; // only the repeats behind the last game follow
            if (!games[_games[lane]])
                continue;
            MoveLane(lane, kept);
            _games[kept++] = _games[lane];
        }

        if (kept == 0)
            return;
        _blocks = (kept + _lanes - 1) / _lanes;
        for (var lane = kept; lane < _blocks * _lanes; lane++)
        {
            MoveLane(kept - 1, lane);
            _games[lane] = _games[kept - 1];
        }
    }

    private void MoveLane(int from, int to)
    {
        if (from == to)
            return;
        foreach (var storage in _plan.Memory.KeptByLane)
        {
            var source = Block(from / _lanes) + storage.Offset + (from % _lanes);
            var target = Block(to / _lanes) + storage.Offset + (to % _lanes);
            for (var k = 0L; k < storage.Length; k += _lanes)
                target[k] = source[k];
        }
    }

    public void Read() => ForEachBlock(static (self, b, _, _) => self.RunKernels(self._read, b));

    public ValueList<Axis> OutputAxes(string name) =>
        _plan.Layouts.EventAxes(Program.Graph[Program.Outputs.First(o => o.Name == name).Value]).ToValueList();

    public void GetOutput(string name, Span<double> values)
    {
        var output = Program.Outputs.First(o => o.Name == name);
        Copy(_plan.OutputViews[name], _plan.Layouts.EventAxes(Program.Graph[output.Value]), Program.Games, values);
    }

    public int StateLength(string name)
    {
        var state = State(name);
        var view = _plan.StateView(state);
        return (view.Lanes ? Program.Games : 1)
            * Layouts<T>.Elements(_plan.Layouts.EventAxes(Program.Graph[state.Source]));
    }

    public void GetState(string name, Span<double> values)
    {
        var state = State(name);
        var view = _plan.StateView(state);
        Copy(view, _plan.Layouts.EventAxes(Program.Graph[state.Source]), view.Lanes ? Program.Games : 1, values);
    }

    public void SetState(string name, ReadOnlySpan<double> values)
    {
        var state = State(name);
        var view = _plan.StateView(state);
        var offsets = view.Offsets(_plan.Layouts.EventAxes(Program.Graph[state.Source]));
        if (values.Length != StateLength(name))
            throw new ArgumentException(
                $"State variable '{name}' of {Program.Name}: expected {StateLength(name)} numbers, got {values.Length}."
            );
        for (var b = 0; b < _blocks; b++)
        {
            var memory = Base(view, b);
            for (var lane = 0; lane < (view.Lanes ? _lanes : 1); lane++)
            {
                var game = view.Lanes ? _games[(b * _lanes) + lane] : 0;
                for (var k = 0; k < offsets.Length; k++)
                    Put(view, memory, offsets[k] + lane, T.CreateChecked(values[(game * offsets.Length) + k]));
            }
        }
    }

    public string DescribePlan()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"host plan of {Program.Name}: {typeof(T).Name}, {Program.Games} games in {_blocks} blocks of {Math.Max(1, _lanes)}, {_workers.Count} threads\n"
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"memory: {_shared.Bytes} bytes shared, {_plan.Memory.BlockLength * sizeof(T)} a block ({_plan.Memory.PermanentLength * sizeof(T)} kept)\n"
        );
        foreach (
            var (title, section) in new[]
            {
                ("once", _plan.Once),
                ("initial", _plan.Initial),
                ("step", _plan.Step),
                ("read", _plan.Read),
            }
        )
        {
            text.Append(title).Append(":\n");
            foreach (var i in section)
            {
                text.Append("  ").AppendJoin(", ", i.Outputs.Select(Place)).Append(" = ").Append(i.Kernel.Label);
                text.Append('(').AppendJoin(", ", i.Inputs.Select(Place)).Append(")\n");
            }
        }

        return text.ToString();

        static string Place(Storage s) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(s.Root.Segment == Segment.Shared ? "shared" : "block")}[{s.Offset}+{s.Length}]"
            );
    }

    /// <summary>Nanoseconds of each kernel of a step on the first block, each run many times by itself; the least of ten tries.</summary>
    internal IReadOnlyList<(string Label, double Nanoseconds)> Profile(int rounds)
    {
        var (shared, block) = ((nint)_shared.As<T>(), (nint)Block(0));
        return
        [
            .. _step.Select(kernel =>
            {
                var least = double.PositiveInfinity;
                for (var again = 0; again < 10; again++)
                {
                    var clock = System.Diagnostics.Stopwatch.StartNew();
                    for (var k = 0; k < rounds; k++)
                        kernel.Run((T*)shared, (T*)block, new(k + 1, _games, 0));
                    least = Math.Min(least, clock.Elapsed.TotalNanoseconds / rounds);
                }

                return (kernel.Label, least);
            }),
        ];
    }

    public void Dispose()
    {
        _workers.Dispose();
        _shared.Dispose();
        _block.Dispose();
    }

    // ---- blocks --------------------------------------------------------------------------------------------------

    private T* Block(int b) => _block.As<T>() + (b * _plan.Memory.BlockLength);

    private T* Base(View view, int b) => Address.Of(view).In(_shared.As<T>(), Block(b));

    private void RunKernels(Kernel<T>[] kernels, int b)
    {
        var shared = _shared.As<T>();
        var block = Block(b);
        var round = new Round(0, _games, b * _lanes);
        foreach (var kernel in kernels)
            kernel.Run(shared, block, round);
    }

    private void ForEachBlock(Action<HostExecutable<T>, int, long, int> work, long firstStep = 0, int steps = 0) =>
        _workers.Run(this, _blocks, work, firstStep, steps);

    // ---- numbers in and out --------------------------------------------------------------------------------------

    private StateVariable State(string name) =>
        Program.States.FirstOrDefault(s => s.Name == name)
        ?? throw new ArgumentException($"{Program.Name} has no state variable '{name}'.");

    // A scalar fills its vector, so that kernels may load it as one.
    private void Put(View view, T* memory, long offset, T value)
    {
        if (view.IsScalar)
            new Vector<T>(value).Store(memory);
        else
            memory[offset] = value;
    }

    /// <summary>Numbers to be put in place: which, from where in them, and where to.</summary>
    private sealed record Load(View View, string? Input, double[] Values, int[] Sources, int[] Targets, int[] Games);

    private Load LoadOf(Node node, View view)
    {
        if (node.Op is Op.Constant constant)
            return new(view, null, [constant.Value], [0], [0], [0]);
        var axes = node.Op is Op.Literal l ? l.Tensor.Axes : ((Op.Signal)node.Op).Axes;
        var strides = Strides.RowMajor(axes);
        var events = _plan.Layouts.EventAxes(node);
        return new(
            view,
            (node.Op as Op.Signal)?.Name,
            node.Op is Op.Literal literal ? literal.Tensor.Values.ToArray() : [],
            Strides.Offsets(strides, events),
            view.Offsets(events),
            view.Lanes ? Strides.Offsets(strides, Program.Batch) : [0]
        );
    }

    private void Put(Load load)
    {
        var view = load.View;
        var values = load.Input is { } input ? _inputs[input] : load.Values;
        var (sources, targets) = (load.Sources, load.Targets);
        for (var b = 0; b < (view.Lanes ? _blocks : 1); b++)
        {
            var memory = Base(view, b);
            for (var lane = 0; lane < (view.Lanes ? _lanes : 1); lane++)
            {
                var game = view.Lanes ? load.Games[_games[(b * _lanes) + lane]] : 0;
                for (var k = 0; k < targets.Length; k++)
                    Put(view, memory, targets[k] + lane, T.CreateChecked(values[game + sources[k]]));
            }
        }
    }

    // what is computed once: without any input, and with one
    private static (List<Instruction<T>> Constant, List<Instruction<T>> Changing) Parted(HostPlanner<T> plan)
    {
        var changing = plan.Loads.Where(l => l.Node.Op is Op.Signal).Select(l => l.View.Storage.Root).ToHashSet();
        var parts = (Constant: new List<Instruction<T>>(), Changing: new List<Instruction<T>>());
        foreach (var instruction in plan.Once)
        {
            var depends =
                instruction.Inputs.Any(s => changing.Contains(s.Root))
                || instruction.Outputs.Any(s => changing.Contains(s.Root));
            (depends ? parts.Changing : parts.Constant).Add(instruction);
            if (depends)
                changing.UnionWith(instruction.Outputs.Select(s => s.Root));
        }

        return parts;
    }

    private void Copy(View view, Axis[] events, int games, Span<double> values)
    {
        var offsets = view.Offsets(events);
        if (values.Length != games * offsets.Length)
            throw new ArgumentException($"Expected room for {games * offsets.Length} numbers, got {values.Length}.");
        for (var lane = 0; lane < (view.Lanes ? _blocks * _lanes : games); lane++)
        {
            // a value that is the same for all games is copied for each
            var memory = view.Lanes ? Base(view, lane / _lanes) + (lane % _lanes) : Base(view, 0);
            var game = view.Lanes ? _games[lane] : lane;
            for (var k = 0; k < offsets.Length; k++)
                values[(game * offsets.Length) + k] = double.CreateChecked(memory[offsets[k]]);
        }
    }
}
