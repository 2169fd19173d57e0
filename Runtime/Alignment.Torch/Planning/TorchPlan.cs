using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>A program as statements over planned memory: what is printed as TorchScript.</summary>
/// <remarks>
/// Sections: <see cref="Once"/> computes what never changes, <see cref="Initial"/> the state's first values, <see cref="Carry"/> what a
/// call of <see cref="Step"/> finds carried over, <see cref="Table"/> what depends on the step's number alone, and <see cref="Read"/> the
/// outputs.
/// </remarks>
internal sealed class TorchPlan
{
    private readonly Layout _layout;
    private readonly StepValues _step;
    private readonly Timetable _timetable;
    private readonly Arrangement _arrangement;
    private readonly Emitter _emitter;
    private readonly Values _values;
    private readonly Computation _computation;

    public TorchPlan(Program program, Precision precision, Target target)
    {
        Program = program;
        _layout = new(program);
        _step = new(program);
        _timetable = new(program, _step);
        _arrangement = new(program, _step, _timetable, _layout);
        _emitter = new(target, precision);
        _values = new(program, _layout, _step, _arrangement);
        _computation = new(program, _step, _values, _emitter);
        WriteOnce();
        WriteInitial();
        WriteCarry();
        WriteStep();
        WriteRead();
        var results = Outputs.Values.Select(v => v.Storage).ToHashSet();
        foreach (var section in (List<Instruction>[])[Once, Initial, Step, Read])
            ProductSums.Join(section, results);
        if (target == Target.Cpu)
            Shorten();
        Memory = new(this);
    }

    public Program Program { get; }

    public List<Instruction> Once { get; } = [];

    public List<Instruction> Initial { get; } = [];

    public List<Instruction> Carry { get; } = [];

    public List<Instruction> Table { get; } = [];

    public List<Instruction> Step { get; } = [];

    public List<Instruction> Read { get; } = [];

    /// <summary>Where the outputs lie after <see cref="Read"/>.</summary>
    public Dictionary<string, View> Outputs { get; } = new(StringComparer.Ordinal);

    /// <summary>Constants, literals and signals to put into memory.</summary>
    public IReadOnlyList<(Op Source, View View)> Sources => _computation.Sources;

    /// <summary>Tables to put into memory.</summary>
    public IReadOnlyList<Load> Tables => _emitter.Tables;

    /// <summary>The draws of a step.</summary>
    public IReadOnlyList<Op.Random> Draws => _computation.Draws;

    /// <summary>The number of the step, if it is used.</summary>
    public View? StepNumber => _values.Counters.Count == 0 ? null : _values.Find(_values.Counters[0]);

    /// <summary>The numbers of the steps of a call, if there is a table.</summary>
    public View? StepNumbers => _computation.StepNumbers;

    /// <summary>All views that are written or read from outside.</summary>
    public IEnumerable<View> Views =>
        [
            .. Sources.Select(s => s.View),
            .. Tables.Select(t => t.View),
            .. Program.States.Select(StateView),
            .. Outputs.Values,
            .. new[] { StepNumber, StepNumbers }.OfType<View>(),
        ];

    /// <summary>The layout of memory.</summary>
    public MemoryPlan Memory { get; }

    /// <summary>Where a state variable lies.</summary>
    public View StateView(StateVariable state) => _values.Find(state.Source);

    /// <summary>The axes of a value that are not batch axes, in the order of numbers that cross the executor's border.</summary>
    public Axis[] EventAxes(int id) => _layout.EventAxes(id);

    // every pass looks through the section for every statement
    private const int MostShortened = 2000;

    private void Shorten()
    {
        if (Step.Count > MostShortened)
            return;
        var section = new Section(Step);
        var constants = Sources
            .Where(s => s.Source is Op.Constant)
            .ToDictionary(s => s.View.Over(s.View.Axes).Region, s => ((Op.Constant)s.Source).Value);
        new OldStates(section).Write();
        new Branches(section, constants).Write();
        _emitter.Section = Once;
        new BlockProducts(section, _emitter).Write();
        new ShiftedSums(section, _emitter).Write();
        Updates.Write(section, _emitter);
    }

    private void Begin(List<Instruction> section, bool inStep = false)
    {
        _values.Begin(inStep);
        _emitter.Section = section;
    }

    private void WriteOnce()
    {
        Begin(Once);
        IEnumerable<int> roots =
        [
            .. Program.States.SelectMany(s => (int[])[s.Next, s.Initial]),
            .. Program.Outputs.Select(o => o.Value),
        ];
        foreach (var id in Program.Graph.Live(roots).Where(id => !Program.Varying[id]))
            _computation.Write(id);
    }

    private void WriteInitial()
    {
        Begin(Initial);
        foreach (var id in Program.InitialValues.Where(id => Program.Varying[id]))
            _computation.Write(id);
        foreach (var state in Program.States)
            Pointwise.Copy(_emitter, _values.Find(state.Source), _values.Find(state.Initial));
    }

    private void WriteCarry()
    {
        Begin(Carry);
        foreach (var id in Program.Graph.Live(_step.Carried.Select(c => c.Source)).Where(id => Program.Varying[id]))
            _computation.Write(id);
        foreach (var carried in _step.Carried)
            Pointwise.Copy(_emitter, _values.Home(carried), _values.Find(carried.Source));
    }

    private void WriteStep()
    {
        Begin(Table, inStep: true);
        _computation.WriteTable(_timetable);
        _emitter.Section = Step;
        if (StepNumber is { } number && StepNumbers is null)
            Pointwise.Binary(_emitter, BinaryKind.Add, number, number, _emitter.Scalar(1));
        foreach (var unit in _arrangement.Units)
        {
            if (unit.Length > 1 && _computation.TryWrite(unit))
                continue;
            foreach (var id in unit)
                _computation.Write(id);
        }

        // a kept value that becomes another's next one is saved before its own next value comes
        var kept = _step.Loops.Select(l => _values.Find(l.Source).Storage).ToHashSet();
        var moves = new List<(View Target, View Value)>();
        foreach (var loop in _step.Loops)
        {
            var (target, value) = (_values.Find(loop.Source), _values.Find(loop.Next));
            if (value == target)
                continue;
            if (kept.Contains(value.Storage))
            {
                var saved = _emitter.Temporary(target.Axes);
                Pointwise.Copy(_emitter, saved, value);
                value = saved;
            }

            moves.Add((target, value));
        }

        foreach (var group in moves.GroupBy(m => (m.Target.Storage, m.Value.Storage)))
            Move([.. group.OrderBy(m => m.Target.Start)]);
    }

    private void Move((View Target, View Value)[] moves)
    {
        var twins = new Twins(moves.Length);
        if (
            twins.Stack([.. moves.Select(m => m.Target)]) is { } target
            && twins.Stack([.. moves.Select(m => m.Value)]) is { } value
        )
            moves = [(target, value)];
        foreach (var (to, from) in moves)
            Pointwise.Copy(_emitter, to, from);
    }

    private void WriteRead()
    {
        Begin(Read);
        foreach (var id in Program.OutputValues)
            _computation.Write(id);
        foreach (var output in Program.Outputs)
            Outputs[output.Name] = _values.Find(output.Value);
    }
}
