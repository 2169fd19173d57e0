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
    private readonly Border _border;
    private readonly DeviceMemory _memory;
    private readonly Draws _draws;
    private readonly jit.CompilationUnit _compiled;
    private readonly torch.Tensor[] _once;
    private readonly torch.Tensor[] _initial;
    private readonly torch.Tensor[] _step;
    private readonly torch.Tensor[] _read;
    private readonly double[] _steps = new double[Timetable.Capacity];
    private readonly int _mostSteps;
    private readonly long _lastStep;

    public TorchExecutable(Program program, ExecutionOptions options, Device device, Target target)
    {
        Program = program;
        _lastStep = program.LastStep(options.Precision);
        ProgramCheck.Require(program);
        _plan = new(program, options.Precision, target);
        _script = new(_plan);
        _border = new(_plan);
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        _memory = new(_plan.Memory, options.Precision, device);
        _draws = new(_plan.Draws, options.Seed, _memory);
        _mostSteps = _plan.StepNumbers is null ? _draws.Capacity : Math.Min(_draws.Capacity, Timetable.Capacity);
        torch.Tensor[] Tensors(Operand[] operands) => [.. operands.Select(_memory.Of)];
        _once = Tensors(_script.Once);
        _initial = Tensors(_script.Initial);
        _step = Tensors(_script.Step);
        _read = Tensors(_script.Read);
        foreach (var table in _plan.Tables)
            _memory.Write(table.View, table.Values);
        _compiled = jit.compile(_script.Text);
        // LibTorch optimizes a function during its first two calls: here rather than in the time of the solve
        for (var call = 0; call < (target == Target.Meta ? 0 : 2); call++)
            _compiled.invoke("step", _step, _draws.Tensors, 0);
    }

    public Program Program { get; }

    public void SetInput(string name, ReadOnlySpan<double> values)
    {
        var input = _border.Input(name);
        if (values.Length != input.Length)
        {
            throw new ArgumentException(
                $"Input '{name}' of {Program.Name}: expected {input.Length} numbers, got {values.Length}."
            );
        }

        values.CopyTo(input);
    }

    public void Initialize()
    {
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        foreach (var (source, view) in _plan.Sources)
            Load(source, view);
        Call("once", _once);
        Call("initial", _initial);
    }

    // games share every statement: to leave some out would mean to move the others together, and to print another script
    public void Keep(ReadOnlySpan<bool> games) { }

    public void Run(long firstStep, int steps)
    {
        if (firstStep + steps - 1 > _lastStep)
            throw new InvalidOperationException(
                $"{Program.Name}: float32 cannot count beyond step {_lastStep}; use float64."
            );

        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        for (var done = 0; done < steps; )
        {
            var count = Math.Min(steps - done, _mostSteps);
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
        Call("read", _read);
    }

    public ValueList<Axis> OutputAxes(string name) => _plan.EventAxes(_border.Output(name)).ToValueList();

    public void GetOutput(string name, Span<double> values) =>
        CopyOut(_border.Output(name), _plan.Outputs[name], values);

    public int StateLength(string name) => _border.Length(_border.State(name).Source);

    public void GetState(string name, Span<double> values)
    {
        var state = _border.State(name);
        CopyOut(state.Source, _plan.StateView(state), values);
    }

    public void SetState(string name, ReadOnlySpan<double> values)
    {
        var state = _border.State(name);
        _border.RequireLength(state.Source, values.Length);
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        var view = _plan.StateView(state);
        var axes = _border.Axes(state.Source);
        var source = torch.tensor(values.ToArray(), [.. axes.Select(a => a.Size)]);
        // along a batch axis that the state does not hold all games have the same numbers: the first are taken
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
            memory: {_memory.Bytes} bytes, {_plan.Memory.PermanentNumbers} of {_plan.Memory.Length(
                Element.Number
            )} numbers kept between calls; {_draws.Bytes} bytes for the draws of {_mostSteps} steps
            {_script.Text}
            """
        );

    public void Dispose()
    {
        _compiled.Dispose();
        _draws.Dispose();
        _memory.Dispose();
    }

    // initial values and outputs are of step 0, and so are their draws
    private void Call(string function, torch.Tensor[] tensors)
    {
        if (_plan.StepNumber is { } number)
            _memory.Write(number, new[] { 0.0 });
        _draws.Fill(0, 1);
        _compiled.invoke(function, tensors, _draws.Tensors);
    }

    private void SetStepNumbers(long firstStep)
    {
        if (_plan.StepNumbers is { } numbers)
        {
            for (var k = 0; k < _steps.Length; k++)
                _steps[k] = firstStep + k;
            _memory.Write(numbers, _steps);
        }
        else if (_plan.StepNumber is { } number)
        {
            _memory.Write(number, new[] { firstStep - 1.0 });
        }
    }

    private void Load(Op source, View view)
    {
        View Over(IEnumerable<Axis> axes) => view with { Dims = axes.Select(a => view[a.Name]).ToValueList() };
        switch (source)
        {
            case Op.Constant c:
                _memory.Write(view, new[] { c.Value });
                break;
            case Op.Literal l:
                _memory.Write(Over(l.Tensor.Axes), l.Tensor.Values.ToArray());
                break;
            case Op.Signal s:
                _memory.Write(Over(s.Axes), _border.Input(s.Name));
                break;
        }
    }

    private void CopyOut(int id, View view, Span<double> values)
    {
        if (_memory.Device.type == DeviceType.META)
            throw new InvalidOperationException("The meta device holds no numbers; it only checks programs.");
        _border.RequireLength(id, values.Length);
        using var mode = inference_mode(true);
        using var scope = NewDisposeScope();
        _memory.Read(view, _border.Axes(id), values);
    }
}
