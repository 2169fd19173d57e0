using System.Globalization;
using Alignment.Compiler;
using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Torch;

/// <summary>A program compiled by TorchScript, with its memory on a device.</summary>
/// <remarks>
/// Every tensor belongs to this object: memory, views and draws are made here and disposed here, and scripts return nothing. Calls run in
/// inference mode, which spares each operation the bookkeeping of gradients.
/// </remarks>
internal sealed class TorchExecutable : IExecutable
{
    private readonly TorchPlan _plan;
    private readonly Script _script;
    private readonly DeviceMemory _memory;
    private readonly Draws _draws;
    private readonly jit.CompilationUnit _compiled;
    private readonly Dictionary<string, double[]> _inputs = new(StringComparer.Ordinal);
    private readonly torch.Tensor[] _once;
    private readonly torch.Tensor[] _initial;
    private readonly torch.Tensor[] _step;
    private readonly torch.Tensor[] _read;

    public TorchExecutable(Program program, ExecutionOptions options, Device device, Target target)
    {
        Program = program;
        ProgramCheck.Require(program);
        _plan = new(program, options.Precision, target);
        _script = new(_plan);
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        _memory = new(_plan.Memory, options.Precision, device);
        _draws = new(_plan.Draws, options.Seed, _memory);
        torch.Tensor[] Tensors(Operand[] operands) => [.. operands.Select(_memory.Of)];
        (_once, _initial, _step, _read) = (
            Tensors(_script.Once),
            Tensors(_script.Initial),
            Tensors(_script.Step),
            Tensors(_script.Read)
        );
        foreach (var table in _plan.Tables)
            _memory.Write(table.View, table.Values);
        foreach (var id in program.Inputs)
            _inputs.Add(((Op.Signal)program.Graph[id].Op).Name, new double[program.Graph[id].Axes.Elements]);
        _compiled = jit.compile(_script.Text);
        // LibTorch optimizes a function during its first two calls: here rather than in the time of the solve
        for (var call = 0; call < (target == Target.Meta ? 0 : 2); call++)
            _compiled.invoke("step", _step, _draws.Tensors, 0);
    }

    public Program Program { get; }

    public void SetInput(string name, ReadOnlySpan<double> values)
    {
        if (!_inputs.TryGetValue(name, out var input))
            throw new ArgumentException(
                $"{Program.Name} has no input '{name}'.{Nearest.Hint(name, _inputs.Keys, "It has")}"
            );
        if (values.Length != input.Length)
            throw new ArgumentException(
                $"Input '{name}' of {Program.Name}: expected {input.Length} numbers, got {values.Length}."
            );
        values.CopyTo(input);
    }

    public void Initialize()
    {
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        foreach (var (source, view) in _plan.Sources)
            Load(source, view);
        Call("once", _once);
        CallAtStepZero("initial", _initial);
    }

    // games share every statement: to leave some out would mean to move the others together, and to print another script
    public void Keep(ReadOnlySpan<bool> games) { }

    public void Run(long firstStep, int steps)
    {
        if (_plan.StepNumber is not null && _memory.Number == ScalarType.Float32 && firstStep + steps - 1 > 1 << 24)
            throw new InvalidOperationException(
                $"{Program.Name}: float32 cannot count beyond step {1 << 24}; use float64."
            );
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        for (var done = 0; done < steps; )
        {
            var count = Math.Min(
                steps - done,
                _plan.StepNumbers is null ? _draws.Capacity : Math.Min(_draws.Capacity, Timetable.Capacity)
            );
            SetStepNumbers(firstStep + done);
            _draws.Fill(firstStep + done, count);
            _compiled.invoke("step", _step, _draws.Tensors, count);
            done += count;
        }
    }

    public void Read()
    {
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        CallAtStepZero("read", _read);
    }

    public ValueList<Axis> OutputAxes(string name) => _plan.EventAxes(Output(name).Value).ToValueList();

    public void GetOutput(string name, Span<double> values) =>
        Export(_plan.Outputs[Output(name).Name], Output(name).Value, values);

    public int StateLength(string name) =>
        checked((int)BorderAxes(State(name).Source).Aggregate(1L, (n, a) => n * a.Size));

    public void GetState(string name, Span<double> values) =>
        Export(_plan.StateView(State(name)), State(name).Source, values);

    public void SetState(string name, ReadOnlySpan<double> values)
    {
        var state = State(name);
        var axes = BorderAxes(state.Source);
        RequireLength(values.Length, axes);
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        var view = _plan.StateView(state);
        // a batch axis that the state does not hold: all games along it hold the same numbers, the first are taken
        var source = torch.tensor(values.ToArray(), [.. axes.Select(a => a.Size)]);
        for (var k = 0; k < axes.Length; k++)
        {
            if (!view.Holds(axes[k].Axis))
                source = source.narrow(k, 0, 1);
        }

        _memory.Of(view.Over(axes)).copy_(source);
    }

    public string DescribePlan() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            torch plan of {Program.Name}: {_memory.Number} on {_memory.Device}, {Program.Games} games, {get_num_threads()} threads
            memory: {_memory.Bytes} bytes, of them {_plan.Memory.PermanentNumbers
                * (_memory.Number == ScalarType.Float32 ? 4 : 8)} kept between calls
            arguments: {_once.Length} once, {_initial.Length} initial, {_step.Length} step, {_read.Length} read; {_draws.Tensors.Length} draws a step
            {_script.Text}
            """
        );

    public void Dispose()
    {
        _compiled.Dispose();
        _draws.Dispose();
        _memory.Dispose();
    }

    // ---- calls -----------------------------------------------------------------------------------------------------

    private void Call(string function, torch.Tensor[] tensors) => _compiled.invoke(function, tensors, _draws.Tensors);

    // draws of initial values and outputs are those of step 0
    private void CallAtStepZero(string function, torch.Tensor[] tensors)
    {
        SetStepNumber(0);
        _draws.Fill(0, 1);
        Call(function, tensors);
    }

    private void SetStepNumbers(long firstStep)
    {
        if (_plan.StepNumbers is { } numbers)
            _memory.Write(
                numbers,
                Enumerable.Range(0, Timetable.Capacity).Select(k => (double)(firstStep + k)).ToArray()
            );
        else
            SetStepNumber(firstStep - 1);
    }

    private void SetStepNumber(long step)
    {
        if (_plan.StepNumber is { } number)
            _memory.Write(number, new[] { (double)step });
    }

    private void Load(Op source, View view)
    {
        switch (source)
        {
            case Op.Constant c:
                _memory.Write(view, new[] { c.Value });
                break;
            case Op.Literal l:
                _memory.Write(Ordered(view, l.Tensor.Axes), l.Tensor.Values.ToArray());
                break;
            case Op.Signal s:
                _memory.Write(Ordered(view, s.Axes), _inputs[s.Name]);
                break;
        }
    }

    private static View Ordered(View view, IEnumerable<Axis> axes) =>
        view with
        {
            Dims = axes.Select(a => view[a.Name]).ToValueList(),
        };

    // ---- numbers at the border -------------------------------------------------------------------------------------

    private ProgramOutput Output(string name) =>
        Program.Outputs.FirstOrDefault(o => o.Name == name)
        ?? throw new ArgumentException(
            $"{Program.Name} has no output '{name}'.{Nearest.Hint(name, Program.Outputs.Select(o => o.Name), "It has")}"
        );

    private StateVariable State(string name) =>
        Program.States.FirstOrDefault(s => s.Name == name)
        ?? throw new ArgumentException(
            $"{Program.Name} has no state variable '{name}'.{Nearest.Hint(name, Program.States.Select(s => s.Name), "It has")}"
        );

    /// <summary>All batch axes, if the value holds any, then its others.</summary>
    private (string Axis, long Size)[] BorderAxes(int id)
    {
        var batch = Program.Graph[id].Axes.Any(a => Program.Batch.IndexOf(a) >= 0) ? Program.Batch : [];
        return [.. batch.Concat(_plan.EventAxes(id)).Select(a => (a.Name, (long)a.Size))];
    }

    private void Export(View view, int id, Span<double> values)
    {
        if (_memory.Device.type == DeviceType.META)
            throw new InvalidOperationException("The meta device holds no numbers; it only checks programs.");
        var axes = BorderAxes(id);
        RequireLength(values.Length, axes);
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        _memory.Read(view, axes, values);
    }

    private static void RequireLength(int length, (string Axis, long Size)[] axes)
    {
        var due = axes.Aggregate(1L, (n, a) => n * a.Size);
        if (length != due)
            throw new ArgumentException($"Expected room for {due} numbers, got {length}.");
    }
}
